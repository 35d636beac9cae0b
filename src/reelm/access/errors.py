"""What can go wrong when a member of staff wants to look at somebody's private data?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class RoleMayNot(Problem):
    """The caller's role doesn't go with this step."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class CountryMayNot(Problem):
    """The realm's data isn't looked at from the caller's country, whoever has agreed."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class SecondPersonNeeded(Problem):
    """Whoever asked can't also be the one who decides or reviews."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class OwnDataNotHere(Problem):
    """Nobody asks for, or decides about, access to their own data."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class AccessNotYours(Problem):
    """Only whoever asked may open it and look."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class AccessOpenedElsewhere(Problem):
    """An access belongs to the sign-in that opened it."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class AccessNotOpen(Problem):
    """Nothing can be seen before a second person has agreed and it has been opened."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class AccessOver(Problem):
    """Its time is over, it was closed or taken back, or whom it was about is gone."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class OutsideTheScope(Problem):
    """None of the classes of this collection was asked for."""

    status: ClassVar[int] = 403
    asked_for: str


@dataclass(eq=False)
class AccessNotFound(Problem):
    """There is no such request, or not for this caller."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class CollectionUnknown(Problem):
    """Nothing private is kept under this name."""

    status: ClassVar[int] = 404
    offered: str


@dataclass(eq=False)
class AccessDecided(Problem):
    """Somebody has approved or refused this request already."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class AccessNotApproved(Problem):
    """Only an approved request can be opened, and only once."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class ReviewNotDue(Problem):
    """Only an ended break-glass access that nobody has reviewed is reviewed."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class ReasonNotListed(Problem):
    """The reason isn't one of the closed list."""

    status: ClassVar[int] = 422
    offered: str


@dataclass(eq=False)
class ClassesNotListed(Problem):
    """No class was named, or one that nobody can ask for."""

    status: ClassVar[int] = 422
    offered: str


@dataclass(eq=False)
class MinutesNotAllowed(Problem):
    """The access would be too short or too long."""

    status: ClassVar[int] = 422
    minimum: int
    maximum: int
