"""The queries of an organisation's directory. Each names the organisation, and so reaches nothing of another's."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    and_,
    any_,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy import Text as SqlText
from sqlalchemy import cast as as_type
from sqlalchemy import update as change
from sqlalchemy.dialects.postgresql import ARRAY

from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.model import Ownership
from reelm.devices.organisations.tables import organisations
from reelm.devices.roll.model import (
    UNSAID,
    Compare,
    Entry,
    Every,
    Group,
    ManagedDevice,
    Not,
    Person,
    Present,
    Some,
    Sought,
    T,
    Told,
    Where,
)
from reelm.devices.roll.tables import (
    device_groups,
    directory_groups,
    directory_members,
    directory_people,
    managed_devices,
)
from reelm.infra.db import ReadUnit, Record, Values, WriteUnit, is_among
from reelm.kernel.ids import OrganisationId

# How sure it is whose key a device's is, where it has none yet.
SELF_DECLARED = "self-declared"

_P = directory_people.c
_G = directory_groups.c
_D = managed_devices.c
_TABLES: Mapping[type[Told], Table] = {
    Person: directory_people,
    Group: directory_groups,
    ManagedDevice: managed_devices,
}
_SHOWN = {
    Person: (
        *(_P.id, _P.user_name, _P.display_name, _P.email, _P.locale),
        *(_P.external_id, _P.active, _P.created_at, _P.changed_at),
    ),
    Group: (_G.id, _G.code, _G.display_name, _G.external_id, _G.created_at, _G.changed_at),
    ManagedDevice: (
        *(_D.id, _D.code, _D.platform, _D.enrolment, _D.ownership, _D.person_id, _D.addresses),
        *(_D.external_id, _D.active, _D.created_at, _D.changed_at),
    ),
}


def _fields(table: Table, own: Mapping[str, ColumnElement[Any]]) -> dict[str, ColumnElement[Any]]:
    common = {"id": as_type(table.c.id, SqlText), "external_id": table.c.external_id}
    return {**common, "meta.created": table.c.created_at, "meta.last_modified": table.c.changed_at, **own}


# What entries are found and sorted by, by the names of `scim/queries.py`; but for members, who are in other tables.
FIELDS: Mapping[type[Told], Mapping[str, ColumnElement[Any]]] = {
    Person: _fields(
        directory_people,
        {
            "user_name": _P.user_name,
            "display_name": _P.display_name,
            "emails.value": _P.email,
            "preferred_language": func.nullif(_P.locale, UNSAID),
            "active": _P.active,
        },
    ),
    Group: _fields(directory_groups, {"display_name": _G.display_name}),
    ManagedDevice: _fields(
        managed_devices,
        {
            "display_name": func.nullif(_D.code, as_type(_D.id, SqlText)),
            "active": _D.active,
            "platform": _D.platform,
            "enrolment": _D.enrolment,
            "ownership": _D.ownership,
            "person.value": as_type(_D.person_id, SqlText),
        },
    ),
}


async def hold(unit: WriteUnit, organisation: OrganisationId) -> None:
    """Whoever else wants to change this directory waits until the unit ends: what is free now is so then."""
    held = select(organisations.c.id).where(organisations.c.id == organisation)
    await unit.scalar(held.with_for_update(key_share=True))


async def insert_entries(unit: WriteUnit, organisation: OrganisationId, entries: Sequence[Entry[Told]]) -> None:
    """Put these, all of one kind, into the directory. One statement, since each has others look again.

    A device has no key yet, and gets a secret by which the log will name it.
    """
    if not entries:
        return
    table = _TABLES[type(entries[0].told)]
    mine: Values = {"organisation_id": organisation}
    rows = [{**mine, "id": one.id, "created_at": one.created_at, **_values(one)} for one in entries]
    if table is managed_devices:
        for row in rows:
            row.update(assurance=SELF_DECLARED, ledger_key=os.urandom(32))
    listed = select(*(_unnest(table.c[name], [row[name] for row in rows]) for name in rows[0]))
    await unit.write(insert(table).from_select(list(rows[0]), listed))


def _unnest(column: Column[Any], values: list[Any]) -> ColumnElement[Any]:
    """A column of rows. Lists go as text: an array of arrays would come apart."""
    if isinstance(column.type, ARRAY):
        return func.string_to_array(func.unnest(literal([",".join(one) for one in values], ARRAY(SqlText))), ",")
    return func.unnest(literal(values, ARRAY(column.type)))


async def update_entry(
    unit: WriteUnit, organisation: OrganisationId, before: Entry[Told], after: Entry[Told]
) -> None:
    """Put it in the place of what it was. Only what differs is written: some of it has others look again."""
    table, old = _TABLES[type(after.told)], _values(before)
    its = table.c.id == after.id, table.c.organisation_id == organisation
    new = {name: value for name, value in _values(after).items() if value != old[name]}
    await unit.write(change(table).where(*its).values(new))


async def delete_entry(unit: WriteUnit, organisation: OrganisationId, kind: type[Told], id: UUID) -> bool:
    """Remove it and all that is its own, a person's devices among it; false where there is none."""
    table = _TABLES[kind]
    return await unit.write(delete(table).where(table.c.id == id, table.c.organisation_id == organisation)) == 1


async def find_entry(unit: ReadUnit, organisation: OrganisationId, kind: type[T], id: UUID) -> Entry[T] | None:
    """What has this id in the directory."""
    table = _TABLES[kind]
    its = select(*_SHOWN[kind]).where(table.c.id == id, table.c.organisation_id == organisation)
    row = await unit.first(its)
    return _entry(kind, row) if row else None


async def list_entries(
    unit: ReadUnit, organisation: OrganisationId, kind: type[T], sought: Sought
) -> tuple[list[Entry[T]], int]:
    """Those of one page, and how many there are on all."""
    table = _TABLES[kind]
    where = [table.c.organisation_id == organisation]
    if sought.where is not None:
        where.append(_sql(kind, sought.where))
    total = await unit.scalar(select(func.count()).select_from(table).where(*where))
    order: list[ColumnElement[Any]] = [table.c.id]
    if sought.sort_by:
        field = FIELDS[kind][sought.sort_by]
        by = func.lower(field) if isinstance(field.type, SqlText) else field
        order.insert(0, by.desc() if sought.descending else by)
    page = select(*_SHOWN[kind]).where(*where).order_by(*order).offset(sought.start).limit(sought.count)
    return [_entry(kind, row) for row in await unit.all(page)], total


async def is_taken(
    unit: ReadUnit, organisation: OrganisationId, kind: type[Told], name: str, *, but: UUID | None
) -> bool:
    """Whether another entry than `but` has this user name (big letters or small), or this code."""
    table = _TABLES[kind]
    same = func.lower(_P.user_name) == func.lower(name) if kind is Person else table.c.code == name
    found = select(literal(1)).where(table.c.organisation_id == organisation, same)
    return await unit.scalar(found.where(table.c.id != but) if but else found) is not None


async def find_among(
    unit: ReadUnit, organisation: OrganisationId, kind: type[Told], ids: Sequence[UUID] | frozenset[UUID]
) -> frozenset[UUID]:
    """Which of these ids are in the directory."""
    table = _TABLES[kind]
    theirs = select(table.c.id).where(table.c.organisation_id == organisation, is_among(table.c.id, ids))
    return frozenset(await unit.scalars(theirs))


async def list_by_name(
    unit: ReadUnit, organisation: OrganisationId, kind: type[T], names: Sequence[str]
) -> list[Entry[T]]:
    """The entries of these codes, or user names in small letters."""
    table = _TABLES[kind]
    mine = select(*_SHOWN[kind]).where(table.c.organisation_id == organisation)
    by = func.lower(_P.user_name) if kind is Person else table.c.code
    named = by == any_(literal(list(names), ARRAY(SqlText)))
    return [_entry(kind, row) for row in await unit.all(mine.where(named))]


async def touch_groups(unit: WriteUnit, organisation: OrganisationId, groups: Iterable[UUID], at: datetime) -> None:
    """Somebody came into these groups, or left them: each is in a new version."""
    its = _G.organisation_id == organisation, is_among(_G.id, groups)
    newer = func.greatest(literal(at, _G.changed_at.type), _G.changed_at + timedelta(microseconds=1))
    await unit.write(change(directory_groups).where(*its).values(changed_at=newer))


def _values(entry: Entry[Told]) -> Values:
    values: Values = {**asdict(entry.told), "changed_at": entry.changed_at}
    if isinstance(entry.told, ManagedDevice):
        values["addresses"] = list(entry.told.addresses)
    return values


def _entry(kind: type[T], row: Record) -> Entry[T]:
    told: Values = {field.name: getattr(row, field.name) for field in fields(kind)}
    if kind is ManagedDevice:
        told["platform"], told["enrolment"] = Platform(row.platform), Enrolment(row.enrolment)
        told["ownership"], told["addresses"] = Ownership(row.ownership), tuple(row.addresses)
    return Entry(row.id, kind(**told), row.created_at, row.changed_at)


def _sql(kind: type[Told], where: Where) -> ColumnElement[bool]:
    if isinstance(where, Not):
        return not_(_sql(kind, where.of))
    if isinstance(where, Every):
        return and_(true(), *(_sql(kind, one) for one in where.of))
    if isinstance(where, Some):
        return or_(false(), *(_sql(kind, one) for one in where.of))
    if where.field == "members.value":
        return _has_members(where)
    field = FIELDS[kind][where.field]
    return field.is_not(None) if isinstance(where, Present) else _compare(field, where)


def _compare(field: ColumnElement[Any], told: Compare) -> ColumnElement[bool]:
    """What isn't there is equal to nothing but null, and never unknown: `not` finds it."""
    if told.value is None:
        there = {"eq": field.is_(None), "ne": field.is_not(None)}
        return there.get(told.op, false())
    value: ColumnElement[Any] = literal(told.value)
    if isinstance(told.value, str) and not told.is_exact:
        field, value = func.lower(field), func.lower(value)
    if told.op == "ne":
        return not_(func.coalesce(field == value, False))
    ways: Mapping[str, ColumnElement[bool]] = {
        "eq": field == value,
        "gt": field > value,
        "ge": field >= value,
        "lt": field < value,
        "le": field <= value,
    }
    if told.op in ways:
        return func.coalesce(ways[told.op], False)
    parts = {
        "co": func.strpos(field, value) > 0,
        "sw": func.starts_with(field, value),
        "ew": func.right(field, func.length(value)) == value,
    }
    return func.coalesce(parts[told.op], False)


def _has_members(where: Compare | Present) -> ColumnElement[bool]:
    """Whether somebody, or any, is in the group."""
    people, devices = directory_members.c, device_groups.c
    ways: list[ColumnElement[bool]] = []
    for of, member in ((people.group_id, people.person_id), (devices.group_id, devices.device_id)):
        mine = exists().where(of == _G.id)
        ways.append(mine if isinstance(where, Present) else mine.where(as_type(member, SqlText) == where.value))
    return or_(*ways)
