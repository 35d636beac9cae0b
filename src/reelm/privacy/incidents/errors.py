"""What can be wrong with a line of the register?"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class IncidentNotFound(Problem):
    """No incident has this code."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class IncidentNotUnderstood(Problem):
    """A fact is missing, or contradicts another."""

    status: ClassVar[int] = 422
    field: str


@dataclass(eq=False)
class NotYet(Problem):
    """Something is said to have happened at a time that has not come, or before it could."""

    status: ClassVar[int] = 422
    earliest: datetime
    latest: datetime


@dataclass(eq=False)
class LawNotConcerned(Problem):
    """Nobody concerned lives where this law holds, or there is no duty to tell."""

    status: ClassVar[int] = 422
    laws: str


@dataclass(eq=False)
class NotDecidedYet(Problem):
    """Whether there is a real risk of harm has to be decided before anybody is told."""

    status: ClassVar[int] = 409
