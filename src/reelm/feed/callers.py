"""Who asks for a page, what do they like, and what are they not to be shown? As the database tells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np

from reelm import realms
from reelm.feed.catalogue import Catalogue, Rows
from reelm.feed.choices import NOTHING_CHOSEN, Choices, Kind, clean_language
from reelm.feed.model import Mode
from reelm.feed.ranking import Interests
from reelm.feed.shortlist import Hidden
from reelm.feed.state import State, decode
from reelm.feed.taste import read_taste
from reelm.infra.db import Record
from reelm.kernel.ids import AccountId


@dataclass(frozen=True)
class Caller:
    """Who asks: `account` is nobody's without a session.

    `profiled`: whether this page may go by what the feed has learned of them, and may be learned from; else
    `interests` is of nothing but languages.
    """

    account: AccountId | None = None
    follows: frozenset[UUID] = frozenset()
    profiled: bool = False
    pseudonym: UUID | None = None
    interests: Interests = field(default_factory=Interests)
    hidden: Hidden = field(default_factory=Hidden)
    choices: Choices = NOTHING_CHOSEN


def read_caller(row: Record, catalogue: Catalogue, asked: Mode, now: datetime, *, profiled: bool) -> Caller:
    """Of a row of `find_viewer`. Whoever is not `profiled` is known by their languages and what they hide alone."""
    choices = Choices(
        frozenset((Kind(kind), value) for kind, value in row["choices"]), frozenset(row["less_creators"])
    )
    state = decode(row["state"]) if profiled else State()
    shunned, age = [*row["blocked"], *row["muted"]], realms.age_on(now.date(), row["birth_date"])
    hidden = _hide(catalogue, choices, shunned, state, for_you=asked is Mode.FOR_YOU, age=age)
    languages = _languages(catalogue, choices, row["locale"])
    interests = (
        Interests(
            taste=read_taste(state, catalogue, now.timestamp()),
            follows=catalogue.authors.find(one.bytes for one in row["follows"]),
            languages=languages,
            topics=catalogue.tag_names.find(choices.topics),
        )
        if profiled
        else Interests(languages=languages)
    )
    return Caller(
        account=AccountId(row["account_id"]),
        follows=frozenset(row["follows"]),
        profiled=profiled,
        pseudonym=row["pseudonym"] if profiled else None,
        interests=interests,
        hidden=hidden,
        choices=choices,
    )


def _hide(
    catalogue: Catalogue, choices: Choices, shunned: Sequence[UUID], state: State, *, for_you: bool, age: int
) -> Hidden:
    """What of the catalogue is not shown to somebody; what they want less of is missing from For You only."""
    creators, tags = set(shunned), set(choices.hidden_tags)
    if for_you:
        creators |= choices.less_creators
        tags |= choices.less_tags
    languages = catalogue.languages.numbers if choices.languages else {}
    foreign = [n for name, n in languages.items() if name and clean_language(name) not in choices.languages]
    return Hidden(
        seen=state.seen,
        creators=catalogue.authors.find(one.bytes for one in creators),
        tags=catalogue.tag_names.find(tags),
        languages=np.array(foreign, np.int32),
        age=age,
    )


def _languages(catalogue: Catalogue, choices: Choices, locale: str) -> Rows:
    """The languages somebody reads: those they chose, or that of their account."""
    wanted = choices.languages or {clean_language(locale)}
    numbers = catalogue.languages.numbers
    return np.array([number for name, number in numbers.items() if clean_language(name) in wanted], np.int32)
