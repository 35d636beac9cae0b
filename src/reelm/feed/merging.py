"""What do many reports come to? Each showing once, with the most that was told; and what of it is new. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from reelm.feed.model import Accepted, Ended, EventKind, WatchEvent
from reelm.feed.plausible import Judge
from reelm.feed.showings import DAY_MS, ShowingKey
from reelm.kernel.ids import AccountId, ImpressionId, VideoId

Key = tuple[ImpressionId, EventKind]

_FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True)
class Batch:
    """What one request told, and who told it; `None` is nobody."""

    events: Sequence[WatchEvent]
    viewer: AccountId | None
    received_at: datetime


class Before(NamedTuple):
    """What was stored of it."""

    watched_ms: int
    replays: int
    ended: Ended | None


class News(NamedTuple):
    """What has to be stored: rows that are new, and rows that have grown, each with what was stored before."""

    new: list[Accepted]
    grown: list[tuple[Accepted, Before]]


def merge(
    batches: Iterable[Batch], durations: Mapping[VideoId, int], key: ShowingKey
) -> tuple[dict[Key, Accepted], list[int]]:
    """Every showing once, in no order; and how many acts each batch told of.

    Clips without a duration can't be watched: what is told of them is left out.
    """
    told: dict[Key, Accepted] = {}
    counts: list[int] = []
    for batch in batches:
        touched: set[Key] = set()
        received_at = batch.received_at
        judge = Judge(key, batch.viewer, received_at).judge
        for event in batch.events:
            duration_ms = durations.get(event.video)
            if duration_ms is None:
                continue
            impression, of_ms, viewer, known, watched_ms, replays, at = judge(event, duration_ms)
            name = (impression, event.kind)
            one = Accepted(
                _day(of_ms // DAY_MS), impression, event.kind, event.video, viewer,
                watched_ms, replays, event.ended, known, at, received_at, duration_ms,
            )  # fmt: skip
            other = told.setdefault(name, one)
            if other is not one:
                told[name] = _join(other, one)
            touched.add(name)
        counts.append(len(touched))
    return told, counts


@lru_cache(maxsize=64)
def _day(number: int) -> date:
    return _FIRST_DAY + timedelta(days=number)


def _join(one: Accepted, other: Accepted) -> Accepted:
    """The most of two reports; how it ended is told by the one that watched longer."""
    ended = (other.ended or one.ended) if other.watched_ms >= one.watched_ms else (one.ended or other.ended)
    return one._replace(
        watched_ms=max(one.watched_ms, other.watched_ms), replays=max(one.replays, other.replays), ended=ended
    )


def compare(told: Mapping[Key, Accepted], before: Mapping[Key, Before]) -> News:
    """What of it was not known; reports that repeat or tell less are left out."""
    if not before:
        return News(list(told.values()), [])
    news = News([], [])
    for name, one in told.items():
        was = before.get(name)
        if was is None:
            news.new.append(one)
            continue
        ended = (one.ended or was.ended) if one.watched_ms >= was.watched_ms else (was.ended or one.ended)
        now = Before(max(one.watched_ms, was.watched_ms), max(one.replays, was.replays), ended)
        if now != was:
            grown = one._replace(
                watched_ms=now.watched_ms, replays=now.replays, ended=ended, is_new=False, before_ms=was.watched_ms
            )
            news.grown.append((grown, was))
    return news
