"""The plain data of posts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reelm.accounts import Person
from reelm.kernel.ids import AccountId, AssetId, RealmCode, VideoId
from reelm.media import Asset

CAPTION_MAX = 2200
# The one age that a clip can be limited to.
ADULTS_ONLY = 18


class VideoState(StrEnum):
    """Where a post stands: it leaves processing once, to published or failed; removed is the end."""

    PROCESSING = "processing"
    PUBLISHED = "published"
    FAILED = "failed"
    REMOVED = "removed"


class Visibility(StrEnum):
    """Who may watch a published post: anybody, or its author only."""

    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True)
class Counts:
    """How often a video was viewed, liked, commented on, shared; how long it was watched and how often to its end."""

    views: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0
    watched_ms: int = 0
    completions: int = 0


@dataclass(frozen=True)
class Video:
    """One post. `realm` is where a clip of another realm is at home, `None` for ours.

    `age_limit` is the age from which people may watch it, in full years; `None` for everybody.
    """

    id: VideoId
    author: AccountId
    asset: AssetId
    state: VideoState
    caption: str
    visibility: Visibility
    allow_comments: bool
    created_at: datetime
    published_at: datetime | None
    counts: Counts = Counts()
    realm: RealmCode | None = None
    age_limit: int | None = None


@dataclass(frozen=True)
class Clip:
    """A post with everything that is needed to show it."""

    video: Video
    author: Person
    asset: Asset
