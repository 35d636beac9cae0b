"""The queries of the feed. The hot ones are raw asyncpg, one statement a request.

These read what a viewer has seen, liked and follows to choose what comes next, and show none of it to anybody else;
`tests/house` lists them. What a person watched is shown through `Eyes` only.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import date, datetime
from uuid import UUID

import numpy as np
from sqlalchemy import TextClause, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.access import Collection, Eyes, Part, Sight
from reelm.feed.catalogue import Ids, Numbers, Tally, Told
from reelm.feed.content.codes import MODEL, join
from reelm.feed.model import Dated
from reelm.feed.tables import impressions, releases
from reelm.infra.db import HotPool, ReadUnit, Record, WriteUnit
from reelm.kernel.ids import AccountId, RealmCode, VideoId

_LISTED = "v.state = 'published' AND v.visibility = 'public'"

_ABROAD = "SELECT f.id, f.author_id, f.published_at FROM foreign_clips f"

# Every public clip by id, ours and the copies of others, with what ranking knows of how people took to it: many in
# one value, as `_TALLIED` reads it, since a row each would take longer to read than all that is done with them.
_PACKED = " || ".join(f"float4send(coalesce(t.{name}, 0))" for name in Tally._fields)
_TALLIES = f"""
    SELECT string_agg(uuid_send(k.id) || {_PACKED}, NULL ORDER BY k.id)
    FROM (
        SELECT v.id FROM videos v WHERE {_LISTED} AND v.id > $1
        UNION ALL SELECT f.id FROM foreign_clips f WHERE f.id > $1
        ORDER BY id LIMIT $2
    ) k LEFT JOIN feed_tallies t ON t.video_id = k.id
"""  # noqa: S608
_TALLIED = np.dtype([("id", "u1", 16), ("numbers", ">f4", len(Tally._fields))])

_NEW = f"""
    SELECT v.id FROM videos v WHERE {_LISTED} AND v.published_at > to_timestamp($1) - interval '1 minute'
    ORDER BY v.published_at DESC LIMIT 5000
"""  # noqa: S608

# In the order they were published; `$1` is what made the content.
_TOLD_ALL = f"""
    SELECT v.id, v.author_id, extract(epoch FROM v.published_at)::float8 AS published_at,
        coalesce(a.duration_ms, 0) AS duration_ms, p.locale AS language, v.caption,
        coalesce(v.age_limit, 0) AS age_limit, k.words, k.looks
    FROM videos v JOIN assets a ON a.id = v.asset_id JOIN accounts p ON p.id = v.author_id
    LEFT JOIN feed_content k ON k.video_id = v.id AND k.model = $1
    WHERE {_LISTED}
    UNION ALL
    SELECT f.id, f.author_id, extract(epoch FROM f.published_at)::float8, f.duration_ms, '', f.caption,
        coalesce(f.age_limit, 0), k.words, k.looks
    FROM foreign_clips f LEFT JOIN feed_content k ON k.video_id = f.id AND k.model = $1
    ORDER BY published_at, id
"""  # noqa: S608
_TOLD_SOME = f"SELECT t.* FROM ({_TOLD_ALL}) t WHERE t.id = ANY($2::uuid[]) ORDER BY t.published_at, t.id"  # noqa: S608

# Whether clips may be shown now, and in which version of their rows: PostgreSQL's own numbers of the transactions
# that wrote them. With it whether the viewer likes them.
_STANDING = f"""
    SELECT v.id, v.caption, v.age_limit, p.handle,
        v.xmin::text || '.' || p.xmin::text || '.' || a.xmin::text AS version, c.views, c.likes, c.comments, c.shares,
        EXISTS (SELECT FROM likes l WHERE l.account_id = $2 AND l.video_id = v.id) AS liked
    FROM videos v JOIN accounts p ON p.id = v.author_id JOIN assets a ON a.id = v.asset_id
    JOIN video_counts c ON c.video_id = v.id
    WHERE v.id = ANY($1::uuid[]) AND {_LISTED}
    UNION ALL
    SELECT f.id, f.caption, f.age_limit, p.handle || '@' || f.realm, f.xmin::text || '.' || p.xmin::text,
        c.views + f.views, c.likes + f.likes, c.comments, c.shares,
        EXISTS (SELECT FROM likes l WHERE l.account_id = $2 AND l.video_id = f.id)
    FROM foreign_clips f JOIN foreign_people p ON p.id = f.author_id JOIN video_counts c ON c.video_id = f.id
    WHERE f.id = ANY($1::uuid[])
"""  # noqa: S608

_VIEWER_STATE = """
    SELECT s.account_id, a.locale, a.birth_date, a.country, a.region, coalesce(p.mode, 'for-you') AS mode,
        p.pseudonym, t.state,
        ARRAY(SELECT followed_id FROM follows WHERE follower_id = s.account_id
              ORDER BY at DESC LIMIT 2000) AS follows,
        ARRAY(SELECT blocked_id FROM blocks WHERE account_id = s.account_id
              UNION SELECT account_id FROM blocks WHERE blocked_id = s.account_id) AS blocked,
        ARRAY(SELECT muted_id FROM mutes WHERE account_id = s.account_id) AS muted,
        ARRAY(SELECT creator_id FROM feed_less_creators WHERE account_id = s.account_id) AS less_creators,
        ARRAY(SELECT ARRAY[kind, value] FROM feed_choices WHERE account_id = s.account_id) AS choices
    FROM sessions s JOIN accounts a ON a.id = s.account_id
    LEFT JOIN feed_people p ON p.account_id = s.account_id LEFT JOIN feed_states t ON t.pseudonym = p.pseudonym
    WHERE s.token_hash = $1 AND s.expires_at > $2
"""

_FOLLOWING = f"""
    (SELECT v.id, v.author_id, v.published_at
    FROM videos v
    WHERE {_LISTED} AND (v.published_at, v.id) < ($2, $3)
        AND v.author_id IN (SELECT followed_id FROM follows WHERE follower_id = $1)
     ORDER BY v.published_at DESC, v.id DESC LIMIT $4)
    UNION ALL
    ({_ABROAD} WHERE (f.published_at, f.id) < ($2, $3)
        AND f.author_id IN (SELECT followed_id FROM follows WHERE follower_id = $1)
     ORDER BY f.published_at DESC, f.id DESC LIMIT $4)
    ORDER BY published_at DESC, id DESC LIMIT $4
"""  # noqa: S608

_NEWEST = f"""
    (SELECT v.id, v.author_id, v.published_at
    FROM videos v
    WHERE {_LISTED} AND (v.published_at, v.id) < ($1, $2)
     ORDER BY v.published_at DESC, v.id DESC LIMIT $3)
    UNION ALL
    ({_ABROAD} WHERE (f.published_at, f.id) < ($1, $2) ORDER BY f.published_at DESC, f.id DESC LIMIT $3)
    ORDER BY published_at DESC, id DESC LIMIT $3
"""  # noqa: S608

# Whoever is moving to another realm counts as nobody: what is theirs has been copied.
_VIEWER = """
    SELECT s.account_id FROM sessions s JOIN accounts a ON a.id = s.account_id
    WHERE s.token_hash = $1 AND s.expires_at > $2 AND a.frozen_at IS NULL
"""

_TOLD_CLIPS = text(
    "SELECT id FROM foreign_clips WHERE realm = :realm"
    " UNION SELECT v.id FROM videos v JOIN gateway_copies k ON k.object_id = v.id"
    " WHERE k.realm = :realm AND v.state = 'published' AND v.visibility = 'public' ORDER BY 1"
)

# Whoever acted on more clips than they count for is counted for some of them, chosen by a hash of day and clip.
_BOUNDED = """
    SELECT video_id, count(*) FROM (
        SELECT a.video_id, row_number() OVER (
            PARTITION BY a.account_id ORDER BY md5(a.account_id::text || a.video_id::text || CAST(:day AS text))
        ) AS place
        FROM ({acts}) a JOIN accounts p ON p.id = a.account_id
        WHERE p.birth_date <= (CAST(:day AS timestamptz) - interval '18 years')::date
    ) bounded WHERE place <= :most GROUP BY video_id
"""
_SUM_VIEWS = text(
    _BOUNDED.format(
        acts="SELECT DISTINCT account_id, video_id FROM impressions WHERE kind = 'view' AND watched_ms >= 1000"
        " AND video_id = ANY(CAST(:clips AS uuid[])) AND account_id IS NOT NULL"
        " AND impressions.day BETWEEN CAST(:day AS timestamptz)::date - 8 AND CAST(:day AS timestamptz)::date + 1"
        " AND received_at >= :day AND received_at < CAST(:day AS timestamptz) + interval '1 day'"
    )
)
_SUM_LIKES = text(
    _BOUNDED.format(
        acts="SELECT account_id, video_id FROM likes WHERE video_id = ANY(CAST(:clips AS uuid[]))"
        " AND at >= :day AND at < CAST(:day AS timestamptz) + interval '1 day'"
    )
)

# How many of the newest showings are looked at together.
_LOOKED_AT = 200

WATCH_HISTORY = Collection(
    "watch-history",
    (
        Part(
            select(impressions.c.video_id, impressions.c.kind, impressions.c.watched_ms, impressions.c.at)
            .order_by(impressions.c.at.desc())
            .limit(_LOOKED_AT),
            of=impressions.c.account_id,
        ),
    ),
)


# Pages wait while a part is taken in.
_PART = 5_000


async def list_tallies(pool: HotPool) -> AsyncGenerator[tuple[Ids, Numbers]]:
    """Every public clip, a part at a time: ids [n, 16], and [n, fields of `Tally`]."""
    last = UUID(int=0)
    while packed := await pool.fetchval(_TALLIES, last, _PART):
        rows = np.frombuffer(packed, _TALLIED)
        yield rows["id"], rows["numbers"].astype(np.float32)
        last = UUID(bytes=rows["id"][-1].tobytes())


async def list_new(pool: HotPool, since_s: float) -> list[bytes]:
    """The clips of ours published since, and in the minute before."""
    return [row[0].bytes for row in await pool.fetch(_NEW, since_s)]


async def list_told(pool: HotPool) -> AsyncGenerator[list[Told]]:
    """What ranking needs to know of every public clip, a part at a time, in the order they were published."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("SET LOCAL cursor_tuple_fraction = 1")  # all of it is read
        cursor = await connection.cursor(_TOLD_ALL, MODEL)
        while rows := await cursor.fetch(_PART):
            yield [_told(row) for row in rows]


async def fetch_told(pool: HotPool, ids: Sequence[bytes]) -> list[Told]:
    """The same of those among these that are public."""
    return [_told(row) for row in await pool.fetch(_TOLD_SOME, MODEL, [UUID(bytes=id) for id in ids])]


def _told(row: Record) -> Told:
    return Told(
        row["id"].bytes, row["author_id"].bytes, None, row["published_at"], row["duration_ms"],
        row["language"], row["caption"], row["age_limit"], join(row["words"], row["looks"]),
    )  # fmt: skip


async def list_following(pool: HotPool, viewer: AccountId, before: tuple[datetime, UUID], limit: int) -> list[Dated]:
    """Clips of the people `viewer` follows, newest first."""
    return [Dated(*row) for row in await pool.fetch(_FOLLOWING, viewer, *before, limit)]


async def list_newest(pool: HotPool, before: tuple[datetime, UUID], limit: int) -> list[Dated]:
    """Everybody's clips, newest first."""
    return [Dated(*row) for row in await pool.fetch(_NEWEST, *before, limit)]


async def find_viewer(pool: HotPool, token_hash: bytes, now: datetime) -> Record | None:
    """Who presents this token, whom they follow, newest first, and their state; `None` where the session ended."""
    return await pool.fetchrow(_VIEWER_STATE, token_hash, now)


async def fetch_standing(pool: HotPool, viewer: AccountId | None, videos: Sequence[UUID]) -> dict[UUID, Record]:
    """How those among these clips stand that may be shown now: `version`, `age_limit`, the counts and `liked`;
    `handle` is its creator's."""
    return {row["id"]: row for row in await pool.fetch(_STANDING, videos, viewer)}


async def find_account(pool: HotPool, token_hash: bytes, now: datetime) -> AccountId | None:
    """Who presents this token."""
    return await pool.fetchval(_VIEWER, token_hash, now)


async def list_watch_history(eyes: Eyes) -> Sight:
    """What a person watched, and for how long, newest first, as far as these eyes may look."""
    return await eyes.look(WATCH_HISTORY)


async def insert_release(unit: WriteUnit, day: date, realm: RealmCode, epsilon_micro: int) -> bool:
    """False where that day has been told to that realm."""
    values = {"day": day, "realm": realm, "epsilon_micro": epsilon_micro}
    return await unit.write(upsert(releases).values(values).on_conflict_do_nothing()) == 1


async def list_told_clips(unit: ReadUnit, realm: RealmCode) -> list[VideoId]:
    """The clips whose numbers another realm may be told: its own that are shown here, and ours that it shows."""
    return [VideoId(id) for id in await unit.scalars(_TOLD_CLIPS.bindparams(realm=realm))]


async def sum_views(unit: ReadUnit, clips: Sequence[VideoId], day: datetime, *, most: int) -> dict[VideoId, int]:
    """How many adults of ours watched each of these clips on a day; everybody counts for `most` clips at most."""
    return await _sum(unit, _SUM_VIEWS, clips, day, most)


async def sum_likes(unit: ReadUnit, clips: Sequence[VideoId], day: datetime, *, most: int) -> dict[VideoId, int]:
    """How many adults of ours began to like each of these clips on a day; everybody counts for `most` at most."""
    return await _sum(unit, _SUM_LIKES, clips, day, most)


async def _sum(
    unit: ReadUnit, statement: TextClause, clips: Sequence[VideoId], day: datetime, most: int
) -> dict[VideoId, int]:
    bound = statement.bindparams(clips=list(clips), day=day, most=most)
    return {VideoId(row[0]): row[1] for row in await unit.all(bound)}
