"""Which round of learning is due? Pure.

Three rounds, each with what the one before it does: `FACTORS` every ten minutes (item factors and the trend), `LISTS`
hourly (the neighbour lists too, and the ranker goes on learning from where it is), `ALL` nightly (the ranker from
nothing, and every day's file anew). Where nothing was watched and nobody's watches went since a round, it is not due:
a cell that nobody uses costs a look at the database every ten minutes. A round that began counts as had, however it
ended, so that one that dies does not try again and again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

NIGHT = time(3, 0)  # UTC
# A little less than the time between two ticks, which come some seconds early or late.
EVERY_FACTORS, EVERY_LISTS = timedelta(minutes=9), timedelta(minutes=59)
# With less to learn from there is no round: what comes of it would be chance.
LEAST_WATCHES, LEAST_PEOPLE = 100, 5


class Round(StrEnum):
    """What is learned anew."""

    FACTORS = "factors"
    LISTS = "lists"
    ALL = "all"


@dataclass(frozen=True)
class Past:
    """When each round began last, itself or within a longer one; `news_at`: the last time that there was news;
    `looked_at`: when it was looked for."""

    began: Mapping[Round, datetime] = field(default_factory=dict[Round, datetime])
    news_at: datetime | None = None
    looked_at: datetime | None = None


def plan_round(now: datetime, past: Past) -> Round | None:
    """The longest that is due, or none.

    >>> noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    >>> plan_round(noon, Past()) is None
    True
    >>> str(plan_round(noon, Past(news_at=noon)))
    'all'
    >>> had = {one: noon - timedelta(minutes=20) for one in Round}
    >>> str(plan_round(noon, Past(had, news_at=noon)))
    'factors'
    >>> plan_round(noon, Past(had, news_at=noon - timedelta(minutes=30))) is None
    True
    """
    night = datetime.combine(now.date(), NIGHT, UTC)
    night = night if night <= now else night - timedelta(days=1)
    latest = {Round.ALL: night, Round.LISTS: now - EVERY_LISTS, Round.FACTORS: now - EVERY_FACTORS}
    for one, before in latest.items():
        began = past.began.get(one)
        is_new = past.news_at is not None and (began is None or past.news_at > began)
        if is_new and (began is None or began < before):
            return one
    return None


def note_began(past: Past, round: Round, now: datetime) -> Past:
    """With this round, and those it holds, begun now."""
    held = list(Round)[: list(Round).index(round) + 1]
    return Past({**past.began, **dict.fromkeys(held, now)}, past.news_at, past.looked_at)


def is_enough(watches: int, people: int) -> bool:
    """Whether there is something to learn from.

    >>> is_enough(LEAST_WATCHES, LEAST_PEOPLE), is_enough(10**6, 1)
    (True, False)
    """
    return watches >= LEAST_WATCHES and people >= LEAST_PEOPLE
