"""What can be wrong with a legal hold, and what does it stand in the way of?"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class HoldNotFound(Problem):
    """No hold that is in force has this id."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class HoldNotUnderstood(Problem):
    """It names no case, no reason, nobody, no class of personal data, or an end that is too far."""

    status: ClassVar[int] = 422
    field: str
    most_days: int


@dataclass(eq=False)
class CaseKnown(Problem):
    """A hold for this case is in force."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class HeldForCase(Problem):
    """Data of this person has to stay for now. For which case is not said here."""

    status: ClassVar[int] = 409
    until: datetime
