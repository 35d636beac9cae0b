"""The plain data of the feed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from reelm.kernel.ids import AccountId, ImpressionId, VideoId


class Mode(StrEnum):
    """Which feed: chosen for the viewer, of those they follow, or everybody's newest first."""

    FOR_YOU = "for-you"
    FOLLOWING = "following"
    PLAIN = "plain"


class Reason(StrEnum):
    """Why a clip is on the page, as the viewer is told."""

    FRESH = "fresh"
    POPULAR = "popular"
    WATCHED_THROUGH = "watched_through"
    FOLLOWING = "following"
    NEWEST = "newest"
    SEEN_BEFORE = "seen_before"


class EventKind(StrEnum):
    """What somebody did with a clip. Views and shares change its counts; the rest is for the feed to learn."""

    VIEW = "view"
    LIKE = "like"
    COMMENT = "comment"
    SHARE = "share"
    FOLLOW = "follow"
    NOT_INTERESTED = "not_interested"
    REPORT = "report"


class Ended(StrEnum):
    """How a view ended: swiped away, played to its end and left then, or the page was left."""

    SKIPPED = "skipped"
    FINISHED = "finished"
    LEFT = "left"


@dataclass(frozen=True)
class Candidate:
    """What ranking knows of a clip."""

    video: VideoId
    author: AccountId
    published_at: datetime
    views: int
    likes: int
    completions: int


@dataclass(frozen=True)
class Ranked:
    """A candidate with its score and what speaks most for it."""

    candidate: Candidate
    score: float
    reason: Reason


@dataclass(frozen=True)
class ViewerState:
    """What one statement tells of a viewer and some candidates."""

    account: AccountId
    seen: frozenset[VideoId]
    liked: frozenset[VideoId]
    follows: frozenset[AccountId]


class WatchEvent(NamedTuple):
    """One report of a client. What it counts is the total of its showing so far, so that reports may repeat.

    `replays` says how often the clip began again after its end; `None` from clients that do not tell. A named tuple:
    thousands are made in a second.
    """

    impression: ImpressionId
    video: VideoId
    kind: EventKind
    watched_ms: int
    at: datetime
    replays: int | None = None
    ended: Ended | None = None


class Accepted(NamedTuple):
    """A report as it was stored, where it is new or has grown.

    `known` says that this realm showed this clip to this very person, under this impression; nothing may be learned
    from the others. `before_ms` is what had been watched before, `is_new` whether nothing had been told.
    """

    impression: ImpressionId
    video: VideoId
    kind: EventKind
    watched_ms: int
    replays: int
    ended: Ended | None
    duration_ms: int
    at: datetime
    known: bool
    is_new: bool
    before_ms: int
