"""What of a report can be true? Pure rules: clamp or leave as it is. `docs/reference/events.md` has the table.

What can't be an event at all is refused where a batch is read (`events.py`).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from reelm.feed.model import WatchEvent
from reelm.feed.showings import ShowingKey, unix_ms
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

_SHOWING_LASTS_MS = SHOWING_LASTS // timedelta(milliseconds=1)


class Judged(NamedTuple):
    """A report as it may count: under which showing, and with what of it clamped. `of_ms` is the time of its id."""

    impression: ImpressionId
    of_ms: int
    viewer: AccountId | None
    known: bool
    watched_ms: int
    replays: int
    at: datetime


class Judge:
    """How may the reports of one batch count? In whole milliseconds: this runs for each of thousands a second.

    A showing that is ours, for this viewer and clip and not too old, is known. Anything else comes from outside.
    A showing to nobody stays nobody's, whoever reports it: it was made in plain mode.
    """

    def __init__(self, key: ShowingKey, viewer: AccountId | None, received_at: datetime) -> None:
        self._viewer = viewer
        self._showings, self._of_nobody = key.towards(viewer), key.towards(None)
        self._received_at = received_at
        self._received_ms = unix_ms(received_at)

    def judge(self, event: WatchEvent, duration_ms: int) -> Judged:
        """One report of a clip that lasts `duration_ms`."""
        viewer, shown_ms = self._viewer, self._showings.read(event.impression, event.video)
        if shown_ms is None and viewer is not None:
            viewer, shown_ms = None, self._of_nobody.read(event.impression, event.video)
        if shown_ms is None:
            return self._judge_outside(event, duration_ms)
        since_ms = self._received_ms - shown_ms
        if not -SLACK_MS <= since_ms <= _SHOWING_LASTS_MS:
            return self._judge_outside(event, duration_ms)
        most_ms = max(0, since_ms) + SLACK_MS
        watched_ms = min(event.watched_ms, most_ms)
        replays = 0
        if event.replays or watched_ms > duration_ms:
            replays = clamp_replays(event.replays, watched_ms, duration_ms, most_ms // (duration_ms or 1))
            watched_ms = clamp_watched(watched_ms, duration_ms, replays)
        at, received_at = event.at, self._received_at
        if at > received_at or at.timestamp() * 1000 < shown_ms:
            at = received_at
        return Judged(event.impression, shown_ms, viewer, True, watched_ms, replays, at)

    def _judge_outside(self, event: WatchEvent, duration_ms: int) -> Judged:
        replays = clamp_replays(event.replays, event.watched_ms, duration_ms, MOST_LOOPS_OUTSIDE - 1)
        name = self._showings.name_outside(event.impression, event.video, self._received_ms)
        watched_ms = clamp_watched(event.watched_ms, duration_ms, replays)
        is_possible = self._received_at - OLDEST <= event.at <= self._received_at
        at = event.at if is_possible else self._received_at
        return Judged(name, self._received_ms, self._viewer, False, watched_ms, replays, at)


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
