"""How does an organisation come to be here, who acts for it, and by which keys does it sign?"""

import base64
from dataclasses import dataclass, replace
from datetime import timedelta

import rfc8785
from joserfc.jwk import ECKey

from reelm import accounts, ledger
from reelm.devices.acting import Act, Actor
from reelm.devices.document import read_keys
from reelm.devices.organisations import store, tokens
from reelm.devices.organisations.errors import (
    DomainNotTaken,
    DutyOfOthers,
    KeyNotTaken,
    KeyUnknown,
    LastAdmin,
    MayNotRegister,
    NotOfOrganisation,
    OrganisationCodeTaken,
    OrganisationNotFound,
)
from reelm.devices.organisations.model import Duty, Key, Organisation, Seat
from reelm.devices.organisations.policy import Step, check
from reelm.devices.organisations.tokens import TokenPurpose
from reelm.devices.suffixes import is_public_suffix
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import AccountId, OrganisationId, StaffId, new_uuid, public_id
from reelm.kernel.roles import Role

REGISTRARS = frozenset({Role.DEVICE_ADMIN, Role.OPERATOR})


@dataclass(frozen=True)
class NewOrganisation:
    """What somebody says of an organisation that they register."""

    code: str
    name: str
    domain: str


async def register(act: Act, new: NewOrganisation) -> Organisation:
    """Register an organisation; whoever does administers its devices, and appoints the others.

    Raises `MayNotRegister`, `DomainNotTaken`, `OrganisationCodeTaken`. Nothing is bound by it: it has proven nothing.
    """
    if act.by is None or (await accounts.fetch_position(act.unit, act.by))[0] not in REGISTRARS:
        raise MayNotRegister
    if is_public_suffix(new.domain):
        raise DomainNotTaken(domain=new.domain)
    made = Organisation(OrganisationId(new_uuid()), new.code, new.name, new.domain, act.at)
    if not await store.insert_organisation(act.unit, made):
        raise OrganisationCodeTaken(code=new.code)
    seat = Seat(StaffId(new_uuid()), made.id, act.by, frozenset({Duty.DEVICE_ADMIN}), act.at)
    await store.put_seat(act.unit, seat)
    return made


async def fetch_organisation(unit: ReadUnit, code: str) -> Organisation:
    """Raises `OrganisationNotFound`."""
    found = None if "\0" in code else await store.find_organisation(unit, code)
    if found is None:
        raise OrganisationNotFound
    return found


async def sit(unit: ReadUnit, code: str, actor: Actor | None, step: Step) -> tuple[Organisation, Seat]:
    """The organisation and the seat of somebody who wants to take a step for it.

    Raises `OrganisationNotFound`, `NotOfOrganisation`, `PasskeyNeeded`, `DutyMissing`.
    """
    organisation = await fetch_organisation(unit, code)
    seat = await store.find_seat(unit, organisation.id, actor.account) if actor else None
    if seat is None or actor is None:
        raise NotOfOrganisation
    check(step, organisation, seat, by_passkey=actor.by_passkey)
    return organisation, seat


async def appoint(act: Act, code: str, account: AccountId, duties: frozenset[Duty]) -> Seat | None:
    """Give somebody these duties, in place of those they had; with none they act for it no more.

    Raises as `sit` does; `DutyOfOthers` for oneself, and `LastAdmin` where nobody could appoint any more.
    """
    organisation, seat = await sit(act.unit, code, act.actor, Step.APPOINT)
    if account == seat.account:
        raise DutyOfOthers
    if duties:
        given = Seat(StaffId(new_uuid()), organisation.id, account, duties, act.at)
        await store.put_seat(act.unit, given)
    else:
        await store.delete_seat(act.unit, organisation.id, account)
    if await store.count_seats(act.unit, organisation.id, Duty.DEVICE_ADMIN) == 0:
        raise LastAdmin
    return await store.find_seat(act.unit, organisation.id, account)


async def ask_passkeys(act: Act, code: str, *, only: bool) -> Organisation:
    """Let staff act in sessions that a passkey opened only, or in any. Raises as `sit` does."""
    organisation, _ = await sit(act.unit, code, act.actor, Step.ASK_PASSKEYS)
    await store.update_organisation(act.unit, organisation.id, passkeys_only=only)
    return replace(organisation, passkeys_only=only)


async def add_key(act: Act, code: str, jwk: bytes) -> Key:
    """Let a key sign the organisation's decisions. Raises as `sit` does, `KeysMalformed`, `KeyNotTaken`."""
    organisation, _ = await sit(act.unit, code, act.actor, Step.CHANGE_KEYS)
    keys = read_keys(jwk)
    if len(keys) != 1 or keys[0].is_private:
        raise KeyNotTaken
    key = Key(keys[0].thumbprint(), _public_jwk(keys[0]), act.at, None)
    fact = ledger.OrganisationKey(organisation=public_id(organisation.id), key=_as_hex(key.thumbprint), step="added")
    if not await store.insert_key(act.unit, organisation.id, key, await act.log(fact)):
        raise KeyNotTaken
    return key


async def revoke_key(act: Act, code: str, thumbprint: str) -> None:
    """Decisions that it signed stand; it signs no other. Raises as `sit` does, `KeyUnknown`."""
    organisation, _ = await sit(act.unit, code, act.actor, Step.CHANGE_KEYS)
    known = {key.thumbprint for key in await store.list_keys(act.unit, organisation.id) if key.revoked_at is None}
    if thumbprint not in known:
        raise KeyUnknown
    fact = ledger.OrganisationKey(organisation=public_id(organisation.id), key=_as_hex(thumbprint), step="revoked")
    await store.revoke_key(act.unit, organisation.id, thumbprint, at=act.at, entry=await act.log(fact))


async def make_token(act: Act, code: str, purpose: TokenPurpose, *, days: int) -> str:
    """A token for one of the organisation's systems, told this once. Raises as `sit` does, `TokenLastsTooLong`."""
    organisation, _ = await sit(act.unit, code, act.actor, Step.MANAGE_DEVICES)
    return await tokens.make_token(act.unit, organisation.id, purpose, lasts=timedelta(days=days), at=act.at)


async def list_valid_keys(unit: ReadUnit, organisation: OrganisationId) -> list[ECKey]:
    """The keys that sign its decisions now."""
    keys = await store.list_keys(unit, organisation)
    return [read_keys(key.jwk)[0] for key in keys if key.revoked_at is None]


def _public_jwk(key: ECKey) -> bytes:
    return rfc8785.dumps(dict(key.as_dict(private=False)))


def _as_hex(thumbprint: str) -> str:
    return base64.urlsafe_b64decode(thumbprint + "=").hex()
