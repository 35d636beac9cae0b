"""What to show next: skeleton → hydrate → pure rules → present. Owns `impressions` and `seen`.

Promises: a page never shows a clip its viewer may not watch for longer than `FRESH_S`; a watch event answered with
202 is on disk, and counts once however often it comes.
"""

from reelm.feed.days import make_days_ahead
from reelm.feed.errors import EventsNotUnderstood, FeedModeUnknown
from reelm.feed.events import parse_events
from reelm.feed.ingest import Ingest, OnCounts, Sink
from reelm.feed.model import Accepted, Ended, EventKind, Mode, Reason, WatchEvent
from reelm.feed.pipeline import FRESH_S, Feed, Page, Present
from reelm.feed.releases import release
from reelm.feed.showings import ShowingKey
from reelm.feed.store import WATCH_HISTORY, list_watch_history
from reelm.feed.streaming import Intake, StreamedIntake, store_streamed
from reelm.feed.tables import BELONGINGS

__all__ = [
    "BELONGINGS",
    "FRESH_S",
    "WATCH_HISTORY",
    "Accepted",
    "Ended",
    "EventKind",
    "EventsNotUnderstood",
    "Feed",
    "FeedModeUnknown",
    "Ingest",
    "Intake",
    "Mode",
    "OnCounts",
    "Page",
    "Present",
    "Reason",
    "ShowingKey",
    "Sink",
    "StreamedIntake",
    "WatchEvent",
    "list_watch_history",
    "make_days_ahead",
    "parse_events",
    "release",
    "store_streamed",
]
