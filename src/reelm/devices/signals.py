"""How does one system tell another that a device is compliant no more? Security event tokens, as CAEP 1.0 has them.

A token (RFC 8417) is a JWT of type `secevent+jwt`. Its one event is CAEP's `device-compliance-change`, about a device
of a tenant (RFC 9493, "complex"), or one of the stream itself (Shared Signals Framework). CAEP's `session-revoked` is
heard, and not told. We sign by ES256, and take RS256 too, which CAEP's interoperability profile asks for: which of
them, the kind of the key says, never the token. Refusals have the codes of RFC 8935. Whether a token was heard
before, whoever keeps the `jti`s has to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from reelm.devices.compliance import CLOCKS_DIFFER, Compliance
from reelm.devices.document import ALGORITHM
from reelm.devices.errors import SignalRefused
from reelm.devices.signal_keys import SignalKey

TYPE = "secevent+jwt"
_CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
_SSF = "https://schemas.openid.net/secevent/ssf/event-type/"
COMPLIANCE_CHANGE, SESSION_REVOKED = f"{_CAEP}device-compliance-change", f"{_CAEP}session-revoked"
VERIFICATION, STREAM_UPDATED = f"{_SSF}verification", f"{_SSF}stream-updated"
# A token that is older is not taken, so that a `jti` need not be kept for longer.
TAKEN_FOR = timedelta(days=7)
MOST_BYTES = 16 * 1024

Status = Literal["compliant", "not-compliant"]
# PostgreSQL keeps no text with a NUL in it.
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
_State = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True)
class Change:
    """A device of a tenant that stands otherwise now: `reason` in words for administrators, by language.

    With no `before` nothing was known, which is not compliant.
    """

    device: str
    tenant: str
    before: Compliance | None
    now: Compliance
    reason: Mapping[str, str]
    at: datetime


@dataclass(frozen=True)
class Envelope:
    """Who tells whom, when, by which key; `jti` is never used again."""

    issuer: str
    audience: str
    jti: str
    key: ECKey
    at: datetime


@dataclass(frozen=True)
class Heard:
    """What a token said, of whoever issued it. About a device: `status`, or without one that its sessions are over.

    About the stream, which has no device: the `state` that a verification gives back, or the stream's new `stream`.
    """

    jti: str
    issuer: str
    kind: str
    at: datetime
    device: str | None = None
    tenant: str | None = None
    status: Status | None = None
    state: str | None = None
    stream: str | None = None


class _Claims(BaseModel):
    """What others add is passed over, as RFC 8417 asks."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Device(_Claims):
    format: Literal["iss_sub"]
    iss: str = Field(max_length=500)
    sub: _Name


class _Tenant(_Claims):
    format: Literal["opaque"]
    id: _Name


class _Subject(_Claims):
    format: Literal["complex"]
    device: _Device
    tenant: _Tenant | None = None


class _Happened(_Claims):
    event_timestamp: int | None = Field(default=None, ge=0, le=2**40)


class _Changed(_Happened):
    previous_status: Status
    current_status: Status


class _Verified(_Claims):
    state: _State | None = None


class _Updated(_Claims):
    status: Literal["enabled", "paused", "disabled"]


class _Token(_Claims):
    iss: str = Field(min_length=1, max_length=500)
    aud: str | list[str]
    iat: int = Field(ge=0, le=2**40)
    jti: _Name
    sub_id: dict[str, Any] | None = None
    events: dict[str, dict[str, Any]] = Field(min_length=1, max_length=1)


def make_signal(change: Change, envelope: Envelope) -> str:
    """The token that tells of a change, in compact form."""
    event = {
        "previous_status": (change.before or Compliance.CANNOT_BE_VERIFIED).caep_status,
        "current_status": change.now.caep_status,
        "initiating_entity": "policy",
        "reason_admin": dict(change.reason),
        "event_timestamp": int(change.at.timestamp()),
    }
    device = {"format": "iss_sub", "iss": envelope.issuer, "sub": change.device}
    subject = {"format": "complex", "device": device, "tenant": _opaque(change.tenant)}
    return _encode({COMPLIANCE_CHANGE: event}, subject, envelope)


def make_verification(stream: str, state: str | None, envelope: Envelope) -> str:
    """The token that shows a receiver that a stream works, with the `state` that it asked for, if it did."""
    return _encode({VERIFICATION: {} if state is None else {"state": state}}, _opaque(stream), envelope)


def make_stream_update(stream: str, status: str, reason: str, envelope: Envelope) -> str:
    """The token that tells a receiver that we have changed the status of its stream, and why."""
    return _encode({STREAM_UPDATED: {"status": status, "reason": reason}}, _opaque(stream), envelope)


def read_signal(token: str, *, keys: Mapping[str, Iterable[SignalKey]], audience: str, now: datetime) -> Heard:
    """What a token says, by the keys of the issuers we listen to. Raises `SignalRefused`."""
    claims = _decode(token, keys)
    audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if audience not in audiences:
        raise SignalRefused(err="invalid_audience")
    at = datetime.fromtimestamp(claims.iat, UTC)
    if not now - TAKEN_FOR <= at <= now + CLOCKS_DIFFER:
        raise SignalRefused(err="invalid_request")
    ((kind, event),) = claims.events.items()
    try:
        if kind == VERIFICATION:
            verified = _Verified.model_validate(event, strict=True)
            return Heard(claims.jti, claims.iss, kind, at, state=verified.state)
        if kind == STREAM_UPDATED:
            updated = _Updated.model_validate(event, strict=True)
            return Heard(claims.jti, claims.iss, kind, at, stream=updated.status)
        return _read_of_device(claims, kind, event, at, now)
    except ValidationError:
        raise SignalRefused(err="invalid_request") from None


def _read_of_device(claims: _Token, kind: str, event: Mapping[str, Any], at: datetime, now: datetime) -> Heard:
    if kind not in (COMPLIANCE_CHANGE, SESSION_REVOKED):
        raise SignalRefused(err="invalid_request")
    subject = _Subject.model_validate(claims.sub_id, strict=True)
    if kind == COMPLIANCE_CHANGE:
        told: _Happened = (changed := _Changed.model_validate(event, strict=True))
        status: Status | None = changed.current_status
    else:
        told, status = _Happened.model_validate(event, strict=True), None
    if subject.device.iss != claims.iss:  # nobody tells of another's devices
        raise SignalRefused(err="invalid_issuer")
    tenant = subject.tenant.id if subject.tenant else None
    happened = datetime.fromtimestamp(told.event_timestamp, UTC) if told.event_timestamp else at
    return Heard(claims.jti, claims.iss, kind, min(happened, now), subject.device.sub, tenant, status)


def _opaque(id: str) -> dict[str, str]:
    return {"format": "opaque", "id": id}


def _encode(events: Mapping[str, Any], subject: Mapping[str, Any], envelope: Envelope) -> str:
    header = {"alg": ALGORITHM, "kid": envelope.key.thumbprint(), "typ": TYPE}
    claims = {
        "iss": envelope.issuer,
        "aud": envelope.audience,
        "iat": int(envelope.at.timestamp()),
        "jti": envelope.jti,
        "sub_id": subject,
        "events": events,
    }
    return jwt.encode(header, claims, envelope.key, algorithms=[ALGORITHM])


def _decode(token: str, keys: Mapping[str, Iterable[SignalKey]]) -> _Token:
    """The claims of a token that the key of its own issuer has signed."""
    if len(token) > MOST_BYTES:
        raise SignalRefused(err="invalid_request")
    try:
        header = jws.extract_compact(token.encode()).headers()
        named = [(issuer, key) for issuer, theirs in keys.items() for key in theirs if _is_named(key, header)]
        if header.get("typ") != TYPE or not named:
            raise SignalRefused(err="invalid_key")
        issuer, key = named[0]
        algorithm = "RS256" if isinstance(key, RSAKey) else ALGORITHM
        claims = _Token.model_validate(jwt.decode(token, key, algorithms=[algorithm]).claims, strict=True)
    except ValidationError:
        raise SignalRefused(err="invalid_request") from None
    except (JoseError, ValueError, RecursionError):
        raise SignalRefused(err="invalid_key") from None
    if claims.iss != issuer:
        raise SignalRefused(err="invalid_issuer")
    return claims


def _is_named(key: SignalKey, header: Mapping[str, Any]) -> bool:
    return header.get("kid") in (key.thumbprint(), key.kid) and header.get("kid") is not None
