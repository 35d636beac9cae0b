"""The queries of enrolment: codes, keys of devices, and tokens that were heard."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.model import Ownership
from reelm.devices.organisations.tables import organisations
from reelm.devices.roll.tables import device_sessions, enrolment_codes, heard_tokens, managed_devices
from reelm.infra.db import ReadUnit, Record, WriteUnit
from reelm.kernel.ids import OrganisationId

_D, _C = managed_devices.c, enrolment_codes.c


@dataclass(frozen=True)
class Enrolled:
    """A device of an organisation, enrolled or about to be."""

    id: UUID
    code: str
    organisation: OrganisationId
    organisation_code: str
    organisation_name: str
    platform: Platform
    enrolment: Enrolment
    ownership: Ownership
    person: UUID | None
    public_key: bytes | None
    thumbprint: bytes | None
    consented_at: datetime | None
    enrolled_at: datetime | None
    mdm_id: str | None = None


_DEVICE = select(
    managed_devices, organisations.c.code.label("organisation_code"), organisations.c.name.label("organisation_name")
).join(organisations, organisations.c.id == _D.organisation_id)


def _enrolled(row: Record) -> Enrolled:
    return Enrolled(
        id=row.id,
        code=row.code,
        organisation=OrganisationId(row.organisation_id),
        organisation_code=row.organisation_code,
        organisation_name=row.organisation_name,
        platform=Platform(row.platform),
        enrolment=Enrolment(row.enrolment),
        ownership=Ownership(row.ownership),
        person=row.person_id,
        public_key=row.public_key,
        thumbprint=row.thumbprint,
        consented_at=row.consented_at,
        enrolled_at=row.enrolled_at,
        mdm_id=row.mdm_id,
    )


async def find_by_thumbprint(unit: ReadUnit, thumbprint: bytes) -> Enrolled | None:
    """The active device with this key."""
    row = await unit.first(_DEVICE.where(_D.thumbprint == thumbprint, _D.active))
    return _enrolled(row) if row else None


async def find_by_code(unit: ReadUnit, organisation: str, code: str) -> Enrolled | None:
    """The active device of these two codes."""
    row = await unit.first(_DEVICE.where(organisations.c.code == organisation, _D.code == code, _D.active))
    return _enrolled(row) if row else None


async def find_device(unit: ReadUnit, device: UUID) -> Enrolled | None:
    """Any organisation's device, active."""
    row = await unit.first(_DEVICE.where(_D.id == device, _D.active))
    return _enrolled(row) if row else None


async def find_in(unit: ReadUnit, organisation: OrganisationId, device: UUID) -> Enrolled | None:
    """An organisation's device, active."""
    row = await unit.first(_DEVICE.where(_D.id == device, _D.organisation_id == organisation, _D.active))
    return _enrolled(row) if row else None


async def put_code(unit: WriteUnit, device: UUID, digest: bytes, *, made_at: datetime, expires_at: datetime) -> None:
    """A new code for a device; older ones of it are good no more."""
    await unit.write(delete(enrolment_codes).where(_C.device_id == device))
    row = {"code_hash": digest, "device_id": device, "made_at": made_at, "expires_at": expires_at}
    await unit.write(enrolment_codes.insert().values(**row))


async def hold_code(unit: WriteUnit, digest: bytes, now: datetime) -> Enrolled | None:
    """The device that a code, not used and not over, is for; held until the commit."""
    good = (_C.code_hash == digest) & _C.used_at.is_(None) & (_C.expires_at > now)
    device = await unit.scalar(select(_C.device_id).where(good).with_for_update())
    if device is None:
        return None
    row = await unit.first(_DEVICE.where(_D.id == device, _D.active))
    return _enrolled(row) if row else None


async def use_code(
    unit: WriteUnit, digest: bytes, now: datetime, *, transaction: str | None = None, certificate: bytes | None = None
) -> None:
    """The code is used up; with what was given for it, and in which transaction of SCEP."""
    used = {"used_at": now, "transaction_id": transaction, "certificate": certificate}
    await unit.write(update(enrolment_codes).where(_C.code_hash == digest).values(**used))


async def find_given(unit: ReadUnit, digest: bytes, transaction: str, now: datetime) -> bytes | None:
    """The certificate that was given for a code in this transaction."""
    given = (_C.code_hash == digest) & (_C.transaction_id == transaction) & (_C.expires_at > now)
    return await unit.scalar(select(_C.certificate).where(given))


async def update_device(unit: WriteUnit, device: UUID, **values: object) -> None:
    await unit.write(update(managed_devices).where(_D.id == device).values(**values))


async def is_key_taken(unit: ReadUnit, thumbprint: bytes, *, but: UUID) -> bool:
    """Whether another device has this key."""
    return await unit.scalar(select(_D.id).where(_D.thumbprint == thumbprint, _D.id != but)) is not None


async def delete_device(unit: WriteUnit, device: UUID) -> None:
    """It, and all that is known of it: the log's entries about it can be told by nobody any more."""
    await unit.write(delete(managed_devices).where(_D.id == device))


async def put_session(unit: WriteUnit, token_hash: bytes, device: UUID, at: datetime) -> None:
    """A session is on this device from now on."""
    statement = upsert(device_sessions).values(token_hash=token_hash, device_id=device, at=at)
    moved = {"device_id": device, "at": at}
    await unit.write(statement.on_conflict_do_update(index_elements=["token_hash"], set_=moved))


async def take_token(unit: WriteUnit, issuer: str, jti: str, until: datetime) -> bool:
    """Whether a token was not heard before; from now on it was."""
    statement = upsert(heard_tokens).values(issuer=issuer, jti=jti, until=until)
    return await unit.write(statement.on_conflict_do_nothing()) == 1


async def sweep(unit: WriteUnit, now: datetime, *, sessions_before: datetime) -> None:
    """Forget what can't be shown again: tokens, codes, and sessions that have ended by themselves."""
    await unit.write(delete(heard_tokens).where(heard_tokens.c.until <= now))
    await unit.write(delete(enrolment_codes).where(_C.expires_at <= now))
    await unit.write(delete(device_sessions).where(device_sessions.c.at < sessions_before))
