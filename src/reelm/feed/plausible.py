"""What of a report can be true? Pure rules: clamp or leave as it is. `docs/reference/events.md` has the table.

What can't be an event at all is refused where a batch is read (`events.py`).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from reelm.feed.model import WatchEvent
from reelm.feed.showings import ShowingKey
from reelm.kernel.ids import AccountId, ImpressionId

# How long after a showing its reports are taken as reports of it; later ones count like any from outside.
SHOWING_LASTS = timedelta(days=7)
# Clocks of processes differ, and a clip plays on while its report is on its way.
SLACK_MS = 5000
# A loop may be a little longer than what the container says.
LOOP_SLACK_MS = 1000
# Where nobody knows since when somebody could have been watching.
MOST_LOOPS_OUTSIDE = 10
MOST_REPLAYS = 10_000
OLDEST = timedelta(days=30)

_MS = timedelta(milliseconds=1)


class Judged(NamedTuple):
    """A report as it may count: under which showing, and with what of it clamped."""

    impression: ImpressionId
    known: bool
    watched_ms: int
    replays: int
    at: datetime


def judge(
    event: WatchEvent, key: ShowingKey, viewer: AccountId | None, duration_ms: int, received_at: datetime
) -> Judged:
    """How one report of a clip that lasts `duration_ms` may count.

    A showing that is ours, for this viewer and clip and not too old, is known. Anything else comes from outside.
    """
    shown_at = key.read(event.impression, viewer, event.video)
    if shown_at is None or not is_fresh(shown_at, received_at):
        most_ms = clamp_replays(event.replays, event.watched_ms, duration_ms, MOST_LOOPS_OUTSIDE - 1)
        at = clamp_at(event.at, received_at - OLDEST, received_at)
        name = key.name_outside(viewer, event.impression, event.video, received_at)
        return Judged(name, False, clamp_watched(event.watched_ms, duration_ms, most_ms), most_ms, at)
    most_ms = max(0, (received_at - shown_at) // _MS) + SLACK_MS
    watched_ms = min(event.watched_ms, most_ms)
    replays = clamp_replays(event.replays, watched_ms, duration_ms, most_ms // max(duration_ms, 1))
    at = clamp_at(event.at, min(shown_at, received_at), received_at)
    return Judged(event.impression, True, clamp_watched(watched_ms, duration_ms, replays), replays, at)


def is_fresh(shown_at: datetime, received_at: datetime) -> bool:
    """Whether a showing is young enough to be reported, and not from the future."""
    return -SLACK_MS * _MS <= received_at - shown_at <= SHOWING_LASTS


def clamp_replays(told: int | None, watched_ms: int, duration_ms: int, most: int) -> int:
    """How often it began again; worked out from what was watched where a client does not tell.

    >>> clamp_replays(3, 40_000, 10_000, 9), clamp_replays(None, 25_000, 10_000, 9), clamp_replays(500, 0, 10_000, 9)
    (3, 2, 9)
    """
    if told is None:
        told = max(0, watched_ms - 1) // duration_ms if duration_ms else 0
    return min(told, most, MOST_REPLAYS)


def clamp_watched(watched_ms: int, duration_ms: int, replays: int) -> int:
    """No longer than all the loops of a clip; of a clip of unknown length as told.

    >>> clamp_watched(86_000_000, 8000, 0), clamp_watched(17_000, 8000, 1), clamp_watched(500, 0, 0)
    (9000, 17000, 500)
    """
    return min(watched_ms, duration_ms * (replays + 1) + LOOP_SLACK_MS) if duration_ms else watched_ms


def clamp_at(told: datetime, earliest: datetime, received_at: datetime) -> datetime:
    """When it happened; a time that nobody can have becomes that of its arrival."""
    return told if earliest <= told <= received_at else received_at
