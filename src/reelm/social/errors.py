"""What can go wrong between people?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class CommentEmpty(Problem):
    """Nothing visible was written."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class CommentsClosed(Problem):
    """The creator takes no comments on this video."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class CommentNotFound(Problem):
    """Missing, or not this viewer's to remove."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class NotYourself(Problem):
    """Nobody follows themselves."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class OwnAccount(Problem):
    """Nobody blocks, mutes or sees less of themselves."""

    status: ClassVar[int] = 422
