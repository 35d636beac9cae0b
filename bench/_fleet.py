"""Three whole realms for a benchmark: `reelm up --realms` in a folder, people who use them, and a look inside."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import psycopg

from bench._cell import free_port
from reelm.infra.embedded import postgres

REELM = (sys.executable, "-P", "-m", "reelm.cli")
LONGEST_S = 120.0
Found = TypeVar("Found")


@dataclass
class Realm:
    """One realm that runs: its address, its folder and its supervisor."""

    code: str
    port: int
    folder: Path
    supervisor: psutil.Process
    clients: list[httpx.Client] = field(default_factory=list[httpx.Client])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, token: str | None = None) -> httpx.Client:
        """Somebody with this token, or a stranger."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.clients.append(httpx.Client(base_url=f"{self.address}/api/v1", headers=headers, timeout=60))
        return self.clients[-1]

    @property
    def database_url(self) -> str:
        """Of its superuser."""
        url = json.loads((self.folder / "run" / "cell.json").read_text())["database_url"]
        return url.replace(f"user={postgres.ROLE}", f"user={postgres.SUPERUSER}")

    @contextmanager
    def database(self) -> Generator[psycopg.Connection[Any]]:
        """The database, as its superuser: every statement is a transaction."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            yield connection

    @property
    def pseudonym_secret(self) -> bytes:
        return (self.folder / "keys" / "pseudonyms").read_bytes()

    def role(self, name: str) -> psutil.Process:
        """The process of `reelm serve NAME`."""

        def find() -> psutil.Process | None:
            for one in self.supervisor.children():
                with suppress(psutil.NoSuchProcess):
                    if one.cmdline()[-2:] == ["serve", name]:
                        return one
            return None

        return until(find, f"{self.code} has no {name}")

    def processes(self) -> list[psutil.Process]:
        """Everything that runs as this realm's users."""
        users = self.users
        found: list[psutil.Process] = []
        for one in psutil.process_iter():
            with suppress(psutil.NoSuchProcess):
                if one.uids().real in users:
                    found.append(one)
        return found

    @property
    def users(self) -> set[int]:
        """The realm's own users: of its data and of its signer. None where root does not run the fleet."""
        found = {(self.folder / name).stat().st_uid for name in ("keys", "signer")}
        return found - {os.geteuid()}

    @property
    def owner(self) -> int:
        return (self.folder / "keys").stat().st_uid

    def run(self, *words: str, text: str = "") -> "subprocess.CompletedProcess[str]":
        """A command of the operator's about this realm."""
        command = (*REELM, *words, "--data", str(self.folder))
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=120)


@contextmanager
def running_fleet(data: Path, codes: tuple[str, ...], **told: str) -> Generator[tuple[Realm, ...]]:
    """The realms, ready, each at its port; all of them end with the block. `told` is added to their environment."""
    port = _free_row(len(codes))
    words = ("up", "--port", str(port), "--data", str(data), "--realms", ",".join(codes), "--no-demo")
    env = {**os.environ, "REELM_SIGN_UPS": "1000", **told}
    process = subprocess.Popen((*REELM, *words), stdout=subprocess.PIPE, text=True, env=env)
    # Whatever crashes below it may leave a core file.
    resource.prlimit(process.pid, resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert process.stdout is not None
    realms: tuple[Realm, ...] = ()
    try:
        if not any(line.startswith("Reelm is ready") for line in process.stdout):
            raise RuntimeError("the fleet ended before it was ready")
        cells = {_code_of(one): one for one in psutil.Process(process.pid).children() if _code_of(one)}
        realms = tuple(
            Realm(code, port + place, data / code, cells[code]) for place, code in enumerate(codes) if code in cells
        )
        if len(realms) < len(codes):
            raise RuntimeError("not every realm could be started")
        yield realms
    finally:
        for client in (client for realm in realms for client in realm.clients):
            client.close()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)


def _code_of(process: psutil.Process) -> str:
    words = process.cmdline()
    return words[words.index("--realm") + 1] if "--realm" in words else ""


def _free_row(count: int) -> int:
    """The first of `count` ports in a row; the fleet itself finds out if one of them is taken."""
    while (port := free_port()) + count > 65_000:
        pass
    return port


def until(look: "Callable[[], Found | None]", complaint: str, timeout_s: float = LONGEST_S) -> "Found":
    """What `look` gives once it gives something. Raises `TimeoutError` with the complaint."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        time.sleep(0.1)
