"""What does the realm do that somebody comes to? It compares what has come, lets them in at once, and says so."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

from reelm import accounts
from reelm.infra.db import RowMalformed
from reelm.moving.entering import check_staged, enter, stage
from reelm.moving.errors import RowsNotUnderstood
from reelm.moving.model import Move, Step, Then
from reelm.moving.mover import Mover, tell
from reelm.moving.parts import FILES, chain, digest_part
from reelm.moving.staging import clear_staged, path_of
from reelm.moving.store import delete_move, delete_parts, hold_move, list_parts, update_move


async def advance_arriving(mover: Mover, move: Move) -> Then:
    """Do what can be done now. Raises `LedgerNotAnswering` where the log is needed and can't be had."""
    match move.step:
        case Step.COPIED:
            return await _compare(mover, move)
        case Step.VERIFIED:
            return await enter(mover, move) if "names" in move.told else Then.REST
        case Step.SWITCHED:
            return await _give_receipt(mover, move)
        case _:
            return Then.REST


async def _compare(mover: Mover, move: Move) -> Then:
    """Read everything again, from the disk too, and compare it with what the other realm says it sent."""
    async with mover.database.read() as unit:
        parts = await list_parts(unit, move.id)
    digest = await asyncio.to_thread(_digest_staged, mover.folder_of(move.id), parts)
    same = digest == move.told.get("digest") and len(parts) == move.told.get("parts")
    async with mover.database.write() as unit:
        held = await hold_move(unit, move.id)
        if held is None or held.step is not Step.COPIED:
            return Then.MORE
        if same and not _is_understood(mover, parts):
            await tell(
                mover, unit, move.realm, move.id, table="refused", rows=[{"problem": RowsNotUnderstood.slug()}]
            )
            await accounts.stop_awaiting(unit, move.handle)
            await delete_move(unit, move.id)
        elif same:
            await update_move(unit, move.id, step=Step.VERIFIED, step_at=mover.clock.now(), digest=digest)
            await tell(mover, unit, move.realm, move.id, table="verified", parts=len(parts), digest=digest)
        else:
            await tell(mover, unit, move.realm, move.id, table="differs", parts=len(parts), digest=digest)
            await update_move(unit, move.id, step=Step.COPYING, step_at=mover.clock.now())
    return Then.MORE


def _is_understood(mover: Mover, parts: list[tuple[int, str, Any]]) -> bool:
    """Whether all of it can stand here: once handed over there is no way back."""
    try:
        check_staged(mover, stage(parts))
    except RowMalformed:
        return False
    return True


def _digest_staged(folder: Path, parts: list[tuple[int, str, Any]]) -> str:
    digest = ""
    for _, collection, content in parts:
        told = _describe(folder, content) if collection == FILES else content
        digest = chain(digest, digest_part(collection, told))
    return digest


def _describe(folder: Path, told: Any) -> dict[str, Any]:
    """A piece of a file as it lies on the disk, where it is made durable first."""
    path = path_of(folder, str(told["key"]))
    if not path.is_file():
        return {**told, "sha256": ""}
    length = min(int(told["length"]), int(told["whole"]) - int(told["offset"]))
    with path.open("rb") as file:
        os.fsync(file.fileno())
        file.seek(int(told["offset"]))
        content = file.read(length)
    seen = {name: told[name] for name in ("key", "offset", "whole")}
    return {**seen, "sha256": hashlib.sha256(content).hexdigest()}


async def _give_receipt(mover: Mover, move: Move) -> Then:
    """Say that they have arrived, once the log tells so, and by which names they are known to the realm they left."""
    assert move.account is not None
    assert move.arrived_entry is not None
    index = await mover.durability.wait(move.arrived_entry)
    await asyncio.to_thread(clear_staged, mover.folder_of(move.id))
    async with mover.database.write() as unit:
        held = await hold_move(unit, move.id)
        if held is None or held.step is not Step.SWITCHED:
            return Then.MORE
        names = {via.value: str(mover.naming.towards(move.realm, via).name(move.account)) for via in accounts.Via}
        rows = [{"entry": index, "names": names}]
        await tell(mover, unit, move.realm, move.id, table="receipt", digest=move.digest, rows=rows)
        done: dict[str, Any] = {"step": Step.DONE, "step_at": mover.clock.now(), "arrived_index": index, "told": {}}
        await update_move(unit, move.id, **done)
        await delete_parts(unit, move.id)
    return Then.REST
