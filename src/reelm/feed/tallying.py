"""How do people take to a clip? Only what this realm showed to somebody counts, and by the trust they have. Pure.

Whoever wants to raise a clip needs accounts to which the feed itself shows it, and new accounts count little: a
thousand made in an hour count as `1000 * LEAST_TRUST` people.
"""

from datetime import timedelta
from typing import NamedTuple

import numpy as np

from reelm.feed.catalogue import Numbers, Tally
from reelm.feed.counting import grew, is_complete, is_view
from reelm.feed.model import EventKind
from reelm.feed.reports import KINDS, Bools, Doubles, Ints, Reports
from reelm.feed.state import SKIP_MS, SKIP_SHARE
from reelm.kernel.ids import VideoId

LEAST_TRUST, TRUSTED_AFTER = 0.05, timedelta(days=7)
_ACTS = {
    EventKind.LIKE: "likes",
    EventKind.COMMENT: "comments",
    EventKind.SHARE: "shares",
    EventKind.NOT_INTERESTED: "refusals",
    EventKind.REPORT: "refusals",
}


class Tallies(NamedTuple):
    """By what the tallies of `videos` grow, [videos, fields of `Tally`]. A clip may come more than once."""

    videos: list[VideoId]
    numbers: Numbers


def trust_in(age: timedelta) -> float:
    """How much somebody counts whose account is so old.

    >>> trust_in(timedelta(0)), trust_in(timedelta(days=3.5)), trust_in(timedelta(days=400))
    (0.05, 0.5, 1.0)
    """
    return min(1.0, max(LEAST_TRUST, age / TRUSTED_AFTER))


def is_skip(watched_ms: Ints, duration_ms: Ints) -> Bools:
    """Left at once.

    >>> is_skip(np.array([1500, 1500, 2500]), np.array([8000, 3000, 60_000])).tolist()
    [True, False, False]
    """
    return (watched_ms < SKIP_MS) & (watched_ms < SKIP_SHARE * duration_ms)


def plan_tallies(reports: Reports, trust: Doubles) -> Tallies:
    """What each clip's tally grows by, where each viewer is trusted so much, [reports]; nobody is not trusted at all.

    Reports of what this realm did not show are left out, and those of nobody. One that grew takes
    back what the one before it said.
    """
    numbers = np.zeros((len(reports.videos), len(Tally._fields)), np.float32)
    counted = reports.known & (trust > 0)
    known = np.where(counted, trust, 0.0)
    watched = reports.kind == KINDS.index(EventKind.VIEW)

    def add(name: str, by: Doubles) -> None:
        numbers[:, Tally._fields.index(name)] += np.bincount(reports.video, by, len(reports.videos))

    add("shown", (watched & counted & reports.is_new) * 1.0)
    add("views", known * (watched & grew(reports, is_view)))
    add("completions", known * (watched & grew(reports, is_complete)))
    skipped = is_skip(reports.watched_ms, reports.duration_ms) * 1.0
    before = ~reports.is_new & is_skip(reports.before_ms, reports.duration_ms)
    add("skips", known * watched * (skipped - before))
    for kind, name in _ACTS.items():
        add(name, known * (reports.is_new & (reports.kind == KINDS.index(kind))))
    some = np.unique(reports.video[counted])
    return Tallies([reports.videos[at] for at in some.tolist()], numbers[some])
