"""The queries of moving."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.infra.db import ReadUnit, Record, WriteUnit
from reelm.kernel.ids import AccountId, EntryId, MoveId, RealmCode
from reelm.moving.model import UNDER_WAY, Move, Side, Step
from reelm.moving.tables import moved_names, moves, moving_parts


def _move(row: Record) -> Move:
    return Move(
        id=MoveId(row.id),
        side=Side(row.side),
        account=AccountId(row.account_id) if row.account_id else None,
        realm=RealmCode(row.realm),
        step=Step(row.step),
        handle=row.handle,
        country=row.country,
        region=row.region,
        parts=row.parts,
        parts_done=row.parts_done,
        own_parts=row.own_parts,
        digest=row.digest,
        told=row.told,
        problem=row.problem,
        left_entry=EntryId(row.left_entry) if row.left_entry else None,
        arrived_entry=EntryId(row.arrived_entry) if row.arrived_entry else None,
        left_index=row.left_index,
        arrived_index=row.arrived_index,
        asked_at=row.asked_at,
        step_at=row.step_at,
    )


async def insert_move(
    unit: WriteUnit,
    id: MoveId,
    side: Side,
    realm: RealmCode,
    *,
    step: Step,
    handle: str,
    country: str,
    region: str | None,
    at: datetime,
    account: AccountId | None = None,
    problem: str | None = None,
) -> None:
    values = {"handle": handle, "country": country, "region": region, "account_id": account, "problem": problem}
    counted: dict[str, Any] = {"parts": 0, "parts_done": 0, "own_parts": 0, "digest": "", "told": {}}
    times = {"asked_at": at, "step_at": at}
    await unit.write(insert(moves).values(id=id, side=side, realm=realm, step=step, **values, **counted, **times))


async def find_move(unit: ReadUnit, id: MoveId) -> Move | None:
    row = await unit.first(select(moves).where(moves.c.id == id))
    return _move(row) if row else None


async def hold_move(unit: WriteUnit, id: MoveId) -> Move | None:
    """The move, held against everybody else until the unit ends."""
    row = await unit.first(select(moves).where(moves.c.id == id).with_for_update())
    return _move(row) if row else None


async def find_newest(unit: ReadUnit, account: AccountId) -> Move | None:
    """Somebody's last move, from here or to here."""
    newest = select(moves).where(moves.c.account_id == account).order_by(moves.c.asked_at.desc(), moves.c.id.desc())
    row = await unit.first(newest.limit(1))
    return _move(row) if row else None


async def list_under_way(unit: ReadUnit) -> list[MoveId]:
    """Every move that has work left here."""
    statement = select(moves.c.id).where(moves.c.step.in_(UNDER_WAY)).order_by(moves.c.asked_at)
    return [MoveId(id) for id in await unit.scalars(statement)]


async def count_steps(unit: ReadUnit, ids: Iterable[MoveId]) -> dict[Step, int]:
    """How many of these moves stand at each step."""
    counted = select(moves.c.step, func.count()).where(moves.c.id.in_(set(ids))).group_by(moves.c.step)
    return {Step(row[0]): row[1] for row in await unit.all(counted)}


async def update_move(unit: WriteUnit, id: MoveId, **values: Any) -> None:
    await unit.write(update(moves).where(moves.c.id == id).values(**values))


async def delete_move(unit: WriteUnit, id: MoveId) -> None:
    await unit.write(delete(moves).where(moves.c.id == id))


async def insert_part(unit: WriteUnit, move: MoveId, part: int, collection: str, content: Any) -> None:
    await unit.write(insert(moving_parts).values(move_id=move, part=part, collection=collection, content=content))


async def list_parts(unit: ReadUnit, move: MoveId) -> list[tuple[int, str, Any]]:
    """What has come so far, in order: the number, the collection, and rows or what is told of a piece of a file."""
    rows = await unit.all(select(moving_parts).where(moving_parts.c.move_id == move).order_by(moving_parts.c.part))
    return [(row.part, row.collection, row.content) for row in rows]


async def delete_parts(unit: WriteUnit, move: MoveId) -> None:
    await unit.write(delete(moving_parts).where(moving_parts.c.move_id == move))


async def insert_names(unit: WriteUnit, names: Iterable[bytes], realm: RealmCode) -> None:
    for name in names:
        statement = upsert(moved_names).values(name=name, realm=realm)
        await unit.write(statement.on_conflict_do_update(index_elements=[moved_names.c.name], set_={"realm": realm}))


async def delete_names(unit: WriteUnit, names: Iterable[bytes]) -> None:
    """Whoever comes back is found here again."""
    await unit.write(delete(moved_names).where(moved_names.c.name.in_(list(names))))


async def find_name(unit: ReadUnit, name: bytes) -> RealmCode | None:
    realm = await unit.scalar(select(moved_names.c.realm).where(moved_names.c.name == name))
    return RealmCode(realm) if realm else None
