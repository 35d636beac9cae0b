"""What can go wrong with a post?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class VideoNotVisible(Problem):
    """Missing, removed or not for this viewer: the three look the same on purpose."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class AgeNotKnown(Problem):
    """A clip for people from some age on, and nobody is signed in."""

    status: ClassVar[int] = 403
    age_limit: int


@dataclass(eq=False)
class NotOldEnough(Problem):
    """A clip for people from some age on, and the viewer is below it today."""

    status: ClassVar[int] = 403
    age_limit: int


@dataclass(eq=False)
class AgeLimitUnknown(Problem):
    """Neither for everybody nor for adults."""

    status: ClassVar[int] = 422
    adults_only: int


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


# What a clip can be refused with to whoever wants to watch it.
UNWATCHABLE = (VideoNotVisible, AgeNotKnown, NotOldEnough)
