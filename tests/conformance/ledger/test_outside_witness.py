"""The unmodified aics-witness server vouches for our log, and not for a fork of it."""

import asyncio
import json
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.conformance.ledger.logs import Logs, make_logs
from tests.conformance.ledger.tools import ORACLES, find_oracle
from tests.integration.ledger.running import ORIGIN

from reelm.kernel.time import SystemClock
from reelm.ledger import Cosigning, LogFolder, Policy
from reelm.ledger.checkpoint import open_checkpoint
from reelm.ledger.note import Note, VerifierKey, verify_note


@dataclass(frozen=True)
class Witness:
    """A running aics-witness."""

    url: str
    vkey: str
    config: Path

    def evidence(self) -> str:
        """What it has kept of requests a log signed and should not have."""
        return _run("evidence", "--config", str(self.config))


def _run(*words: str) -> str:
    command = (str(ORACLES / "aics-witness"), *words)
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture
async def logs(tmp_path: Path) -> Logs:
    return await make_logs(tmp_path / "logs", sizes=(257, 1_000))


@pytest.fixture
def witness(logs: Logs, tmp_path: Path) -> Generator[Witness]:
    find_oracle("aics-witness")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    config = tmp_path / "witness" / "witness.json"
    config.parent.mkdir()
    said = _run("init", "--config", str(config), "--name", "outsider.test/w1", "--listen", address)
    vkey = next(word.strip('",') for word in said.split() if word.strip('",').startswith("outsider.test/w1+"))
    _run("add-log", "--config", str(config), "--origin", ORIGIN, "--vkey", logs.vkey)
    command = (str(ORACLES / "aics-witness"), "serve", "--config", str(config))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(address)
        yield Witness(f"http://{address}", vkey, config)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(address: str) -> None:
    host, port = address.split(":")
    for _ in range(200):
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("aics-witness did not start")


def asking(log: Path, witness: Witness) -> Cosigning:
    text = f"witness outsider {witness.vkey} {witness.url}\nquorum outsider\n"
    return Cosigning(LogFolder(log), Policy.parse(text), text, clock=SystemClock())


def told(log: Path) -> dict[str, str]:
    return json.loads((log / "witnesses.json").read_text())["witnesses"][0]


async def test_it_cosigns_our_checkpoints_and_others_find_the_quorum_met(logs: Logs, witness: Witness) -> None:
    for size in (257, 1_000):
        log = logs.at(size)
        if size == 1_000:
            (log / "witnesses.json").write_bytes((logs.at(257) / "witnesses.json").read_bytes())
        await asking(log, witness).ask()
        assert told(log)["state"] == "fresh", told(log)
        note = Note.parse((log / "checkpoint.witnessed").read_bytes())
        ((_, at_s),) = verify_note(note, [VerifierKey.parse(witness.vkey)])
        assert at_s is not None
        assert abs(at_s - datetime.now(UTC).timestamp()) < 60
        command = (str(ORACLES / "aics-tlog"), "verify-checkpoint", "--log-key", logs.vkey, "--tiles", str(log))
        quorum = ("--witness-key", witness.vkey, "--quorum", "1", "--max-age", "600")
        done = await asyncio.to_thread(
            subprocess.run, [*command, *quorum], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr


async def test_it_refuses_our_fork_and_keeps_the_evidence(logs: Logs, witness: Witness) -> None:
    await asking(logs.at(257), witness).ask()
    await asking(logs.at(1_000), witness).ask()
    before = told(logs.at(1_000))
    assert before["state"] == "fresh"
    fork = asking(logs.fork, witness)
    await fork.ask()
    refused = told(logs.fork)
    assert refused["state"] == "faulty", refused
    assert (refused["fault"] or "").startswith("answered-4")
    assert not (logs.fork / "checkpoint.witnessed").exists()
    assert _root_of(logs.fork, logs.vkey) in witness.evidence()


def _root_of(log: Path, vkey: str) -> str:
    checkpoint, note = open_checkpoint((log / "checkpoint").read_bytes(), [VerifierKey.parse(vkey)])
    assert checkpoint.size == 1_000
    return note.text.split("\n")[2]
