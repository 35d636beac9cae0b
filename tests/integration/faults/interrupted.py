"""Interrupts a job at one of its steps: before it is done, after it was done, or by killing the process.

A step is whatever changes something outside: a commit, a blob, a file, a run of the engine.
"""

import asyncio
import functools
import os
import signal
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from tests.integration import quick

from reelm.bootstrap import open_workshop
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Database, WriteUnit
from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock
from reelm.media import transcodes


class How(StrEnum):
    FAILS = "fails"
    REPORTED = "happens but is reported failed"
    KILLED = "happens and then the process is killed"


class Interrupted(Exception):
    """Something outside failed, or said so."""


def _is_upload(path: Path, *_: object) -> bool:
    return path.parent.name == "uploads"


class Interruption:
    """Counts the steps of a job and breaks it at one of them. Each step is named once: `commit 2`."""

    def __init__(self, at: str = "", how: How = How.FAILS) -> None:
        self.steps: list[str] = []
        self._at = at
        self._how = how
        self._counts: dict[str, int] = {}

    def before(self, kind: str) -> str:
        """A step begins; its name."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        step = f"{kind} {self._counts[kind]}"
        self.steps.append(step)
        if step == self._at and self._how is How.FAILS:
            raise Interrupted(step)
        return step

    def after(self, step: str) -> None:
        """A step is done."""
        if step == self._at and self._how is How.KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
        if step == self._at and self._how is How.REPORTED:
            raise Interrupted(step)

    def wrap(self, kind: str, act: Callable[..., Any], applies: Callable[..., bool] = lambda *_: True) -> Any:
        @functools.wraps(act)
        def wrapped(*args: Any, **how: Any) -> Any:
            if not applies(*args):
                return act(*args, **how)
            step = self.before(kind)
            result = act(*args, **how)
            self.after(step)
            return result

        return wrapped

    def wrap_async(self, kind: str, act: Callable[..., Any]) -> Any:
        @functools.wraps(act)
        async def wrapped(*args: Any, **how: Any) -> Any:
            step = self.before(kind)
            try:
                return await act(*args, **how)
            finally:  # a refusal is a result, too
                self.after(step)

        return wrapped

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put itself around every step of a media job."""
        real_write = Database.write

        @asynccontextmanager
        async def write(database: Database) -> AsyncGenerator[WriteUnit]:
            async with real_write(database) as unit:
                yield unit
                step = self.before("commit")
            self.after(step)

        monkeypatch.setattr(Database, "write", write)
        for name in ("put_file", "delete_below", "delete"):
            monkeypatch.setattr(FileBlobs, name, self.wrap(name, getattr(FileBlobs, name)))
        monkeypatch.setattr(Path, "unlink", self.wrap("unlink upload", Path.unlink, _is_upload))
        for act in quick.STEPS:
            monkeypatch.setattr(transcodes, act.__name__, self.wrap_async(act.__name__, act))


async def run_until_killed(settings: Settings, at: str, name: str, args: Mapping[str, str], clock: HandClock) -> None:
    """The job `name` in this process, which dies at the step `at`."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        Interruption(at, How.KILLED).install(monkeypatch)
        async with open_workshop(settings, clock) as workshop:
            await workshop.media_jobs[name](args)


def die(settings: Settings, at: str, name: str, args: Mapping[str, str], clock: HandClock) -> None:
    """What the child process runs."""
    asyncio.run(run_until_killed(settings, at, name, args, clock))
