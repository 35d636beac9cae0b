"""Every map of realms that came into force is in the log, once, with its act."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest
from tests.conftest import Log
from tests.integration.realms.conftest import Papers
from tests.integration.world import Realm

from reelm import ledger, realms
from reelm.infra.db import Database
from reelm.kernel.time import HandClock
from reelm.realms import noting


async def noted(realm: Realm) -> list[dict[str, Any]]:
    """What the entries say, in order."""
    rows = await realm.rows("SELECT body FROM ledger_entries WHERE kind = 'realm-map' ORDER BY queue_no")
    return [orjson.loads(row["body"]) for row in rows]


async def sweep(realm: Realm) -> None:
    await realm.workshop.jobs["cell.sweep"]({})


async def test_a_decision_is_noted_once_by_whoever_comes_first(europe: Realm, clock: HandClock) -> None:
    await asyncio.gather(*(europe.workshop.note_maps() for _ in range(4)))
    await sweep(europe)
    (entry,) = await noted(europe)
    decision, atlas = europe.cell.atlas.due[0], europe.cell.atlas
    assert entry.keys() == {"v", "kind", "id", "at", "realm", "writer", "seq", "fact"}
    assert entry["fact"] == {
        "decision": decision.digest(),
        "places": atlas.map.digest(),
        "realms": ["ca-qc", "eu", "us"],
        "effective": (clock.now() - timedelta(days=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "moved": 8,  # Canada, the United States and their six territories
    }
    assert [row["entry"] for row in await europe.rows("SELECT entry FROM realm_maps")] == [entry["id"]]


async def test_a_date_that_comes_is_noted_by_the_sweep_and_not_before(
    europe: Realm, papers: Papers, clock: HandClock
) -> None:
    papers.decide(clock.now() + timedelta(hours=1), "eu", "ca-qc", "us", "gb")
    papers.decide(clock.now() + timedelta(hours=2), "eu", "ca-qc", "us")
    await sweep(europe)
    assert len(await noted(europe)) == 1
    clock.advance(timedelta(hours=3))  # the worker was away when both came
    await sweep(europe)
    await sweep(europe)
    facts = [entry["fact"] for entry in await noted(europe)]
    assert [fact["moved"] for fact in facts] == [8, 16, 16]
    assert facts[0]["places"] == facts[2]["places"] != facts[1]["places"]


async def test_a_country_given_to_another_realm_without_a_decision_is_in_the_log_too(
    europe: Realm, papers: Papers, clock: HandClock
) -> None:
    await sweep(europe)
    text = papers.realms.read_text()
    papers.realms.write_text(text.replace('"MC", ', "").replace('["US", ', '["US", "MC", '))
    clock.advance(timedelta(minutes=5))
    await sweep(europe)
    await sweep(europe)
    first, second = [entry["fact"] for entry in await noted(europe)]
    assert (second["decision"], second["moved"]) == (first["decision"], 1)
    assert second["places"] != first["places"]


async def test_a_realm_alone_has_decided_nothing(realm: Realm) -> None:
    await sweep(realm)
    assert await noted(realm) == []


async def test_a_broken_file_keeps_the_sweep_from_nothing_else(europe: Realm, papers: Papers, log: Log) -> None:
    papers.deployment.write_text("[[decision]\n")
    await sweep(europe)
    assert await noted(europe) == []
    assert "could not be noted" in log.text


@pytest.mark.parametrize("step", ["insert_map", "hold_maps"])
async def test_a_map_that_could_not_be_kept_is_not_in_the_log_and_comes_the_next_time(
    europe: Realm, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    async def fail(*args: object, **kept: object) -> None:
        raise ledger.LedgerBusy

    with monkeypatch.context() as patch:
        patch.setattr(noting, step, fail)
        await sweep(europe)
    assert await noted(europe) == []
    assert await europe.rows("SELECT 1 FROM realm_maps") == []
    await sweep(europe)
    assert len(await noted(europe)) == len(await europe.rows("SELECT 1 FROM realm_maps")) == 1


async def test_books_that_lack_a_half_are_told(europe: Realm) -> None:
    await sweep(europe)
    async with Database(europe.settings.database_url, pool_size=1) as database, database.read() as unit:
        assert await realms.find_faults(unit) == []
    await europe.rows("UPDATE realm_maps SET entry = 'another'")
    (entry,) = await noted(europe)
    async with Database(europe.settings.database_url, pool_size=1) as database, database.read() as unit:
        assert await realms.find_faults(unit) == [
            "map of realms without its entry another",
            f"entry without its map of realms {entry['id']}",
        ]
