"""How long does a second `make up` take to its first page, and how much memory does an idle cell need?

Memory is the proportional set size (PSS): pages shared by several processes, such as PostgreSQL's buffers, are
counted once. The sum of resident sizes (RSS), which counts them every time, is printed beside it.
"""

import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from bench.table import Report, at_most

ROOT = Path(__file__).parents[1]
MIB = 2**20
SETTLE_S = 20


def measure() -> Report:
    """Start a cell twice in a temporary folder, the first time to fill it; measure the second."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-") as folder:
        data, port = Path(folder) / "var", _free_port()
        with _up(data, port) as first:
            first_page_s, first_ready_s = first.wait_for_page(), first.wait_for_ready()
            first.wait_for_demo()
        with _up(data, port) as second:
            page_s, ready_s = second.wait_for_page(), second.wait_for_ready()
            second.wait_for_demo()
            time.sleep(SETTLE_S)
            rows, pss_mb, rss_mb = _memory(second.process.pid)
    figures = [
        {"what": "first start to first page, s", "value": round(first_page_s, 2)},
        {"what": "first start to ready (a demo clip plays), s", "value": round(first_ready_s, 2)},
        {"what": "second start to first page, s", "value": round(page_s, 2)},
        {"what": "second start to ready, s", "value": round(ready_s, 2)},
        *({"what": f"idle PSS of {name}, MiB", "value": value} for name, value in rows),
        {"what": "idle PSS of all, MiB", "value": round(pss_mb, 1)},
        {"what": "idle RSS of all, shared pages counted every time, MiB", "value": round(rss_mb, 1)},
    ]
    goals = [
        at_most("second start to first page", round(page_s, 2), 5, "s"),
        at_most("idle memory of all processes together", round(pss_mb, 1), 600, "MB"),
    ]
    return Report("startup", figures, goals)


class _Cell:
    """A `make up` that is running: when it began and what it has said."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process, self.port, self.began = process, port, time.monotonic()

    def wait_for_page(self) -> float:
        """Seconds from the start until `/` is served."""
        while True:
            with (
                suppress(urllib.error.URLError, OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as answer,
            ):
                if answer.status == 200:
                    return time.monotonic() - self.began
            self._check()
            time.sleep(0.02)

    def wait_for_ready(self) -> float:
        """Seconds from the start until the ready line."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Reelm is ready"):
                return time.monotonic() - self.began
        raise RuntimeError("the cell ended before it was ready")

    def wait_for_demo(self) -> None:
        """Wait until no seeding process is left."""
        while any(_is_seeding(p) for p in psutil.Process(self.process.pid).children(recursive=True)):
            self._check()
            time.sleep(0.5)

    def _check(self) -> None:
        if self.process.poll() is not None or time.monotonic() - self.began > 900:
            raise RuntimeError("the cell does not come up")


def _is_seeding(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return "demo" in process.cmdline()[-4:]
    return False


@contextmanager
def _up(data: Path, port: int) -> Generator[_Cell]:
    process = subprocess.Popen(
        ("make", "up", f"PORT={port}", f"DATA={data}"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
        start_new_session=True,
    )
    try:
        yield _Cell(process, port)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)


def _memory(pid: int) -> tuple[list[tuple[str, float]], float, float]:
    """PSS of each kind of process in MiB, largest first, and the sums of PSS and RSS."""
    by_name: dict[str, float] = {}
    pss = rss = 0.0
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found = process.memory_full_info()
            pss, rss = pss + found.pss / MIB, rss + found.rss / MIB
            name = _name(process.cmdline(), process.name())
            by_name[name] = by_name.get(name, 0.0) + found.pss / MIB
    rows = sorted(((name, round(value, 1)) for name, value in by_name.items()), key=lambda row: -row[1])
    return rows, pss, rss


def _name(arguments: list[str], program: str) -> str:
    """What a process is, for the table.

    >>> _name(["python", "-m", "reelm.cli", "serve", "web"], "python"), _name(["postgres:", "x"], "postgres")
    ('web', 'postgres')
    """
    if "serve" in arguments[:-1]:
        return arguments[arguments.index("serve") + 1]
    return "supervisor" if "up" in arguments else program


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
