"""The transfer register that a realm publishes is the one that its log gives, byte for byte; anybody can check."""

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.integration.gateway.realms import EU, OneRealm, until
from tests.integration.gateway.traffic import is_published, let_things_cross
from tests.integration.ledger.serving import serving
from tests.integration.world import Realm, open_realm

from reelm import ledger
from reelm.cli.__main__ import main
from reelm.gateway import rulebook
from reelm.kernel.time import HandClock
from reelm.ledger import RulesInForce
from reelm.ledger.fsck import check_books

DIGEST = "0" * 64


def today() -> date:
    return datetime.now(UTC).date()


@asynccontextmanager
async def web_of(realm: OneRealm) -> AsyncGenerator[Realm]:
    """The web role of a realm whose gateway runs."""
    async with open_realm(realm.settings, HandClock(datetime.now(UTC))) as opened:
        yield opened


async def test_what_is_published_is_what_anybody_makes_of_the_log_byte_for_byte(eu: OneRealm, qc: OneRealm) -> None:
    await let_things_cross(eu, qc)
    for realm in (eu, qc):
        async with web_of(realm) as web:
            served = await web.client().get("/transfers", params={"day": today().isoformat()})
            as_csv = await web.client().get("/transfers.csv", params={"day": today().isoformat()})
        async with ledger.open_source(str(realm.settings.ledger_dir)) as source:
            size = ledger.read_size(served.content)
            made = (await ledger.recompute(source, ledger.Asked(), today(), size=size)).register
        assert served.content == made.to_json()
        assert as_csv.content == made.to_csv()
        assert as_csv.headers["content-type"].startswith("text/csv")
        rows = served.json()["rows"]
        told = {(row["direction"], row["message"]): row["messages"] for row in rows}
        assert told == (
            {("in", "comment"): 3, ("out", "clip"): 1, ("out", "counts"): 2}
            if realm is eu
            else {("out", "comment"): 3, ("refused", "comment"): 1, ("in", "counts"): 2, ("in", "clip"): 1}
        )


async def test_the_register_grows_with_the_log_and_the_books_agree(eu: OneRealm, qc: OneRealm) -> None:
    await let_things_cross(eu, qc)
    assert (await check_books(qc.database, qc.settings.ledger_dir)).faults == []
    async with qc.database.write() as unit:
        await unit.write(text("UPDATE ledger_register SET messages = 4 WHERE direction = 'out'"))
    (fault,) = (await check_books(qc.database, qc.settings.ledger_dir)).faults
    assert fault == f"the transfer register of {today()} is not what the entries say"


@pytest.mark.parametrize("is_honest", [True, False])
async def test_one_command_compares_a_realm_with_its_log(
    eu: OneRealm, qc: OneRealm, tmp_path: Path, capsys: pytest.CaptureFixture[str], is_honest: bool
) -> None:
    await let_things_cross(eu, qc)
    day = today().isoformat()
    async with web_of(qc) as web:
        served = (await web.client().get("/transfers", params={"day": day})).content
    if not is_honest:
        served = served.replace(b'"messages":3', b'"messages":2')
    shutil.copytree(qc.settings.ledger_dir, tmp_path / "site" / "ledger")
    with serving(tmp_path / "site") as server:
        server.answers[f"/api/v1/transfers?day={day}"] = lambda handler: handler.give(200, served)
        command = ["ledger", "register", f"{server.url}/ledger", "--day", day, "--json"]
        status = await asyncio.to_thread(main, command)
    said = capsys.readouterr()
    assert status == (0 if is_honest else 1), said.err
    assert ("byte for byte" in said.err) is is_honest
    assert ("registers differ" in said.err) is not is_honest


async def test_the_totals_tell_what_crossed_and_what_it_cost(eu: OneRealm, qc: OneRealm) -> None:
    await let_things_cross(eu, qc)
    async with web_of(eu) as web:
        told = (await web.client().get("/trust/crossings", params={"days": 3})).json()
        days = (await web.client().get("/transfers/days")).json()["items"]
    assert [(day["out"], day["in"]) for day in told["days"]] == [(0, 0), (0, 0), (3, 3)]
    assert {(one["from"], one["to"]): (one["out"], one["in"]) for one in told["routes"]} == {
        ("eu", "ca-qc"): (3, 0),
        ("ca-qc", "eu"): (0, 3),
    }
    assert told["spent"] == [{"to": "ca-qc", "spent_micro": 50_000, "most_in_a_day_micro": 50_000}]
    assert told["cap_micro_per_day"] == 1_000_000
    assert [(day["day"], day["out"], day["in"], day["refused"]) for day in days] == [(today().isoformat(), 3, 3, 0)]
    async with web_of(qc) as web:
        told = (await web.client().get("/trust/crossings")).json()
    assert told["refused"] == [{"rule": "minors-stay-home", "to": "eu", "count": 1}]


async def test_the_rules_in_force_are_shown_with_their_history(eu: OneRealm) -> None:
    for routes in (4, 6):
        async with eu.database.write() as unit:
            fact = RulesInForce(policy=DIGEST, routes=routes)
            await ledger.append(unit, fact, realm=EU, at=datetime.now(UTC), is_log=True)
    await until(lambda: is_published(eu))
    async with web_of(eu) as web:
        told = (await web.client().get("/trust/policies")).json()
    assert told["digest"] == eu.door.rulebook.rules.digest
    assert told["fault"] is None
    assert {one["id"] for one in told["policies"]} == set(eu.door.rulebook.rules.ids.values())
    assert {one["name"] for one in told["files"]} >= {"send.cedar", "disclose.cedar", "transfers.toml"}
    assert all(one["in_force"] for one in told["assessments"])
    routes = [one["routes"] for one in told["history"] if one["digest"] == DIGEST]  # the gateway notes its own too
    assert routes == [6, 4]


async def test_rules_that_are_not_understood_are_told_and_those_before_shown(
    eu: OneRealm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rulebook, "LOOK_EVERY_S", 0.0)
    folder = tmp_path / "policies"
    shutil.copytree(eu.settings.policies_dir, folder)
    settings = eu.settings.model_copy(update={"policies_dir": folder})
    async with open_realm(settings, HandClock(datetime.now(UTC))) as web:
        before = (await web.client().get("/trust/policies")).json()
        (folder / "send.cedar").write_text("permit everything")
        after = before
        for _ in range(2):  # a file that has just changed is looked at once more before it counts
            after = (await web.client().get("/trust/policies")).json()
    assert after["fault"]["file"] == "send.cedar"
    assert (after["digest"], after["policies"]) == (before["digest"], before["policies"])
    shutil.rmtree(folder)
    async with open_realm(settings, HandClock(datetime.now(UTC))) as web:
        nothing = (await web.client().get("/trust/policies")).json()
    assert (nothing["digest"], nothing["policies"]) == (None, [])
    assert nothing["fault"]["file"] == "schema.cedarschema"


async def test_a_day_that_is_none_and_a_day_without_anything_are_told_apart(eu: OneRealm) -> None:
    await until(lambda: is_published(eu))
    async with web_of(eu) as web:
        wrong = await web.client().get("/transfers", params={"day": "yesterday"})
        empty = await web.client().get("/transfers", params={"day": "2020-01-01"})
        many = await web.client().get("/trust/crossings", params={"days": 4000})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "query.day")
    assert (many.status_code, many.json()["field"]) == (422, "query.days")
    assert json.loads(empty.content)["rows"] == []
