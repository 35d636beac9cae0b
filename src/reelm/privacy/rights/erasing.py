"""How is somebody erased? What others have of them is taken back; rows, key and names go at once; then the files.

Stopped anywhere, it goes on: until the transaction has committed nothing is gone, and after it the request knows
which files are left.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from reelm import access, accounts, holds, social
from reelm.infra.db import WriteUnit, list_rows
from reelm.kernel.ids import AccountId
from reelm.privacy.rights.about import Engine
from reelm.privacy.rights.asking import go_on
from reelm.privacy.rights.model import Request, State
from reelm.privacy.rights.store import find_request, forget_account, hold_request, list_of, update_request

# How long to wait before looking again whether what is in the way has ended.
LOOK_AGAIN = timedelta(minutes=10)


async def erase(engine: Engine, id: UUID) -> State:
    """Do what is left of an erasure; returns how it stands then: `WAITING` where something has to end first."""
    async with engine.database.write() as unit:
        request = await hold_request(unit, id)
        if request is None or not request.state.is_open:
            return State.DONE
        if request.account is not None:
            problem = await _find_obstacle(engine, unit, request.account)
            if problem is not None:
                await update_request(unit, id, state=State.WAITING, problem=problem)
                await go_on(unit, id, at=engine.clock.now() + LOOK_AGAIN)
                return State.WAITING
            await _erase_rows(engine, unit, request, request.account)
    await _clear_files(engine, id)
    return State.DONE


async def _find_obstacle(engine: Engine, unit: WriteUnit, person: AccountId) -> str | None:
    """What has to end first: a case that their data has to stay for, a clip that is being made."""
    try:
        await holds.check_free(unit, person, engine.clock.now())
    except holds.HeldForCase as problem:
        return problem.slug()
    assets = await list_rows(unit, engine.collection("assets"), person)
    return "clip-being-made" if any(row["finished_at"] is None for row in assets) else None


async def _erase_rows(engine: Engine, unit: WriteUnit, request: Request, person: AccountId) -> None:
    now = engine.clock.now()
    files = await _list_files(engine, unit, person)
    archives = [str(one.id) for one in await list_of(unit, person)]
    await social.take_back_all(unit, engine.abroad, person, at=now)
    await forget_account(unit, person)
    told = {"files": files, "archives": archives}
    await update_request(unit, request.id, state=State.WORKING, problem=None, told=told)
    await access.forget_person(unit, person, realm=engine.realm, at=now)
    await accounts.delete_account(unit, person)


async def _list_files(engine: Engine, unit: WriteUnit, person: AccountId) -> Sequence[str]:
    """Under what their files lie."""
    ids = [row["id"] for row in await list_rows(unit, engine.collection("assets"), person)]
    return [f"avatars/{person}", *(f"{folder}/{id}" for id in ids for folder in ("clips", "originals"))]


async def _clear_files(engine: Engine, id: UUID) -> None:
    """Delete their files; deleting what is gone changes nothing."""
    async with engine.database.read() as unit:
        request = await find_request(unit, id)
    told: Mapping[str, Any] = request.told if request else {}
    for place in told.get("files", ()):
        if place.startswith("originals/"):
            await asyncio.to_thread(engine.blobs.delete, place)
        else:
            await asyncio.to_thread(engine.blobs.delete_below, place)
    for archive in told.get("archives", ()):
        engine.archive_of(UUID(archive)).unlink(missing_ok=True)
    async with engine.database.write() as unit:
        await update_request(unit, id, state=State.DONE, ended_at=engine.clock.now(), told={})
