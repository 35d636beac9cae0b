"""Which watches may be learned from? Those of people whose feed learns now, copied out of the database day by day.

The files (`day_files.py`) lie in a folder that is closed to others, and know people by their pseudonym only. Today's
and yesterday's are made anew for every round, all of them every night, so that reports that come late are in. In the
others the rows of every pseudonym that is not there any more are left out before anything else is done: after a
reset, plain mode, erasure or a move nothing of what was watched before is learned from again. No day stays longer
than its showings do.

Memory: `AT_ONCE` rows at a time, 10 MB at most, and 16 bytes for each person.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from reelm import realms
from reelm.feed.profiling import Profiling, decide_for
from reelm.feed.tables import SHOWINGS_KEPT
from reelm.feed.training.arrays import Bools, Names
from reelm.feed.training.columns import arrow, parquet
from reelm.feed.training.day_files import SCHEMAS, SHOWINGS, WATCHES, list_days, name_file, read_ids
from reelm.feed.training.export_store import Connection, list_learners, list_showings, list_watches
from reelm.infra.db import HotPool

REMADE_DAYS = 2  # today's and yesterday's
_ONE = timedelta(days=1)
_LISTS: dict[str, Callable[[Connection, date], AsyncGenerator[list[Any]]]] = {
    WATCHES: list_watches,
    SHOWINGS: list_showings,
}


@asynccontextmanager
async def open_snapshot(pool: HotPool) -> AsyncGenerator[Connection]:
    """A connection that sees the database as it is now, whatever is stored meanwhile."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        yield connection


async def list_allowed(connection: Connection, atlas: realms.Atlas, now: datetime) -> Names:
    """The pseudonyms, sorted, of whom the feed may learn from now: their mode, their age and where they live."""

    @lru_cache(maxsize=100_000)
    def may_learn(born: date, country: str, region: str | None, mode: str) -> bool:
        return decide_for(atlas, born, country, region, mode=mode, now=now) is Profiling.LEARNS

    found = bytearray()
    async for one in list_learners(connection):
        if may_learn(one.birth_date, one.country, one.region, one.mode):
            found += one.pseudonym
    return np.sort(np.frombuffer(bytes(found), "S16"))


def forget(folder: Path, allowed: Names, today: date) -> int:
    """Take out of every file the rows of others than these, and delete days that are too old; how many rows went.

    Raises `OSError`.
    """
    first, gone = f"{today - SHOWINGS_KEPT:%Y%m%d}", 0
    for left in folder.glob(".*.part"):
        left.unlink()
    for kind in SCHEMAS:
        for day in list_days(folder, kind):
            path = folder / name_file(kind, day)
            if day < first:
                path.unlink()
            else:
                gone += _leave_out(path, allowed)
    return gone


async def export(connection: Connection, folder: Path, allowed: Names, today: date, *, whole: bool) -> None:
    """Write the files of the last days into the folder; of all that are kept with `whole`, or where one is missing.

    Raises `OSError`. Each file is there whole or not at all.
    """
    for kind, list_rows in _LISTS.items():
        there = {name_file(kind, day) for day in list_days(folder, kind)}
        for back in range(SHOWINGS_KEPT.days + 1):
            day = today - back * _ONE
            path = folder / name_file(kind, f"{day:%Y%m%d}")
            if whole or back < REMADE_DAYS or path.name not in there:
                await _write(path, kind, list_rows(connection, day), allowed)


async def _write(path: Path, kind: str, batches: AsyncGenerator[list[Any]], allowed: Names) -> None:
    schema, made = SCHEMAS[kind], path.with_name(f".{path.name}.part")
    with parquet.ParquetWriter(made, schema) as writer:
        async for rows in batches:
            columns = zip(*(tuple(row) for row in rows), strict=True)
            arrays = [arrow.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            await asyncio.to_thread(writer.write_table, _keep(arrow.table(arrays, schema=schema), allowed))
    made.chmod(0o600)
    made.replace(path)


def _keep(table: Any, allowed: Names) -> Any:
    known = _are_among(read_ids(table["person"]), allowed)
    return table if known.all() else table.filter(arrow.array(known))


def _are_among(people: Names, allowed: Names) -> Bools:
    """Which of these are among those `allowed`, who are sorted; many times as fast as `np.isin` for text."""
    if not len(allowed):
        return np.zeros(len(people), np.bool_)
    return allowed[np.minimum(np.searchsorted(allowed, people), len(allowed) - 1)] == people


def _leave_out(path: Path, allowed: Names) -> int:
    """Write the file anew without the rows of others, where it has any; a row group at a time."""
    with parquet.ParquetFile(path) as file:
        groups = range(file.num_row_groups)
        people = (file.read_row_group(group, ["person"])["person"].unique() for group in groups)
        if all(_are_among(read_ids(arrow.chunked_array([one])), allowed).all() for one in people):
            return 0
        made, kept = path.with_name(f".{path.name}.part"), 0
        with parquet.ParquetWriter(made, file.schema_arrow) as writer:
            for group in groups:
                table = _keep(file.read_row_group(group), allowed)
                kept += len(table)
                writer.write_table(table)
        gone = file.metadata.num_rows - kept
    made.chmod(0o600)
    made.replace(path)
    return gone
