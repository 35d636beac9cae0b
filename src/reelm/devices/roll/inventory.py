"""How does a list of devices get into the directory? All of it at once; what it doesn't name stays as it was."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from reelm.devices.roll import member_store, store
from reelm.devices.roll.csv_import import Listed
from reelm.devices.roll.errors import InventoryMalformed
from reelm.devices.roll.model import Entry, Group, ManagedDevice, Members, Person
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import OrganisationId, new_uuid

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Sighting:
    """Whether a device had the app when it was looked at."""

    device: UUID
    has_app: bool
    at: datetime


@dataclass(frozen=True)
class Imported:
    """How many devices of a list are new, changed and as they were; and what it says of the app on them."""

    made: int
    changed: int
    unchanged: int
    sightings: Sequence[Sighting]


async def import_inventory(
    unit: WriteUnit, organisation: OrganisationId, listed: Sequence[Listed], *, at: datetime
) -> Imported:
    """Put the devices of a list into the directory, or change them. Devices that it doesn't name stay as they are.

    Raises `InventoryMalformed` for a person or a group that the directory hasn't; then nothing is done. Where the
    app was seen is told back, and kept by nobody here.
    """
    await store.hold(unit, organisation)
    people = await _find_people(unit, organisation, listed)
    groups = await _find_groups(unit, organisation, listed)
    known = await store.list_by_name(unit, organisation, ManagedDevice, [one.code for one in listed])
    before = {entry.told.code: entry for entry in known}
    made, changed = list[Entry[ManagedDevice]](), list[Entry[ManagedDevice]]()
    for one in listed:
        was = before.get(one.code)
        told = _tell(one, was.told if was else None, people)
        if was is None:
            made.append(Entry(new_uuid(), told, at, at))
        elif told != was.told:
            changed.append(replace(was, told=told, changed_at=max(at, was.changed_at + _TICK)))
    await store.insert_entries(unit, organisation, made)
    for entry in changed:
        await store.update_entry(unit, organisation, before[entry.told.code], entry)
    ids = {entry.told.code: entry.id for entry in (*known, *made)}
    moved = await _put_into_groups(unit, organisation, {ids[one.code]: one.groups for one in listed}, groups)
    await store.touch_groups(unit, organisation, {group for many in moved.values() for group in many}, at)
    touched = {entry.id for entry in changed} | (moved.keys() - {entry.id for entry in made})
    seen = [Sighting(ids[one.code], *one.seen) for one in listed if one.seen]
    return Imported(len(made), len(touched), len(listed) - len(made) - len(touched), seen)


def _tell(one: Listed, was: ManagedDevice | None, people: dict[str, UUID]) -> ManagedDevice:
    """A device as the list has it, and otherwise as it was."""
    before = was or ManagedDevice(one.code, one.platform, one.enrolment, one.ownership)
    return replace(
        before,
        platform=one.platform,
        enrolment=one.enrolment,
        ownership=one.ownership,
        person_id=before.person_id if one.person is None else people.get(one.person.lower()),
        addresses=before.addresses if one.addresses is None else one.addresses,
    )


async def _find_people(unit: WriteUnit, organisation: OrganisationId, listed: Sequence[Listed]) -> dict[str, UUID]:
    """The people of the list, by their user names in small letters."""
    names = {one.person.lower() for one in listed if one.person}
    found = await store.list_by_name(unit, organisation, Person, sorted(names))
    people = {entry.told.user_name.lower(): entry.id for entry in found}
    for one in listed:
        if one.person and one.person.lower() not in people:
            raise InventoryMalformed(line=one.line, fault="person is nobody of the directory")
    return people


async def _find_groups(unit: WriteUnit, organisation: OrganisationId, listed: Sequence[Listed]) -> dict[str, UUID]:
    """The groups of the list, by their codes."""
    codes = {group for one in listed for group in one.groups or ()}
    found = await store.list_by_name(unit, organisation, Group, sorted(codes))
    groups = {entry.told.code: entry.id for entry in found}
    for one in listed:
        missing = sorted((one.groups or frozenset()) - groups.keys())
        if missing:
            raise InventoryMalformed(line=one.line, fault=f"there is no group {missing[0]} in the directory")
    return groups


async def _put_into_groups(
    unit: WriteUnit,
    organisation: OrganisationId,
    wanted: Mapping[UUID, frozenset[str] | None],
    groups: Mapping[str, UUID],
) -> dict[UUID, set[UUID]]:
    """Let each device be in the groups of the list; which devices came into which groups, or left them."""
    now = await member_store.list_groups_of(unit, organisation, wanted)
    coming, leaving = defaultdict[UUID, set[UUID]](set), defaultdict[UUID, set[UUID]](set)
    moved = defaultdict[UUID, set[UUID]](set)
    for device, codes in wanted.items():
        if codes is None:
            continue
        named = {groups[code] for code in codes}
        is_in = now.get(device, set())
        for group in named ^ is_in:
            (coming if group in named else leaving)[group].add(device)
            moved[device].add(group)
    for group, devices in leaving.items():
        await member_store.delete_members(unit, group, devices)
    for group, devices in coming.items():
        await member_store.insert_members(unit, group, Members(devices=frozenset(devices)))
    return moved
