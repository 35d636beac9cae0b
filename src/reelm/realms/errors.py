"""What can be wrong with a place, an age, or the files that say which realm serves whom?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class CountryUnknown(Problem):
    """Not an ISO 3166-1 alpha-2 code."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class RegionRequired(Problem):
    """The rules differ by region in this country, so it must be named."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class RegionNotOfCountry(Problem):
    """The region is not one of this country's."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class TooYoung(Problem):
    """The law of the place asks for a higher age."""

    status: ClassVar[int] = 422
    minimum_age: int


@dataclass(eq=False)
class RealmIsAnother(Problem):
    """Whoever lives there belongs to another realm. `url` is its address; empty where it is not known here."""

    status: ClassVar[int] = 421
    realm: str
    url: str


@dataclass(eq=False)
class DeclarationMissing(Problem):
    """A file that says which realms there are, or which of them run, can't be read."""

    status: ClassVar[int] = 422
    file: str


@dataclass(eq=False)
class DeclarationNotToml(Problem):
    """It is no TOML (1.0.0); `line` is where the reader stopped."""

    status: ClassVar[int] = 422
    file: str
    line: int


@dataclass(eq=False)
class DeclarationWrong(Problem):
    """A value is missing, of the wrong form, or one too many. `where` is its name in the file."""

    status: ClassVar[int] = 422
    file: str
    where: str


@dataclass(eq=False)
class PlacesUnknown(Problem):
    """Not in ISO 3166, or not the realm's that gives them an age."""

    status: ClassVar[int] = 422
    file: str
    places: str


@dataclass(eq=False)
class PlacesClaimedTwice(Problem):
    """By two realms, or twice by one."""

    status: ClassVar[int] = 422
    file: str
    places: str


@dataclass(eq=False)
class PlacesUnclaimed(Problem):
    """No realm serves them."""

    status: ClassVar[int] = 422
    file: str
    places: str


@dataclass(eq=False)
class RealmsUnknown(Problem):
    """Named, but not in the file of realms."""

    status: ClassVar[int] = 422
    file: str
    realms: str


@dataclass(eq=False)
class RealmsOutOfReach(Problem):
    """Following `otherwise` from `realm` never leads to `realms`: where only those run, nobody would stand in."""

    status: ClassVar[int] = 422
    file: str
    realm: str
    realms: str


@dataclass(eq=False)
class DecisionsNotInOrder(Problem):
    """Decisions are appended: each is later than the one before it. `at` is that of the one which is not."""

    status: ClassVar[int] = 422
    file: str
    at: str


@dataclass(eq=False)
class ResidentsMoveBeforeDecision(Problem):
    """Nobody moves before the decision that gives their place to another realm, which is of `at`."""

    status: ClassVar[int] = 422
    file: str
    at: str


@dataclass(eq=False)
class NoDecisionInForce(Problem):
    """The file holds no decision whose time has come."""

    status: ClassVar[int] = 422
    file: str
