"""How long does an empty realm take to join two that are running, and what do those notice? With load on both.

The peer is the start of a realm when nothing else runs, in the same run.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

from bench._realms import Fleet, percentile, running_fleet, wait_until
from bench.table import Report, at_most

REALMS = ("eu", "ca-qc")
JOINING = "us"
CALLERS, SETTLE_S = 4, 5


class _Load:
    """Callers of the running realms: pages of the feed, health, sign-ins, remarks of their own. Counts what fails."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet, self._stop = fleet, threading.Event()
        self.answered, self.failed = 0, 0
        self.latencies: list[float] = []
        self._threads = [threading.Thread(target=self._call, args=(n,)) for n in range(CALLERS)]

    def start(self) -> None:
        for one in self._threads:
            one.start()

    def stop(self) -> None:
        self._stop.set()
        for one in self._threads:
            one.join()

    def _call(self, number: int) -> None:
        realm = REALMS[number % len(REALMS)]
        with httpx.Client(base_url=f"{self._fleet.url(realm)}/api/v1", timeout=10) as caller:
            while not self._stop.is_set():
                for path in ("/feed?limit=10", "/health", "/realms", "/trust"):
                    began = time.perf_counter()
                    try:
                        good = caller.get(path).status_code == 200
                    except httpx.HTTPError:
                        good = False
                    self.latencies.append(time.perf_counter() - began)
                    self.answered += good
                    self.failed += not good
                time.sleep(0.02)


def measure() -> Report:
    """Add a realm while callers ask the two others without a break."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-") as folder:
        with running_fleet(Path(folder) / "alone", (JOINING,)) as alone:
            started = _started_s(alone.data, JOINING)
        with running_fleet(Path(folder) / "fleet", REALMS) as fleet:
            pids = _pids(fleet)
            load = _Load(fleet)
            load.start()
            time.sleep(SETTLE_S)
            before, quiet = load.answered, sorted(load.latencies)
            began = time.perf_counter()
            _add(fleet)
            address = f"http://127.0.0.1:{fleet.port + len(REALMS)}"
            wait_until(lambda: _serves(address))
            served = time.perf_counter() - began
            wait_until(lambda: all(_knows(fleet.url(realm)) for realm in REALMS))
            known = time.perf_counter() - began
            time.sleep(SETTLE_S)
            load.stop()
            same = pids == _pids(fleet)
    busy = load.latencies[len(quiet) :]
    rows = [
        {"what": "a realm that starts where nothing runs, s", "value": round(started, 2)},
        {"what": "decision to the first page of the new realm, s", "value": round(served, 2)},
        {"what": "decision until both others lead people there, s", "value": round(known, 2)},
        {"what": "requests answered by the two meanwhile", "value": load.answered - before},
        {"what": "p95 before, ms", "value": round(percentile(quiet, 0.95) * 1000, 1)},
        {"what": "p95 meanwhile, ms", "value": round(percentile(busy, 0.95) * 1000, 1)},
    ]
    goals = [
        at_most("failed requests", float(load.failed), 0),
        at_most("running processes that were restarted", float(not same), 0),
        at_most("decision until both others lead people there", round(known, 2), 60, "s"),
    ]
    return Report("add-realm", rows, goals)


def _add(fleet: Fleet) -> None:
    command = (sys.executable, "-P", "-m", "reelm.cli", "realm", "add", JOINING)
    subprocess.run((*command, "--data", str(fleet.data), "--reason", "the benchmark adds it"), check=True)


def _serves(address: str) -> bool:
    try:
        return httpx.get(f"{address}/", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def _knows(address: str) -> bool:
    """Whether a realm leads people of the new one to it."""
    realms = httpx.get(f"{address}/api/v1/realms", timeout=10).json()["items"]
    return any(one["code"] == JOINING and one["address"] for one in realms)


def _pids(fleet: Fleet) -> dict[str, int]:
    return {realm: json.loads((fleet.data / realm / "run" / "cell.json").read_text())["pid"] for realm in REALMS}


def _started_s(data: Path, realm: str) -> float:
    """From the first file of a realm's folder to the card of its gateway."""
    return (data / "peers" / f"{realm}.json").stat().st_mtime - (data / "deployment.toml").stat().st_mtime
