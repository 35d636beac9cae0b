"""How many watched abroad: noised sums over many people, once a day, whose cost can be added up from the log."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.abroad.conftest import Two
from tests.integration.gateway.realms import until

from reelm import feed, ledger
from reelm.feed import aggregates

MANY, FEW = 400, 40


async def crowd(two: Two, video: str, count: int, *, likes: int) -> None:
    """Let `count` people of Québec watch a clip today, and `likes` of them like it. Made straight in the tables:
    signing up hundreds of people takes argon2 its time."""
    at = two.clock.now()
    await two.qc.realm.rows(
        """
        WITH made AS (
            INSERT INTO accounts (id, handle, password_hash, display_name, bio, birth_date, country, region, locale,
                role, created_at)
            SELECT gen_random_uuid(), 'crowd' || n || '.' || $3, '', 'x', '', '1990-01-01', 'CA', 'QC', 'en',
                'viewer', $2
            FROM generate_series(1, $1::int) n RETURNING id
        ), known AS (INSERT INTO people (id, account_id) SELECT id, id FROM made),
        watched AS (
            INSERT INTO impressions (day, id, kind, video_id, account_id, watched_ms, replays, known, at, received_at)
            SELECT $2::timestamptz::date, gen_random_uuid(), 'view', $4, id, 4000, 0, true, $2, $2 FROM made
        )
        INSERT INTO likes (account_id, video_id, at) SELECT id, $4, $2 FROM made LIMIT $5
        """,
        count,
        at,
        video[-6:],
        video,
        likes,
    )


async def test_only_sums_over_many_people_are_told_and_only_once_a_day(two: Two) -> None:
    watched = await two.eu.realm.publish(two.ana, caption="watched by many")
    hardly = await two.eu.realm.publish(two.ana, caption="watched by few")
    await two.qc.shop(two.eu)
    await crowd(two, watched, MANY, likes=MANY)
    await crowd(two, hardly, FEW, likes=FEW)
    two.clock.advance(timedelta(days=1))
    database, now = two.qc.realm.cell.database, two.clock.now()
    assert await feed.release(database, two.eu.code, now=now)
    assert not await feed.release(database, two.eu.code, now=now)

    async def told() -> bool:
        return (await two.eu.realm.video(watched))["counts"]["views"] > 0

    await until(told)
    counts = (await two.eu.realm.video(watched))["counts"]
    assert abs(counts["views"] - MANY) < 150
    assert abs(counts["likes"] - MANY) < 150
    assert (await two.eu.realm.video(hardly))["counts"]["views"] == 0
    (entry,) = await facts(two, "counts")
    assert entry["people"] >= 50
    assert entry["epsilon_micro"] == 1_000_000


async def test_a_day_on_which_nobody_watched_is_told_as_well_and_costs_the_same(two: Two) -> None:
    two.clock.advance(timedelta(days=1))
    assert await feed.release(two.qc.realm.cell.database, two.eu.code, now=two.clock.now())
    await until(lambda: facts(two, "counts"))
    (entry,) = await facts(two, "counts")
    assert entry["epsilon_micro"] == 1_000_000


async def facts(two: Two, message: str) -> list[dict[str, Any]]:
    rows = await two.qc.realm.rows("SELECT body FROM ledger_entries WHERE kind = 'crossing' ORDER BY queue_no")
    found = [ledger.decode(row["body"]).fact for row in rows]
    return [fact for fact in found if fact["message"] == message]


@pytest.mark.parametrize("people", [0, 1, 49])
def test_fewer_than_fifty_people_are_never_told_of(people: int) -> None:
    assert aggregates.add_noise([people] * 20_000).count(0) >= 19_998


def test_the_noise_is_around_the_truth() -> None:
    noised = aggregates.add_noise([1000] * 2000)
    assert abs(sum(noised) / len(noised) - 1000) < 2
    assert len(set(noised)) > 20
