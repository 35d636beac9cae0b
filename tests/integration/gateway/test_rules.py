"""Which policies decide is in the log, once for each change; and the doctor says how they and the gateway are."""

import logging
import shutil
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway.realms import EU, QC, OneRealm, realm_running, until
from tests.postgres import DatabaseServer

from reelm import gateway
from reelm.cli.gateway_health import look_at_gateway
from reelm.gateway import Found, Kind, Message, Question, rulebook


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rulebook, "LOOK_EVERY_S", 0.0)
    shutil.copytree("deploy/policies", tmp_path / "policies")
    return tmp_path / "policies"


@pytest.fixture
async def eu(
    tmp_path: Path, database_server: DatabaseServer, migrated: str, policies: Path
) -> AsyncGenerator[OneRealm]:
    """Europe, with policies of its own."""
    async with realm_running(EU, tmp_path, database_server, migrated, policies=policies) as realm:
        yield realm


async def list_told(realm: OneRealm) -> list[str]:
    return [one["policy"] for one in await realm.entries("rules-in-force")]


async def has_told(realm: OneRealm, count: int) -> bool:
    return len(await list_told(realm)) == count


async def test_the_rules_in_force_are_in_the_log_once_for_each_change(eu: OneRealm, policies: Path) -> None:
    await until(lambda: has_told(eu, 1))
    for _ in range(3):
        await eu.door.rounds.declare_rules()
    first = eu.door.rulebook.rules
    (fact,) = await eu.entries("rules-in-force")
    assert (fact["policy"], fact["routes"]) == (first.digest, 6)

    text = (policies / "send.cedar").read_text()
    (policies / "send.cedar").write_text(text + "// another\n")
    await until(lambda: has_told(eu, 2))
    second = eu.door.rulebook.rules.digest
    (policies / "send.cedar").write_text(text)
    await until(lambda: has_told(eu, 3))
    assert await list_told(eu) == [first.digest, second, first.digest], "and back again is a change too"


async def test_a_start_with_the_same_rules_tells_nothing_new(eu: OneRealm) -> None:
    await until(lambda: has_told(eu, 1))
    eu.stop.set()
    await eu.serving
    again = gateway.Rounds(
        eu.database,
        gateway.Rulebook(eu.settings.policies_dir),
        eu.door.cards,
        gateway.Prover(
            eu.database, eu.door.cards, eu.door.correspondence, clock=eu.door.clock, evidence=eu.settings.data
        ),
        gateway.Metering(eu.database, eu.door.meter, eu.door.clock, EU),
        clock=eu.door.clock,
    )
    await again.declare_rules()
    assert await has_told(eu, 1)


async def test_policies_that_are_not_understood_change_nothing_and_the_doctor_says_so(
    eu: OneRealm, qc: OneRealm, policies: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await until(lambda: has_told(eu, 1))
    eu.house.answers[Kind.CLIP] = Found(Message(Kind.CLIP, {"id": "x"}))
    with caplog.at_level(logging.ERROR, "reelm.gateway.rulebook"):
        (policies / "disclose.cedar").write_text("permit (principal, action, resource")
        await until(lambda: is_faulty(eu))
        assert (await qc.door.asker.ask(EU, Question(Kind.CLIP, {}))).fields == {"id": "x"}
        finding = (await doctor(eu))["policies"]
    assert len(caplog.records) == 1
    assert not finding.ok
    assert "disclose.cedar" in finding.what
    assert "in force" in finding.what
    assert await has_told(eu, 1)


def is_faulty(realm: OneRealm) -> bool:
    return realm.door.rulebook.find() is not None and realm.door.rulebook.fault is not None


async def doctor(realm: OneRealm, later: timedelta = timedelta()) -> dict[str, Any]:
    found = await look_at_gateway(realm.settings, realm.door.clock.now() + later)
    return {one.name: one for one in found}


async def test_the_doctor_finds_a_gateway_that_is_well(eu: OneRealm, qc: OneRealm) -> None:
    found = await doctor(eu)
    assert list(found) == ["gateway", "policies", "clock", "realm ca-qc"]
    assert all(one.ok for one in found.values()), found
    assert found["gateway"].what == "answers; 1 other realms"
    assert "6 routes; the first assessment runs out in" in found["policies"].what
    assert found["realm ca-qc"].what == "nothing waits; 0 arrivals found in its log"
    assert (await doctor(qc))["realm eu"].ok


@pytest.mark.parametrize(
    ("days", "ok", "says"), [(300, True, "runs out in"), (320, False, "runs out in"), (400, False, "has run out")]
)
async def test_the_doctor_warns_before_an_assessment_runs_out(
    eu: OneRealm, policies: Path, days: int, ok: bool, says: str
) -> None:
    today = eu.door.clock.now()
    path = policies / "transfers.toml"
    ends = (today + timedelta(days=330)).date()
    path.write_text(path.read_text().replace("2027-11-01", ends.isoformat()))
    await until(lambda: has_told(eu, 2))
    finding = (await doctor(eu, timedelta(days=days)))["policies"]
    assert finding.ok is ok
    assert says in finding.what


async def test_the_doctor_says_what_waits_and_since_when_and_a_clock_that_is_wrong(
    eu: OneRealm, qc: OneRealm
) -> None:
    eu.stop.set()
    await eu.serving
    await qc.put(EU, Message(Kind.FOLLOW, {"account": "x"}, told=True))
    soon = (await doctor(qc))["realm eu"]
    assert soon.ok
    assert soon.what.startswith("1 wait since")
    later = await doctor(qc, timedelta(hours=2))
    assert not later["realm eu"].ok
    assert not later["clock"].ok


async def test_the_doctor_finds_a_gateway_that_does_not_answer(eu: OneRealm) -> None:
    eu.stop.set()
    await eu.serving
    found = await doctor(eu)
    assert list(found) == ["gateway"]
    assert not found["gateway"].ok
    without = eu.settings.model_copy(update={"gateway_listen": ""})
    assert await look_at_gateway(without, eu.door.clock.now()) == []
    assert QC not in found
