"""Every step of append and publish, and the ways it can go wrong.

`failed`: the step was not done and says so. `happened`: it was done and says it was not. `killed before` and
`killed after`: the process is gone, SIGKILL, on one side of it. `killed half-way`: while it wrote a file.
"""

import errno
import inspect
import os
import signal
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.ledger.running import ledger_at

from reelm import ledger
from reelm.infra.db import Database, WriteUnit
from reelm.kernel.ids import AccountId
from reelm.kernel.time import SystemClock
from reelm.ledger import appending, folder, sequencer, signer, signing, store

MODES = ("failed", "happened", "killed before", "killed after")
PERSON = AccountId(UUID("018f3c1e-0000-7000-8000-000000000001"))
STAFF = AccountId(UUID("018f3c1e-0000-7000-8000-000000000002"))


class Injected(OSError):
    """As a disk says it: no space left."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, os.strerror(errno.ENOSPC))


@dataclass(frozen=True)
class Step:
    """A call that can go wrong: the `nth` one of `attribute` after the story has begun its faulty part."""

    owner: object
    attribute: str
    nth: int = 1


# Appending an act's entry, in the caller's transaction.
APPEND: dict[str, Step] = {
    "fetch the keys": Step(appending, "fetch_keys"),
    "take a lane": Step(appending, "take_lane"),
    "insert the entry": Step(appending, "insert_entries"),
    "commit the act": Step(Database, "write"),
}
# Publishing what is queued.
PUBLISH: dict[str, Step] = {
    "read the queue": Step(store, "list_queued"),
    "lock the log": Step(store, "lock_log"),
    "number the entries": Step(store, "number_entries"),
    "count the kinds": Step(store, "add_counts"),
    "write the size": Step(store, "update_log"),
    "commit the numbers": Step(Database, "write", nth=4),  # three acts come before
    "write the bundle": Step(folder.Addition, "write"),
    "write a tile": Step(folder.Addition, "write", nth=2),
    "settle the files": Step(folder.Addition, "settle"),
    "ask the signer": Step(signing.SignerClient, "sign"),
    "keep what is signed": Step(signer.Signer, "_keep_signed"),
    "replace the checkpoint": Step(folder.LogFolder, "replace"),
    "say what is published": Step(sequencer.Sequencer, "_mark"),
    "commit what is published": Step(Database, "write", nth=5),
}
STEPS = APPEND | PUBLISH


@contextmanager
def fault(step: Step, mode: str) -> Generator[Callable[[], bool]]:
    """Let the step go wrong once inside the block; yields whether it has."""
    real: Any = getattr(step.owner, step.attribute)
    calls = 0

    def is_due() -> bool:
        nonlocal calls
        calls += 1
        return calls == step.nth

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step.owner, step.attribute, _wrap(real, mode, is_due, is_unit=step.attribute == "write"))
        yield lambda: calls >= step.nth


def _wrap(real: Any, mode: str, is_due: Callable[[], bool], *, is_unit: bool) -> Any:
    if is_unit and real is Database.write:

        @asynccontextmanager
        async def unit(self: Database) -> AsyncGenerator[WriteUnit]:
            due = is_due()
            async with real(self) as opened:
                yield opened
                if due:
                    _before(mode)
            if due:
                _after(mode)

        return unit
    if inspect.iscoroutinefunction(real):

        async def call(*args: Any, **named: Any) -> Any:
            if not is_due():
                return await real(*args, **named)
            _before(mode)
            result = await real(*args, **named)
            _after(mode)
            return result

        return call

    def plain(*args: Any, **named: Any) -> Any:
        if not is_due():
            return real(*args, **named)
        _before(mode, *args)
        result = real(*args, **named)
        _after(mode)
        return result

    return plain


def _before(mode: str, *args: Any) -> None:
    if mode == "failed":
        raise Injected
    if mode == "killed half-way":
        addition, name, content = args
        path: Path = addition._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content[: len(content) // 2])
    if mode in ("killed before", "killed half-way"):
        os.kill(os.getpid(), signal.SIGKILL)


def _after(mode: str) -> None:
    if mode == "happened":
        raise Injected
    if mode == "killed after":
        os.kill(os.getpid(), signal.SIGKILL)


async def prepare(database: Database) -> None:
    """Two people, and a table of acts."""
    at = SystemClock().now()
    async with database.write() as unit:
        for person in (PERSON, STAFF):
            await ledger.make_key(unit, person, at=at)
        await unit.write(text("CREATE TABLE acts (entry text PRIMARY KEY)"))


async def act(database: Database) -> str:
    """Do something that has to be logged; the id of its entry."""
    at = SystemClock().now()
    async with database.write() as unit:
        fact = ledger.AccessOpened(request="A" * 22, until=ledger.as_instant(at))
        entry = await ledger.append(unit, fact, realm="eu", at=at, actor=STAFF, subject=PERSON)
        await unit.write(text("INSERT INTO acts VALUES (:entry)").bindparams(entry=entry))
    return entry


async def tell(database_url: str, data: Path, step: str, mode: str) -> bool:
    """The story: acts and a batch that go well, then acts and a batch in which `step` goes wrong; whether it did."""
    async with Database(database_url) as database, ledger_at(data, database, SystemClock()) as log:
        await prepare(database)
        await log.sequencer.recover()
        for _ in range(3):
            await act(database)
        await log.sequencer.publish_batch()
        with fault(STEPS[step], mode) as has_gone_wrong:
            for _ in range(3):
                await _in_spite_of_it(act(database))
            await _in_spite_of_it(log.sequencer.publish_batch())
            return has_gone_wrong()


async def _in_spite_of_it(doing: Any) -> None:
    with suppress(Injected, ledger.SignerNotAnswering):
        await doing
