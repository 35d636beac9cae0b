"""Roles of Reelm as processes of their own, for what only a real process can show: cut sockets and `kill -9`."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from reelm.infra.settings import Settings

ROOT = Path(__file__).parents[2]
# Workers that die are noticed within a second instead of fifteen.
START = (
    "import sys; from reelm.infra.jobs import runner; from reelm.cli.serve import run_role; "
    "runner.HEARTBEAT_S, runner.SILENT_AFTER_S = 0.2, 1.0; sys.exit(run_role(sys.argv[1]))"
)


@dataclass
class Role:
    """A running `reelm serve`. `port` is the web role's."""

    process: "subprocess.Popen[bytes]"
    log_file: Path
    port: int

    @property
    def log(self) -> list[str]:
        """What it has said so far."""
        return self.log_file.read_text().splitlines()

    def kill(self) -> None:
        """SIGKILL: it can't tidy up."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM, and SIGKILL where that doesn't help; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/v1", headers=headers, timeout=10)

    def send_raw(self, *parts: bytes) -> socket.socket:
        """Open a connection and send; the caller closes it."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        for part in parts:
            connection.sendall(part)
        return connection


def start(role: str, settings: Settings, log_file: Path, *, first: str = "") -> Role:
    """Start a role, after the Python statements `first`; the web role answers when this returns."""
    port = _free_port()
    environment = {
        "REELM_DATABASE_URL": settings.database_url,
        "REELM_DATA": str(settings.data),
        "REELM_LISTEN": f"127.0.0.1:{port}",
        "REELM_CLIENT_DIST": str(settings.client_dist),
        "REELM_EVENTS_URL": settings.events_url,
        "PYTHONPATH": os.pathsep.join((str(ROOT), *filter(None, sys.path))),
    }
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            (sys.executable, "-P", "-c", first + START, role),
            cwd=ROOT,
            env=os.environ | environment,
            stderr=log,
            start_new_session=True,
        )
    started = Role(process, log_file, port)
    if role == "web":
        wait_until(lambda: _answers(started))
    return started


def _answers(role: Role) -> bool:
    try:
        with role.client() as client:
            return client.get("/health").status_code == 200
    except httpx.TransportError:
        assert role.process.poll() is None, role.log
        return False


def wait_until(is_so: Callable[[], bool], timeout_s: float = 20) -> None:
    """Poll until `is_so`. Raises `AssertionError` when it doesn't come true."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
