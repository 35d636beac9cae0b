"""The queries of the feed. The hot ones are raw asyncpg, one statement a request.

These read what a viewer has seen, liked and follows to choose what comes next, and show none of it to anybody else;
`tests/house` lists them. What a person watched is shown through `Eyes` only.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TextClause, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.access import Collection, Eyes, Part, Sight
from reelm.feed.model import Candidate, ViewerState
from reelm.feed.tables import impressions, releases
from reelm.infra.db import HotPool, ReadUnit, Record, WriteUnit
from reelm.kernel.ids import AccountId, RealmCode, VideoId

_LISTED = "v.state = 'published' AND v.visibility = 'public'"

# What of a clip of another realm: its home's numbers and ours together.
_ABROAD = """
    SELECT f.id, f.author_id, f.published_at, c.views + f.views AS views, c.likes + f.likes AS likes, c.completions
    FROM foreign_clips f JOIN video_counts c ON c.video_id = f.id
"""

_CANDIDATES = f"""
    SELECT v.id, v.author_id, v.published_at, c.views, c.likes, c.completions
    FROM videos v JOIN video_counts c ON c.video_id = v.id
    WHERE v.id IN (
        (SELECT v.id FROM videos v WHERE {_LISTED} ORDER BY v.published_at DESC, v.id DESC LIMIT $1)
        UNION
        (SELECT v.id FROM videos v JOIN video_counts c ON c.video_id = v.id
         WHERE {_LISTED} ORDER BY c.likes DESC, v.id DESC LIMIT $2)
    )
    UNION ALL
    ({_ABROAD} ORDER BY f.published_at DESC, f.id DESC LIMIT $1)
"""  # noqa: S608

# One statement over tables of accounts, social and feed: this runs for every page, and each round trip to
# PostgreSQL costs as much as all the rest of the request.
_VIEWER_STATE = """
    SELECT s.account_id,
        ARRAY(SELECT video_id FROM seen WHERE account_id = s.account_id AND video_id = ANY($2::uuid[])) AS seen,
        ARRAY(SELECT video_id FROM likes WHERE account_id = s.account_id AND video_id = ANY($2::uuid[])) AS liked,
        ARRAY(SELECT followed_id FROM follows
              WHERE follower_id = s.account_id AND followed_id = ANY($3::uuid[])) AS follows
    FROM sessions s WHERE s.token_hash = $1 AND s.expires_at > $4
"""

_FOLLOWING = f"""
    (SELECT v.id, v.author_id, v.published_at, c.views, c.likes, c.completions
    FROM videos v JOIN video_counts c ON c.video_id = v.id
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
    (SELECT v.id, v.author_id, v.published_at, c.views, c.likes, c.completions
    FROM videos v JOIN video_counts c ON c.video_id = v.id
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


def _candidate(row: Record) -> Candidate:
    return Candidate(
        VideoId(row["id"]),
        AccountId(row["author_id"]),
        row["published_at"],
        row["views"],
        row["likes"],
        row["completions"],
    )


async def list_candidates(pool: HotPool, *, newest: int, liked: int) -> list[Candidate]:
    """The newest public clips and the most liked ones."""
    return [_candidate(row) for row in await pool.fetch(_CANDIDATES, newest, liked)]


async def list_following(
    pool: HotPool, viewer: AccountId, before: tuple[datetime, UUID], limit: int
) -> list[Candidate]:
    """Clips of the people `viewer` follows, newest first."""
    return [_candidate(row) for row in await pool.fetch(_FOLLOWING, viewer, *before, limit)]


async def list_newest(pool: HotPool, before: tuple[datetime, UUID], limit: int) -> list[Candidate]:
    """Everybody's clips, newest first."""
    return [_candidate(row) for row in await pool.fetch(_NEWEST, *before, limit)]


async def find_viewer_state(
    pool: HotPool, token_hash: bytes, candidates: Sequence[Candidate], now: datetime
) -> ViewerState | None:
    """Who presents this token, and how they stand to these candidates; `None` where the session has ended."""
    row = await pool.fetchrow(
        _VIEWER_STATE, token_hash, [c.video for c in candidates], list({c.author for c in candidates}), now
    )
    if row is None:
        return None
    return ViewerState(
        AccountId(row["account_id"]), frozenset(row["seen"]), frozenset(row["liked"]), frozenset(row["follows"])
    )


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
