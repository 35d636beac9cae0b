"""By when must something be done? Pure: a clock of the law, and the moment at which it began.

Days are counted in the time zone of the law, without the day on which it began, and end with the day. Where a law
lets a period run on over a holiday at its end, that is not used: a deadline here is never later than the law's own.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from reelm.law.model import Clock, Law, Rule, Unit

if TYPE_CHECKING:
    from collections.abc import Container

_WARNED = timedelta(days=1)


class Standing(StrEnum):
    """How something stands to its deadline. `DUE` is the last day before it: the alarm."""

    RUNNING = "running"
    DUE = "due"
    OVERDUE = "overdue"


def decide_standing(due: datetime, now: datetime) -> Standing:
    """
    >>> due = datetime(2026, 3, 31, tzinfo=UTC)
    >>> [str(decide_standing(due, due - timedelta(hours=hours))) for hours in (25, 24, 0)]
    ['running', 'due', 'overdue']
    """
    if now >= due:
        return Standing.OVERDUE
    return Standing.DUE if due - now <= _WARNED else Standing.RUNNING


def due_at(law: Law, rule: Rule, began: datetime, *, extended: bool = False) -> datetime:
    """The moment at which it is too late. An extension counts on from the deadline before it."""
    due = count_to(rule.clock, began, law.zone)
    if extended and rule.extension is not None:
        due = count_to(rule.extension, due - timedelta(seconds=1), law.zone)
    return due


def last_day(due: datetime, zone: str) -> date:
    """The day with which a period ends, as people say it, in the time zone of the law.

    >>> last_day(datetime(2027, 1, 1, 5, tzinfo=UTC), "America/Toronto").isoformat()
    '2026-12-31'
    """
    return (due - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date()


def count_to(clock: Clock, began: datetime, zone: str) -> datetime:
    """The end of a period that begins at `began`, as UTC.

    Months end on the day of the same number, or on the last of the month (Regulation (EEC) 1182/71, Art. 3(2)(c)).

    >>> began = datetime(2026, 1, 31, 12, tzinfo=UTC)
    >>> count_to(Clock(1, Unit.MONTHS), began, "UTC").isoformat()
    '2026-03-01T00:00:00+00:00'
    >>> count_to(Clock(72, Unit.HOURS), began, "UTC").isoformat()
    '2026-02-03T12:00:00+00:00'
    >>> count_to(Clock(2, Unit.BUSINESS_DAYS, "CA-BC"), datetime(2026, 12, 24, 20, tzinfo=UTC), "UTC").isoformat()
    '2026-12-30T00:00:00+00:00'
    """
    if clock.unit is Unit.HOURS:
        return (began + timedelta(hours=clock.count)).astimezone(UTC)
    local = began.astimezone(ZoneInfo(zone))
    last = _find_last(clock, local.date())
    return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def _find_last(clock: Clock, first: date) -> date:
    if clock.unit is Unit.DAYS:
        return first + timedelta(days=clock.count)
    if clock.unit is Unit.MONTHS:
        return _add_months(first, clock.count)
    closed, day, left = _holidays(clock.holidays), first, clock.count
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < calendar.SATURDAY and day not in closed
    return day


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@lru_cache
def _holidays(place: str | None) -> "Container[date]":
    """Public holidays there, Saturdays and Sundays aside."""
    if place is None:
        return frozenset[date]()
    from holidays import country_holidays  # noqa: PLC0415  for one province only, and not quick to load

    country, _, part = place.partition("-")
    return cast("Container[date]", country_holidays(country, subdiv=part or None))
