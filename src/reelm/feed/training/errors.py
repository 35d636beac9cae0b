"""What can be wrong with what a model is trained on, or with the folder of models?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class InteractionsNotRead(Problem):
    """There is no such file, or it is no Parquet."""

    status: ClassVar[int] = 422
    path: str


@dataclass(eq=False)
class InteractionsNotUnderstood(Problem):
    """A column that is needed is missing, holds nothing in some row, or holds something of another kind."""

    status: ClassVar[int] = 422
    path: str
    column: str


@dataclass(eq=False)
class NothingToLearn(Problem):
    """The files hold no interaction, or the test none that could be ranked."""

    status: ClassVar[int] = 422
    path: str


@dataclass(eq=False)
class NoEarlierModel(Problem):
    """There is no model to go back to."""

    status: ClassVar[int] = 409
    models: str


@dataclass(eq=False)
class RoundAtWork(Problem):
    """Another process learns from the same folder."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class RoundTooLarge(Problem):
    """A round of learning needs more memory than it may have."""

    status: ClassVar[int] = 507
    limit_mb: int
