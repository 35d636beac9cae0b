"""How do people take to a clip? Only what this realm showed to somebody counts, and by the trust they have. Pure.

Whoever wants to raise a clip needs accounts to which the feed itself shows it, and new accounts count little: a
thousand made in an hour count as `1000 * LEAST_TRUST` people.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from reelm.feed.catalogue import Tally
from reelm.feed.counting import is_complete, is_view
from reelm.feed.model import Accepted, EventKind
from reelm.feed.state import SKIP_MS, SKIP_SHARE
from reelm.kernel.ids import VideoId

LEAST_TRUST, TRUSTED_AFTER = 0.05, timedelta(days=7)
_PLACES = {name: place for place, name in enumerate(Tally._fields)}
_ACTS = {
    EventKind.LIKE: "likes",
    EventKind.COMMENT: "comments",
    EventKind.SHARE: "shares",
    EventKind.NOT_INTERESTED: "refusals",
    EventKind.REPORT: "refusals",
}


def trust_in(age: timedelta) -> float:
    """How much somebody counts whose account is so old.

    >>> trust_in(timedelta(0)), trust_in(timedelta(days=3.5)), trust_in(timedelta(days=400))
    (0.05, 0.5, 1.0)
    """
    return min(1.0, max(LEAST_TRUST, age / TRUSTED_AFTER))


def is_skip(watched_ms: int, duration_ms: int) -> bool:
    """Left at once.

    >>> is_skip(1500, 8000), is_skip(1500, 3000), is_skip(2500, 60_000)
    (True, False, False)
    """
    return watched_ms < SKIP_MS and watched_ms < SKIP_SHARE * duration_ms


def plan_tallies(accepted: Iterable[tuple[Accepted, datetime]], now: datetime) -> Mapping[VideoId, Tally]:
    """What each clip's tally grows by: reports of known showings, each with when its viewer's account was made.

    A report that grew takes back what the one before it said.
    """
    sums: dict[VideoId, list[float]] = {}
    for one, joined_at in accepted:
        if not one.known:
            continue
        trust = trust_in(now - joined_at)
        sum_ = sums.setdefault(one.video, [0.0] * len(Tally._fields))
        if one.kind is EventKind.VIEW:
            sum_[_PLACES["shown"]] += one.is_new
            _add_view(sum_, one, trust)
        elif one.is_new and one.kind in _ACTS:
            sum_[_PLACES[_ACTS[one.kind]]] += trust
    return {video: Tally(*sum_) for video, sum_ in sums.items()}


def _add_view(sum_: list[float], one: Accepted, trust: float) -> None:
    for name, rule in (("views", is_view), ("completions", is_complete), ("skips", is_skip)):
        was = not one.is_new and rule(one.before_ms, one.duration_ms)
        sum_[_PLACES[name]] += trust * (rule(one.watched_ms, one.duration_ms) - was)
