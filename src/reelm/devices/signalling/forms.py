"""What may a receiver ask of a stream? What the Shared Signals Framework 1.0 and RFC 8936 have it ask. Pure.

What goes beyond them is passed over; what is not as they have it is refused with the name of the field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from reelm.devices.delivery import MOST_AT_ONCE, POLL, PUSH, is_endpoint
from reelm.devices.signalling.errors import StreamRequestMalformed
from reelm.devices.signalling.model import SUPPORTED, VERIFIED_EVERY, Status, Stream

MOST_BYTES = 64 * 1024
_Uri = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
# PostgreSQL keeps no text with a NUL in it.
_Words = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
_Printable = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[\x21-\x7e][\x20-\x7e]*$")]


class Form(BaseModel):
    """A request of a receiver."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Delivery(Form):
    """How it wants to be told. `authorization_header` is sent with each token that is pushed."""

    method: str
    endpoint_url: str | None = Field(default=None, max_length=1000)
    authorization_header: _Printable | None = None


class StreamForm(Form):
    """What a receiver says of its stream; the rest it may repeat, as it stands."""

    stream_id: UUID | None = None
    delivery: Delivery | None = None
    events_requested: Annotated[tuple[_Uri, ...], Field(max_length=100)] | None = None
    description: _Words | None = None
    iss: str | None = None
    aud: str | list[str] | None = None
    events_supported: list[str] | None = None
    events_delivered: list[str] | None = None
    min_verification_interval: int | None = None


class StatusForm(Form):
    """Whether it wants to be told."""

    stream_id: UUID
    status: Status
    reason: _Words | None = None


class VerificationForm(Form):
    """It wants a sign of life."""

    stream_id: UUID
    state: _Words | None = None


class PollForm(Form):
    """What it has taken, what it refuses, and how much more it takes (RFC 8936, 2.2)."""

    ack: Annotated[tuple[str, ...], Field(max_length=1000)] = ()
    set_errs: Annotated[dict[str, dict[str, Any]], Field(max_length=1000)] = Field(default={}, alias="setErrs")
    most: Annotated[int, Field(ge=0)] = Field(default=MOST_AT_ONCE, alias="maxEvents")

    @property
    def done(self) -> list[UUID]:
        """The tokens that it is done with; what can be none of ours is left out."""
        return [id for id in map(_as_uuid, (*self.ack, *self.set_errs)) if id is not None]

    @property
    def fault(self) -> str | None:
        """Why it refuses one."""
        errs = [str(told.get("err", ""))[:100] for told in self.set_errs.values()]
        return f"refused: {errs[0]}" if errs else None


_Form = TypeVar("_Form", bound=Form)


def read_form(form: type[_Form], body: bytes) -> _Form:
    """Raises `StreamRequestMalformed`."""
    if len(body) > MOST_BYTES:
        raise StreamRequestMalformed(where="body")
    try:
        return form.model_validate_json(body)
    except ValidationError as refused:
        first = refused.errors(include_url=False, include_input=False, include_context=False)[0]
        raise StreamRequestMalformed(where=".".join(map(str, first["loc"]))[:100] or "body") from None


@dataclass(frozen=True)
class Issuing:
    """As whom we tell: `issuer` is our address, below which everything is."""

    issuer: str

    @property
    def metadata(self) -> dict[str, Any]:
        """The Transmitter Configuration Metadata (SSF 1.0, 7.1)."""
        return {
            "spec_version": "1_0",
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/signals/jwks.json",
            "delivery_methods_supported": [PUSH, POLL],
            "configuration_endpoint": f"{self.issuer}/signals/streams",
            "status_endpoint": f"{self.issuer}/signals/status",
            "verification_endpoint": f"{self.issuer}/signals/verify",
            "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6750"}],
            "default_subjects": "ALL",
        }

    def show(self, stream: Stream) -> dict[str, Any]:
        """The configuration of a stream (SSF 1.0, 8.1.1). The header that is sent along when pushing is not told."""
        polled = f"{self.issuer}/signals/streams/{stream.id}/poll"
        told: dict[str, Any] = {
            "stream_id": str(stream.id),
            "iss": self.issuer,
            "aud": stream.receiver.audience,
            "events_supported": list(SUPPORTED),
            "events_requested": list(stream.requested),
            "events_delivered": list(stream.delivered),
            "delivery": {"method": stream.method, "endpoint_url": stream.endpoint or polled},
            "min_verification_interval": int(VERIFIED_EVERY.total_seconds()),
        }
        return told | ({"description": stream.description} if stream.description else {})

    def change(self, stream: Stream, form: StreamForm, *, wholly: bool) -> Stream:
        """The stream as the receiver wants it; `wholly` takes what is not said for taken out.

        Raises `StreamRequestMalformed`, also where what is ours to say is repeated otherwise than it is.
        """
        self._check_repeated(stream, form)
        if form.delivery is not None:
            stream = _deliver(stream, form.delivery)
        elif wholly:
            stream = replace(stream, method=POLL, endpoint=None, authorization=None)
        if form.events_requested is not None or wholly:
            stream = replace(stream, requested=SUPPORTED if form.events_requested is None else form.events_requested)
        if form.description is not None or wholly:
            stream = replace(stream, description=form.description or None)
        return stream

    def _check_repeated(self, stream: Stream, form: StreamForm) -> None:
        shown = self.show(stream)
        for name in ("iss", "events_supported", "events_delivered", "min_verification_interval"):
            said = getattr(form, name)
            if said is not None and said != shown[name]:
                raise StreamRequestMalformed(where=name)
        if form.aud is not None and form.aud not in (shown["aud"], [shown["aud"]]):
            raise StreamRequestMalformed(where="aud")


def _deliver(stream: Stream, delivery: Delivery) -> Stream:
    if delivery.method == POLL:
        return replace(stream, method=POLL, endpoint=None, authorization=None)
    if delivery.method != PUSH:
        raise StreamRequestMalformed(where="delivery.method")
    if not delivery.endpoint_url or not is_endpoint(delivery.endpoint_url):
        raise StreamRequestMalformed(where="delivery.endpoint_url")
    return replace(stream, method=PUSH, endpoint=delivery.endpoint_url, authorization=delivery.authorization_header)


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def show_status(stream: Stream) -> Mapping[str, Any]:
    """The status of a stream (SSF 1.0, 8.1.2)."""
    told = {"stream_id": str(stream.id), "status": stream.status.value}
    return told | ({"reason": stream.reason} if stream.reason else {})
