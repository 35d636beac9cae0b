"""The queries of taking reports in: raw asyncpg, one statement for all the people who report at the same moment.

Reports of one clip wait for each other at the row of its counts. That another process stored something of the same
showing meanwhile shows in a row that is there already, or is not as it was read: then all of it is tried again.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from reelm.feed.counting import CountChanges
from reelm.feed.merging import Before, Key
from reelm.feed.model import Accepted, Ended, EventKind
from reelm.feed.rows import COLUMNS, write_rows
from reelm.infra.db import WriteUnit, write_numbers, write_uuids
from reelm.kernel.ids import AccountId, VideoId

# An asyncpg connection in a transaction.
Connection = Any

# Whoever is moving to another realm counts as nobody: what is theirs has been copied. Nobody is frozen or erased
# before these reports are stored.
_RECOGNISE = """
    SELECT s.token_hash, s.account_id, a.birth_date, a.country, a.region, p.mode
    FROM sessions s JOIN accounts a ON a.id = s.account_id LEFT JOIN feed_people p ON p.account_id = a.id
    WHERE s.token_hash = ANY($1::bytea[]) AND s.expires_at > $2 AND a.frozen_at IS NULL FOR SHARE OF a
"""

_HOLD_PEOPLE = """
    SELECT a.id, a.id, a.birth_date, a.country, a.region, p.mode
    FROM accounts a LEFT JOIN feed_people p ON p.account_id = a.id
    WHERE a.id = ANY($1::uuid[]) AND a.frozen_at IS NULL FOR SHARE OF a
"""

_LENGTHS = """
    SELECT v.id, coalesce(a.duration_ms, 0) FROM videos v LEFT JOIN assets a ON a.id = v.asset_id
    WHERE v.id = ANY($1::text::uuid[]) AND v.state = 'published'
    UNION ALL
    SELECT id, duration_ms FROM foreign_clips WHERE id = ANY($1::text::uuid[])
"""

_BEFORE = """
    SELECT id, kind, watched_ms, replays, ended FROM impressions WHERE day = $1 AND id = ANY($2::text::uuid[])
"""

_GROW = """
    UPDATE impressions i SET watched_ms = t.watched_ms, replays = t.replays, ended = t.ended
    FROM unnest($1::date[], $2::text::uuid[], $3::text[], $4::text::int[], $5::text::int[], $6::text[],
                $7::text::int[], $8::text::int[])
        AS t(day, id, kind, watched_ms, replays, ended, was_ms, were_replays)
    WHERE i.day = t.day AND i.day BETWEEN $9 AND $10 AND i.id = t.id AND i.kind = t.kind
        AND i.watched_ms = t.was_ms AND i.replays = t.were_replays
"""

_COUNT = """
    UPDATE video_counts c SET views = c.views + t.views, completions = c.completions + t.completions,
        watched_ms = c.watched_ms + t.watched_ms, shares = c.shares + t.shares
    FROM unnest($1::text::uuid[], $2::text::int[], $3::text::int[], $4::text::bigint[], $5::text::int[])
        AS t(video_id, views, completions, watched_ms, shares)
    WHERE c.video_id = t.video_id
"""

_HOLD_DAYS = text("SELECT pg_advisory_xact_lock(7033502)")
_DAYS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '{table}'::regclass"
_HAS_ROWS = "SELECT EXISTS (SELECT FROM {table}_rest WHERE day = :day)"
_MAKE_DAY = """
    CREATE TABLE IF NOT EXISTS {table}_{name} PARTITION OF {table} FOR VALUES FROM ('{day}') TO ('{next}')
    WITH (fillfactor = 85)
"""


class Overtaken(Exception):
    """Something changed after it was read: nothing of this transaction may stay, and it may be tried again."""


class ByDay(StrEnum):
    """The tables of which a day is a table of its own."""

    IMPRESSIONS = "impressions"
    SHOWINGS = "showings"


class Teller(NamedTuple):
    """Who reports, and what decides whether a feed may learn from them; `mode` is `None` where none was chosen."""

    account: AccountId
    birth_date: date
    country: str
    region: str | None
    mode: str | None


async def recognise(connection: Connection, tokens: Sequence[bytes], at: datetime) -> dict[bytes, Teller]:
    """Whose these hashed tokens are, where their sessions last; they stay as they are until the transaction ends."""
    return {row[0]: Teller(*row[1:]) for row in await connection.fetch(_RECOGNISE, tokens, at)}


async def hold_people(connection: Connection, people: Sequence[AccountId]) -> dict[AccountId, Teller]:
    """Who of these may still report; they stay as they are until the transaction ends."""
    return {row[0]: Teller(*row[1:]) for row in await connection.fetch(_HOLD_PEOPLE, people)}


async def list_lengths(connection: Connection, clips: Sequence[VideoId]) -> list[tuple[VideoId, int]]:
    """How long each of these lasts, in ms, that may be watched."""
    return [(VideoId(row[0]), row[1]) for row in await connection.fetch(_LENGTHS, write_uuids(clips))]


async def find_before(connection: Connection, told: Mapping[Key, Accepted]) -> dict[Key, Before]:
    """What has been told of these showings."""
    days: dict[date, set[UUID]] = {}
    for key, one in told.items():
        days.setdefault(one.day, set()).add(key[0])
    return {
        (row[0], EventKind(row[1])): Before(row[2], row[3], Ended(row[4]) if row[4] else None)
        for day, ids in sorted(days.items())
        for row in await connection.fetch(_BEFORE, day, write_uuids(ids))
    }


async def insert_told(connection: Connection, told: Sequence[Accepted]) -> None:
    """Store what is new, by COPY."""
    rows = BytesIO(write_rows(told))
    await connection.copy_to_table("impressions", source=rows, columns=COLUMNS, format="binary")


async def update_told(connection: Connection, grown: Sequence[tuple[Accepted, Before]]) -> None:
    """Store what has grown. Raises `Overtaken` where one of it is not as it was `Before`."""
    told, before = zip(*grown, strict=True)
    days = [one.day for one in told]
    done = await connection.execute(
        _GROW,
        days,
        write_uuids(one.impression for one in told),
        [one.kind for one in told],
        write_numbers(one.watched_ms for one in told),
        write_numbers(one.replays for one in told),
        [one.ended for one in told],
        write_numbers(one.watched_ms for one in before),
        write_numbers(one.replays for one in before),
        min(days),
        max(days),
    )
    if done != f"UPDATE {len(told)}":
        raise Overtaken


async def update_counts(connection: Connection, changes: CountChanges) -> None:
    """Add to the counts of clips; nobody else counts them or takes them away until the transaction ends.

    Raises `Overtaken` where one of them is gone.
    """
    columns = (column.tolist() for column in changes[1:])
    done = await connection.execute(_COUNT, write_uuids(changes.videos), *map(write_numbers, columns))
    if done != f"UPDATE {len(changes.videos)}":
        raise Overtaken


async def hold_days(unit: WriteUnit, table: ByDay) -> set[str]:
    """The names of the days that have a partition of their own; nobody else makes one until the end."""
    await unit.scalar(_HOLD_DAYS)
    return {str(name).rpartition("_")[2] for name in await unit.scalars(text(_DAYS.format(table=table)))}


async def insert_day(unit: WriteUnit, table: ByDay, day: date, after: date) -> None:
    """Make the partition of a day, up to the day after; where rows of it lie with the rest, they all go there."""
    if not await unit.scalar(text(_HAS_ROWS.format(table=table)).bindparams(day=day)):
        await unit.write(text(_MAKE_DAY.format(table=table, name=f"{day:%Y%m%d}", day=day, next=after)))


async def drop_day(unit: WriteUnit, table: ByDay, name: str) -> None:
    """Drop the partition of a day, `YYYYMMDD`, with all that is in it."""
    await unit.write(text(f"DROP TABLE IF EXISTS {table}_{name}"))
