"""What does a message of a move do where it is taken? Each with its effect in the transaction that takes it, once."""

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from reelm import accounts, gateway
from reelm.infra.db import WriteUnit
from reelm.kernel.errors import Problem
from reelm.kernel.ids import MoveId, RealmCode
from reelm.moving.model import Move, Side, Step
from reelm.moving.mover import Mover, go_on, keep_decision, make_room, tell
from reelm.moving.parts import CHUNK_BYTES, FILES, chain, digest_part
from reelm.moving.staging import write_piece
from reelm.moving.store import delete_move, delete_parts, find_move, hold_move, insert_move, insert_part, update_move
from reelm.realms import check_age

Told = Mapping[str, Any]


async def take(mover: Mover, unit: WriteUnit, from_: RealmCode, told: Told) -> None:
    """Take one message of a move. What is about a move that has been called off does nothing.

    Raises `MessageNotTaken` for what can't be one.
    """
    id, table = MoveId(UUID(str(told["move"]))), str(told["table"])
    if table == "offer":
        await _take_offer(mover, unit, from_, id, told)
        return
    move = await hold_move(unit, id)
    if move is None or move.realm != from_:
        return
    if move.side is Side.LEAVING:
        await _take_answer(mover, unit, move, table, told)
    else:
        await _take_word(mover, unit, move, table, told)


async def _take_offer(mover: Mover, unit: WriteUnit, from_: RealmCode, id: MoveId, told: Told) -> None:
    """Somebody wants to come: they may if their handle is free and they are old enough here."""
    if await find_move(unit, id) is not None:
        raise gateway.MessageNotTaken
    (row,) = told["rows"]
    handle, country, region = str(row["handle"]), str(row["country"]), row["region"]
    now, problem = mover.clock.now(), None
    try:
        handle = accounts.clean_handle(handle)
        check_age(mover.admit(country, region), date.fromisoformat(str(row["birth_date"])), now.date())
        if not await accounts.await_handle(unit, handle, now):
            raise accounts.HandleTaken
    except Problem as refusal:
        problem = refusal.slug()
    if problem is not None:
        await tell(mover, unit, from_, id, table="refused", rows=[{"problem": problem}])
        return
    await insert_move(
        unit, id, Side.ARRIVING, from_, step=Step.COPYING, handle=handle, country=country, region=region, at=now
    )
    await tell(mover, unit, from_, id, table="accepted")


async def _take_word(mover: Mover, unit: WriteUnit, move: Move, table: str, told: Told) -> None:
    """Of somebody who is on their way here."""
    now = mover.clock.now()
    match table:
        case "copied":
            said = {"parts": int(told["parts"]), "digest": str(told["digest"])}
            values = {"step": Step.COPIED, "own_parts": move.parts_done, "parts": move.parts_done}
            await update_move(unit, move.id, step_at=now, told=said, **values)
            await go_on(unit, move.id)
        case "again":
            await delete_parts(unit, move.id)
            await update_move(unit, move.id, step=Step.COPYING, step_at=now, parts_done=0, digest="", told={})
        case "cancelled":
            await accounts.stop_awaiting(unit, move.handle)
            await delete_move(unit, move.id)
        case "switch":
            await _take_switch(unit, move, told)
        case _:
            await _take_part(mover, unit, move, table, told)


async def _take_switch(unit: WriteUnit, move: Move, told: Told) -> None:
    """They are ours from here on: the other realm has logged that they leave, and waits for our receipt."""
    (row,) = told["rows"]
    if move.step is not Step.VERIFIED or told["digest"] != move.digest:
        raise gateway.MessageNotTaken
    names = {via.value: str(UUID(str(row["names"][via]))) for via in accounts.Via}
    await update_move(unit, move.id, told={**move.told, "names": names}, left_index=int(row["entry"]))
    await go_on(unit, move.id)


async def _take_part(mover: Mover, unit: WriteUnit, move: Move, table: str, told: Told) -> None:
    """Keep a part aside. Those before the switch are compared all together; each here by its own digest."""
    number = int(told["part"])
    known = {what.name for what in mover.collections} | {FILES}
    if move.step not in (Step.COPYING, Step.VERIFIED) or table not in known or number != move.parts_done + 1:
        raise gateway.MessageNotTaken
    content: Any = told["rows"] if table != FILES else told["file"]
    if digest_part(table, content) != told["digest"]:
        raise gateway.MessageNotTaken
    if table == FILES:
        piece = base64.b64decode(str(told["bytes"]), validate=True)
        if len(piece) > CHUNK_BYTES:
            raise gateway.MessageNotTaken
        offset, whole = int(content["offset"]), int(content["whole"])
        write_piece(mover.folder_of(move.id), str(content["key"]), offset, whole, piece)
        content = {**content, "length": len(piece)}
    await insert_part(unit, move.id, number, table, content)
    values: dict[str, Any] = {"parts_done": number, "parts": number}
    if move.step is Step.COPYING:
        values["digest"] = chain(move.digest, str(told["digest"]))
    await update_move(unit, move.id, **values)


async def _take_answer(mover: Mover, unit: WriteUnit, move: Move, table: str, told: Told) -> None:
    """Of somebody who is leaving: what the realm they go to says."""
    now = mover.clock.now()
    match table, move.step:
        case "accepted", Step.ASKED:
            await update_move(unit, move.id, step=Step.COPYING, step_at=now)
        case "refused", (Step.ASKED | Step.COPIED):
            assert move.account is not None
            (row,) = told["rows"]
            await update_move(unit, move.id, step=Step.REFUSED, step_at=now, problem=str(row["problem"]))
            await accounts.unfreeze(unit, move.account)
            await make_room(unit, move.told)
            return
        case "verified", Step.COPIED if told["digest"] == move.digest:
            await update_move(unit, move.id, step=Step.VERIFIED, step_at=now)
        case (("verified" | "differs"), Step.COPIED):
            await tell(mover, unit, move.realm, move.id, table="again", person=move.account)
            await update_move(unit, move.id, step=Step.COPYING, step_at=now, parts_done=0, digest="")
        case "receipt", Step.SWITCHED:
            (row,) = told["rows"]
            names = {via.value: str(UUID(str(row["names"][via]))) for via in accounts.Via}
            await update_move(
                unit, move.id, arrived_index=int(row["entry"]), told={"names": names} | keep_decision(move.told)
            )
        case _:
            return
    await go_on(unit, move.id)
