"""What can a request for one's own data meet?"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class RequestNotFound(Problem):
    """Nobody asked that, or somebody else did."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class ArchiveNotReady(Problem):
    """It is being made, was called off, or its days are over."""

    status: ClassVar[int] = 409
    state: str


@dataclass(eq=False)
class TooLateToCallOff(Problem):
    """The work has begun, or is done."""

    status: ClassVar[int] = 409
    state: str


@dataclass(eq=False)
class ErasureUnderWay(Problem):
    """This account is being erased, and can change nothing any more."""

    status: ClassVar[int] = 409
    at: datetime
