"""The queries of who is in which group: people, and devices by themselves."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Column, Table, Uuid, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.devices.roll.model import Members
from reelm.devices.roll.tables import device_groups, directory_groups, directory_members
from reelm.infra.db import ReadUnit, WriteUnit, is_among
from reelm.kernel.ids import OrganisationId

# People, then devices.
_LISTS: tuple[tuple[Table, Column[UUID]], ...] = (
    (directory_members, directory_members.c.person_id),
    (device_groups, device_groups.c.device_id),
)


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
    made = 0
    for (table, member), ids in zip(_LISTS, (members.people, members.devices), strict=True):
        if ids:
            rows = select(literal(group, Uuid), func.unnest(literal(list(ids), ARRAY(Uuid))))
            statement = upsert(table).from_select([table.c.group_id, member], rows)
            made += await unit.write(statement.on_conflict_do_nothing())
    return made


async def delete_members(unit: WriteUnit, group: UUID, ids: Iterable[UUID]) -> int:
    """Let them be in it no more; how many were."""
    many, gone = list(ids), 0
    for table, member in _LISTS:
        gone += await unit.write(delete(table).where(table.c.group_id == group, is_among(member, many)))
    return gone


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
