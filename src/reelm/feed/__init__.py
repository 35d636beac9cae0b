"""What to show next: skeleton → hydrate → pure rules → present.

Owns `impressions`, what is learned of them, what clips are about in numbers, and what people choose for their feeds.

Promises: a page never shows a clip its viewer may not watch for longer than `FRESH_S`; a watch event answered with
202 is on disk, and counts once however often it comes.
"""

from reelm.feed.choice_store import FEED_CHOICES, list_feed_choices, rename_creator
from reelm.feed.choices import Choices, Kind, Less, is_filtered, is_hidden
from reelm.feed.content import run_describe
from reelm.feed.days import forget_old_showings, make_days_ahead
from reelm.feed.errors import ChoiceNotTaken, EventsNotUnderstood, FeedModeUnknown, TooManyChoices
from reelm.feed.events import parse_events
from reelm.feed.hydrating import Present
from reelm.feed.ingest import Ingest, Sink
from reelm.feed.learning import Learning
from reelm.feed.model import Ended, EventKind, Mode, Reason, WatchEvent
from reelm.feed.pipeline import Feed, Page
from reelm.feed.preferences import (
    Forgotten,
    Preferences,
    choose,
    describe_learned,
    fetch_preferences,
    reset,
    see_as_before,
    see_less,
)
from reelm.feed.profiling import Profiling, may_profile
from reelm.feed.releases import release
from reelm.feed.reports import Reports
from reelm.feed.showings import ShowingKey
from reelm.feed.stockroom import FRESH_S, Stockroom
from reelm.feed.store import WATCH_HISTORY, list_watch_history
from reelm.feed.streaming import Intake, StreamedIntake, store_streamed
from reelm.feed.tables import BELONGINGS, STAYING

__all__ = [
    "BELONGINGS",
    "FEED_CHOICES",
    "FRESH_S",
    "STAYING",
    "WATCH_HISTORY",
    "ChoiceNotTaken",
    "Choices",
    "Ended",
    "EventKind",
    "EventsNotUnderstood",
    "Feed",
    "FeedModeUnknown",
    "Forgotten",
    "Ingest",
    "Intake",
    "Kind",
    "Learning",
    "Less",
    "Mode",
    "Page",
    "Preferences",
    "Present",
    "Profiling",
    "Reason",
    "Reports",
    "ShowingKey",
    "Sink",
    "Stockroom",
    "StreamedIntake",
    "TooManyChoices",
    "WatchEvent",
    "choose",
    "describe_learned",
    "fetch_preferences",
    "forget_old_showings",
    "is_filtered",
    "is_hidden",
    "list_feed_choices",
    "list_watch_history",
    "make_days_ahead",
    "may_profile",
    "parse_events",
    "release",
    "rename_creator",
    "reset",
    "run_describe",
    "see_as_before",
    "see_less",
    "store_streamed",
]
