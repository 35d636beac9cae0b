"""Operators move people in the background and see how far they are; a realm that lies is not believed."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from tests.integration.abroad.neighbours import Neighbour
from tests.integration.gateway.realms import until
from tests.integration.moving.journeys import Journey, is_over, work_some, work_until
from tests.integration.moving.towns import Towns

from reelm import accounts, gateway, moving, realms
from reelm.cli.__main__ import build_parser
from reelm.cli.moving import move_all
from reelm.gateway import Kind, Message
from reelm.infra.settings import Settings
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode, new_uuid


async def _command(settings: Settings, realms: Sequence[Neighbour], *words: str) -> int:
    """Run `reelm realm …` beside the workers of these realms."""
    arguments = build_parser().parse_args(["realm", *words])
    running = asyncio.create_task(move_all(settings, arguments))
    while not running.done():
        for at in realms:
            await work_some(at)
    return await running


async def test_an_operator_moves_one_person(journey: Journey, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("move", "--handle", "ana", "--to", "ca-qc")
    with pytest.raises(moving.RealmNotTheirs):
        await _command(journey.eu.realm.settings, journey.realms, *words)
    assert await _command(journey.eu.realm.settings, journey.realms, *words, "--country", "CA-QC") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-2:] == ["1 done", "1 moved to ca-qc."]
    me = (await journey.qc.realm.client(await journey.arrived()).get("/me")).json()
    assert (me["country"], me["region"]) == ("CA", "QC")


async def test_residents_whose_realm_is_another_one_move_in_the_background(
    towns: Towns, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those whose handle is taken stay, and are told why; run again, only they are tried. Staff stay."""
    eu, realms = towns.eu.realm, (towns.eu, towns.qc)
    for number in range(3):
        await eu.sign_up(f"q{number}", country="CA", region="QC")
    await eu.sign_up("ontario", country="CA", region="ON")
    await eu.sign_up("fay")
    await eu.hire("mia", accounts.Role.MODERATOR, country="CA", region="QC")
    towns.decide("eu", "ca-qc", at=towns.clock.now())
    await towns.qc.realm.sign_up("q2", country="CA", region="QC")
    words = ("residents", "--to", "ca-qc", "--json")
    assert await _command(eu.settings, realms, *words, "--country", "CA-QC") == 1
    assert json.loads(capsys.readouterr().out) == {"people": 3, "steps": {"done": 2, "refused": 1}}
    assert await _command(eu.settings, realms, *words) == 1
    assert json.loads(capsys.readouterr().out) == {"people": 2, "steps": {"done": 1, "refused": 1}}
    assert await towns.handles(towns.eu) == {"q2", "fay", "mia"}


@pytest.mark.parametrize(
    ("country", "to", "refusal"),
    [
        ("CH", "ca-qc", moving.RealmNotTheirs),
        ("CA-QC", "eu", moving.RealmNotTheirs),
        ("CA-ON", "us", moving.RealmNotTheirs),
        ("XX", "ca-qc", realms.CountryUnknown),
        ("FR-QC", "ca-qc", realms.RegionNotOfCountry),
    ],
)
async def test_residents_of_a_country_move_to_no_realm_but_its_own(
    journey: Journey, country: str, to: str, refusal: type[Problem]
) -> None:
    with pytest.raises(refusal):
        await _command(journey.eu.realm.settings, journey.realms, "residents", "--country", country, "--to", to)
    assert await journey.eu.realm.rows("SELECT FROM moves") == []


async def _say(journey: Journey, move: str, **fields: Any) -> None:
    message = Message(Kind.RELOCATION, {"move": move, **fields}, told=True)
    async with journey.eu.realm.cell.database.write() as unit:
        await gateway.put(unit, RealmCode("ca-qc"), message, at=journey.clock.now())


async def _is_taken(journey: Journey) -> bool:
    async with journey.eu.realm.cell.database.read() as unit:
        return await gateway.count_waiting(unit, RealmCode("ca-qc")) == 0


OFFER = {"handle": "mallory", "country": "CA", "region": "QC", "birth_date": "1990-01-31"}


NONSENSE: list[dict[str, Any]] = [
    {"table": "switch", "rows": [{"entry": 1, "names": {}}], "parts": 0, "digest": ""},
    {"table": "accounts", "part": 7, "rows": [], "digest": "0" * 64},
    {"table": "accounts", "part": 1, "rows": [{"id": "x"}], "digest": "0" * 64},
    {"table": "ledger_entries", "part": 1, "rows": [], "digest": "0" * 64},
    {"table": "files", "part": 1, "file": {"key": "../../x", "offset": -1, "whole": 1}, "digest": "0" * 64},
    {"table": "copied", "parts": "many", "digest": 1},
]


@pytest.mark.parametrize("fields", NONSENSE)
async def test_what_makes_no_sense_changes_nothing(journey: Journey, fields: dict[str, Any]) -> None:
    move = str(new_uuid())
    await _say(journey, move, table="offer", rows=[OFFER])
    await _say(journey, move, **fields)
    await until(lambda: _is_taken(journey))
    (row,) = await journey.qc.realm.rows("SELECT step, parts_done FROM moves")
    assert (row["step"], row["parts_done"]) == ("copying", 0)
    assert not list(journey.qc.realm.settings.moving_dir.glob("*"))
    assert len(await journey.qc.realm.rows("SELECT FROM accounts")) == 1


async def test_rows_of_somebody_else_are_refused_before_the_switch(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A realm that puts another's clip among them, or runs another release, keeps its person."""
    from reelm.moving import plan  # noqa: PLC0415 - changed here

    real = plan.export_rows

    async def export(unit: Any, mover: Any, what: Any, person: Any, to: Any) -> list[dict[str, Any]]:
        rows = await real(unit, mover, what, person, to)
        return [row | {"author_id": str(new_uuid())} for row in rows] if what.name == "videos" else rows

    monkeypatch.setattr(plan, "export_rows", export)
    await journey.ask()

    async def refused() -> bool:
        return await journey.step() == "refused"

    await work_until(journey, refused)
    client = journey.eu.realm.client(journey.ana)
    assert (await client.get("/me/move")).json()["problem"] == "rows-not-understood"
    assert (await client.patch("/me", json={"bio": "still here"})).status_code == 200
    assert await journey.qc.realm.rows("SELECT FROM moves") == []
    monkeypatch.undo()
    await journey.eu.realm.rows("DELETE FROM moves")
    await journey.ask()
    await work_until(journey, lambda: is_over(journey))
