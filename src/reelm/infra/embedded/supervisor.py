"""Who keeps the cell's processes running? One loop, one thread: start, watch, start again, stop.

A child that ends is started again after a pause that doubles; a vital one that keeps ending brings the cell down
with a line that says where to look, any other is tried again for as long as the cell runs. The loop sleeps until a
signal, a child's end or a child's output.
"""

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reelm.infra.embedded.credentials import CannotStart
from reelm.infra.embedded.processes import Child, Command, Guard, rotate, spawn

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0
TRIES = 6

Say = Callable[[str], None]


class Stopped(Exception):
    """Someone asked the cell to stop (SIGINT, SIGTERM or SIGHUP)."""


@dataclass(eq=False)
class Watched:
    """A command that is kept running, or run once: what runs now, and how often it ended.

    One that is not `vital` may keep ending without bringing the others down; it is tried again and again. `hear` gets
    the lines it shows, which are said as they are where there is none.
    """

    command: Command
    once: bool = False
    vital: bool = True
    hear: Say | None = None
    child: Child | None = None
    ends: int = 0
    start_again_at: float = 0.0
    exit_status: int | None = None
    unread: bytes = b""

    @property
    def is_done(self) -> bool:
        return self.exit_status is not None


@dataclass
class Supervisor:
    """The running children of one cell, in the order they were started."""

    say: Say
    watched: list[Watched] = field(default_factory=list[Watched])

    def __post_init__(self) -> None:
        self._guard = Guard()
        self._asked_to_stop = False
        self._wake, writing = os.pipe()
        for end in (self._wake, writing):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _wake_up)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_requested)

    def _stop_requested(self, *_: object) -> None:
        self._asked_to_stop = True

    def add(self, command: Command, *, once: bool = False, vital: bool = True, hear: Say | None = None) -> Watched:
        """Start a command and keep it running; with `once`, only until it ends by itself."""
        rotate(command.log)
        watched = Watched(command, once, vital, hear)
        self.watched.append(watched)
        self._start(watched)
        return watched

    def run_to_end(self, command: Command, timeout_s: float) -> int:
        """Run a command to its end while the others are watched; its exit status."""
        watched = self.add(command, once=True)
        self.until(lambda: watched.is_done, timeout_s, f"{command.name} did not finish; see {command.log}.")
        self.watched.remove(watched)
        assert watched.exit_status is not None
        return watched.exit_status

    def until(self, is_so: Callable[[], bool], timeout_s: float, otherwise: str, *, every_s: float = 0.02) -> None:
        """Watch until `is_so`. Raises `CannotStart(otherwise)` after `timeout_s`, or `Stopped`."""
        deadline = time.monotonic() + timeout_s
        while not is_so():
            if time.monotonic() > deadline:
                raise CannotStart(otherwise)
            self.step(every_s)

    def run(self, look: Callable[[], None] | None = None, *, every_s: float = 1.0) -> None:
        """Watch until someone asks to stop; `look` is called at least `every_s`, where there is one.

        Raises `Stopped`, or `CannotStart` when a vital child keeps ending.
        """
        while True:
            pauses = [w.start_again_at - time.monotonic() for w in self.watched if w.child is None and not w.is_done]
            if look is not None:
                look()
                pauses.append(every_s)
            self.step(max(0.0, min(pauses)) if pauses else None)

    def step(self, timeout_s: float | None) -> None:
        """Wait for news, at most `timeout_s`, and act on it."""
        outputs = {
            w.child.process.stdout.fileno(): w
            for w in self.watched
            if w.child is not None and w.child.process.stdout is not None
        }
        if not self._asked_to_stop:
            readable, _, _ = select.select([self._wake, *outputs], [], [], timeout_s)
            for source in readable:
                if source in outputs:
                    self._pass_on(outputs[source])
        with suppress(BlockingIOError):
            os.read(self._wake, 512)
        if self._asked_to_stop:
            raise Stopped
        for watched in self.watched:
            self._look_after(watched)

    def stop(self) -> None:
        """Stop everything by turns (`Command.stop_turn`), each at most one grace period; the last started first."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        running = [w for w in reversed(self.watched) if w.child is not None]
        for turn in sorted({w.command.stop_turn for w in running}):
            group = [w for w in running if w.command.stop_turn == turn]
            for watched in group:
                if watched.child is not None:
                    watched.child.ask_to_stop()
            for watched in group:
                self._finish(watched)
        self._guard.dismiss()

    def _finish(self, watched: Watched) -> None:
        child = watched.child
        if child is None:
            return
        if not child.stop():
            self.say(f"{watched.command.name} did not stop in {watched.command.grace_s:.0f} s and was killed.")
        self._guard.forget(child)
        watched.child = None

    def _start(self, watched: Watched) -> None:
        try:
            watched.child = spawn(watched.command)
        except OSError as error:
            if watched.vital:
                raise CannotStart(f"{watched.command.name} can't be run: {error}") from error
            self._plan_restart(watched, f"can't be run ({error.strerror})", lived_s=0.0)
            return
        if watched.child.process.stdout is not None:
            os.set_blocking(watched.child.process.stdout.fileno(), False)
        self._guard.watch(watched.child)

    def _look_after(self, watched: Watched) -> None:
        if watched.is_done:
            return
        child = watched.child
        if child is None:
            if time.monotonic() >= watched.start_again_at:
                self._start(watched)
            return
        if child.is_running():
            return
        self._pass_on(watched)
        child.sweep()
        self._guard.forget(child)
        watched.child = None
        if watched.once:
            watched.exit_status = child.process.returncode
            return
        how, lived_s = describe_end(child.process.returncode), time.monotonic() - child.started_at
        self._plan_restart(watched, how, lived_s)

    def _plan_restart(self, watched: Watched, how: str, lived_s: float) -> None:
        watched.ends = 1 if lived_s > STEADY_AFTER_S else watched.ends + 1
        name = watched.command.name
        where = "above" if watched.command.shows_errors else f"at the end of {watched.command.log}"
        reason = f"the reason is {where}."
        if watched.ends >= TRIES and watched.vital:
            raise CannotStart(f"{name} {how} {TRIES} times in a row; {reason}")
        pause_s = plan_pause_s(watched.ends)
        if watched.ends < TRIES:
            self.say(f"{name} {how}; starting it again in {pause_s:g} s.")
        elif watched.ends == TRIES:
            self.say(f"{name} {how} {TRIES} times in a row and is tried again and again; {reason}")
        watched.start_again_at = time.monotonic() + pause_s

    def _pass_on(self, watched: Watched) -> None:
        """Say the whole lines a child has written; keep the rest for later."""
        if watched.child is None or watched.child.process.stdout is None:
            return
        output = watched.child.process.stdout
        with suppress(BlockingIOError):
            while chunk := os.read(output.fileno(), 65536):
                *lines, watched.unread = (watched.unread + chunk).split(b"\n")
                for line in lines:
                    (watched.hear or self.say)(line.decode(errors="replace").rstrip())
            output.close()
            watched.child.process.stdout = None


def _wake_up(*_: object) -> None:
    """A handler that does nothing: having one makes the signal end the wait."""


def plan_pause_s(ends: int) -> float:
    """How long to wait before a child is started again after it ended `ends` times.

    >>> [plan_pause_s(n) for n in (1, 2, 3, 4, 20, 2_000)]
    [0.5, 1.0, 2.0, 4.0, 30.0, 30.0]
    """
    return min(FIRST_PAUSE_S * 2 ** min(ends - 1, 16), LONGEST_PAUSE_S)


def describe_end(status: int) -> str:
    """How a process ended, in words.

    >>> describe_end(-9), describe_end(3), describe_end(0)
    ('was ended by SIGKILL', 'ended with status 3', 'ended by itself')
    """
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}" if status else "ended by itself"


def tail(log: Path, lines: int = 5) -> list[str]:
    """The last lines of a log, for people; empty when there is none."""
    with suppress(OSError):
        return log.read_text(errors="replace").splitlines()[-lines:]
    return []
