"""The queries of learning: raw asyncpg, one statement for all the people who report at the same moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from reelm.feed.catalogue import Tally
from reelm.feed.tallying import Tallies
from reelm.infra.db import HotPool, Record, write_numbers, write_uuids
from reelm.kernel.ids import AccountId

# Nobody else changes these rows until the transaction ends. A pseudonym is made with the first thing that is learned,
# which may be older than its report: whoever never reset or stopped their feed is learned from since they joined.
_BEGIN = """
    INSERT INTO feed_people AS p (account_id, pseudonym, mode, began_at)
    SELECT id, gen_random_uuid(), 'for-you', created_at FROM accounts WHERE id = ANY($1::uuid[]) ORDER BY id
    ON CONFLICT (account_id) DO UPDATE SET pseudonym = coalesce(p.pseudonym, excluded.pseudonym)
        WHERE p.mode <> 'plain'
    RETURNING account_id, pseudonym, began_at
"""
_HOLD = """
    SELECT t.account_id, t.pseudonym, t.began_at, s.state, a.created_at
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS t(account_id, pseudonym, began_at)
    JOIN accounts a ON a.id = t.account_id LEFT JOIN feed_states s ON s.pseudonym = t.pseudonym
"""
_STATES = """
    INSERT INTO feed_states (pseudonym, state, updated_at)
    SELECT t.pseudonym, t.state, $3 FROM unnest($1::uuid[], $2::bytea[]) AS t(pseudonym, state)
    ON CONFLICT (pseudonym) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
"""
_NAMES = ", ".join(Tally._fields)
_COLUMNS = ", ".join(f"${place + 2}::text::real[]" for place in range(len(Tally._fields)))
_TALLIES = f"""
    INSERT INTO feed_tallies AS t (video_id, {_NAMES})
    SELECT n.* FROM unnest($1::text::uuid[], {_COLUMNS}) AS n(video_id, {_NAMES})
    JOIN clips c ON c.id = n.video_id
    ON CONFLICT (video_id) DO UPDATE SET {", ".join(f"{name} = t.{name} + excluded.{name}" for name in Tally._fields)}
"""  # noqa: S608


# Whose profile was reset meanwhile, and what was removed, is left out; neither goes before these rows are stored.
_HOLD_PSEUDONYMS = "SELECT pseudonym FROM feed_people WHERE pseudonym = ANY($1::uuid[]) FOR KEY SHARE"
_HOLD_CLIPS = "SELECT id FROM clips WHERE id = ANY($1::uuid[]) FOR KEY SHARE"
_SHOW = """
    INSERT INTO showings (day, id, at, video_id, pseudonym, place, source, propensity, model, features)
    SELECT * FROM unnest($1::date[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[], $6::smallint[],
        $7::text[], $8::real[], $9::text[], $10::bytea[])
    ON CONFLICT DO NOTHING
"""
_SOURCES = "SELECT source, count(*) FROM showings WHERE day >= $1::date AND at >= $2 GROUP BY source"


class Learner(NamedTuple):
    """Somebody the feed learns from, since `began_at`; `joined_at` is how old the account is."""

    pseudonym: UUID
    began_at: datetime
    state: bytes | None
    joined_at: datetime


async def hold_learners(connection: Any, people: Sequence[AccountId]) -> dict[AccountId, Learner]:
    """Those of these people, who come sorted, that the feed learns from, held until the transaction ends."""
    begun = await connection.fetch(_BEGIN, people)
    rows: list[Record] = await connection.fetch(_HOLD, *zip(*begun, strict=True)) if begun else []
    return {AccountId(row[0]): Learner(*row[1:]) for row in rows}


async def upsert_states(connection: Any, states: Mapping[UUID, bytes], now: datetime) -> None:
    """Keep what was learned."""
    await connection.execute(_STATES, list(states), list(states.values()), now)


async def upsert_tallies(connection: Any, tallies: Tallies) -> None:
    """Add to what is known of clips that are still there."""
    columns = map(write_numbers, tallies.numbers.T.tolist())
    await connection.execute(_TALLIES, write_uuids(tallies.videos), *columns)


async def insert_showings(connection: Any, showings: Sequence[tuple[Any, ...]]) -> None:
    """Store what was shown: rows of `showings`, of people and clips that are still there."""
    people = {one[4] for one in showings if one[4] is not None}
    there = {row[0] for row in await connection.fetch(_HOLD_PSEUDONYMS, list(people))} if people else set[UUID]()
    clips = {row[0] for row in await connection.fetch(_HOLD_CLIPS, list({one[3] for one in showings}))}
    kept = [one for one in showings if one[3] in clips and (one[4] is None or one[4] in there)]
    if kept:
        await connection.execute(_SHOW, *map(list, zip(*kept, strict=True)))


async def count_sources(pool: HotPool, since: datetime) -> dict[str, int]:
    """How many clips each source put on pages since then."""
    return {row[0]: row[1] for row in await pool.fetch(_SOURCES, since.date(), since)}
