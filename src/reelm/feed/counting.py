"""When does a view count? A pure rule: once an impression was watched for a second, or a shorter clip to its end."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reelm.feed.model import EventKind
from reelm.feed.reports import KINDS, Bools, Ints, Reports
from reelm.kernel.ids import VideoId

VIEW_MS = 1000
COMPLETE_SHARE = 0.9

# Of what was watched and how long the clip is, both in ms.
Rule = Callable[[Ints, Ints], Bools]


class CountChanges(NamedTuple):
    """What reports add to the counts of `videos`, which are sorted: by columns [videos]."""

    videos: list[VideoId]
    views: Ints
    completions: Ints
    watched_ms: Ints
    shares: Ints


def is_view(watched_ms: Ints, duration_ms: Ints) -> Bools:
    """
    >>> is_view(np.array([999, 1000, 700]), np.array([8000, 8000, 700])).tolist()
    [False, True, True]
    """
    return watched_ms >= np.minimum(VIEW_MS, duration_ms)


def is_complete(watched_ms: Ints, duration_ms: Ints) -> Bools:
    """Watched nearly to the end; never without a view.

    >>> is_complete(np.array([7100, 7200, 950]), np.array([8000, 8000, 1000])).tolist()
    [False, True, False]
    """
    return (watched_ms >= COMPLETE_SHARE * duration_ms) & is_view(watched_ms, duration_ms)


def plan_count_changes(reports: Reports) -> CountChanges:
    """What the counts of all clips of these reports grow by; of some by nothing."""
    order = sorted(range(len(reports.videos)), key=reports.videos.__getitem__)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    of = place[reports.video]
    watched = reports.kind == KINDS.index(EventKind.VIEW)
    shared = (reports.kind == KINDS.index(EventKind.SHARE)) & reports.is_new

    def sum_(numbers: NDArray[np.generic]) -> Ints:
        return np.bincount(of, numbers, len(order)).astype(np.int64)

    return CountChanges(
        [reports.videos[at] for at in order],
        views=sum_(watched & grew(reports, is_view)),
        completions=sum_(watched & grew(reports, is_complete)),
        watched_ms=sum_(watched * (reports.watched_ms - reports.before_ms)),
        shares=sum_(shared),
    )


def grew(reports: Reports, rule: Rule) -> Bools:
    """For which of these `rule` holds now and did not before."""
    before = ~reports.is_new & rule(reports.before_ms, reports.duration_ms)
    return rule(reports.watched_ms, reports.duration_ms) & ~before
