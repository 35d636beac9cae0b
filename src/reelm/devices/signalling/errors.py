"""What can go wrong with telling others?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class ReceiverTaken(Problem):
    """The organisation has a receiver of this audience already."""

    status: ClassVar[int] = 409
    audience: str


@dataclass(eq=False)
class ReceiverNotFound(Problem):
    """The organisation has no such receiver."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class ReceiverUnknown(Problem):
    """The token that a receiver has to show is missing, or nobody's."""

    status: ClassVar[int] = 401


@dataclass(eq=False)
class StreamNotFound(Problem):
    """The receiver has no such stream."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class StreamTaken(Problem):
    """The receiver has a stream, and can have one."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class StreamRequestMalformed(Problem):
    """A receiver asks for something that the Shared Signals Framework does not have, or that we have not: `where`."""

    status: ClassVar[int] = 400
    where: str


@dataclass(eq=False)
class VerificationTooSoon(Problem):
    """A receiver asks for verifications more often than it may."""

    status: ClassVar[int] = 429
    every_s: int
