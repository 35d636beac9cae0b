"""The plain data of the feed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
    VIEW = "view"
    LIKE = "like"
    SHARE = "share"
    NOT_INTERESTED = "not_interested"


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


@dataclass(frozen=True)
class WatchEvent:
    """One report of a client. `watched_ms` is the total of its impression so far, so that reports may repeat."""

    impression: ImpressionId
    video: VideoId
    kind: EventKind
    watched_ms: int
    at: datetime
