"""The queries of who is in which group: people, and devices by themselves."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Column, Table, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.devices.roll.model import Members
from reelm.devices.roll.tables import device_groups, directory_groups, directory_members
from reelm.infra.db import ReadUnit, WriteUnit, is_among
from reelm.kernel.ids import OrganisationId

# Rows that one statement takes: PostgreSQL has 32,767 parameters for it.
_AT_ONCE = 10_000


async def list_members(unit: ReadUnit, groups: Iterable[UUID]) -> dict[UUID, Members]:
    """Who is in each of these groups; each that has anybody is there."""
    ids = list(groups)
    people, devices = defaultdict[UUID, set[UUID]](set), defaultdict[UUID, set[UUID]](set)
    for row in await unit.all(select(directory_members).where(is_among(directory_members.c.group_id, ids))):
        people[row.group_id].add(row.person_id)
    for row in await unit.all(select(device_groups).where(is_among(device_groups.c.group_id, ids))):
        devices[row.group_id].add(row.device_id)
    return {id: Members(frozenset(people[id]), frozenset(devices[id])) for id in ids if people[id] or devices[id]}


async def insert_members(unit: WriteUnit, group: UUID, members: Members) -> int:
    """Let them be in the group; how many were not before."""
    people = [{"group_id": group, "person_id": one} for one in members.people]
    devices = [{"group_id": group, "device_id": one} for one in members.devices]
    return await _insert(unit, directory_members, people) + await _insert(unit, device_groups, devices)


async def delete_members(unit: WriteUnit, group: UUID, ids: Iterable[UUID] | None) -> int:
    """Let them be in it no more, or nobody where `ids` is `None`; how many were."""
    count, many = 0, None if ids is None else list(ids)
    for table, member in _LISTS:
        gone = delete(table).where(table.c.group_id == group)
        count += await unit.write(gone if many is None else gone.where(is_among(member, many)))
    return count


async def list_groups_of(
    unit: ReadUnit, organisation: OrganisationId, devices: Iterable[UUID]
) -> dict[UUID, set[UUID]]:
    """The groups in which each of these devices is by itself."""
    found = defaultdict[UUID, set[UUID]](set)
    mine = (
        select(device_groups)
        .join(directory_groups, directory_groups.c.id == device_groups.c.group_id)
        .where(directory_groups.c.organisation_id == organisation, is_among(device_groups.c.device_id, devices))
    )
    for row in await unit.all(mine):
        found[row.device_id].add(row.group_id)
    return found


_LISTS: tuple[tuple[Table, Column[UUID]], ...] = (
    (directory_members, directory_members.c.person_id),
    (device_groups, device_groups.c.device_id),
)


async def _insert(unit: WriteUnit, table: Table, rows: list[dict[str, UUID]]) -> int:
    made = 0
    for start in range(0, len(rows), _AT_ONCE):
        made += await unit.write(upsert(table).values(rows[start : start + _AT_ONCE]).on_conflict_do_nothing())
    return made
