"""The queries of blocks and mutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    table,
    union_all,
    update,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.access import Collection, Eyes, OwnEyes, Part, Sight
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, new_uuid
from reelm.social.tables import blocks, mutes

# What is kept of people of other realms: `accounts` owns the table.
_foreign = table("foreign_people", named("id", Uuid), named("realm", Text), named("handle", Text))

# How many of a person's newest blocks, and of their newest mutes, are looked at together.
_NEWEST = 200

BLOCKS_AND_MUTES = Collection(
    "blocks-and-mutes",
    (
        Part(
            select(blocks.c.blocked_id.label("blocked_account_id"), blocks.c.at.label("blocked_at"))
            .order_by(blocks.c.id.desc())
            .limit(_NEWEST),
            of=blocks.c.account_id,
        ),
        Part(
            select(mutes.c.muted_id.label("muted_account_id"), mutes.c.at.label("muted_at"))
            .order_by(mutes.c.id.desc())
            .limit(_NEWEST),
            of=mutes.c.account_id,
        ),
    ),
)


@dataclass(frozen=True)
class Shunned:
    """One line of somebody's list of the people they have blocked, or muted."""

    id: UUID
    person: AccountId
    at: datetime


async def list_blocks_and_mutes(eyes: Eyes) -> Sight:
    """Whom a person has blocked and muted, the newest first, as far as these eyes may look."""
    return await eyes.look(BLOCKS_AND_MUTES)


async def hold_pair(unit: WriteUnit, one: AccountId, other: AccountId) -> None:
    """Whoever else changes how these two stand to each other waits until the unit ends."""
    first, second = sorted((one, other))
    await unit.scalar(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{first} {second}", 0))))


async def insert_block(unit: WriteUnit, account: AccountId, blocked: AccountId, at: datetime) -> bool:
    """False where it stood already."""
    values = {"id": new_uuid(), "account_id": account, "blocked_id": blocked, "at": at}
    return await unit.write(upsert(blocks).values(values).on_conflict_do_nothing()) == 1


async def delete_block(unit: WriteUnit, account: AccountId, blocked: AccountId) -> None:
    await unit.write(delete(blocks).where(blocks.c.account_id == account, blocks.c.blocked_id == blocked))


async def insert_mute(unit: WriteUnit, account: AccountId, muted: AccountId, at: datetime) -> bool:
    """False where it stood already."""
    values = {"id": new_uuid(), "account_id": account, "muted_id": muted, "at": at}
    return await unit.write(upsert(mutes).values(values).on_conflict_do_nothing()) == 1


async def delete_mute(unit: WriteUnit, account: AccountId, muted: AccountId) -> None:
    await unit.write(delete(mutes).where(mutes.c.account_id == account, mutes.c.muted_id == muted))


async def has_blocked(unit: ReadUnit, account: AccountId, other: AccountId) -> bool:
    """Whether one has blocked the other; the other way round is another question."""
    statement = select(literal(True)).where(blocks.c.account_id == account, blocks.c.blocked_id == other)
    return bool(await unit.scalar(statement))


async def is_blocked_either_way(unit: ReadUnit, one: AccountId, other: AccountId) -> bool:
    """Whether one of the two has blocked the other."""
    blocked = select(literal(True)).where(
        or_(
            and_(blocks.c.account_id == one, blocks.c.blocked_id == other),
            and_(blocks.c.account_id == other, blocks.c.blocked_id == one),
        )
    )
    return bool(await unit.scalar(blocked.limit(1)))


async def list_blocked_either_way(unit: ReadUnit, account: AccountId) -> frozenset[AccountId]:
    """Everybody whom this person has blocked or who has blocked them, under every name that is known here."""
    return frozenset(AccountId(id) for id in await unit.scalars(_blocked(account)))


async def list_muted(unit: ReadUnit, account: AccountId) -> frozenset[AccountId]:
    """Everybody whom this person has muted, under every name that is known here."""
    return frozenset(AccountId(id) for id in await unit.scalars(_muted(account)))


def list_unseen(account: AccountId) -> CompoundSelect[Any]:
    """A SELECT of everybody whose comments and acts this person does not see: `NOT IN` it."""
    return union_all(_blocked(account), _muted(account))


def _blocked(account: AccountId) -> CompoundSelect[Any]:
    theirs = select(blocks.c.account_id).where(blocks.c.blocked_id == account)
    return union_all(*_named(blocks, blocks.c.blocked_id, account), theirs)


def _muted(account: AccountId) -> CompoundSelect[Any]:
    return union_all(*_named(mutes, mutes.c.muted_id, account))


def _named(what: Table, who: ColumnElement[UUID], account: AccountId) -> tuple[Select[Any], ...]:
    """Those in a list, and the other names that the same people of other realms have here.

    Somebody abroad is known by one id for their page and by another for their comments; realm and handle are what
    the two have in common. Whoever only follows from there has no handle here, and is found by none.
    """
    kept, other = _foreign.alias(), _foreign.alias()
    same = and_(other.c.realm == kept.c.realm, other.c.handle == kept.c.handle, other.c.handle != "")
    also = select(other.c.id).select_from(what).join(kept, kept.c.id == who).join(other, same)
    return select(who).where(what.c.account_id == account), also.where(what.c.account_id == account)


async def list_own_blocks(eyes: OwnEyes, *, before: UUID | None, limit: int) -> list[Shunned]:
    """Whom the caller has blocked, newest first."""
    return await _page(
        eyes, select(blocks.c.id, blocks.c.blocked_id.label("person"), blocks.c.at), blocks, before, limit
    )


async def list_own_mutes(eyes: OwnEyes, *, before: UUID | None, limit: int) -> list[Shunned]:
    """Whom the caller has muted, newest first; whoever has blocked them is not there."""
    theirs = select(blocks.c.account_id).where(blocks.c.blocked_id == eyes.subject)
    found = select(mutes.c.id, mutes.c.muted_id.label("person"), mutes.c.at).where(mutes.c.muted_id.not_in(theirs))
    return await _page(eyes, found, mutes, before, limit)


async def _page(
    eyes: OwnEyes, found: Select[Any, Any, Any], of: Table, before: UUID | None, limit: int
) -> list[Shunned]:
    if before is not None:
        found = found.where(of.c.id < before)
    rows = await eyes.all(found.order_by(of.c.id.desc()).limit(limit), of.c.account_id)
    return [Shunned(row.id, AccountId(row.person), row.at) for row in rows]


async def rename_shunned(unit: WriteUnit, old: UUID, new: UUID) -> None:
    """Whoever has blocked or muted one has the other from here on."""
    for what, who in _LISTS:
        already = select(what.c.account_id).where(who == new)
        await unit.write(delete(what).where(who == old, what.c.account_id.in_(already)))
        await unit.write(update(what).where(who == old).values({who: new}))


_LISTS: Sequence[tuple[Table, ColumnElement[UUID]]] = ((blocks, blocks.c.blocked_id), (mutes, mutes.c.muted_id))
