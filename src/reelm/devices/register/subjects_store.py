"""Whom does a decision bind, of an organisation's devices? The queries that find them, by its scope."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select

from reelm.devices.compliance import Compliance
from reelm.devices.fleet import EVERYBODY, Device, Enrolment, Fleet, Granted, Platform
from reelm.devices.model import Decision, Ownership
from reelm.devices.register.tables import exceptions
from reelm.devices.roll.tables import (
    device_groups,
    device_sessions,
    device_states,
    directory_groups,
    directory_members,
    directory_people,
    managed_devices,
)
from reelm.infra.db import ReadUnit, Record
from reelm.kernel.ids import OrganisationId

_D = managed_devices.c


@dataclass(frozen=True)
class Subjects:
    """Devices by the thumbprints of their keys: those that are bound, and those that are excepted. Sessions by their
    tokens' digests, each with its device's thumbprint.
    """

    bound: Sequence[bytes]
    excepted: Sequence[bytes]
    sessions: dict[bytes, bytes]
    next_at: datetime | None


async def is_there(unit: ReadUnit, organisation: OrganisationId, *, device: UUID | None, person: UUID | None) -> bool:
    """Whether a device or a person is the organisation's."""
    people = directory_people.c
    statement = (
        select(literal(1)).where(_D.id == device, _D.organisation_id == organisation)
        if device is not None
        else select(literal(1)).where(people.id == person, people.organisation_id == organisation)
    )
    return await unit.scalar(statement) is not None


async def find_subjects(unit: ReadUnit, organisation: OrganisationId, decision: Decision, now: datetime) -> Subjects:
    """Those that have a key: by what else could a caller be known as a device?"""
    mine = and_(_D.organisation_id == organisation, _D.active, _D.thumbprint.is_not(None))
    bound = await unit.scalars(select(_D.thumbprint).where(mine, is_bound(decision)))
    excepted, next_at = await _find_excepted(unit, decision, mine, now)
    sessions = select(device_sessions.c.token_hash, _D.thumbprint).join(
        managed_devices, _D.id == device_sessions.c.device_id
    )
    found = {row.token_hash: row.thumbprint for row in await unit.all(sessions.where(mine))}
    return Subjects(list(bound), excepted, found, next_at)


async def _find_excepted(
    unit: ReadUnit, decision: Decision, mine: ColumnElement[bool], now: datetime
) -> tuple[list[bytes], datetime | None]:
    """Whose exceptions hold now, and when the next one ends."""
    e = exceptions.c
    granted = and_(
        e.decision_id == decision_uuid(decision), e.granted.is_(True), e.revoked_at.is_(None), e.until > now
    )
    whose = or_(e.device_id == _D.id, and_(e.person_id.is_not(None), e.person_id == _D.person_id))
    rows = await unit.all(select(_D.thumbprint, e.until).where(mine, granted, whose))
    ends = [row.until for row in rows]
    return [row.thumbprint for row in rows], min(ends) if ends else None


def is_bound(decision: Decision) -> ColumnElement[bool]:
    """Devices of the ownership and the groups of its scope; a person's devices are in the person's groups.

    Devices of somebody who has left, and is in the directory still, are nobody's to bind.
    """
    people = directory_people.c
    left = exists().where(people.id == _D.person_id, people.active.is_(False))
    owned = and_(_D.ownership.in_([one.value for one in decision.scope.ownership]), ~left)
    groups = list(decision.scope.groups)
    if EVERYBODY in groups:
        return owned
    g, m, d = directory_groups.c, directory_members.c, device_groups.c
    by_itself = exists().where(d.device_id == _D.id, d.group_id == g.id, g.code.in_(groups))
    by_person = exists().where(m.person_id == _D.person_id, m.group_id == g.id, g.code.in_(groups))
    return and_(owned, or_(by_itself, by_person))


def decision_uuid(decision: Decision) -> UUID:
    """The id of a decision without its `urn:uuid:`."""
    return UUID(decision.id)


@dataclass(frozen=True)
class Subject:
    """Whose a device is, and in which language they are told."""

    organisation: OrganisationId
    person: UUID | None
    locale: str


async def find_device(unit: ReadUnit, device: UUID) -> Subject | None:
    """A device that is enrolled."""
    people = directory_people.c
    joined = select(_D.organisation_id, _D.person_id, people.locale).join_from(
        managed_devices, directory_people, _D.person_id == people.id, isouter=True
    )
    row = await unit.first(joined.where(_D.id == device, _D.active))
    return Subject(OrganisationId(row.organisation_id), row.person_id, row.locale or "en") if row else None


async def binds_device(unit: ReadUnit, decision: Decision, device: UUID) -> bool:
    """Whether a device is in the scope of a decision of its organisation."""
    return await unit.scalar(select(literal(1)).where(_D.id == device, _D.active, is_bound(decision))) is not None


async def list_bound_people(unit: ReadUnit, organisation: OrganisationId, decision: Decision) -> list[UUID]:
    """Everybody with an active device that a decision binds."""
    mine = and_(_D.organisation_id == organisation, _D.active, _D.person_id.is_not(None))
    statement = select(_D.person_id).where(mine, is_bound(decision)).distinct().order_by(_D.person_id)
    return list(await unit.scalars(statement))


async def list_states(unit: ReadUnit, decision: UUID) -> list[Compliance]:
    """How each device stands to a decision, as the log tells it."""
    statement = select(device_states.c.state).where(device_states.c.decision_id == decision)
    return [Compliance(state) for state in await unit.scalars(statement)]


async def fetch_fleet(unit: ReadUnit, organisation: OrganisationId, decision: Decision, now: datetime) -> Fleet:
    """The devices that a decision binds, and the exceptions that hold, as files are made of them."""
    g, m, d = directory_groups.c, directory_members.c, device_groups.c
    groups = defaultdict[UUID, list[str]](list)
    by_itself = select(d.device_id.label("device"), g.code).join(directory_groups, g.id == d.group_id)
    by_person = (
        select(_D.id.label("device"), g.code)
        .join(directory_members, m.person_id == _D.person_id)
        .join(directory_groups, g.id == m.group_id)
    )
    for rows in (by_itself, by_person):
        for row in await unit.all(rows.where(g.organisation_id == organisation)):
            groups[row.device].append(row.code)
    mine = and_(_D.organisation_id == organisation, _D.active, is_bound(decision))
    found = await unit.all(select(managed_devices).where(mine).order_by(_D.id))
    devices = [_as_device(row, groups[row.id]) for row in found]
    e = exceptions.c
    granted = and_(
        e.decision_id == decision_uuid(decision), e.granted.is_(True), e.revoked_at.is_(None), e.until > now
    )
    excepted = await unit.all(select(exceptions).where(granted).order_by(e.id))
    return Fleet.model_construct(devices=tuple(devices), exceptions=tuple(map(_as_granted, excepted)))


def _as_device(row: Record, groups: Iterable[str]) -> Device:
    return Device.model_construct(
        id=str(row.id),
        platform=Platform(row.platform),
        enrolment=Enrolment(row.enrolment),
        ownership=Ownership(row.ownership),
        groups=tuple(sorted(set(groups))),
        person=str(row.person_id) if row.person_id else None,
        addresses=tuple(ip_address(one) for one in row.addresses),
    )


def _as_granted(row: Record) -> Granted:
    return Granted.model_construct(
        id=str(row.id),
        device=str(row.device_id) if row.device_id else None,
        person=str(row.person_id) if row.person_id else None,
        purpose=row.purpose,
        asked_by=str(row.asked_by),
        granted_by=str(row.decided_by),
        granted_at=row.decided_at,
        until=row.until,
    )


async def list_change_times(unit: ReadUnit, organisation: OrganisationId) -> list[datetime]:
    """When something was changed, or ends, that files are made of, beside the decisions themselves."""
    e, g = exceptions.c, directory_groups.c
    theirs = select(e.decided_at, e.revoked_at, e.until).where(e.organisation_id == organisation, e.granted.is_(True))
    moments = [at for row in await unit.all(theirs) for at in row if at is not None]
    for column, of in ((_D.changed_at, _D.organisation_id), (g.changed_at, g.organisation_id)):
        last = await unit.scalar(select(func.max(column)).where(of == organisation))
        moments += [last] if last is not None else []
    return moments
