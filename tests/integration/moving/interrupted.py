"""Interrupts a move where it goes one step further: before it is done, after it was done, or by killing the process.

A step is a change of a move's row, named by the side, the role and what the row says before and after; or a file.
"""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.faults.interrupted import How, Interrupted

from reelm.bootstrap import open_door, open_workshop
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Database, ReadUnit, WriteUnit
from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock
from reelm.moving import arriving
from reelm.web.gateway import serve_door

_STATE = text(
    "SELECT step, left_index IS NOT NULL, arrived_index IS NOT NULL FROM moves"
    " ORDER BY asked_at DESC, id DESC LIMIT 1"
)


async def read_state(unit: ReadUnit) -> str:
    """How far the newest move is, in words."""
    row = await unit.first(_STATE)
    if row is None:
        return "none"
    words = (row[0], "left" if row[1] else "", "arrived" if row[2] else "")
    return " ".join(word for word in words if word)


class Interruption:
    """Breaks a move at one step, once. `roles` names the databases of the processes that take part."""

    def __init__(self, roles: Mapping[int, str], at: str = "", how: How = How.FAILS) -> None:
        self.roles, self.at, self.how = roles, at, how
        self.steps: list[str] = []
        self.fired = False

    def before(self, step: str) -> None:
        if step == self.at and self.how is How.FAILS and not self.fired:
            self.fired = True
            raise Interrupted(step)

    def after(self, step: str) -> None:
        if step not in self.steps:
            self.steps.append(step)
        if step != self.at or self.fired:
            return
        if self.how is How.KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how is How.REPORTED:
            self.fired = True
            raise Interrupted(step)

    def _on_disk(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(first: Any, *args: Any) -> Any:
            root = first.root if isinstance(first, FileBlobs) else first
            step = f"{_side_of(root)} worker: {name}"
            self.before(step)
            result = act(first, *args)
            self.after(step)
            return result

        return wrapped

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put itself around every commit of these roles, and around what is done to files."""
        real_write = Database.write

        @asynccontextmanager
        async def write(database: Database) -> AsyncGenerator[WriteUnit]:
            role = self.roles.get(id(database))
            if role is None:
                async with real_write(database) as unit:
                    yield unit
                return
            step = ""
            async with real_write(database) as unit:
                before = await read_state(unit)
                before = "none" if before.startswith("done") else before  # that was somebody else's move
                yield unit
                after = await read_state(unit)
                if before != after:
                    step = f"{role}: {before} → {after}"
                    self.before(step)
            if step:
                self.after(step)

        monkeypatch.setattr(Database, "write", write)
        for name in ("put_file", "delete_below"):
            monkeypatch.setattr(FileBlobs, name, self._on_disk(name, getattr(FileBlobs, name)))
        monkeypatch.setattr(arriving, "clear_staged", self._on_disk("clear_staged", arriving.clear_staged))


def _side_of(path: Path) -> str:
    return "qc" if "ca-qc" in path.parts else "eu"


def _name(settings: Settings) -> str:
    return "qc" if settings.realm == "ca-qc" else "eu"


async def _run(settings: Settings, at: str, args: Mapping[str, str], clock: HandClock) -> None:
    async with open_workshop(settings, clock) as workshop:
        role = f"{_name(settings)} worker"
        with pytest.MonkeyPatch.context() as monkeypatch:
            Interruption({id(workshop.database): role}, at, How.KILLED).install(monkeypatch)
            await workshop.jobs["moving.advance"](args)


def work_and_die(settings: Settings, at: str, args: Mapping[str, str], clock: HandClock) -> None:
    """What the child process runs: one job, and its death at the step `at` if it comes there."""
    asyncio.run(_run(settings, at, args, clock))


async def _serve(settings: Settings, at: str, clock: HandClock) -> None:
    async with open_door(settings, clock) as door:
        with pytest.MonkeyPatch.context() as monkeypatch:
            role = f"{_name(settings)} door"
            Interruption({id(door.office.database): role}, at, How.KILLED).install(monkeypatch)
            await serve_door(door, asyncio.Event(), shops=False)


def serve_and_die(settings: Settings, at: str, clock: HandClock) -> None:
    """What the child process runs: the gateway, until its death at the step `at`, or until it is ended."""
    asyncio.run(_serve(settings, at, clock))
