"""When does a view count? A pure rule: once an impression was watched for a second, or a shorter clip to its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from reelm.feed.model import EventKind
from reelm.kernel.ids import VideoId

VIEW_MS = 1000
COMPLETE_SHARE = 0.9


@dataclass(frozen=True)
class Report:
    """One impression as it stands after a batch. `before_ms` is `None` where it is new."""

    video: VideoId
    kind: EventKind
    watched_ms: int
    before_ms: int | None
    duration_ms: int


class CountChange(NamedTuple):
    """What a batch adds to a clip's counts."""

    views: int = 0
    completions: int = 0
    watched_ms: int = 0
    shares: int = 0


def is_view(watched_ms: int, duration_ms: int) -> bool:
    """
    >>> is_view(999, 8000), is_view(1000, 8000), is_view(700, 700)
    (False, True, True)
    """
    return watched_ms >= min(VIEW_MS, duration_ms)


def is_complete(watched_ms: int, duration_ms: int) -> bool:
    """Watched nearly to the end; never without a view.

    >>> is_complete(7100, 8000), is_complete(7200, 8000), is_complete(950, 1000)
    (False, True, False)
    """
    return watched_ms >= COMPLETE_SHARE * duration_ms and is_view(watched_ms, duration_ms)


def plan_count_changes(reports: Iterable[Report]) -> dict[VideoId, CountChange]:
    """What each clip's counts grow by; a report that repeats what was known adds nothing."""
    changes: dict[VideoId, CountChange] = {}
    for report in reports:
        old = changes.get(report.video, CountChange())
        before, now, length = report.before_ms or 0, report.watched_ms, report.duration_ms
        new = report.before_ms is None
        if report.kind is EventKind.VIEW:
            changes[report.video] = CountChange(
                old.views + (is_view(now, length) and (new or not is_view(before, length))),
                old.completions + (is_complete(now, length) and (new or not is_complete(before, length))),
                old.watched_ms + now - before,
                old.shares,
            )
        elif report.kind is EventKind.SHARE and new:
            changes[report.video] = old._replace(shares=old.shares + 1)
    return changes
