"""What can be wrong with a question to the feed?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class FeedModeUnknown(Problem):
    """Not one of the feed's modes."""

    status: ClassVar[int] = 422
    offered: str


@dataclass(eq=False)
class TooManyChoices(Problem):
    """A list of choices is longer than one may be."""

    status: ClassVar[int] = 422
    most: int


@dataclass(eq=False)
class ChoiceNotTaken(Problem):
    """A word, hashtag or language that is empty, too long or can't be one; none of the change was made."""

    status: ClassVar[int] = 422
    kind: str
    limit_chars: int


@dataclass(eq=False)
class EventsNotUnderstood(Problem):
    """The batch of events is not what the API describes; none of it was stored."""

    status: ClassVar[int] = 422
    field: str
