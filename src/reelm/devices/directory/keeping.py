"""How does an organisation's own directory keep ours? By SCIM 2.0 (RFC 7644): people, groups, devices, one at a time.

Whoever changes something holds the whole directory of the organisation until it is done, so that two who make the
same code or change the same group do it one after the other.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from scim2_models import Resource, ResponseParameters

from reelm.devices.directory import resources
from reelm.devices.directory.members import split_patch, take_members
from reelm.devices.directory.queries import read_query, read_shown
from reelm.devices.directory.reading import (
    apply_patch,
    dump,
    read_device,
    read_group,
    read_person,
    read_resource,
    show,
    with_defaults,
)
from reelm.devices.directory.resources import RESOURCES, GroupMember, Json, User
from reelm.devices.roll import member_store, store
from reelm.devices.roll.asking import Answer, Asked, Directory
from reelm.devices.roll.errors import ChangedInDirectory, DirectoryRefused, NotInDirectory, TakenInDirectory
from reelm.devices.roll.model import Entry, Group, ManagedDevice, Members, MembersChange, Person, Told
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import new_uuid

_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_TICK = timedelta(microseconds=1)
Shown = ResponseParameters[Any]


async def list_resources(unit: ReadUnit, directory: Directory, asked: Asked) -> Json:
    """A page of what is at an address (RFC 7644, section 3.4.2). Raises `DirectoryRefused`, `NotInDirectory`."""
    kind = asked.kind
    query = read_query(kind, RESOURCES[asked.endpoint], asked.parameters)
    entries, total = await store.list_entries(unit, directory.organisation, kind, query.sought)
    bodies = [dump(show(one, directory.url), query.shown) for one in entries]
    if kind is Group:
        await _add_members(unit, directory, dict(zip((one.id for one in entries), bodies, strict=True)), query.shown)
    page = {"startIndex": query.sought.start + 1, "itemsPerPage": len(bodies), "Resources": bodies}
    return {"schemas": [_LIST], "totalResults": total, **page}


async def fetch_resource(unit: ReadUnit, directory: Directory, asked: Asked) -> Answer:
    """Raises `NotInDirectory`, `DirectoryRefused`."""
    entry = await _fetch(unit, directory, asked)
    return await _answer(unit, directory, entry, read_shown(RESOURCES[asked.endpoint], asked.parameters))


async def create_resource(
    unit: WriteUnit, directory: Directory, asked: Asked, body: object, *, at: datetime
) -> Answer:
    """Put something into the directory. Raises `DirectoryRefused`, `TakenInDirectory`, `NotInDirectory`."""
    kind = asked.kind
    shown = read_shown(RESOURCES[asked.endpoint], asked.parameters)
    rest, members = take_members(body) if kind is Group else (body, frozenset[UUID]())
    resource = read_resource(RESOURCES[asked.endpoint], with_defaults(rest))
    id = new_uuid()
    entry = Entry(id, _read(id, resource), at, at)
    await store.hold(unit, directory.organisation)
    await _check(unit, directory, entry)
    await store.insert_entries(unit, directory.organisation, [entry])
    await _change_members(unit, directory, id, MembersChange(added=members))
    return await _answer(unit, directory, entry, shown)


async def replace_resource(
    unit: WriteUnit, directory: Directory, asked: Asked, body: object, *, at: datetime
) -> Answer:
    """Put something in the place of what it was. What isn't said is no more, but for `active`.

    Raises `NotInDirectory`, `ChangedInDirectory`, `DirectoryRefused`, `TakenInDirectory`.
    """
    before = await _take(unit, directory, asked)
    shown = read_shown(RESOURCES[asked.endpoint], asked.parameters)
    is_group = isinstance(before.told, Group)
    rest, members = take_members(body) if is_group else (body, frozenset[UUID]())
    was_active = isinstance(before.told, Group) or before.told.active
    resource = read_resource(RESOURCES[asked.endpoint], with_defaults(rest, active=was_active), replaces=True)
    after = replace(before, told=_read(before.id, resource, before.told), changed_at=at)
    entry = await _put(unit, directory, before, after, MembersChange(True, members) if is_group else None)
    return await _answer(unit, directory, entry, shown)


async def patch_resource(
    unit: WriteUnit, directory: Directory, asked: Asked, body: object, *, at: datetime
) -> Answer:
    """Change a part of something (RFC 7644, section 3.5.2), all of it or nothing.

    Of a group nothing is sent back but what is asked for: it may have very many members.
    Raises `NotInDirectory`, `ChangedInDirectory`, `DirectoryRefused`, `TakenInDirectory`.
    """
    before = await _take(unit, directory, asked)
    shown = read_shown(RESOURCES[asked.endpoint], asked.parameters)
    rest, change = split_patch(body) if isinstance(before.told, Group) else (body, None)
    after = before.told
    if rest is not None:
        after = _read(before.id, apply_patch(show(before, directory.url), rest), before.told)
    entry = await _put(unit, directory, before, replace(before, told=after, changed_at=at), change)
    return await _answer(unit, directory, entry, shown, has_body=change is None or bool(shown.attributes))


async def delete_resource(unit: WriteUnit, directory: Directory, asked: Asked) -> None:
    """Take something out, with all that is its own. Raises `NotInDirectory`, `ChangedInDirectory`."""
    entry = await _take(unit, directory, asked)
    await store.delete_entry(unit, directory.organisation, asked.kind, entry.id)


async def _fetch(unit: ReadUnit, directory: Directory, asked: Asked) -> Entry[Told]:
    kind = asked.kind
    try:
        found = await store.find_entry(unit, directory.organisation, kind, UUID(asked.id))
    except ValueError:  # no id of ours
        raise NotInDirectory from None
    if found is None:
        raise NotInDirectory
    return found


async def _take(unit: WriteUnit, directory: Directory, asked: Asked) -> Entry[Told]:
    """What is to be changed, which nobody else changes until the unit ends."""
    await store.hold(unit, directory.organisation)
    entry = await _fetch(unit, directory, asked)
    seen = [one.strip().removeprefix("W/").strip('"') for one in (asked.if_match or "*").split(",")]
    if "*" not in seen and entry.version not in seen:
        raise ChangedInDirectory
    return entry


async def _put(
    unit: WriteUnit, directory: Directory, before: Entry[Told], after: Entry[Told], change: MembersChange | None
) -> Entry[Told]:
    """Keep what it has become; it is as new as it was where nothing of it changes."""
    changes = after.told != before.told
    if changes:
        await _check(unit, directory, after)
    if change is not None:
        changes = await _change_members(unit, directory, after.id, change) or changes
    if not changes:
        return before
    entry = replace(after, changed_at=max(after.changed_at, before.changed_at + _TICK))
    await store.update_entry(unit, directory.organisation, before, entry)
    return entry


def _read(id: UUID, resource: Resource[Any], before: Told | None = None) -> Told:
    """What a resource says of an entry, which was `before`, if anything."""
    if isinstance(resource, User):
        return read_person(resource)
    if isinstance(resource, resources.Group):
        return read_group(resource, before if isinstance(before, Group) else None)
    assert isinstance(resource, resources.Device)
    return read_device(id, resource)


async def _check(unit: ReadUnit, directory: Directory, entry: Entry[Told]) -> None:
    """Raises `TakenInDirectory`, and `DirectoryRefused` for a device of somebody who isn't there."""
    told = entry.told
    name = told.user_name if isinstance(told, Person) else told.code
    if await store.is_taken(unit, directory.organisation, type(told), name, but=entry.id):
        raise TakenInDirectory(attribute="userName" if isinstance(told, Person) else "displayName")
    holder = [told.person_id] if isinstance(told, ManagedDevice) and told.person_id else []
    if len(await store.find_among(unit, directory.organisation, Person, holder)) < len(holder):
        raise DirectoryRefused(scim_type="invalidValue", fault="person is nobody of this directory")


async def _change_members(unit: WriteUnit, directory: Directory, group: UUID, change: MembersChange) -> bool:
    """Whether anybody came or went. Raises `DirectoryRefused` for who isn't in the directory."""
    added, removed = change.added, change.removed
    if change.is_cleared:
        before = (await member_store.list_members(unit, [group])).get(group, Members())
        among = before.people | before.devices
        added, removed = added - among, among - added
    people = await store.find_among(unit, directory.organisation, Person, added)
    devices = await store.find_among(unit, directory.organisation, ManagedDevice, added - people)
    if len(people) + len(devices) < len(added):
        raise DirectoryRefused(scim_type="invalidValue", fault="a member is no person or device of this directory")
    gone = await member_store.delete_members(unit, group, removed) if removed else 0
    return bool(gone + await member_store.insert_members(unit, group, Members(people, devices)))


async def _answer(
    unit: ReadUnit, directory: Directory, entry: Entry[Told], shown: Shown, *, has_body: bool = True
) -> Answer:
    resource = show(entry, directory.url)
    meta = resource.meta
    assert meta is not None
    body = dump(resource, shown) if has_body else None
    if isinstance(entry.told, Group) and body is not None:
        await _add_members(unit, directory, {entry.id: body}, shown)
    return Answer(body, meta.location or "", meta.version or "")


async def _add_members(unit: ReadUnit, directory: Directory, bodies: Mapping[UUID, Json], shown: Shown) -> None:
    """Say who is in groups, where it is asked for. Not by the library, which takes a second for 50,000 of them."""
    one = GroupMember.model_validate({"value": "-", "$ref": "-", "type": "-"})
    parts = dump(resources.Group(id="-", display_name="-", members=[one]), shown).get("members", [{}])[0].keys()
    if not parts:
        return
    found = await member_store.list_members(unit, bodies)
    for id, members in found.items():
        bodies[id]["members"] = [
            {name: value for name, value in whole.items() if name in parts}
            for kind, endpoint, ids in (("User", "Users", members.people), ("Device", "Devices", members.devices))
            for whole in (
                {"value": str(one), "$ref": f"{directory.url}/{endpoint}/{one}", "type": kind} for one in sorted(ids)
            )
        ]
