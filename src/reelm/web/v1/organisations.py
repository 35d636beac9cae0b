"""`/organisations`: who manages devices here, who acts for them, their keys, and what they have proven."""

from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel, StringConstraints

from reelm import accounts, devices, ledger
from reelm.devices import Duty, organisations
from reelm.infra.db import ReadUnit
from reelm.kernel.errors import Problem
from reelm.kernel.ids import AccountId
from reelm.web.acting import Acting, SignedActor
from reelm.web.depends import Read, SignedIn
from reelm.web.problems import problems
from reelm.web.views.organisations import KeyView, OrganisationView, ProofView, SeatView

router = APIRouter(prefix="/organisations", tags=["organisations"])

SIGNED_IN = (accounts.NotSignedIn, accounts.SessionEnded)
SEATED: tuple[type[Problem], ...] = (
    *SIGNED_IN,
    devices.OrganisationNotFound,
    devices.NotOfOrganisation,
    devices.DutyMissing,
    devices.PasskeyNeeded,
)
# How the names begin that somebody looks for.
NAMED = r"^[^\x00-\x1f]*$"
WRITTEN = (*SEATED, ledger.LedgerBusy, ledger.PersonHasNoKey)
OrganisationCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,24}(-[a-z0-9]{1,24}){0,5}$", max_length=60)]


class NewOrganisation(BaseModel):
    """Code for addresses, name for people, and the domain by which its decisions are known."""

    code: OrganisationCode
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
    ]
    domain: devices.Domain


class SignInRule(BaseModel):
    """`passkeys_only`: nobody acts for the organisation in a session that a password opened."""

    passkeys_only: bool


class Duties(BaseModel):
    """All that somebody does for the organisation from now on."""

    duties: frozenset[Duty]


class NewProof(BaseModel):
    """What the organisation says is its own."""

    of: Literal["domain", "network"]
    value: Annotated[str, StringConstraints(min_length=3, max_length=253)]


@router.get("", responses=problems())
async def get_organisations(unit: Read) -> list[OrganisationView]:
    """Every organisation here, and what each has proven. Anybody may know."""
    return [await _show(unit, one) for one in await organisations.list_organisations(unit)]


@router.get("/mine", responses=problems(*SIGNED_IN))
async def get_mine(viewer: SignedIn, unit: Read) -> list[OrganisationView]:
    """Those that the caller acts for."""
    return [await _show(unit, one) for one in await organisations.list_organisations(unit, viewer.id)]


@router.post(
    "",
    status_code=201,
    responses=problems(*SIGNED_IN, devices.MayNotRegister, devices.DomainNotTaken, devices.OrganisationCodeTaken),
)
async def post_organisation(form: NewOrganisation, act: Acting) -> OrganisationView:
    """Register an organisation, and become its first device administrator."""
    new = organisations.NewOrganisation(form.code, form.name, form.domain)
    return OrganisationView.of(await organisations.register(act, new), [])


@router.get("/{organisation}", responses=problems(devices.OrganisationNotFound))
async def get_organisation(organisation: str, unit: Read) -> OrganisationView:
    """One of them."""
    return await _show(unit, await organisations.fetch_organisation(unit, organisation))


@router.get("/{organisation}/sign-in", responses=problems(*SEATED))
async def get_sign_in(organisation: str, actor: SignedActor, unit: Read) -> SignInRule:
    """How its staff have to sign in; to those who act for it."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.LOOK)
    return SignInRule(passkeys_only=found.passkeys_only)


@router.put("/{organisation}/sign-in", responses=problems(*SEATED))
async def put_sign_in(organisation: str, form: SignInRule, act: Acting) -> SignInRule:
    """Change it, in a session that a passkey opened: nobody locks themselves out."""
    found = await organisations.ask_passkeys(act, organisation, only=form.passkeys_only)
    return SignInRule(passkeys_only=found.passkeys_only)


@router.get("/{organisation}/staff", responses=problems(*SEATED))
async def get_staff(organisation: str, actor: SignedActor, unit: Read) -> list[SeatView]:
    """Who acts for it; to those who do."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.LOOK)
    seats = await organisations.list_seats(unit, found.id)
    people = await accounts.fetch_people(unit, [seat.account for seat in seats])
    return [SeatView.of(seat, people) for seat in seats]


@router.put(
    "/{organisation}/staff/{handle}",
    responses=problems(*SEATED, accounts.AccountNotFound, devices.DutyOfOthers, devices.LastAdmin),
)
async def put_staff(organisation: str, handle: str, form: Duties, act: Acting) -> list[Duty]:
    """Give somebody duties, in place of those they had; with none they no longer act for it."""
    person = await _account(act.unit, handle)
    seat = await organisations.appoint(act, organisation, person, form.duties)
    return sorted(seat.duties) if seat else []


@router.get("/{organisation}/keys", responses=problems(devices.OrganisationNotFound))
async def get_keys(organisation: str, unit: Read) -> list[KeyView]:
    """The keys that sign its decisions, and those that did. Anybody may check by them."""
    found = await organisations.fetch_organisation(unit, organisation)
    return [KeyView.of(key) for key in await organisations.list_keys(unit, found.id)]


@router.post(
    "/{organisation}/keys",
    status_code=201,
    responses=problems(*WRITTEN, devices.KeysMalformed, devices.KeyNotTaken),
)
async def post_key(organisation: str, jwk: dict[str, Any], act: Acting) -> KeyView:
    """Let a key sign its decisions: one public JWK of the curve P-256."""
    return KeyView.of(await organisations.add_key(act, organisation, orjson.dumps(jwk)))


@router.delete("/{organisation}/keys/{thumbprint}", status_code=204, responses=problems(*WRITTEN, devices.KeyUnknown))
async def delete_key(organisation: str, thumbprint: str, act: Acting) -> Response:
    """Let a key sign no more. What it has signed stands."""
    await organisations.revoke_key(act, organisation, thumbprint)
    return Response(status_code=204)


@router.get("/{organisation}/proofs", responses=problems(*SEATED))
async def get_proofs(organisation: str, actor: SignedActor, unit: Read) -> list[ProofView]:
    """What was asked to be proven, and how that stands; to those who act for it."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.LOOK)
    return [ProofView.of_(proof) for proof in await organisations.list_proofs(unit, found.id)]


@router.post(
    "/{organisation}/proofs",
    status_code=201,
    responses=problems(*SEATED, devices.DomainNotTaken, devices.NetworkNotTaken, devices.NetworkTooSmall),
)
async def post_proof(organisation: str, form: NewProof, act: Acting) -> ProofView:
    """Say what is the organisation's own; the answer says what has to be found where."""
    return ProofView.of_(await organisations.ask_proof(act, organisation, form.of, form.value))


@router.post(
    "/{organisation}/proofs/{proof}/check", status_code=202, responses=problems(*SEATED, devices.ProofNotFound)
)
async def post_check(organisation: str, proof: UUID, act: Acting) -> ProofView:
    """Have a proof looked for now, and not only every day: done once `looked_at` is later than in this answer."""
    return ProofView.of_(await organisations.ask_look(act, organisation, proof))


async def _show(unit: ReadUnit, one: organisations.Organisation) -> OrganisationView:
    return OrganisationView.of(one, await organisations.list_proofs(unit, one.id))


async def _account(unit: ReadUnit, handle: str) -> AccountId:
    return (await accounts.fetch_by_handle(unit, handle)).person.id
