"""A realm asks another for its canary, and finds the entries of that in both logs, or says loudly that it can't."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Log
from tests.integration.abroad.neighbours import Neighbour, neighbour
from tests.integration.probing.test_looking import LOUD, doctor, list_results, probe
from tests.postgres import DatabaseServer

from reelm import gateway, ledger
from reelm.gateway import Kind, Question
from reelm.kernel.time import HandClock


@dataclass
class Two:
    eu: Neighbour
    qc: Neighbour

    async def probe(self) -> dict[str, dict[str, Any]]:
        """Let the EU probe both; what its log tells, by realm."""
        await probe(self.eu.realm)
        return {one["realm"]: one for one in await list_results(self.eu.realm)}


@pytest.fixture
async def two(tmp_path: Path, database_server: DatabaseServer, migrated: str) -> AsyncGenerator[Two]:
    clock = HandClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    async with (
        neighbour("eu", tmp_path, database_server, migrated, clock) as eu,
        neighbour("ca-qc", tmp_path, database_server, migrated, clock) as qc,
    ):
        for one in (eu, qc):
            await one.realm.workshop.make_canaries()
            one.door.publish_card()
        yield Two(eu, qc)


async def test_another_realms_canary_comes_with_an_entry_in_both_logs(two: Two) -> None:
    told = await two.probe()
    assert told["ca-qc"] == {"realm": "ca-qc", "day": "2026-11-25", "expected": 2, "found": 2, "missing": 0}
    assert "ca-qc 2 of 2 entries found" in (await doctor(two.eu.realm)).what
    kept = await two.eu.realm.rows("SELECT handle FROM foreign_people")
    assert kept == []


async def test_a_crossing_that_its_realm_did_not_log_is_noticed(
    two: Two, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = ledger.Recorder.record

    async def skip(self: ledger.Recorder, draft: ledger.Draft) -> int:
        return 0 if isinstance(draft.fact, ledger.Crossing) else await record(self, draft)

    monkeypatch.setattr(ledger.Recorder, "record", skip)
    told = await two.probe()
    assert (told["ca-qc"]["found"], told["ca-qc"]["missing"]) == (1, 1)
    assert LOUD in log.text
    assert "log of ca-qc: missing crossing" in (await doctor(two.eu.realm)).what


async def test_a_realm_that_lets_nothing_cross_is_asked_once_a_day(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(self: gateway.Abroad, *asked: Any) -> None:
        raise gateway.CrossingRefused(realm=asked[0], rule="")

    monkeypatch.setattr(gateway.Abroad, "ask", refuse)
    assert (await two.probe())["ca-qc"]["expected"] == 0
    assert len(await two.probe()) == 2
    finding = await doctor(two.eu.realm)
    assert finding.ok
    assert "ca-qc lets nothing cross" in finding.what


async def test_a_realm_that_does_not_answer_is_probed_when_it_does(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    async def be_silent(self: gateway.Abroad, *asked: Any) -> None:
        raise gateway.RealmNotAnswering(realm=asked[0])

    with monkeypatch.context() as silent:
        silent.setattr(gateway.Abroad, "ask", be_silent)
        assert (await two.probe()).keys() == {"eu"}
    assert (await two.probe()).keys() == {"eu", "ca-qc"}


async def test_a_hidden_canary_and_the_catalogue_tell_no_other_realm_of_canaries(two: Two) -> None:
    hidden = await two.qc.realm.rows(
        "SELECT handle FROM accounts WHERE id IN (SELECT account_id FROM canaries) AND handle <> 'reelm.canary'"
    )
    assert len(hidden) == 3
    for row in hidden:
        with pytest.raises(gateway.NotFoundAbroad):
            await two.eu.door.asker.ask(two.qc.code, Question(Kind.PROFILE, {"handle": row["handle"]}))
    for realm in (two.eu.realm, two.qc.realm):
        assert (await realm.client().get("/accounts/reelm.canary@ca-qc")).status_code == 404
    assert await two.eu.realm.rows("SELECT id FROM foreign_people") == []
    catalogue = await two.eu.door.asker.ask(two.qc.code, Question(Kind.CATALOGUE, {}))
    assert catalogue.fields["clips"] == []
