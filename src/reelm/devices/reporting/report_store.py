"""The queries of reports: devices as a decision binds them, and how each stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.devices.compliance import Compliance
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.model import Decision
from reelm.devices.register import decision_uuid, is_bound
from reelm.devices.register.tables import exceptions
from reelm.devices.reporting.model import Standing
from reelm.devices.roll.tables import device_history, device_states, managed_devices
from reelm.infra.db import ReadUnit, Record, WriteUnit, is_among
from reelm.kernel.ids import EntryId, OrganisationId

_D, _S = managed_devices.c, device_states.c


def _standing(row: Record) -> Standing:
    return Standing(
        device=row.id,
        code=row.code,
        platform=Platform(row.platform),
        enrolment=Enrolment(row.enrolment),
        ledger_key=row.ledger_key,
        is_excepted=row.is_excepted,
        has_app=row.has_app,
        reported_at=row.reported_at,
        source=row.source,
        state=Compliance(row.state) if row.state else None,
        since=row.since,
        entry=row.entry,
    )


async def list_standings(
    unit: ReadUnit,
    organisation: OrganisationId,
    decision: Decision,
    now: datetime,
    *,
    devices: Collection[UUID] | None = None,
    after: UUID | None = None,
    state: Compliance | None = None,
    named: str = "",
    limit: int | None = None,
) -> list[Standing]:
    """Active devices that a decision binds, by id: all, or these, or those after one; in one state or in any.

    `named`: those whose code begins so.
    """
    id = decision_uuid(decision)
    joined = select(
        *(_D.id, _D.code, _D.platform, _D.enrolment, _D.ledger_key),
        *(_S.has_app, _S.reported_at, _S.source, _S.state, _S.since, _S.entry),
        _is_excepted(id, now).label("is_excepted"),
    ).join_from(managed_devices, device_states, and_(_S.device_id == _D.id, _S.decision_id == id), isouter=True)
    statement = joined.where(_D.organisation_id == organisation, _D.active, is_bound(decision))
    if devices is not None:
        statement = statement.where(is_among(_D.id, devices))
    order = _D.id if state is None else _S.device_id  # the same id, in the order of the index that knows the state
    if after is not None:
        statement = statement.where(order > after)
    if named:
        statement = statement.where(_D.code.startswith(named, autoescape=True))
    if state is not None:
        statement = statement.where(_S.state == state)
    return [_standing(row) for row in await unit.all(statement.order_by(order).limit(limit))]


def _is_excepted(decision: UUID, now: datetime) -> ColumnElement[bool]:
    e = exceptions.c
    holds = and_(e.decision_id == decision, e.granted.is_(True), e.revoked_at.is_(None), e.until > now)
    return exists().where(holds, or_(e.device_id == _D.id, e.person_id == _D.person_id))


async def put_standings(unit: WriteUnit, decision: UUID, standings: Sequence[Standing]) -> None:
    """How each stands from now on."""
    rows = [
        {
            "device_id": one.device,
            "decision_id": decision,
            "has_app": one.has_app,
            "reported_at": one.reported_at,
            "source": one.source,
            "state": one.state,
            "since": one.since,
            "entry": one.entry,
        }
        for one in standings
    ]
    for first in range(0, len(rows), 1000):
        statement = upsert(device_states).values(rows[first : first + 1000])
        names = ("has_app", "reported_at", "source", "state", "since", "entry")
        told = {name: statement.excluded[name] for name in names}
        await unit.write(statement.on_conflict_do_update(index_elements=["device_id", "decision_id"], set_=told))


async def insert_history(unit: WriteUnit, decision: UUID, standings: Sequence[Standing]) -> None:
    """The entries of those who stand otherwise now."""
    rows = [
        {"entry": one.entry, "device_id": one.device, "decision_id": decision, "state": one.state, "since": one.since}
        for one in standings
    ]
    if rows:
        await unit.write(insert(device_history), rows)


@dataclass(frozen=True)
class Evidence:
    """A device's secret, by which the log names it, and the entries about it, the oldest first."""

    key: bytes
    entries: Sequence[EntryId]


async def find_evidence(unit: ReadUnit, organisation: OrganisationId, device: UUID) -> Evidence | None:
    """Of an organisation's device."""
    key = await unit.scalar(select(_D.ledger_key).where(_D.id == device, _D.organisation_id == organisation))
    if key is None:
        return None
    h = device_history.c
    entries = await unit.scalars(select(h.entry).where(h.device_id == device).order_by(h.since, h.entry))
    return Evidence(key, [EntryId(entry) for entry in entries])


async def hold_devices(unit: WriteUnit, devices: Collection[UUID]) -> None:
    """Reports about one device come one after the other, whoever sends them."""
    held = select(_D.id).where(is_among(_D.id, devices)).order_by(_D.id)
    await unit.scalars(held.with_for_update(key_share=True))


async def find_organisations(unit: ReadUnit, devices: Collection[UUID]) -> dict[UUID, OrganisationId]:
    """Whose each active device is."""
    rows = await unit.all(select(_D.id, _D.organisation_id).where(is_among(_D.id, devices), _D.active))
    return {row.id: OrganisationId(row.organisation_id) for row in rows}


@dataclass(frozen=True)
class KnownDevice:
    """A device, by its key."""

    id: UUID
    organisation: OrganisationId


async def find_known(unit: ReadUnit, thumbprints: Collection[bytes]) -> dict[bytes, KnownDevice]:
    """The active devices that have these keys."""
    named = select(_D.thumbprint, _D.id, _D.organisation_id).where(is_among(_D.thumbprint, thumbprints), _D.active)
    return {row.thumbprint: KnownDevice(row.id, OrganisationId(row.organisation_id)) for row in await unit.all(named)}


async def count_by_state(unit: ReadUnit, decision: UUID) -> dict[Compliance, int]:
    """How many devices are in each state, as last written down; those that are none are left out."""
    counted = select(_S.state, func.count().label("n")).where(_S.decision_id == decision).group_by(_S.state)
    return {Compliance(row.state): row.n for row in await unit.all(counted)}
