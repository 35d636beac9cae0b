"""The fault table: every step of append and publish, gone wrong in every way; then the books must balance."""

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from tests.integration.ledger.books import assert_balanced
from tests.integration.ledger.faults import APPEND, PUBLISH, STEPS, act, tell
from tests.integration.ledger.running import ledger_at

from reelm import ledger
from reelm.infra.db import Database
from reelm.kernel.time import SystemClock


@pytest.fixture(scope="module")
def killing() -> Generator["subprocess.Popen[str]"]:
    command = (sys.executable, "-m", "tests.integration.ledger.killed")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.communicate(timeout=20)


@pytest.mark.parametrize("mode", ["failed", "happened"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_step_that_fails_loses_nothing_and_doubles_nothing(
    step: str, mode: str, database_url: str, tmp_path: Path
) -> None:
    assert await tell(database_url, tmp_path, step, mode)
    await _assert_all_is_well(database_url, tmp_path, step, mode)


@pytest.mark.parametrize("mode", ["killed before", "killed after"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_process_killed_at_a_step_loses_nothing_and_doubles_nothing(
    step: str, mode: str, database_url: str, tmp_path: Path, killing: "subprocess.Popen[str]"
) -> None:
    _kill(killing, database_url, tmp_path, step, mode)
    await _assert_all_is_well(database_url, tmp_path, step, mode)


@pytest.mark.parametrize("step", ["write the bundle", "write a tile"])
async def test_a_file_cut_off_in_the_middle_is_written_again(
    step: str, database_url: str, tmp_path: Path, killing: "subprocess.Popen[str]"
) -> None:
    _kill(killing, database_url, tmp_path, step, "killed half-way")
    await _assert_all_is_well(database_url, tmp_path, step, "killed half-way")


def _kill(killing: "subprocess.Popen[str]", database_url: str, data: Path, step: str, mode: str) -> None:
    assert killing.stdin is not None
    assert killing.stdout is not None
    killing.stdin.write(
        json.dumps({"database_url": database_url, "data": str(data), "step": step, "mode": mode}) + "\n"
    )
    killing.stdin.flush()
    assert killing.stdout.readline().strip() == "-9"


async def _assert_all_is_well(database_url: str, data: Path, step: str, mode: str) -> None:
    """A new sequencer finishes what was left, goes on, and every act there should be is in the log once."""
    async with Database(database_url) as database, ledger_at(data, database, SystemClock()) as log:
        await log.sequencer.recover()
        await act(database)
        while await log.sequencer.publish_batch():
            pass
        ids = await assert_balanced(database, data / "ledger")
        books = await ledger.check_books(database, data / "ledger")
        assert books.faults == []
        assert (books.size, books.queued) == (len(ids), 0)
    assert len(ids) == 1 + _acts(step, mode)


def _acts(step: str, mode: str) -> int:
    """How many acts there are in the end: three before, three in the middle, one after, and what the fault took."""
    if step in PUBLISH:
        return 7
    if mode == "killed before" or (mode == "killed after" and step != "commit the act"):
        return 4
    if mode == "killed after":
        return 5
    return 7 if (step, mode) == ("commit the act", "happened") else 6


def test_the_table_names_every_step() -> None:
    assert len(STEPS) == len(APPEND) + len(PUBLISH) == 18
