"""Which days have a partition of their own? Made a week ahead by a job, and when the first report of a day comes."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from reelm.feed.event_store import ByDay, drop_day, hold_days, insert_day
from reelm.feed.tables import SHOWINGS_KEPT
from reelm.infra.db import Database

AHEAD_DAYS = 7
_ONE = timedelta(days=1)


class DaysMissing(Exception):
    """These days have no partition yet, as far as this process knows."""

    def __init__(self, days: set[date]) -> None:
        self.days = days


class Days:
    """Remembers which partitions of a table there are, as one process needs them."""

    def __init__(self, database: Database, table: ByDay = ByDay.IMPRESSIONS) -> None:
        self._database, self._table = database, table
        self._made: set[date] = set()

    def check(self, days: Iterable[date]) -> None:
        """Raises `DaysMissing` where one of these may have no partition: it can't be made inside a transaction."""
        missing = set(days) - self._made
        if missing:
            raise DaysMissing(missing)

    async def make(self, days: Iterable[date]) -> None:
        """Make those that are not there, in a transaction of their own."""
        await make_days(self._database, self._table, days)
        self._made.update(days)


async def make_days(database: Database, table: ByDay, days: Iterable[date]) -> None:
    """Make the partitions of these days that are not there."""
    async with database.write() as unit:
        there = await hold_days(unit, table)
        for day in sorted(days):
            if f"{day:%Y%m%d}" not in there:
                await insert_day(unit, table, day, day + _ONE)


async def make_days_ahead(database: Database, at: datetime) -> None:
    """Today's and those of the coming week, so that no report has to wait for one."""
    for table in ByDay:
        await make_days(database, table, [at.date() + n * _ONE for n in range(AHEAD_DAYS + 1)])


async def forget_old_showings(database: Database, at: datetime) -> None:
    """Drop what was logged of showings before the last `SHOWINGS_KEPT`: a day is one table."""
    first = at.date() - SHOWINGS_KEPT
    async with database.write() as unit:
        for name in await hold_days(unit, ByDay.SHOWINGS):
            if name.isdigit() and name < f"{first:%Y%m%d}":
                await drop_day(unit, ByDay.SHOWINGS, name)
