"""What can go wrong with a move to another realm?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class MoveNotFound(Problem):
    """This person is not moving and has not moved here."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class MoveUnderWay(Problem):
    """They are moving already."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class MoveTooLate(Problem):
    """They have been handed over to the other realm: it can't be called off any more."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class RealmNotTheirs(Problem):
    """The country they say they live in belongs to another realm than the one they want to move to."""

    status: ClassVar[int] = 422
    realm: str


@dataclass(eq=False)
class RowsNotUnderstood(Problem):
    """The other realm can't read what came: it runs another release, or what came is not one person's."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class MovedToRealm(Problem):
    """This clip or person belongs to another realm now: it is at `url`."""

    status: ClassVar[int] = 410
    realm: str
    url: str
