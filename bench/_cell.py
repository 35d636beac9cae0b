"""A whole cell for a benchmark: `reelm up` in a folder, on a free port, until the block ends."""

import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunningCell:
    """Where a cell answers, and its supervisor."""

    port: int
    pid: int


@contextmanager
def running_cell(data: Path) -> Generator[RunningCell]:
    """A cell without demo content, ready."""
    port = free_port()
    command = (sys.executable, "-m", "reelm.cli", "up", "--port", str(port), "--data", str(data), "--no-demo")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        if not any(line.startswith("Reelm is ready") for line in process.stdout):
            raise RuntimeError("the cell ended before it was ready")
        yield RunningCell(port, process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
