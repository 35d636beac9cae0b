"""The queries of what is exported to be learned from: raw asyncpg, read by a cursor, so many rows at a time.

Ids leave the database as 16 bytes, and of a person only their pseudonym. What was watched before their feed began to
learn from them, and what no showing of ours was, is not among it.
"""

from collections.abc import AsyncGenerator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

# An asyncpg connection in a transaction.
Connection = Any

AT_ONCE = 10_000  # rows

_LEARNERS = """
    SELECT uuid_send(p.pseudonym), a.birth_date, a.country, a.region, p.mode
    FROM feed_people p JOIN accounts a ON a.id = p.account_id
    WHERE p.pseudonym IS NOT NULL AND p.mode <> 'plain' AND a.frozen_at IS NULL
"""
# One row a showing. What somebody refused says nothing for more of the same.
_WATCHES = """
    SELECT uuid_send(w.pseudonym), uuid_send(w.video_id), w.at_ms, w.watched_ms,
        coalesce(a.duration_ms, f.duration_ms, 0), w.acted
    FROM (
        SELECT p.pseudonym, i.video_id, (extract(epoch FROM min(i.at)) * 1000)::bigint AS at_ms,
            max(i.watched_ms) FILTER (WHERE i.kind = 'view') AS watched_ms,
            bool_or(i.kind IN ('like', 'comment', 'share', 'follow')) AS acted
        FROM impressions i JOIN feed_people p ON p.account_id = i.account_id
        WHERE i.day = $1 AND i.known AND p.pseudonym IS NOT NULL AND i.at >= p.began_at
        GROUP BY p.pseudonym, i.video_id, i.id
        HAVING NOT bool_or(i.kind IN ('not_interested', 'report'))
    ) w
    LEFT JOIN videos v ON v.id = w.video_id LEFT JOIN assets a ON a.id = v.asset_id
    LEFT JOIN foreign_clips f ON f.id = w.video_id
"""
# What ranking saw of a showing beside what came of it. Showings that nobody reported were not looked at; those that
# were tried have no features.
_SHOWINGS = """
    SELECT uuid_send(s.pseudonym), (extract(epoch FROM s.at) * 1000)::bigint, s.features, g.watched_ms,
        coalesce(a.duration_ms, f.duration_ms, 0), g.liked, g.commented, g.shared, g.followed, g.refused, g.reported
    FROM showings s
    JOIN feed_people p ON p.pseudonym = s.pseudonym AND s.at >= p.began_at
    JOIN (
        SELECT i.id, max(i.watched_ms) FILTER (WHERE i.kind = 'view') AS watched_ms,
            bool_or(i.kind = 'like') AS liked, bool_or(i.kind = 'comment') AS commented,
            bool_or(i.kind = 'share') AS shared, bool_or(i.kind = 'follow') AS followed,
            bool_or(i.kind = 'not_interested') AS refused, bool_or(i.kind = 'report') AS reported
        FROM impressions i WHERE i.day = $1 AND i.known AND i.account_id IS NOT NULL GROUP BY i.id
    ) g ON g.id = s.id
    LEFT JOIN videos v ON v.id = s.video_id LEFT JOIN assets a ON a.id = v.asset_id
    LEFT JOIN foreign_clips f ON f.id = s.video_id
    WHERE s.day = $1 AND s.features IS NOT NULL
"""
_NEWS = """
    SELECT EXISTS (
        SELECT FROM impressions WHERE day >= $1 AND received_at > $2 AND known AND account_id IS NOT NULL
    )
"""


class Learned(NamedTuple):
    """Somebody with a pseudonym, and what decides whether their feed may learn from them."""

    pseudonym: bytes
    birth_date: date
    country: str
    region: str | None
    mode: str


async def list_learners(connection: Connection) -> AsyncGenerator[Learned]:
    """Everybody that anything was stored of, one by one."""
    async for row in connection.cursor(_LEARNERS, prefetch=AT_ONCE):
        yield Learned(*row)


async def list_watches(connection: Connection, day: date) -> AsyncGenerator[list[Any]]:
    """What was watched of one day's showings, `AT_ONCE` rows or fewer at a time."""
    async for rows in _list_rows(connection, _WATCHES, day):
        yield rows


async def list_showings(connection: Connection, day: date) -> AsyncGenerator[list[Any]]:
    """One day's showings that were looked at, with what came of them, `AT_ONCE` rows or fewer at a time."""
    async for rows in _list_rows(connection, _SHOWINGS, day):
        yield rows


async def has_news(connection: Connection, since: datetime) -> bool:
    """Whether anybody reported a showing of the last two days since then."""
    return await connection.fetchval(_NEWS, since.date() - timedelta(days=1), since)


async def _list_rows(connection: Connection, query: str, day: date) -> AsyncGenerator[list[Any]]:
    cursor = await connection.cursor(query, day)
    while rows := await cursor.fetch(AT_ONCE):
        yield rows
