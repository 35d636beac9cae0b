"""Several whole realms for a benchmark: `reelm up --realms` in a folder, on free ports, until the block ends."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tests import footage

PASSWORD = "a password for benchmarks"
PLACES = {"eu": {"country": "FR"}, "ca-qc": {"country": "CA", "region": "QC"}, "us": {"country": "US"}}
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class Fleet:
    """Running realms: where each answers, and their folder."""

    data: Path
    port: int
    realms: tuple[str, ...]

    def url(self, realm: str) -> str:
        return f"http://127.0.0.1:{self.port + self.realms.index(realm)}"

    def database_url(self, realm: str) -> str:
        """The realm's own PostgreSQL, for looking."""
        return json.loads((self.data / realm / "run" / "cell.json").read_text())["database_url"]

    def sign_up(self, realm: str, handle: str) -> httpx.Client:
        """A new person of a realm, signed in."""
        caller = httpx.Client(base_url=f"{self.url(realm)}/api/v1", timeout=30)
        form = {"handle": handle, "password": PASSWORD, "birth_date": "1990-01-31", "locale": "en", **PLACES[realm]}
        caller.post("/accounts", json=form).raise_for_status()
        token = caller.post("/session", json={"handle": handle, "password": PASSWORD}).json()["token"]
        caller.cookies.clear()
        caller.headers["Authorization"] = f"Bearer {token}"
        return caller


@contextmanager
def running_fleet(data: Path, realms: Sequence[str]) -> Generator[Fleet]:
    """Realms without demo content, ready, with their gateways answering."""
    port = free_ports(len(realms) + 2)
    command = (sys.executable, "-P", "-m", "reelm.cli", "up", "--realms", ",".join(realms), "--port", str(port))
    process = subprocess.Popen((*command, "--data", str(data), "--no-demo"), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        if not any(line.startswith("Reelm is ready") for line in process.stdout):
            raise RuntimeError("the realms ended before they were ready")
        fleet = Fleet(data, port, tuple(realms))
        wait_until(lambda: all(_has_card(data, realm) for realm in realms))
        yield fleet
    finally:
        process.terminate()
        process.communicate(timeout=120)


def _has_card(data: Path, realm: str) -> bool:
    card = data / "peers" / f"{realm}.json"
    return card.exists() and bool(card.read_text()) and bool(json.loads(card.read_text())["vkey"])


def free_ports(count: int) -> int:
    """The first of so many free ports that follow each other."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if first + count < 60_000 and all(_is_free(first + offset) for offset in range(count)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def publish_clip(caller: httpx.Client, content: bytes, caption: str = "a clip") -> str:
    """Upload, post and wait until it plays; its id."""
    opened = caller.post("/uploads", headers=TUS | {"Upload-Length": str(len(content))})
    upload = opened.headers["location"].rpartition("/")[2]
    headers = TUS | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    caller.patch(f"/uploads/{upload}", headers=headers, content=content).raise_for_status()
    id = caller.post("/videos", json={"upload_id": upload, "caption": caption}).json()["id"]
    wait_until(lambda: video(caller, id)["state"] == "published", every_s=0.05)
    return id


def video(caller: httpx.Client, id: str) -> dict[str, Any]:
    return caller.get(f"/videos/{id}").json()


def small_clip(folder: Path) -> bytes:
    """Two seconds of footage that is quickly transcoded."""
    return footage.small(folder / "small.mp4", seconds=2, size="180x320", fps="10").read_bytes()


def wait_until(is_so: Any, *, timeout_s: float = 120, every_s: float = 0.1) -> None:
    """Poll until `is_so()`. Raises `RuntimeError` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError("waited in vain")
        time.sleep(every_s)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
