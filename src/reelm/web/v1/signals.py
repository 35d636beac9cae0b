"""`/organisations/{organisation}/signals`: whom it has us believe about its devices, and who may hear of them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from reelm import devices
from reelm.devices import listening, signalling
from reelm.web.acting import Acting, SignedActor
from reelm.web.depends import InCell, Read
from reelm.web.problems import problems
from reelm.web.v1.organisations import SEATED, WRITTEN

router = APIRouter(prefix="/organisations/{organisation}/signals", tags=["organisations"])

_Address = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+$")]
_Secret = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[\x21-\x7e]+$")]


class Keys(BaseModel):
    """A JWK set: public keys of the curve P-256, or of RSA with 2048 bits and more."""

    jwks: dict[str, Any]


class NewIssuer(Keys):
    """Who it is, and, where it is we who ask, where and with which token (RFC 8936). Without these it pushes."""

    issuer: _Address
    endpoint: _Address | None = None
    poll_token: _Secret | None = Field(default=None, repr=False)


class NewReceiver(BaseModel):
    """By which name signals for it are addressed (`aud`)."""

    audience: _Address


class IssuerView(BaseModel):
    """An issuer that we listen to, and how that goes. No secret is in it."""

    id: UUID
    issuer: str
    method: str
    keys: list[str]
    endpoint: str | None
    made_at: datetime
    heard_at: datetime | None
    verified_at: datetime | None
    verified_state: str | None
    stream_status: str | None
    failures: int
    fault: str | None

    @classmethod
    def of(cls, one: listening.Issuer) -> "IssuerView":
        return cls(
            id=one.id,
            issuer=one.issuer,
            method=one.method,
            keys=[key.kid or key.thumbprint() for key in one.keys],
            endpoint=one.endpoint,
            made_at=one.made_at,
            heard_at=one.heard_at,
            verified_at=one.verified_at,
            verified_state=one.verified_state,
            stream_status=one.stream_status,
            failures=one.failures,
            fault=one.fault,
        )


class AddedIssuerView(BaseModel):
    """An issuer that was added: where it sends to, addressed to whom, and the token that it shows, told this once."""

    issuer: IssuerView
    push_to: str | None
    audience: str
    token: str | None


class StreamView(BaseModel):
    """How a receiver is told, and how that goes; `waiting` is how much it has not taken yet."""

    id: UUID
    method: str
    endpoint: str | None
    status: signalling.Status
    reason: str | None
    taken_at: datetime | None
    waiting: int
    failures: int
    fault: str | None


class ReceiverView(BaseModel):
    """A system that may hear of the organisation's devices, and the stream that it has made."""

    id: UUID
    audience: str
    made_at: datetime
    stream: StreamView | None

    @classmethod
    def of(cls, one: signalling.Watched) -> "ReceiverView":
        told = one.stream and StreamView(
            id=one.stream.id,
            method=one.stream.method,
            endpoint=one.stream.endpoint,
            status=one.stream.status,
            reason=one.stream.reason,
            taken_at=one.stream.taken_at,
            waiting=one.waiting,
            failures=one.stream.failures,
            fault=one.stream.fault,
        )
        receiver = one.receiver
        return cls(id=receiver.id, audience=receiver.audience, made_at=receiver.made_at, stream=told)


class AddedReceiverView(BaseModel):
    """A receiver that was added, where it begins, and the token by which it is known, told this once."""

    receiver: ReceiverView
    configuration: str
    token: str


@router.get("/issuers", responses=problems(*SEATED))
async def get_issuers(organisation: str, actor: SignedActor, unit: Read) -> list[IssuerView]:
    """Whom we listen to, and how that goes; to those who act for the organisation."""
    return [IssuerView.of(one) for one in await listening.list_issuers(unit, organisation, actor)]


@router.post(
    "/issuers",
    status_code=201,
    responses=problems(*WRITTEN, listening.IssuerNotTaken, listening.IssuerTaken, devices.KeysMalformed),
)
async def post_issuer(organisation: str, form: NewIssuer, act: Acting, cell: InCell) -> AddedIssuerView:
    """Have us believe an issuer about the organisation's devices."""
    new = listening.NewIssuer(form.issuer, form.jwks, form.endpoint, form.poll_token)
    made, token = await listening.add_issuer(act, organisation, new)
    audience = listening.audience_of(cell.settings.public_url, organisation)
    pushes = f"{audience}/events" if token else None
    return AddedIssuerView(issuer=IssuerView.of(made), push_to=pushes, audience=audience, token=token)


@router.put("/issuers/{issuer}/keys", responses=problems(*WRITTEN, listening.IssuerNotFound, devices.KeysMalformed))
async def put_keys(organisation: str, issuer: UUID, form: Keys, act: Acting) -> IssuerView:
    """Have us believe it by these keys, and by no older one."""
    return IssuerView.of(await listening.change_keys(act, organisation, issuer, form.jwks))


@router.delete("/issuers/{issuer}", status_code=204, responses=problems(*WRITTEN, listening.IssuerNotFound))
async def delete_issuer(organisation: str, issuer: UUID, act: Acting) -> Response:
    """Have us listen to it no more. What it said stays."""
    await listening.drop_issuer(act, organisation, issuer)
    return Response(status_code=204)


@router.get("/receivers", responses=problems(*SEATED))
async def get_receivers(organisation: str, actor: SignedActor, unit: Read) -> list[ReceiverView]:
    """Who may hear of the organisation's devices, and how that goes; to those who act for it."""
    return [ReceiverView.of(one) for one in await signalling.list_receivers(unit, organisation, actor)]


@router.post("/receivers", status_code=201, responses=problems(*SEATED, signalling.ReceiverTaken))
async def post_receiver(organisation: str, form: NewReceiver, act: Acting, cell: InCell) -> AddedReceiverView:
    """Let a system hear how the organisation's devices stand. It makes its stream itself, with the token."""
    made, token = await signalling.add_receiver(act, organisation, form.audience)
    return AddedReceiverView(
        receiver=ReceiverView.of(signalling.Watched(made, None, 0)),
        configuration=f"{cell.settings.public_url}/.well-known/ssf-configuration",
        token=token,
    )


@router.delete("/receivers/{receiver}", status_code=204, responses=problems(*SEATED, signalling.ReceiverNotFound))
async def delete_receiver(organisation: str, receiver: UUID, act: Acting) -> Response:
    """Let it hear no more. Its stream ends, and what it has not taken is gone."""
    await signalling.drop_receiver(act, organisation, receiver)
    return Response(status_code=204)
