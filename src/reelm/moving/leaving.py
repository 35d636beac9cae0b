"""What does the realm do that somebody leaves? It copies, hands over, and erases once the other has them.

Each step is one transaction and may be done again. The account can't be changed from the beginning to the end.
"""

import asyncio
import base64
from typing import Any

from reelm import accounts, gateway, ledger
from reelm.gateway import Kind
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccountId, MoveId, public_id
from reelm.moving.erasing import clear_files, erase
from reelm.moving.model import Move, Step, Then
from reelm.moving.mover import Mover, tell
from reelm.moving.parts import FILES, Part, Rows, chain, digest_part
from reelm.moving.plan import digest_all, plan_own_parts, plan_towards_parts, read_chunk
from reelm.moving.store import find_move, hold_move, update_move

# So many parts may be under way at a time, at most half a megabyte each.
_MOST_UNDER_WAY = 24


async def advance_leaving(mover: Mover, move: Move) -> Then:
    """Do what can be done now. Raises `LedgerNotAnswering` where the log is needed and can't be had."""
    match move.step:
        case Step.COPYING:
            return await _copy_some(mover, move)
        case Step.VERIFIED:
            return await _switch(mover, move)
        case Step.SWITCHED:
            return await _hand_over(mover, move) if move.arrived_index is None else await erase(mover, move)
        case Step.ERASED:
            return await clear_files(mover, move)
        case _:
            return Then.REST


async def _copy_some(mover: Mover, move: Move) -> Then:
    """Put the next parts into the outbox, as many as may be under way."""
    person = _person(move)
    async with mover.database.read() as unit:
        parts = await plan_own_parts(unit, mover, person, move.realm)
        room = _MOST_UNDER_WAY - await gateway.count_waiting_of(unit, person, Kind.RELOCATION)
    if parts is None or room <= 0:
        return Then.LATER
    chosen = parts[move.parts_done : move.parts_done + room]
    contents = [await asyncio.to_thread(_read, part) for part in chosen]
    async with mover.database.write() as unit:
        held = await _hold_as_it_was(unit, move)
        if held is None:
            return Then.MORE
        minor = await accounts.is_minor(unit, person, mover.clock.now().date())
        digest, number = move.digest, move.parts_done
        for part, content in zip(chosen, contents, strict=True):
            number += 1
            told = _describe(part, content)
            digest = chain(digest, str(told["digest"]))
            await tell(mover, unit, move.realm, move.id, part=number, person=person, minor=minor, **told)
        values = {"parts": len(parts), "parts_done": number, "digest": digest}
        if number == len(parts):
            await tell(mover, unit, move.realm, move.id, table="copied", person=person, parts=number, digest=digest)
            values |= {"step": Step.COPIED, "own_parts": number, "step_at": mover.clock.now()}
        await update_move(unit, move.id, **values)
    return Then.MORE


def _read(part: Part) -> bytes:
    return b"" if isinstance(part, Rows) else read_chunk(part)


def _describe(part: Part, content: bytes) -> dict[str, Any]:
    """What is told of one part, with its digest."""
    if isinstance(part, Rows):
        rows = [dict(row) for row in part.rows]
        return {"table": part.collection, "rows": rows, "digest": digest_part(part.collection, rows)}
    file = part.describe(content)
    told = {"table": FILES, "file": file, "digest": digest_part(FILES, file)}
    return {**told, "bytes": base64.b64encode(content).decode()}


async def _hold_as_it_was(unit: WriteUnit, move: Move) -> Move | None:
    """Hold the move, unless somebody else has taken it further meanwhile."""
    held = await hold_move(unit, move.id)
    same = held is not None and (held.step, held.parts_done) == (move.step, move.parts_done)
    return held if same else None


async def _switch(mover: Mover, move: Move) -> Then:
    """From here on there is no way back: what was compared is still so, and the log tells that they leave."""
    person = _person(move)
    async with mover.database.read() as unit:
        parts = await plan_own_parts(unit, mover, person, move.realm)
    digest = await asyncio.to_thread(digest_all, parts) if parts is not None else ""
    async with mover.database.write() as unit:
        if await _hold_as_it_was(unit, move) is None:
            return Then.MORE
        now = mover.clock.now()
        if digest != move.digest:  # something was on its way when the account was frozen: copy again
            again = {"step": Step.COPYING, "parts_done": 0, "digest": "", "step_at": now}
            await tell(mover, unit, move.realm, move.id, table="again", person=person)
            await update_move(unit, move.id, **again)
            return Then.MORE
        fact = ledger.PersonLeft(to=move.realm, move=public_id(move.id), parts=move.own_parts, digest=move.digest)
        entry = await ledger.append(unit, fact, realm=mover.realm, at=now, subject=person)
        await update_move(unit, move.id, step=Step.SWITCHED, step_at=now, left_entry=entry)
    return Then.MORE


async def _hand_over(mover: Mover, move: Move) -> Then:
    """Tell the other realm that they are its, with what others did towards them; then wait for its receipt."""
    if move.left_index is not None:
        return Then.REST
    person = _person(move)
    assert move.left_entry is not None
    index = await mover.durability.wait(move.left_entry)
    async with mover.database.write() as unit:
        held = await hold_move(unit, move.id)
        if held is None or held.left_index is not None:
            return Then.MORE
        towards = await plan_towards_parts(unit, mover, person, move.realm)
        minor = await accounts.is_minor(unit, person, mover.clock.now().date())
        number = move.own_parts
        for part in towards:
            number += 1
            told = _describe(part, b"")
            await tell(mover, unit, move.realm, move.id, part=number, person=person, minor=minor, **told)
        names = {via.value: str(mover.naming.towards(move.realm, via).name(person)) for via in accounts.Via}
        said = {"parts": number, "digest": move.digest, "rows": [{"entry": index, "names": names}]}
        await tell(mover, unit, move.realm, move.id, table="switch", person=person, minor=minor, **said)
        await update_move(unit, move.id, left_index=index, parts=number, parts_done=number)
    return Then.MORE


def _person(move: Move) -> AccountId:
    assert move.account is not None
    return move.account


async def find_for(mover: Mover, id: MoveId) -> Move | None:
    """The move as it stands now."""
    async with mover.database.read() as unit:
        return await find_move(unit, id)
