"""`/organisations/{organisation}`: tokens for its own systems, its people, and lists of its devices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from reelm import devices
from reelm.devices import organisations, reporting, transferring
from reelm.web.acting import Acting, SignedActor
from reelm.web.depends import InCell, Now, Read
from reelm.web.problems import problems
from reelm.web.v1.organisations import NAMED, SEATED, WRITTEN

router = APIRouter(prefix="/organisations/{organisation}", tags=["organisations"])


class NewToken(BaseModel):
    """For which of its systems, and for how many days."""

    purpose: devices.TokenPurpose
    days: int = 90


class TokenView(BaseModel):
    """A token, without what is secret about it."""

    id: str
    purpose: devices.TokenPurpose
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class MadeView(BaseModel):
    """A new token. It is told here only."""

    token: str


class ZoneKeyView(BaseModel):
    """A key for transfers: TSIG (RFC 8945), with its secret in base64. `id` is that of its token."""

    id: str
    name: str
    algorithm: str
    secret: str
    expires_at: datetime

    @classmethod
    def of(cls, key: transferring.ZoneKey) -> "ZoneKeyView":
        name = key.name.to_text(omit_final_dot=True)
        return cls(
            id=key.id, name=name, algorithm=transferring.ALGORITHM, secret=key.secret_text, expires_at=key.until
        )


class ZonesView(BaseModel):
    """`listen`: where this realm serves zones; empty where it serves none."""

    listen: str
    zones: list[str]
    keys: list[ZoneKeyView]


class ImportedView(BaseModel):
    """What became of a list: devices that are new, changed, and as they were; and how many stand otherwise now."""

    made: int
    changed: int
    unchanged: int
    stand_otherwise: int


class PersonView(BaseModel):
    """Somebody in the directory, for whoever manages devices."""

    id: UUID
    user_name: str
    active: bool


class DeviceLineView(BaseModel):
    """A device in the directory; `enrolled` where it is known by a key of its own."""

    id: UUID
    code: str
    platform: devices.Platform
    enrolment: devices.Enrolment
    ownership: devices.Ownership
    person: UUID | None
    active: bool


@router.get("/tokens", responses=problems(*SEATED))
async def get_tokens(organisation: str, actor: SignedActor, unit: Read) -> list[TokenView]:
    """The tokens of its systems."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.MANAGE_DEVICES)
    return [
        TokenView(
            id=one.id,
            purpose=one.purpose,
            made_at=one.made_at,
            expires_at=one.expires_at,
            revoked_at=one.revoked_at,
        )
        for one in await devices.list_tokens(unit, found.id)
    ]


@router.post("/tokens", status_code=201, responses=problems(*SEATED, devices.TokenLastsTooLong))
async def post_token(organisation: str, form: NewToken, act: Acting) -> MadeView:
    """A token for one of its systems, such as its directory, which speaks SCIM 2.0 at `/scim/v2/{organisation}`."""
    return MadeView(token=await organisations.make_token(act, organisation, form.purpose, days=form.days))


@router.get("/zones", responses=problems(*SEATED))
async def get_zones(
    organisation: str, actor: SignedActor, unit: Read, cell: InCell, now: Now, response: Response
) -> ZonesView:
    """What a name server needs to fetch its zones. A token for zones is a key of it; none of it is told elsewhere."""
    response.headers["Cache-Control"] = "no-store"
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.MANAGE_DEVICES)
    keys = await transferring.list_keys(unit, cell.secret, now, found.id)
    return ZonesView(
        listen=cell.settings.zones_listen,
        zones=await transferring.list_names(unit, found.id, found.code, now),
        keys=[ZoneKeyView.of(key) for key in keys],
    )


@router.delete("/tokens/{token}", status_code=204, responses=problems(*SEATED, devices.TokenNotFound))
async def delete_token(organisation: str, token: str, act: Acting) -> Response:
    """Let a token open nothing any more."""
    found, _ = await organisations.sit(act.unit, organisation, act.actor, organisations.Step.MANAGE_DEVICES)
    await devices.revoke_token(act.unit, found.id, token, at=act.at)
    return Response(status_code=204)


@router.post("/inventory", responses=problems(*WRITTEN, devices.InventoryMalformed))
async def post_inventory(organisation: str, request: Request, act: Acting) -> ImportedView:
    """A list of devices as CSV: all of it is taken, or nothing. Devices that it does not name stay as they are."""
    found, _ = await organisations.sit(act.unit, organisation, act.actor, organisations.Step.MANAGE_DEVICES)
    listed = devices.read_inventory(await request.body(), act.at)
    imported = await devices.import_inventory(act.unit, found.id, listed, at=act.at)
    seen = [(one.device, one.has_app, one.at) for one in imported.sightings]
    changes = await reporting.note_seen(act, found.id, seen, source="csv")
    return ImportedView(
        made=imported.made,
        changed=imported.changed,
        unchanged=imported.unchanged,
        stand_otherwise=len(changes),
    )


@router.get("/people", responses=problems(*SEATED))
async def get_people(
    organisation: str,
    actor: SignedActor,
    unit: Read,
    named: Annotated[str, Query(max_length=300, pattern=NAMED)] = "",
) -> list[PersonView]:
    """People whose user name begins so, for whoever manages devices; a hundred at most."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.MANAGE_DEVICES)
    people = await devices.list_people(unit, found.id, named)
    return [PersonView(id=one.id, user_name=one.told.user_name, active=one.told.active) for one in people]


@router.get("/devices", responses=problems(*SEATED))
async def get_devices(
    organisation: str,
    actor: SignedActor,
    unit: Read,
    named: Annotated[str, Query(max_length=60, pattern=NAMED)] = "",
) -> list[DeviceLineView]:
    """Devices whose code begins so; a hundred at most."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.MANAGE_DEVICES)
    return [
        DeviceLineView(
            id=one.id,
            code=one.told.code,
            platform=one.told.platform,
            enrolment=one.told.enrolment,
            ownership=one.told.ownership,
            person=one.told.person_id,
            active=one.told.active,
        )
        for one in await devices.list_devices(unit, found.id, named)
    ]
