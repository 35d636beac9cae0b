"""Fleets for these tests: `reelm up --realms` in a process of its own, each cell with the stand-in for the roles."""

import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from tests.integration.runtime import cells

from reelm.cli.cell_plan import PACKAGE
from reelm.infra.embedded import probes
from reelm.infra.embedded.credentials import Credentials, running_python

_QUICK = "from reelm.infra.embedded import supervisor; supervisor.FIRST_PAUSE_S = 0.1; "
CELL = (
    "import sys; from reelm.cli.__main__ import build_parser; from reelm.cli.up import run_up; "
    f"{_QUICK}stand_in, *words = sys.argv[1:]; asked = build_parser().parse_args(words); "
    "sys.exit(run_up(asked.port, asked.data, asked.realm, not asked.no_demo, user=asked.user, "
    "reelm_command=(sys.executable, '-S', stand_in)))"
)
FLEET = (
    "import sys; from reelm.cli.__main__ import build_parser; from reelm.cli.fleet import Plan, run_fleet; "
    f"{_QUICK}stand_in, cell, *words = sys.argv[1:]; asked = build_parser().parse_args(words); "
    "sys.exit(run_fleet(Plan(asked.port, asked.data.resolve(), asked.realms, not asked.no_demo, "
    "(sys.executable, '-P', '-c', cell, stand_in))))"
)
REELM = (sys.executable, "-P", "-m", "reelm.cli")


@dataclass
class Fleet(cells.Cell):
    """A running `reelm up --realms` and what it has printed."""

    def cell(self, code: str) -> psutil.Process:
        """The supervisor of one realm's cell; waits until there is one."""
        found: list[psutil.Process] = []

        def is_there() -> bool:
            found[:] = [one for one in psutil.Process(self.process.pid).children() if _is_cell_of(one, code)]
            return len(found) == 1

        assert cells.eventually(is_there), (code, found)
        return found[0]

    def roles(self, code: str) -> dict[str, psutil.Process]:
        """The servers of one realm by what they are: `serve web`, `postgres`, `nginx`."""
        named: dict[str, psutil.Process] = {}
        for one in self.cell(code).children():
            words = one.cmdline()
            if not words:  # has ended, and was not reaped yet
                continue
            name = words[-1] if "serve" in words else Path(words[0]).name
            named["supervisor's guard" if words[0] == sys.executable and "serve" not in words else name] = one
        return named

    def get_from(self, code: str, path: str) -> probes.Answer:
        answer = probes.fetch(self.port_of(code), path)
        assert answer is not None
        return answer

    def port_of(self, code: str) -> int:
        words = self.cell(code).cmdline()
        return int(words[words.index("--port") + 1])


def _is_cell_of(process: psutil.Process, code: str) -> bool:
    try:
        words = process.cmdline()
    except psutil.NoSuchProcess:
        return False
    return "--realm" in words and words[words.index("--realm") + 1] == code


def start(
    data: Path,
    realms: str,
    *,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    python: str = sys.executable,
    demo: bool = False,
    **how: Any,
) -> Fleet:
    """Start a fleet; it is not ready yet. `how` goes to `subprocess.Popen` (user, group …)."""
    port = port or free_ports(5)
    words = ("up", "--port", str(port), "--data", str(data), "--realms", realms, *(() if demo else ("--no-demo",)))
    process = subprocess.Popen(
        (python, "-P", "-c", FLEET, str(cells.STAND_IN), CELL, *words),
        env=_environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **how,
    )
    return Fleet(process, port, data)


def run(*words: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """A command of the operator's."""
    return subprocess.run(
        (*REELM, *words), env=_environment(env), capture_output=True, text=True, check=False, timeout=60
    )


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), **(more or {})}


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that are free."""
    while True:
        first = cells.free_port()
        if first + count < 65536 and all(probes.is_free(first + n) for n in range(count)):
            return first


@contextmanager
def room() -> Generator[Path]:
    """A folder whose way is open to every user, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="reelm-fleet-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def network_of(pid: int | str) -> Path:
    """The network namespace of a process, as the kernel names it."""
    return Path(f"/proc/{pid}/ns/net").readlink()


def capabilities_of(process: psutil.Process) -> int:
    """Root's rights that a process holds or can take up again."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(text.split("CapPrm:")[1].split()[0], 16)


def way_in(uid: int) -> int:
    """The right of root's that a user keeps: none, unless Python or this checkout lies below a closed folder."""
    return sum(1 << one for one in running_python(Credentials(uid, uid), PACKAGE).capabilities)


def do_as(uid: int, gid: int, words: Sequence[str]) -> int:
    """The exit status of a command that a user without any other right runs."""
    env = {"PATH": os.defpath}
    return subprocess.run(
        words, user=uid, group=gid, extra_groups=[], cwd="/", capture_output=True, check=False, env=env
    ).returncode


def reaches_from_inside(process: psutil.Process, port: int) -> bool:
    """Whether a process that joins this one's network gets a connection to a port of this machine."""
    libc = ctypes.CDLL(None, use_errno=True)
    child = os.fork()
    if child == 0:
        opened = os.open(f"/proc/{process.pid}/ns/net", os.O_RDONLY)
        joined = libc.setns(opened, 0) == 0
        os._exit(2 if not joined else 0 if probes.is_listening(port) else 1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status != 2, "could not join"
    return status == 0
