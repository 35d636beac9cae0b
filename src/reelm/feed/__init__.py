"""What to show next: skeleton → hydrate → pure rules → present. Owns `impressions` and `seen`.

Promises: a page never shows a clip its viewer may not watch for longer than `FRESH_S`; a watch event answered with
202 is on disk.
"""

from reelm.feed.errors import EventsNotUnderstood, FeedModeUnknown
from reelm.feed.events import parse_events, record_events
from reelm.feed.model import Mode, Reason, WatchEvent
from reelm.feed.pipeline import FRESH_S, Feed, Page, Present

__all__ = [
    "FRESH_S",
    "EventsNotUnderstood",
    "Feed",
    "FeedModeUnknown",
    "Mode",
    "Page",
    "Present",
    "Reason",
    "WatchEvent",
    "parse_events",
    "record_events",
]
