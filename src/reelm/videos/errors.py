"""What can go wrong with a post?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class VideoNotVisible(Problem):
    """Missing, removed or not for this viewer: the three look the same on purpose."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class CaptionTooLong(Problem):
    """The caption has more characters than it may."""

    status: ClassVar[int] = 422
    limit_chars: int
    was_chars: int


@dataclass(eq=False)
class VisibilityUnknown(Problem):
    """Neither public nor private."""

    status: ClassVar[int] = 422
