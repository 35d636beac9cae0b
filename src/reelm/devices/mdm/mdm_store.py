"""The queries of Apple's devices: their enrolments, and what each is to do."""

import plistlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.devices.mdm.commands import Command, Progress
from reelm.devices.mdm.messages import TokenUpdate
from reelm.devices.mdm.statuses import Told
from reelm.devices.mdm.tables import mdm_commands, mdm_enrolments
from reelm.devices.roll.tables import directory_people, managed_devices
from reelm.infra.db import ReadUnit, Record, WriteUnit, is_among
from reelm.kernel.ids import OrganisationId

_C, _D, _E = mdm_commands.c, managed_devices.c, mdm_enrolments.c


async def find_user_name(unit: ReadUnit, person: UUID) -> str | None:
    """How the organisation's directory knows somebody."""
    people = directory_people.c
    return await unit.scalar(select(people.user_name).where(people.id == person))


async def is_mdm_id_taken(unit: ReadUnit, organisation: OrganisationId, mdm_id: str, *, but: UUID) -> bool:
    """Whether another device of the organisation is known by it."""
    taken = select(_D.id).where(_D.organisation_id == organisation, _D.mdm_id == mdm_id, _D.id != but)
    return await unit.scalar(taken) is not None


async def begin(unit: WriteUnit, device: UUID, mdm_id: str, at: datetime) -> None:
    """The device enrols, and what was known of an earlier enrolment is forgotten."""
    await unit.write(delete(mdm_enrolments).where(_E.device_id == device))
    await unit.write(update(managed_devices).where(_D.id == device).values(mdm_id=mdm_id, changed_at=at))


async def put_enrolment(unit: WriteUnit, device: UUID, told: TokenUpdate, at: datetime) -> None:
    """The device is enrolled, and can be woken so."""
    row = {"topic": told.Topic, "push_token": told.Token, "push_magic": told.PushMagic, "heard_at": at}
    statement = upsert(mdm_enrolments).values(device_id=device, enrolled_at=at, **row)
    await unit.write(statement.on_conflict_do_update(index_elements=["device_id"], set_=row))


async def end(unit: WriteUnit, device: UUID, at: datetime) -> None:
    """The device has left the management; it is the organisation's still, and nobody manages it."""
    await unit.write(delete(mdm_enrolments).where(_E.device_id == device))
    values = {"mdm_id": None, "enrolment": "unmanaged", "changed_at": at}
    await unit.write(update(managed_devices).where(_D.id == device).values(**values))


async def hold_enrolment(unit: WriteUnit, device: UUID, at: datetime) -> bool:
    """Whether the device is enrolled; what it says is heard one after the other, until the commit."""
    return await unit.write(update(mdm_enrolments).where(_E.device_id == device).values(heard_at=at)) == 1


@dataclass(frozen=True)
class Kept:
    """What is kept of a device that is enrolled: the secret in its profile's address, and what it has last said."""

    profile_key: bytes
    told: Told


async def find_kept(unit: ReadUnit, device: UUID) -> Kept | None:
    """Of a device that is enrolled."""
    row = await unit.first(select(mdm_enrolments).where(_E.device_id == device))
    if row is None:
        return None
    told = Told(row.told_token, frozenset(row.told_hidden), row.told_fault, row.told_at, row.told_changed_at)
    return Kept(row.profile_key, told)


async def put_told(unit: WriteUnit, device: UUID, told: Told) -> None:
    """What a device has said of its declarations."""
    values = {
        "told_token": told.token,
        "told_hidden": sorted(told.hidden),
        "told_fault": told.fault,
        "told_at": told.said_at,
        "told_changed_at": told.changed_at,
    }
    await unit.write(update(mdm_enrolments).where(_E.device_id == device).values(**values))


def _command(row: Record) -> Command:
    return Command(str(row.id), plistlib.loads(row.request), Progress(row.progress), row.fault, row.ended_at)


async def list_commands(unit: ReadUnit, device: UUID) -> list[Command]:
    """In their order."""
    rows = await unit.all(select(mdm_commands).where(_C.device_id == device).order_by(_C.number))
    return [_command(row) for row in rows]


async def save_commands(
    unit: WriteUnit, device: UUID, before: Sequence[Command], after: Sequence[Command], at: datetime
) -> None:
    """From now on these; new ones come last."""
    known, kept = {one.id: one for one in before}, {one.id for one in after}
    gone = [UUID(id) for id in known if id not in kept]
    if gone:
        await unit.write(delete(mdm_commands).where(_C.device_id == device, is_among(_C.id, gone)))
    for one in after:
        values = {"progress": one.progress, "fault": one.fault, "ended_at": one.ended_at}
        if one.id in known and one != known[one.id]:
            this = (_C.device_id == device) & (_C.id == UUID(one.id))
            await unit.write(update(mdm_commands).where(this).values(**values))
    new = [one for one in after if one.id not in known]
    if new:
        last = await unit.scalar(select(func.max(_C.number)).where(_C.device_id == device)) or 0
        rows = [
            {
                "device_id": device,
                "number": last + place,
                "id": UUID(one.id),
                "request": plistlib.dumps(dict(one.request), sort_keys=True),
                "progress": one.progress,
                "fault": one.fault,
                "made_at": at,
                "ended_at": one.ended_at,
            }
            for place, one in enumerate(new, start=1)
        ]
        await unit.write(mdm_commands.insert(), rows)
