"""A whole cell of the real roles: `reelm up` in a process of its own, with people and staff, its log read by HTTP."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
from tests.integration.runtime.cells import ROOT

from reelm.ledger import VerifierKey, decode
from reelm.ledger.checkpoint import Checkpoint, open_checkpoint
from reelm.ledger.merkle import leaf_hash, root_of
from reelm.ledger.tiles import TileHashes, bundles_of, unpack_bundle

PASSWORD = "four unrelated words here"
LOG_STATE = """
    SELECT published_size, (SELECT count(*)::int FROM ledger_entries WHERE log_index IS NULL
                            OR log_index >= published_size) FROM ledger_log
"""
REELM = (sys.executable, "-P", "-m", "reelm.cli")


@dataclass
class Whole:
    """A cell that is running."""

    process: "subprocess.Popen[str]"
    port: int
    data: Path
    clients: list[httpx.Client] = field(default_factory=list[httpx.Client])

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.clients.append(httpx.Client(base_url=f"{self.base}/api/v1", headers=headers, timeout=30))
        return self.clients[-1]

    def sign_up(self, handle: str) -> httpx.Client:
        """A person, signed in; the account is made where there is none."""
        form = {"handle": handle, "password": PASSWORD, "birth_date": "1990-01-31", "country": "FR", "locale": "en"}
        self.client().post("/accounts", json=form)
        return self.sign_in(handle)

    def hire(self, handle: str, role: str) -> httpx.Client:
        """A member of staff, signed in."""
        who = ("--handle", handle, "--birth-date", "1980-01-31", "--country", "FR", "--role", role)
        done = self.run("account", "create", *who, "--password-stdin", text=PASSWORD)
        assert done.returncode == 0, done.stderr
        return self.sign_in(handle)

    def sign_in(self, handle: str) -> httpx.Client:
        answer = self.client().post("/session", json={"handle": handle, "password": PASSWORD})
        return self.client(answer.raise_for_status().json()["token"])

    def run(self, *words: str, text: str = "") -> "subprocess.CompletedProcess[str]":
        """A command of the operator's about this cell."""
        return subprocess.run(
            (*REELM, *words, "--data", str(self.data)),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )

    def state(self) -> dict[str, Any]:
        """What the cell says of itself to commands."""
        return json.loads((self.data / "run" / "cell.json").read_text())

    def fsck(self) -> str:
        """What `reelm ledger fsck` complains of; empty where all agrees."""
        done = self.run("ledger", "fsck")
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def role(self, name: str) -> psutil.Process:
        """The process of `reelm serve NAME` that the supervisor runs now; waits until there is one."""
        deadline = time.monotonic() + 20
        while True:
            for child in psutil.Process(self.process.pid).children():
                with suppress(psutil.NoSuchProcess):
                    if child.cmdline()[-2:] == ["serve", name]:
                        return child
            assert time.monotonic() < deadline, name
            time.sleep(0.02)

    def kill_everything(self) -> None:
        """SIGKILL the supervisor and all below it; nothing of them is left."""
        supervisor = psutil.Process(self.process.pid)
        family = [supervisor, *supervisor.children(recursive=True)]
        for process in family:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        psutil.wait_procs(family[1:], timeout=20)
        assert [process for process in family[1:] if process.is_running()] == []

    def get(self, path: str, **headers: str) -> httpx.Response:
        """GET outside the API."""
        return httpx.get(self.base + path, headers=headers, timeout=30)

    def read_log(self) -> tuple[Checkpoint, list[Any]]:
        """The log as anybody can fetch it: signature, tiles and entries checked against each other."""
        keys = [VerifierKey.parse(line) for line in self.get("/ledger/vkey").text.splitlines()]
        checkpoint, _ = open_checkpoint(self.get("/ledger/checkpoint").content, keys)
        read = TileHashes(checkpoint.size, lambda tile: self._file(tile.path))
        assert root_of(checkpoint.size, read) == checkpoint.root
        bodies: list[bytes] = []
        for bundle in bundles_of(checkpoint.size):
            bodies += unpack_bundle(self._file(bundle.path), bundle.width)
        assert [leaf_hash(body) for body in bodies] == [read(0, index) for index in range(checkpoint.size)]
        return checkpoint, [decode(body) for body in bodies]

    def _file(self, path: str) -> bytes:
        answer = self.get(f"/ledger/{path}")
        assert answer.status_code == 200, path
        return answer.content

    def wait_for_log(self) -> int:
        """Wait until a checkpoint covers everything that is queued; its size."""
        wait_until(lambda: self.log_state()[1:] == (0,) and self.log_state()[0] > 0, 30)
        return self.log_state()[0]

    def log_state(self) -> tuple[int, int]:
        """How many entries are published, and how many wait."""
        with psycopg.connect(self.state()["database_url"]) as connection:
            found = connection.execute(LOG_STATE).fetchone()
        return found or (0, 0)


@contextmanager
def up(data: Path, port: int, *words: str) -> Generator[Whole]:
    """A cell that is ready, until the block ends."""
    command = (*REELM, "up", "--port", str(port), "--data", str(data), "--no-demo", *words)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    cell = Whole(process, port, data)
    try:
        said = ""
        while "Reelm is ready" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield cell
    finally:
        for client in cell.clients:
            client.close()
        process.terminate()
        process.communicate(timeout=60)


def kinds(entries: Sequence[Any]) -> list[str]:
    """Of what kind the entries of staff access are, in order."""
    return [entry.kind for entry in entries if entry.kind.startswith(("access-", "break-glass"))]


def wait_until(is_so: Callable[[], bool], timeout_s: float = 20) -> None:
    """Poll until `is_so`. Raises `AssertionError` when it doesn't come true."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
