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


class Told(NamedTuple):
    """One act of one showing as all reports of a moment together tell it; `day` is that of its id."""

    day: date
    impression: ImpressionId
    kind: EventKind
    video: VideoId
    viewer: AccountId | None
    watched_ms: int
    replays: int
    ended: Ended | None
    known: bool
    at: datetime
    received_at: datetime
    duration_ms: int


class Before(NamedTuple):
    """What was stored of it."""

    watched_ms: int
    replays: int
    ended: Ended | None


class News(NamedTuple):
    """What has to be stored: rows that are new, rows that have grown, and what both tell."""

    new: list[Told]
    grown: list[Told]
    accepted: dict[AccountId | None, list[Accepted]]


def merge(
    batches: Iterable[Batch], durations: Mapping[VideoId, int], key: ShowingKey
) -> tuple[dict[Key, Told], list[int]]:
    """Every showing once, in no order; and how many acts each batch told of.

    Clips without a duration can't be watched: what is told of them is left out.
    """
    told: dict[Key, Told] = {}
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
            one = Told(
                _day(of_ms // DAY_MS), impression, event.kind, event.video, viewer,
                watched_ms, replays, event.ended, known, at, received_at, duration_ms,
            )  # fmt: skip
            other = told.get(name)
            told[name] = one if other is None else _join(other, one)
            touched.add(name)
        counts.append(len(touched))
    return told, counts


@lru_cache(maxsize=64)
def _day(number: int) -> date:
    return _FIRST_DAY + timedelta(days=number)


def _join(one: Told, other: Told) -> Told:
    """The most of two reports; how it ended is told by the one that watched longer."""
    ended = (other.ended or one.ended) if other.watched_ms >= one.watched_ms else (one.ended or other.ended)
    return one._replace(
        watched_ms=max(one.watched_ms, other.watched_ms), replays=max(one.replays, other.replays), ended=ended
    )


def compare(told: Mapping[Key, Told], before: Mapping[Key, Before]) -> News:
    """What of it was not known; reports that repeat or tell less are left out."""
    news = News([], [], {})
    for name, one in told.items():
        was = before.get(name)
        if was is None:
            news.new.append(one)
            _accept(news, one, None)
            continue
        ended = (one.ended or was.ended) if one.watched_ms >= was.watched_ms else (was.ended or one.ended)
        now = Before(max(one.watched_ms, was.watched_ms), max(one.replays, was.replays), ended)
        if now != was:
            grown = one._replace(watched_ms=now.watched_ms, replays=now.replays, ended=now.ended)
            news.grown.append(grown)
            _accept(news, grown, was)
    return news


def _accept(news: News, one: Told, was: Before | None) -> None:
    accepted = Accepted(
        one.impression, one.video, one.kind, one.watched_ms, one.replays, one.ended, one.duration_ms, one.at,
        one.known, was is None, was.watched_ms if was else 0,
    )  # fmt: skip
    news.accepted.setdefault(one.viewer, []).append(accepted)
