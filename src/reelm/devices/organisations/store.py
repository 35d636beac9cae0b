"""The queries of organisations."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.devices.organisations.model import Duty, Key, Organisation, Proof, Seat
from reelm.devices.organisations.tables import (
    organisation_keys,
    organisation_proofs,
    organisation_staff,
    organisations,
)
from reelm.infra.db import ReadUnit, Record, WriteUnit
from reelm.kernel.ids import AccountId, OrganisationId, StaffId, new_uuid

_KEYS, _PROOFS, _STAFF = organisation_keys.c, organisation_proofs.c, organisation_staff.c


def _organisation(row: Record) -> Organisation:
    id = OrganisationId(row.id)
    return Organisation(id, row.code, row.name, row.domain, row.registered_at, row.passkeys_only)


def _seat(row: Record) -> Seat:
    duties = frozenset(map(Duty, row.roles))
    return Seat(StaffId(row.id), OrganisationId(row.organisation_id), AccountId(row.account_id), duties, row.since)


def _proof(row: Record) -> Proof:
    return Proof(
        id=str(row.id),
        organisation=OrganisationId(row.organisation_id),
        of=row.of,
        value=row.value,
        token=row.token,
        asked_at=row.asked_at,
        looked_at=row.looked_at,
        proven_at=row.proven_at,
        missed_at=row.missed_at,
        lost_at=row.lost_at,
    )


async def insert_organisation(unit: WriteUnit, organisation: Organisation) -> bool:
    """Whether its code was free."""
    statement = upsert(organisations).values(
        id=organisation.id,
        code=organisation.code,
        name=organisation.name,
        domain=organisation.domain,
        registered_at=organisation.registered_at,
    )
    return await unit.write(statement.on_conflict_do_nothing(index_elements=["code"])) == 1


async def find_organisation(unit: ReadUnit, code: str) -> Organisation | None:
    row = await unit.first(select(organisations).where(organisations.c.code == code))
    return _organisation(row) if row else None


async def update_organisation(unit: WriteUnit, id: OrganisationId, *, passkeys_only: bool) -> None:
    statement = update(organisations).where(organisations.c.id == id)
    await unit.write(statement.values(passkeys_only=passkeys_only))


async def list_organisations(unit: ReadUnit, account: AccountId | None = None) -> list[Organisation]:
    """All of them by code, or those that somebody acts for."""
    statement = select(organisations).order_by(organisations.c.code)
    if account is not None:
        acts = select(_STAFF.organisation_id).where(_STAFF.account_id == account)
        statement = statement.where(organisations.c.id.in_(acts))
    return [_organisation(row) for row in await unit.all(statement)]


async def put_seat(unit: WriteUnit, seat: Seat) -> None:
    """Give somebody these duties, in place of those they had."""
    roles = sorted(seat.duties)
    statement = upsert(organisation_staff).values(
        id=seat.id, organisation_id=seat.organisation, account_id=seat.account, roles=roles, since=seat.since
    )
    target = ["organisation_id", "account_id"]
    await unit.write(statement.on_conflict_do_update(index_elements=target, set_={"roles": roles}))


async def delete_seat(unit: WriteUnit, organisation: OrganisationId, account: AccountId) -> None:
    this = (_STAFF.organisation_id == organisation) & (_STAFF.account_id == account)
    await unit.write(organisation_staff.delete().where(this))


async def find_seat(unit: ReadUnit, organisation: OrganisationId, account: AccountId) -> Seat | None:
    this = (_STAFF.organisation_id == organisation) & (_STAFF.account_id == account)
    row = await unit.first(select(organisation_staff).where(this))
    return _seat(row) if row else None


async def list_seats(unit: ReadUnit, organisation: OrganisationId) -> list[Seat]:
    """Everybody who acts for it, the first first."""
    of = select(organisation_staff).where(_STAFF.organisation_id == organisation)
    return [_seat(row) for row in await unit.all(of.order_by(_STAFF.since, _STAFF.id))]


async def insert_key(unit: WriteUnit, organisation: OrganisationId, key: Key, entry: str) -> bool:
    """Whether no organisation has this key yet."""
    statement = upsert(organisation_keys).values(
        thumbprint=key.thumbprint, organisation_id=organisation, jwk=key.jwk, added_at=key.added_at, added_entry=entry
    )
    return await unit.write(statement.on_conflict_do_nothing()) == 1


async def revoke_key(
    unit: WriteUnit, organisation: OrganisationId, thumbprint: str, *, at: datetime, entry: str
) -> bool:
    """Whether it was theirs, and not revoked."""
    this = (_KEYS.organisation_id == organisation) & (_KEYS.thumbprint == thumbprint) & _KEYS.revoked_at.is_(None)
    return await unit.write(update(organisation_keys).where(this).values(revoked_at=at, revoked_entry=entry)) == 1


async def list_keys(unit: ReadUnit, organisation: OrganisationId) -> list[Key]:
    """Its keys, revoked ones among them, the oldest first."""
    of = select(organisation_keys).where(_KEYS.organisation_id == organisation).order_by(_KEYS.added_at)
    return [Key(row.thumbprint, row.jwk, row.added_at, row.revoked_at) for row in await unit.all(of)]


async def put_proof(unit: WriteUnit, proof: Proof) -> None:
    """Ask for a proof; anew, by another word, where an older one does not hold."""
    fresh = {"token": proof.token, "asked_at": proof.asked_at}
    statement = upsert(organisation_proofs).values(
        id=new_uuid(), organisation_id=proof.organisation, of=proof.of, value=proof.value, **fresh
    )
    target = ["organisation_id", "of", "value"]
    gone = {"looked_at": None, "proven_at": None, "missed_at": None, "lost_at": None}
    is_over = or_(_PROOFS.proven_at.is_(None), _PROOFS.lost_at.is_not(None))
    await unit.write(statement.on_conflict_do_update(index_elements=target, set_=fresh | gone, where=is_over))


async def list_proofs(unit: ReadUnit, organisation: OrganisationId) -> list[Proof]:
    """All that it asked to prove, whether or not that holds, the oldest first."""
    of = _SELECT.where(_PROOFS.organisation_id == organisation).order_by(_PROOFS.asked_at, _PROOFS.value)
    return [_proof(row) for row in await unit.all(of)]


async def find_proof(unit: ReadUnit, organisation: OrganisationId, id: UUID) -> Proof | None:
    row = await unit.first(_SELECT.where(_PROOFS.organisation_id == organisation, _PROOFS.id == id))
    return _proof(row) if row else None


async def list_due_proofs(unit: ReadUnit, before: datetime) -> list[Proof]:
    """Those that hold, or were asked for, and have not been looked for since `before`."""
    due = or_(_PROOFS.looked_at.is_(None), _PROOFS.looked_at < before)
    return [_proof(row) for row in await unit.all(_SELECT.where(due, _PROOFS.lost_at.is_(None)))]


async def list_same_proofs(unit: ReadUnit, proof: Proof) -> list[Proof]:
    """What others have proven of the same domain or network."""
    same = (_PROOFS.of == proof.of) & (_PROOFS.value == proof.value) & (_PROOFS.organisation_id != proof.organisation)
    holds = _PROOFS.proven_at.is_not(None) & _PROOFS.lost_at.is_(None)
    return [_proof(row) for row in await unit.all(_SELECT.where(same, holds))]


async def update_proof(unit: WriteUnit, id: str, **values: object) -> None:
    await unit.write(update(organisation_proofs).where(_PROOFS.id == UUID(id)).values(**values))


_SELECT: Select[*tuple[object, ...]] = cast("Select[*tuple[object, ...]]", select(organisation_proofs))


async def count_seats(unit: ReadUnit, organisation: OrganisationId, duty: Duty) -> int:
    has = (_STAFF.organisation_id == organisation) & _STAFF.roles.contains([duty.value])
    return cast("int", await unit.scalar(select(func.count()).select_from(organisation_staff).where(has)))
