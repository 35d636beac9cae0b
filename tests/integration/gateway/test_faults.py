"""The fault table of a crossing: each step, gone wrong in each way; it arrives once, and both logs say so."""

import json
import subprocess
import sys
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text
from tests.integration.gateway.realms import EU, QC
from tests.integration.gateway.story import MODES, NOON, STEPS, Cell, act, carry, pair, tell
from tests.integration.ledger.books import read_log

from reelm import gateway, ledger
from reelm.gateway import Kind
from reelm.gateway.crossing import read_content
from reelm.ledger import decode

KILLED = tuple(mode for mode in MODES if mode.startswith("killed"))
# An act whose transaction was not committed was not done: one of the three is missing then.
NOT_DONE = {
    ("put it into the outbox", "failed"),
    ("put it into the outbox", "happened"),
    ("commit the act", "failed"),
}


@pytest.fixture(scope="module")
def killing() -> Generator["subprocess.Popen[str]"]:
    command = (sys.executable, "-m", "tests.integration.gateway.killed")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.communicate(timeout=20)


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode not in KILLED])
@pytest.mark.parametrize("step", STEPS)
async def test_a_step_that_goes_wrong_loses_nothing_and_doubles_nothing(
    step: str, mode: str, databases: dict[str, str], tmp_path: Path
) -> None:
    assert await tell(databases, tmp_path, step, mode)
    acts = await _assert_all_is_well(databases, tmp_path)
    assert acts == 6 - ((step, mode) in NOT_DONE)


@pytest.mark.parametrize("mode", KILLED)
@pytest.mark.parametrize("step", STEPS)
async def test_realms_killed_at_a_step_lose_nothing_and_double_nothing(
    step: str, mode: str, databases: dict[str, str], tmp_path: Path, killing: "subprocess.Popen[str]"
) -> None:
    assert killing.stdin is not None
    assert killing.stdout is not None
    told = {"databases": databases, "folder": str(tmp_path), "step": step, "mode": mode}
    killing.stdin.write(json.dumps(told) + "\n")
    killing.stdin.flush()
    assert killing.stdout.readline().strip() == "-9"
    await _assert_all_is_well(databases, tmp_path)


async def _assert_all_is_well(databases: dict[str, str], folder: Path) -> int:
    """Both realms start anew, one more comment is made, and everything arrives; how many acts there were."""
    async with pair(databases, folder, NOON + timedelta(hours=2)) as both:
        await act(both.qc, "last", both.clock.now())
        for _ in range(8):
            await carry(both)
        for cell in (both.qc, both.eu):
            while await cell.log.sequencer.publish_batch():
                pass
        acts = await _list(both.qc, "SELECT text FROM acts ORDER BY no")
        taken = await _list(both.eu, "SELECT text FROM taken ORDER BY no")
        assert taken == acts, "each once, in their order"
        await _assert_logged(both.qc, both.eu, folder)
        async with both.qc.database.read() as unit:
            assert await gateway.count_waiting(unit, EU) == 0
            standing = await gateway.find_standing(unit, EU)
            assert await gateway.find_faults(unit) == []
        assert standing.acked_seq == standing.sent_seq == len(acts)
        for cell, code in ((both.qc, QC), (both.eu, EU)):
            books = await ledger.check_books(cell.database, folder / code / "ledger")
            assert (books.faults, books.queued) == ([], 0)
    return len(acts)


async def _list(cell: Cell, query: str) -> list[str]:
    async with cell.database.read() as unit:
        return list(await unit.scalars(text(query)))


async def _assert_logged(qc: Cell, eu: Cell, folder: Path) -> None:
    """What was taken is in the sender's log, at the index that was told, and in ours; and nothing more is."""
    _, sent_log = read_log(folder / QC / "ledger")
    _, own_log = read_log(folder / EU / "ledger")
    sent = [decode(entry) for entry in sent_log]
    own = [decode(entry) for entry in own_log]
    async with eu.database.read() as unit:
        rows = await unit.all(text("SELECT entry, sent FROM taken ORDER BY no"))
    for row in rows:
        kind, salt, fields = orjson.loads(row.sent)
        told = sent[int(row.entry)]
        assert (told.kind, told.fact["to"], told.fact["message"]) == ("crossing", "eu", "comment")
        assert told.fact["content"] == read_content(Kind(kind), salt, fields)
    crossings = [index for index, entry in enumerate(sent) if entry.kind == "crossing"]
    arrivals = [entry.fact["entry"] for entry in own if entry.kind == "arrival"]
    assert [row.entry for row in rows] == crossings == arrivals


def test_the_table_names_every_step() -> None:
    assert len(STEPS) * len(MODES) == 100
