"""What to show next: skeleton → hydrate → pure rules → present. Owns `impressions` and `seen`.

Promises: a page never shows a clip its viewer may not watch for longer than `FRESH_S`; a watch event answered with
202 is on disk.
"""

from reelm.feed.errors import EventsNotUnderstood, FeedModeUnknown
from reelm.feed.events import parse_events, record_events
from reelm.feed.model import Mode, Reason, WatchEvent
from reelm.feed.pipeline import FRESH_S, Feed, Page, Present
from reelm.feed.releases import release
from reelm.feed.store import WATCH_HISTORY, list_watch_history
from reelm.feed.tables import BELONGINGS

__all__ = [
    "BELONGINGS",
    "FRESH_S",
    "WATCH_HISTORY",
    "EventsNotUnderstood",
    "Feed",
    "FeedModeUnknown",
    "Mode",
    "Page",
    "Present",
    "Reason",
    "WatchEvent",
    "list_watch_history",
    "parse_events",
    "record_events",
    "release",
]
