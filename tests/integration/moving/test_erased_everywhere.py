"""Somebody who is erased is gone in the other realm too: clip, page, remarks and follows."""

import json
from datetime import timedelta

from tests.integration.abroad.neighbours import Neighbour
from tests.integration.gateway.realms import until
from tests.integration.moving.journeys import CANARIES, Journey, assert_books_agree, find_traces


async def _erase(at: Neighbour) -> None:
    """Do what is queued of requests, as the worker does."""
    await at.realm.workshop.jobs["privacy.wake"]({})
    for row in await at.realm.rows("SELECT id, args FROM procrastinate_jobs WHERE task_name = 'privacy.rights'"):
        args = json.loads(row["args"]) if isinstance(row["args"], str) else row["args"]
        await at.realm.workshop.jobs["privacy.rights"](args)
        await at.realm.rows("DELETE FROM procrastinate_jobs WHERE id = $1", row["id"])


async def test_whoever_is_erased_at_home_is_gone_abroad_within_seconds(journey: Journey) -> None:
    ana, clip = journey.eu.realm.client(journey.ana), journey.clips["public"]
    assert (await journey.qc.realm.get(f"/api/v1/videos/{clip}", journey.ben)).status_code == 200
    wish = {"right": "erasure", "password": journey.ana.password}
    assert (await ana.post("/me/rights", json=wish)).status_code == 202
    journey.clock.advance(timedelta(days=7))
    await _erase(journey.eu)

    async def gone() -> bool:
        found = await find_traces(journey.qc, journey.account, CANARIES)
        return found == [] and (await journey.qc.realm.rows("SELECT 1 FROM foreign_clips WHERE id = $1", clip)) == []

    await until(gone)
    assert await find_traces(journey.eu, journey.account, CANARIES) == []
    assert (await journey.qc.realm.get(f"/api/v1/videos/{clip}", journey.ben)).status_code == 404
    assert (
        await journey.qc.realm.rows("SELECT via, bio, display_name FROM foreign_people WHERE handle = 'ana'")
    ) == []
    for at in journey.realms:
        await assert_books_agree(at)
