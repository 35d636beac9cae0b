"""How do the hot routes look from outside? Endpoints that nobody reaches: they lend their shape to OpenAPI.

`hot.ROUTES` stand before these in the app and answer first. `tests/house` compares the two.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from reelm import accounts, feed
from reelm.kernel.cursors import CursorNotOurs
from reelm.web.depends import Limit
from reelm.web.problems import problems
from reelm.web.refusals import BodyTooLarge, RequestNotUnderstood
from reelm.web.views.clips import VideoView, YouView

router = APIRouter(prefix="/api/v1", tags=["feed"])


class CauseView(BaseModel):
    """One thing that put a clip on the page, and its share in that, of 1.

    `video_id` is the clip that was watched or liked, or that it resembles (`content`); `tag` the hashtag. `creator`
    and `sound` are the clip's own.
    """

    kind: Literal[
        "watched",
        "liked",
        "content",
        "creator",
        "tag",
        "sound",
        "language",
        "popular",
        "fresh",
        "following",
        "explore",
    ]
    share: Annotated[float, Field(ge=0, le=1)]
    video_id: UUID | None = None
    tag: str | None = None


class WhyView(BaseModel):
    """Which source named a clip, and what truly raised its score, most first."""

    source: Literal[
        "neighbours",
        "factors",
        "trend",
        "following",
        "affinity",
        "content",
        "popular",
        "newest",
        "explore",
        "seen_before",
    ]
    explored: bool
    parts: list[CauseView]


class FeedItemView(BaseModel):
    """One showing of one clip. `impression_id` goes into the events that tell how it was watched."""

    impression_id: UUID
    video: VideoView
    reason: feed.Reason
    why: WhyView
    you: YouView


class FeedPage(BaseModel):
    items: list[FeedItemView]
    next_cursor: str | None


class EventView(BaseModel):
    """`watched_ms` is the total of this showing so far; a report may be repeated and only ever raises it.

    `replays` is how often the clip began again after its end. `ended` tells how it ended: `skipped` on the way,
    `finished` where it had been played to its end, `left` with the page.
    """

    impression_id: UUID | None = None
    video_id: UUID
    kind: Literal["view", "like", "comment", "share", "follow", "not_interested", "report"]
    watched_ms: Annotated[int, Field(ge=0, le=86_400_000)] = 0
    replays: Annotated[int, Field(ge=0, le=10_000)] | None = None
    ended: Literal["skipped", "finished", "left"] | None = None
    at: datetime


class EventBatch(BaseModel):
    events: Annotated[list[EventView], Field(max_length=200)]


class EventsStored(BaseModel):
    stored: int


@router.get(
    "/feed",
    responses=problems(
        CursorNotOurs, accounts.NotSignedIn, accounts.SessionEnded, feed.FeedModeUnknown, RequestNotUnderstood
    ),
)
async def get_feed(limit: Limit = 10, cursor: str | None = None, mode: feed.Mode | None = None) -> FeedPage:
    """One page of clips to watch. `following` needs an account."""
    raise AssertionError("the route of hot.ROUTES answers first")


@router.post("/events", status_code=202, responses=problems(feed.EventsNotUnderstood, BodyTooLarge))
async def post_events(batch: EventBatch) -> EventsStored:
    """Report what was watched; 202 once the batch is durable. Nobody needs to be signed in."""
    raise AssertionError("the route of hot.ROUTES answers first")
