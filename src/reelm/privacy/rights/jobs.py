"""What do workers do for requests? One job a request; each may be done again, and a lost one is found."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from reelm import accounts, ledger
from reelm.kernel.ids import AccountId
from reelm.law import Right
from reelm.privacy.rights.about import Engine
from reelm.privacy.rights.asking import RIGHTS, go_on
from reelm.privacy.rights.erasing import erase
from reelm.privacy.rights.exporting import write_archive
from reelm.privacy.rights.model import KEPT_FOR, Request, State
from reelm.privacy.rights.store import find_request, hold_request, list_known, list_startable, update_request

WAKE = "privacy.wake"
_A_MOMENT = timedelta(seconds=5)

__all__ = ["RIGHTS", "WAKE", "run_rights", "run_wake"]


async def run_rights(engine: Engine, args: Mapping[str, str]) -> None:
    """The job behind `RIGHTS`: what is left to do of one request. Before its time it does nothing."""
    id = UUID(args["request"])
    async with engine.database.read() as unit:
        request = await find_request(unit, id)
    if request is None or request.starts_at > engine.clock.now():
        return
    if request.state is State.READY:
        await _end_archive(engine, request)
    elif request.state.is_open and request.right is Right.ERASURE:
        await erase(engine, id)
    elif request.state.is_open and request.account is not None:
        await _make_archive(engine, request, request.account)


async def _make_archive(engine: Engine, request: Request, person: AccountId) -> None:
    async def progress(done: int, total: int) -> None:
        async with engine.database.write() as unit:
            await update_request(unit, request.id, done=done, total=total)

    async with engine.database.write() as unit:
        held = await hold_request(unit, request.id)
        if held is None or not held.state.is_open:
            return
        await update_request(unit, request.id, state=State.WORKING)
    try:
        digest = await write_archive(engine, person, engine.archive_of(request.id), progress, by=person)
    except ledger.LedgerNotAnswering:
        async with engine.database.write() as unit:
            await go_on(unit, request.id, at=engine.clock.now() + _A_MOMENT)
        return
    except (accounts.AccountNotFound, ledger.PersonHasNoKey):  # erased meanwhile
        engine.archive_of(request.id).unlink(missing_ok=True)
        return
    async with engine.database.write() as unit:
        ends_at = engine.clock.now() + KEPT_FOR
        told = {"sha256": digest, "bytes": engine.archive_of(request.id).stat().st_size}
        await update_request(unit, request.id, state=State.READY, ended_at=ends_at, told=told)
        await go_on(unit, request.id, at=ends_at)


async def _end_archive(engine: Engine, request: Request) -> None:
    """Delete an archive whose days are over."""
    if request.ended_at is None or request.ended_at > engine.clock.now():
        return
    engine.archive_of(request.id).unlink(missing_ok=True)
    async with engine.database.write() as unit:
        await update_request(unit, request.id, state=State.DONE)


async def run_wake(engine: Engine, args: Mapping[str, str]) -> None:
    """The job behind `WAKE`, which comes by itself: no request stays where a dead worker left it, and no archive that
    is nobody's.
    """
    del args
    async with engine.database.write() as unit:
        for id in await list_startable(unit, engine.clock.now()):
            await go_on(unit, id)
        known = {engine.archive_of(id) for id in await list_known(unit)}
    await asyncio.to_thread(_clear, engine, known)


def _clear(engine: Engine, known: set[Path]) -> None:
    """Delete the archives of whoever has moved away, and what a dead worker left of one."""
    for path in engine.folder.iterdir() if engine.folder.is_dir() else ():
        if path.with_suffix(".zip") not in known:
            path.unlink(missing_ok=True)
