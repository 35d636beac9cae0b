"""The queries of whom we listen to, and of the devices that they speak of."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.devices.delivery import LEASE, POLL
from reelm.devices.listening.model import Issuer
from reelm.devices.listening.tables import signal_issuers
from reelm.devices.organisations.tables import organisations
from reelm.devices.roll.tables import device_sessions, managed_devices
from reelm.devices.signal_keys import dump_keys, load_keys
from reelm.infra.db import ReadUnit, Record, WriteUnit, is_among
from reelm.kernel.ids import OrganisationId

_I, _D, _O, _AT = signal_issuers.c, managed_devices.c, organisations.c, device_sessions.c
_ISSUERS = select(
    *(_I.id, _I.organisation_id, _O.code.label("organisation_code"), _I.issuer, _I.jwks, _I.method, _I.endpoint),
    *(_I.made_at, _I.heard_at, _I.verified_at, _I.verified_state, _I.stream_status, _I.failures, _I.fault),
).join(organisations, _O.id == _I.organisation_id)


def _issuer(row: Record, poll_token: str | None = None) -> Issuer:
    return Issuer(
        id=row.id,
        organisation=OrganisationId(row.organisation_id),
        organisation_code=row.organisation_code,
        issuer=row.issuer,
        keys=load_keys(row.jwks),
        method=row.method,
        made_at=row.made_at,
        endpoint=row.endpoint,
        poll_token=poll_token,
        heard_at=row.heard_at,
        verified_at=row.verified_at,
        verified_state=row.verified_state,
        stream_status=row.stream_status,
        failures=row.failures,
        fault=row.fault,
    )


async def insert_issuer(unit: WriteUnit, issuer: Issuer, token_hash: bytes | None) -> bool:
    """Whether the organisation did not have it."""
    statement = upsert(signal_issuers).values(
        id=issuer.id,
        organisation_id=issuer.organisation,
        issuer=issuer.issuer,
        jwks=dump_keys(issuer.keys),
        method=issuer.method,
        token_hash=token_hash,
        endpoint=issuer.endpoint,
        poll_token=issuer.poll_token,
        made_at=issuer.made_at,
        next_at=issuer.made_at,
        failures=0,
    )
    free = statement.on_conflict_do_nothing(index_elements=["organisation_id", "issuer"])
    return await unit.write(free) == 1


async def update_issuer(unit: WriteUnit, id: UUID, **values: object) -> None:
    await unit.write(update(signal_issuers).where(_I.id == id).values(**values))


async def delete_issuer(unit: WriteUnit, organisation: OrganisationId, id: UUID) -> bool:
    """Whether it was theirs."""
    return await unit.write(delete(signal_issuers).where(_I.id == id, _I.organisation_id == organisation)) == 1


async def list_issuers(unit: ReadUnit, organisation: OrganisationId) -> list[Issuer]:
    mine = _ISSUERS.where(_I.organisation_id == organisation).order_by(_I.made_at, _I.id)
    return [_issuer(row) for row in await unit.all(mine)]


async def find_issuer(unit: ReadUnit, id: UUID) -> Issuer | None:
    row = await unit.first(_ISSUERS.where(_I.id == id))
    return _issuer(row) if row else None


async def find_by_token(unit: ReadUnit, token_hash: bytes) -> Issuer | None:
    """Who shows this token."""
    row = await unit.first(_ISSUERS.where(_I.token_hash == token_hash))
    return _issuer(row) if row else None


async def take_in_hand(unit: WriteUnit, now: datetime, limit: int, *, but: Collection[UUID]) -> list[Issuer]:
    """Those that are to be polled now, with their tokens. Nobody else has them in hand for as long as `LEASE`."""
    due = (_I.method == POLL) & (_I.next_at <= now) & _I.id.not_in(but)
    chosen = select(_I.id).where(due).order_by(_I.next_at).limit(limit).with_for_update(skip_locked=True)
    ids = list(await unit.scalars(chosen))
    await unit.write(update(signal_issuers).where(is_among(_I.id, ids)).values(next_at=now + LEASE))
    rows = await unit.all(_ISSUERS.add_columns(_I.poll_token).where(is_among(_I.id, ids)))
    return [_issuer(row, row.poll_token) for row in rows]


async def find_device(unit: ReadUnit, organisation: OrganisationId, code: str) -> UUID | None:
    """An organisation's active device, by the code that its directory has for it."""
    return await unit.scalar(select(_D.id).where(_D.organisation_id == organisation, _D.code == code, _D.active))


async def take_sessions(unit: WriteUnit, device: UUID, until: datetime) -> list[bytes]:
    """The sessions that were opened on a device, or said to be on it, until then; it has them no longer."""
    statement = delete(device_sessions).where(_AT.device_id == device, _AT.at <= until)
    return list(await unit.scalars(statement.returning(_AT.token_hash)))
