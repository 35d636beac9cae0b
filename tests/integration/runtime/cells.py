"""Cells for these tests: `reelm up` in a process of its own, with the stand-in for the roles."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from reelm.infra.embedded import probes

STAND_IN = Path(__file__).parent / "stand_in.py"
ROOT = Path(__file__).parents[3]
START = (
    "import sys; from pathlib import Path; from reelm.cli.up import run_up; "
    "from reelm.infra.embedded import supervisor; supervisor.FIRST_PAUSE_S = 0.1; "
    "port, data, demo, stand_in = sys.argv[1:]; "
    "sys.exit(run_up(int(port), Path(data), 'eu', demo == 'demo', "
    "reelm_command=(sys.executable, '-S', stand_in)))"
)


@dataclass
class Cell:
    """A running `reelm up` and what it has printed."""

    process: "subprocess.Popen[str]"
    port: int
    data: Path
    lines: list[str] = field(default_factory=list[str])

    def wait_for(self, text: str) -> str:
        """Read until a line has `text`; that line. Fails when the output ends first."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if text in line:
                return self.lines[-1]
        raise AssertionError(f"{text!r} was never said, only:\n" + "\n".join(self.lines))

    def get(self, path: str, *, byte_range: str | None = None) -> probes.Answer:
        answer = probes.fetch(self.port, path, byte_range=byte_range)
        assert answer is not None
        return answer

    def processes(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def child(self, words: str) -> psutil.Process:
        """The one process whose command line holds `words` (not the supervisor and its guard)."""
        found = [
            p for p in self.processes() if words in " ".join(p.cmdline()) and "run_up" not in " ".join(p.cmdline())
        ]
        assert len(found) == 1, (words, found)
        return found[0]

    def database_url(self) -> str:
        return str(json.loads((self.data / "run" / "cell.json").read_text())["database_url"])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        return self.end()

    def end(self) -> int:
        """Wait until it has ended by itself; the exit status."""
        rest, _ = self.process.communicate(timeout=40)
        self.lines += rest.splitlines()
        return self.process.returncode


def start(
    data: Path,
    *,
    port: int | None = None,
    demo: bool = False,
    env: Mapping[str, str] | None = None,
    python: str = sys.executable,
    **how: Any,
) -> Cell:
    """Start a cell; `how` goes to `subprocess.Popen` (user, group …)."""
    port = port or free_port()
    process = subprocess.Popen(
        (python, "-P", "-c", START, str(port), str(data), "demo" if demo else "no-demo", str(STAND_IN)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **how,
    )
    return Cell(process, port, data)


def python_for_anyone() -> str:
    """A Python that the user `nobody` may run and that finds the package; skips the test where there is none."""
    path = os.pathsep.join(filter(None, sys.path))
    for python in (sys.executable, "/usr/bin/python3"):
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(
                (python, "-P", "-c", "import sys, reelm.cli.up; sys.exit(sys.version_info < (3, 11))"),
                env={"PYTHONPATH": path, "PATH": os.defpath},
                cwd="/",
                user=65534,
                group=65534,
                extra_groups=[],
                capture_output=True,
                check=True,
            )
            return python
    pytest.skip("no Python here that an ordinary user may run")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(is_so: Callable[[], bool], timeout_s: float = 15) -> bool:
    """Whether `is_so` comes true in time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.02)
    return is_so()


def is_gone(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    return True
