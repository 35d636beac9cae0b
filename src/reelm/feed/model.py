"""The plain data of the feed."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from reelm.kernel.ids import AccountId, ImpressionId, VideoId


class Mode(StrEnum):
    """Which feed: chosen for the viewer, of those they follow, or everybody's newest first."""

    FOR_YOU = "for-you"
    FOLLOWING = "following"
    PLAIN = "plain"


class Reason(StrEnum):
    """Why a clip is on the page, in a word: what spoke most for it."""

    ALIKE = "alike"
    CREATOR = "creator"
    TAG = "tag"
    SOUND = "sound"
    FOLLOWING = "following"
    POPULAR = "popular"
    LANGUAGE = "language"
    FRESH = "fresh"
    EXPLORE = "explore"
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

    __hash__ = str.__hash__  # that of `Enum` takes six times as long


class Ended(StrEnum):
    """How a view ended: swiped away, played to its end and left then, or the page was left."""

    SKIPPED = "skipped"
    FINISHED = "finished"
    LEFT = "left"


class Dated(NamedTuple):
    """A clip in a list that goes by time."""

    video: UUID
    author: UUID
    published_at: datetime


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
    """One act of one showing, as all reports of a moment together tell it, and as it is stored.

    `day` is that of the impression's id. `known` says that this realm showed this clip to this very person, under
    this impression; nothing may be learned from the others. `before_ms` is what had been watched before, `is_new`
    whether nothing had been told.
    """

    day: date
    impression: ImpressionId
    kind: EventKind
    video: VideoId
    viewer: AccountId | None
    watched_ms: int
    replays: int
    ended: Ended | None
    known: bool
    at: datetime
    received_at: datetime
    duration_ms: int
    is_new: bool = True
    before_ms: int = 0
