"""When does a view count? A pure rule: once an impression was watched for a second, or a shorter clip to its end."""

from collections.abc import Iterable
from typing import NamedTuple

from reelm.feed.model import Accepted, EventKind
from reelm.kernel.ids import VideoId

VIEW_MS = 1000
COMPLETE_SHARE = 0.9


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


def plan_count_changes(accepted: Iterable[Accepted]) -> dict[VideoId, CountChange]:
    """What each clip's counts grow by; a report that repeats what was known adds nothing."""
    sums: dict[VideoId, list[int]] = {}
    for one in accepted:
        if one.kind is EventKind.VIEW:
            now, before, length = one.watched_ms, one.before_ms, one.duration_ms
            sum_ = sums.setdefault(one.video, [0, 0, 0, 0])
            if is_view(now, length):
                was_view = not one.is_new and is_view(before, length)
                sum_[0] += not was_view
                sum_[1] += is_complete(now, length) and not (was_view and is_complete(before, length))
            sum_[2] += now - before
        elif one.kind is EventKind.SHARE and one.is_new:
            sums.setdefault(one.video, [0, 0, 0, 0])[3] += 1
    return {video: CountChange(*sum_) for video, sum_ in sums.items()}
