"""What can go wrong with decisions in the register, replies to them, and exceptions from them?"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class DecisionNotFound(Problem):
    """There is no such decision, or not for this caller."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class DecisionOfAnother(Problem):
    """The organisation does not speak for the domain that the decision names as its authority."""

    status: ClassVar[int] = 422
    domain: str


@dataclass(eq=False)
class NetworkNotProven(Problem):
    """A decision names a network that its organisation has not proven to be its own."""

    status: ClassVar[int] = 422
    network: str


@dataclass(eq=False)
class DecisionBackDated(Problem):
    """A decision is about a time that has passed."""

    status: ClassVar[int] = 422
    notice_at: datetime


@dataclass(eq=False)
class VersionNotNext(Problem):
    """A version does not follow the one before it."""

    status: ClassVar[int] = 409
    expected: int
    replaces: str


@dataclass(eq=False)
class DecisionOverlaps(Problem):
    """Another decision of the organisation suspends the same app."""

    status: ClassVar[int] = 409
    other: str


@dataclass(eq=False)
class DecisionNotAsked(Problem):
    """The service was not asked yet what it has to say."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class DecisionPublished(Problem):
    """What was published stays as it is."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class DecisionOver(Problem):
    """The decision has ended, or was never published."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class ReviewLeavesOut(Problem):
    """A review does not answer everybody who replied."""

    status: ClassVar[int] = 422
    replies: str


@dataclass(eq=False)
class ReviewUntilNotTaken(Problem):
    """A review keeps a decision for longer than it was, and not for over a year."""

    status: ClassVar[int] = 422
    longest_days: int


@dataclass(eq=False)
class NotTheService(Problem):
    """The caller does not speak for the service that is suspended."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class ReplyNotTaken(Problem):
    """A reply without words, with too many, or to a decision that has ended."""

    status: ClassVar[int] = 422
    longest: int


@dataclass(eq=False)
class SubjectUnknown(Problem):
    """The organisation has no such device or person."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class ExceptionNotFound(Problem):
    """The organisation has no such exception."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class ExceptionDecided(Problem):
    """Somebody has granted or refused it already."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class ExceptionNotAllowed(Problem):
    """What the decision says of exceptions does not allow this one: `field` says where."""

    status: ClassVar[int] = 422
    field: str
    longest_days: int


@dataclass(eq=False)
class SecondApproverNeeded(Problem):
    """Whoever asked for an exception does not also grant it."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class NotTold(Problem):
    """Nobody has been shown this decision on this device."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class TargetUnknown(Problem):
    """There are no files for this program, or none at this path."""

    status: ClassVar[int] = 404
    offered: str
