"""What may cross between realms? A closed list of messages, each with its purpose, legal basis and classes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId
from reelm.ledger import LegalBasis, Purpose

# How much of one person's privacy budget the counts sent to one realm may cost a day: ε = 1, in millionths.
EPSILON_CAP_MICRO_PER_DAY = 1_000_000


class Kind(StrEnum):
    """The messages there are. Answers are asked for by the other realm; the others are delivered to it."""

    CATALOGUE = "catalogue"
    PROFILE = "profile"
    CLIP = "clip"
    COMMENTS = "comments"
    MEDIA = "media"
    LOOK = "look"
    REVOCATION = "revocation"
    COMMENT = "comment"
    COMMENT_REMOVAL = "comment-removal"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    COUNTS = "counts"
    RELOCATION = "relocation"


@dataclass(frozen=True)
class Terms:
    """What every message of a kind is sent for, on which legal basis, and which classes of data are in it."""

    purpose: Purpose
    basis: LegalBasis
    classes: tuple[DataClass, ...]


# A realm that asks says that it keeps age limits; to one that does not, clips that have one are not told.
KNOWS_AGES = {"knows": "age_limit"}

_PUBLIC = (DataClass.PUBLIC_CONTENT, DataClass.UNIQUE_ID, DataClass.SYSTEM)
_PERSON = (DataClass.USERNAME, DataClass.NAME, DataClass.PUBLIC_CONTENT, DataClass.UNIQUE_ID, DataClass.SYSTEM)
_ACT = (DataClass.PSEUDONYM, DataClass.UNIQUE_ID, DataClass.SYSTEM)
_SERVICE = (Purpose.SERVICE, LegalBasis.CONTRACT)
_PUBLIC_ACT = (Purpose.PUBLIC_ACT, LegalBasis.CONTRACT)

TERMS: Mapping[Kind, Terms] = {
    Kind.CATALOGUE: Terms(*_SERVICE, _PUBLIC),
    Kind.PROFILE: Terms(*_SERVICE, (*_PERSON, DataClass.IMAGE)),
    Kind.CLIP: Terms(*_SERVICE, (*_PERSON, DataClass.IMAGE)),
    Kind.COMMENTS: Terms(*_SERVICE, (*_PERSON, DataClass.IMAGE)),
    Kind.MEDIA: Terms(*_SERVICE, _PUBLIC),
    Kind.LOOK: Terms(
        Purpose.SUPPORT, LegalBasis.LEGITIMATE_INTERESTS, (DataClass.LOCATION, DataClass.LANGUAGE, DataClass.SYSTEM)
    ),
    Kind.REVOCATION: Terms(*_SERVICE, (DataClass.UNIQUE_ID, DataClass.SYSTEM)),
    Kind.COMMENT: Terms(*_PUBLIC_ACT, (*_PERSON, DataClass.PSEUDONYM)),
    Kind.COMMENT_REMOVAL: Terms(*_PUBLIC_ACT, _ACT),
    Kind.FOLLOW: Terms(*_PUBLIC_ACT, _ACT),
    Kind.UNFOLLOW: Terms(*_PUBLIC_ACT, _ACT),
    Kind.COUNTS: Terms(
        Purpose.STATISTICS,
        LegalBasis.LEGITIMATE_INTERESTS,
        (DataClass.AGGREGATE, DataClass.UNIQUE_ID, DataClass.SYSTEM),
    ),
    Kind.RELOCATION: Terms(
        Purpose.RELOCATION, LegalBasis.CONTRACT, tuple(one for one in DataClass if one is not DataClass.AGGREGATE)
    ),
}


@dataclass(frozen=True)
class Message:
    """One thing that is to cross. `fields` is what the other realm gets, and nothing besides.

    `person` is whom of this realm it is about, `minor` whether they are below 18; `told` whether they were told on
    the screen what goes where. `people` is over how many a count adds up, and `epsilon_micro` what it costs of their
    privacy budget, in millionths.
    """

    kind: Kind
    fields: Mapping[str, Any]
    person: AccountId | None = None
    minor: bool = False
    told: bool = False
    people: int = 0
    epsilon_micro: int | None = None
    classes: tuple[DataClass, ...] | None = None

    @property
    def terms(self) -> Terms:
        """Those of its kind; with its own classes, where the kind does not fix them."""
        terms = TERMS[self.kind]
        return terms if self.classes is None else replace(terms, classes=self.classes)


@dataclass(frozen=True)
class Question:
    """What one realm asks another for: ids and names that the other made public, and nothing about who asks."""

    kind: Kind
    about: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Received:
    """A message that came from another realm. `entry` is the index of its entry in that realm's log.

    `salt` and `fields` are what the entry's `content` commits to.
    """

    kind: Kind
    fields: Mapping[str, Any]
    entry: int
    salt: str
    size_bytes: int
