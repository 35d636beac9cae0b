"""The queries of moving."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, Uuid, delete, func, insert, select, table, tuple_, update
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import TIMESTAMP, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.infra.db import ReadUnit, Record, WriteUnit, is_among
from reelm.kernel.ids import AccountId, EntryId, MoveId, RealmCode, new_uuid
from reelm.kernel.roles import Role
from reelm.moving.model import UNDER_WAY, Move, Side, Step
from reelm.moving.tables import moved_names, moves, moving_parts

# Who has an account here: `accounts` owns the table.
_accounts = table(
    "accounts",
    named("id", Uuid),
    named("handle", Text),
    named("country", Text),
    named("region", Text),
    named("role", Text),
    named("frozen_at", TIMESTAMP(timezone=True)),
)
_ONE_AT_A_TIME = (7305812, 9)

# Country, and region where it was asked for.
Lives = tuple[str, str | None]
# To which realm, where they live, at which step and by which problem it ended, and how many they are.
Stayed = tuple[RealmCode, Lives, Step, str | None, int]


@dataclass(frozen=True)
class Resident:
    """Somebody whom a decision moves."""

    account: AccountId
    handle: str
    country: str
    region: str | None


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
    told: Mapping[str, Any] | None = None,
) -> None:
    values = {"handle": handle, "country": country, "region": region, "account_id": account, "problem": problem}
    counted: dict[str, Any] = {"parts": 0, "parts_done": 0, "own_parts": 0, "digest": "", "told": dict(told or {})}
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
    """Somebody's last move, from here or to here, that has begun."""
    begun = moves.c.account_id == account, moves.c.step != Step.ANNOUNCED
    newest = select(moves).where(*begun).order_by(moves.c.asked_at.desc(), moves.c.id.desc())
    row = await unit.first(newest.limit(1))
    return _move(row) if row else None


async def list_under_way(unit: ReadUnit) -> list[MoveId]:
    """Every move that has work left here."""
    statement = select(moves.c.id).where(moves.c.step.in_(UNDER_WAY)).order_by(moves.c.asked_at)
    return [MoveId(id) for id in await unit.scalars(statement)]


async def count_steps(unit: ReadUnit, ids: Iterable[MoveId]) -> dict[Step, int]:
    """How many of these moves stand at each step."""
    counted = select(moves.c.step, func.count()).where(is_among(moves.c.id, ids)).group_by(moves.c.step)
    return {Step(row[0]): row[1] for row in await unit.all(counted)}


async def update_move(unit: WriteUnit, id: MoveId, **values: Any) -> None:
    await unit.write(update(moves).where(moves.c.id == id).values(**values))


async def delete_move(unit: WriteUnit, id: MoveId) -> None:
    await unit.write(delete(moves).where(moves.c.id == id))


async def hold_residents(unit: WriteUnit) -> None:
    """Let nobody else announce or begin what a decision brings until the commit."""
    await unit.scalar(select(func.pg_advisory_xact_lock(*_ONE_AT_A_TIME)))


async def list_untold(unit: ReadUnit, places: Iterable[Lives], decision: str, most: int) -> list[Resident]:
    """People who live there, move nowhere, and were not told of this decision."""
    told = select(moves.c.id).where(moves.c.account_id == _accounts.c.id, _by(decision))
    found = select(_accounts).where(*_at_rest(places), ~told.exists()).order_by(_accounts.c.id).limit(most)
    return [Resident(AccountId(row.id), row.handle, row.country, row.region) for row in await unit.all(found)]


async def insert_announced(
    unit: WriteUnit, people: Iterable[Resident], realm: RealmCode, decision: str, at: datetime
) -> None:
    for one in people:
        await insert_move(
            unit,
            MoveId(new_uuid()),
            Side.LEAVING,
            realm,
            step=Step.ANNOUNCED,
            handle=one.handle,
            country=one.country,
            region=one.region,
            at=at,
            account=one.account,
            told={"decision": decision},
        )


async def find_announced(
    unit: ReadUnit, places: Iterable[Lives], realm: RealmCode, decision: str
) -> tuple[MoveId, Resident] | None:
    """The next one whom this decision moves and who is still there."""
    whose = moves.c.account_id == _accounts.c.id, moves.c.realm == realm, moves.c.step == Step.ANNOUNCED
    found = select(moves.c.id.label("move"), *_accounts.c).where(*whose, _by(decision), *_at_rest(places))
    row = await unit.first(found.order_by(moves.c.asked_at, moves.c.id).limit(1))
    return (MoveId(row.move), Resident(AccountId(row.id), row.handle, row.country, row.region)) if row else None


def _by(decision: str) -> ColumnElement[bool]:
    return moves.c.told["decision"].astext == decision


def _at_rest(places: Iterable[Lives]) -> tuple[ColumnElement[bool], ...]:
    """Who lives there and is not on their way; staff may live elsewhere."""
    lives = tuple_(_accounts.c.country, func.coalesce(_accounts.c.region, ""))
    wanted = [(country, region or "") for country, region in places]
    return _accounts.c.frozen_at.is_(None), _accounts.c.role == Role.VIEWER, lives.in_(wanted)


async def count_leaving(unit: ReadUnit) -> dict[tuple[RealmCode, Step], int]:
    """How many moves to each realm stand at each step."""
    counted = select(moves.c.realm, moves.c.step, func.count()).where(moves.c.side == Side.LEAVING)
    rows = await unit.all(counted.group_by(moves.c.realm, moves.c.step))
    return {(RealmCode(row[0]), Step(row[1])): row[2] for row in rows}


async def count_stayed(unit: ReadUnit) -> list[Stayed]:
    """How many are still here whose last move to a realm was refused or called off, by where they live and why."""
    lives = _accounts.c.country, _accounts.c.region
    whose = moves.c.account_id == _accounts.c.id, moves.c.side == Side.LEAVING, _accounts.c.frozen_at.is_(None)
    last = (
        select(moves.c.realm, moves.c.step, moves.c.problem, *lives)
        .where(*whose, _accounts.c.role == Role.VIEWER)
        .ext(distinct_on(moves.c.account_id, moves.c.realm))
        .order_by(moves.c.account_id, moves.c.realm, moves.c.asked_at.desc())
        .subquery()
    )
    keys = last.c.realm, last.c.country, last.c.region, last.c.step, last.c.problem
    stayed = last.c.step.in_((Step.REFUSED, Step.CANCELLED))
    rows = await unit.all(select(*keys, func.count().label("people")).where(stayed).group_by(*keys))
    return [
        (RealmCode(row.realm), (row.country, row.region), Step(row.step), row.problem, row.people) for row in rows
    ]


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
    await unit.write(delete(moved_names).where(is_among(moved_names.c.name, names)))


async def find_name(unit: ReadUnit, name: bytes) -> RealmCode | None:
    realm = await unit.scalar(select(moved_names.c.realm).where(moved_names.c.name == name))
    return RealmCode(realm) if realm else None
