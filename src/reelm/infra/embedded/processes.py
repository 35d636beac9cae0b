"""How is a child process started, so that it never outlives us, and how is it stopped?

Three things see to it that no orphan stays behind. Each child is the leader of its own process group,
which is stopped as a whole. Each asks the kernel for a signal when its parent dies (PR_SET_PDEATHSIG,
prctl(2)). And a guard, a fork of the supervisor that holds the other end of a pipe, ends every group it
was told of when that pipe closes, however the supervisor came to its end.
"""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reelm.infra.embedded.credentials import Credentials
from reelm.infra.embedded.network import leave_network

KEEP_LOG_BYTES = 5_000_000
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Command:
    """What to run: a name for people, the program, and how it is asked to stop.

    Those of the lowest `stop_turn` are asked to stop first, all at once, those of the next one when they have ended.
    Without `network` it can reach no port of any machine: only where `may_leave_network` says so.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10.0
    credentials: Credentials | None = None
    shows_output: bool = False
    shows_errors: bool = False
    folder: Path | None = None
    stop_turn: int = 0
    network: bool = True


@dataclass(eq=False)
class Child:
    """A started `Command`. It leads its own process group, whose id is its pid."""

    command: Command
    process: "subprocess.Popen[bytes]"
    started_at: float = field(default_factory=time.monotonic)

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.is_running():
            self.process.send_signal(self.command.stop_signal)

    def stop(self) -> bool:
        """Ask, wait `grace_s`, then kill the whole group. Says whether asking was enough."""
        self.ask_to_stop()
        try:
            self.process.wait(self.command.grace_s)
        except subprocess.TimeoutExpired:
            return False
        else:
            return True
        finally:
            self.sweep()

    def sweep(self) -> None:
        """Kill whatever is left of the group, the leader included, and reap the leader."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


def spawn(command: Command) -> Child:
    """Start a child in its own process group; it is told to stop when the calling thread ends.

    Call it from the main thread. Raises `OSError` when the program can't be run.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def prepare() -> None:
        if not command.network:
            leave_network(libc)  # before the user: it takes root's right
        if command.credentials is not None:
            command.credentials.take_on(libc)
        libc.prctl(_PR_SET_PDEATHSIG, int(command.stop_signal), 0, 0, 0)  # after the user: a change clears it
        if os.getppid() != parent:
            os._exit(1)

    with command.log.open("ab") as log:
        process = subprocess.Popen(
            command.argv,
            env=dict(command.env),
            cwd=command.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if command.shows_output else log,
            stderr=subprocess.STDOUT if command.shows_errors else log,
            process_group=0,
            preexec_fn=prepare,  # noqa: PLW1509 - this process has one thread
        )
    return Child(command, process)


def rotate(log: Path) -> None:
    """Keep one older file beside a log that has grown past `KEEP_LOG_BYTES`. Done before a start."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > KEEP_LOG_BYTES:
            log.replace(log.with_suffix(log.suffix + ".1"))


def processes_in(folder: Path, name: str) -> Iterator[int]:
    """Pids of the processes called `name` whose working directory is `folder`: leftovers of an earlier run."""
    real = folder.resolve()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            if (entry / "cwd").readlink() == real and (entry / "comm").read_text().strip() == name:
                yield int(entry.name)


def end_leftovers(folder: Path, name: str, grace_s: float = 5.0) -> None:
    """Wait for the leftovers in `folder` to end by themselves; kill what is still there after `grace_s`."""
    deadline = time.monotonic() + grace_s
    while left := list(processes_in(folder, name)):
        if time.monotonic() > deadline:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def stop_with_parent() -> None:
    """Ask the kernel to stop this very process (SIGTERM) when its parent dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


class Guard:
    """A fork of this process that ends the children's groups when this process is gone.

    It knows what it was told through a pipe: `+pid signal` after a start, `-pid` after a stop.
    """

    GRACE_S = 6.0

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(writing)
            _keep_guard(reading, self.GRACE_S)
        os.close(reading)
        self._pipe = writing

    def watch(self, child: Child) -> None:
        self._tell(f"+{child.pid} {int(child.command.stop_signal)}\n")

    def forget(self, child: Child) -> None:
        self._tell(f"-{child.pid}\n")

    def dismiss(self) -> None:
        """Let the guard go, after every child has been stopped."""
        os.close(self._pipe)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):
            os.write(self._pipe, line.encode())


def _keep_guard(pipe: int, grace_s: float) -> None:
    """The guard's whole life; never returns."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        groups: dict[int, int] = {}
        rest = b""
        while chunk := os.read(pipe, 4096):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                _note(groups, line.decode())
        _end_groups(groups, grace_s)
    finally:
        os._exit(0)


def _note(groups: dict[int, int], line: str) -> None:
    if line.startswith("+"):
        pid, _, number = line[1:].partition(" ")
        groups[int(pid)] = int(number)
    else:
        groups.pop(int(line[1:]), None)


def _end_groups(groups: dict[int, int], grace_s: float) -> None:
    for pid, number in groups.items():
        with suppress(OSError):
            os.kill(pid, number)
    deadline = time.monotonic() + grace_s
    while any(_has_members(pid) for pid in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in groups:
        with suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def _has_members(group: int) -> bool:
    """Whether a process of this group is running still; one that ended and was not reaped doesn't count."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError):
                state, _, its_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(its_group) == group and state not in "ZX":
                    return True
    return False
