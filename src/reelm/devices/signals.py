"""How does one system tell another that a device is compliant no more? Security event tokens, as CAEP 1.0 has them.

A token (RFC 8417) is a JWT of type `secevent+jwt`, here by ES256. Its one event is CAEP's `device-compliance-change`,
about a device of a tenant (RFC 9493, "complex"), or the verification event of the Shared Signals Framework. Refusals
have the codes of RFC 8935. Whether a token was heard before, whoever keeps the `jti`s has to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reelm.devices.compliance import CLOCKS_DIFFER, Compliance
from reelm.devices.document import ALGORITHM
from reelm.devices.errors import SignalRefused

TYPE = "secevent+jwt"
COMPLIANCE_CHANGE = "https://schemas.openid.net/secevent/caep/event-type/device-compliance-change"
VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification"
# A token that is older is not taken, so that a `jti` need not be kept for longer.
TAKEN_FOR = timedelta(days=7)
MOST_BYTES = 16 * 1024

Status = Literal["compliant", "not-compliant"]


@dataclass(frozen=True)
class Change:
    """A device of a tenant that stands otherwise now: `reason` in words for administrators, by language."""

    device: str
    tenant: str
    before: Compliance
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
    """What a token said, of whoever issued it. `state` is what a verification gives back; it has no device."""

    jti: str
    issuer: str
    at: datetime
    device: str | None = None
    tenant: str | None = None
    status: Status | None = None
    state: str | None = None


class _Claims(BaseModel):
    """What others add is passed over, as RFC 8417 asks."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Device(_Claims):
    format: Literal["iss_sub"]
    iss: str = Field(max_length=500)
    sub: str = Field(min_length=1, max_length=200)


class _Tenant(_Claims):
    format: Literal["opaque"]
    id: str = Field(min_length=1, max_length=200)


class _Subject(_Claims):
    format: Literal["complex"]
    device: _Device
    tenant: _Tenant | None = None


class _Changed(_Claims):
    previous_status: Status
    current_status: Status
    event_timestamp: int | None = Field(default=None, ge=0, le=2**40)


class _Verified(_Claims):
    state: str | None = Field(default=None, max_length=500)


class _Token(_Claims):
    iss: str = Field(min_length=1, max_length=500)
    aud: str | list[str]
    iat: int = Field(ge=0, le=2**40)
    jti: str = Field(min_length=1, max_length=200)
    sub_id: dict[str, Any] | None = None
    events: dict[str, dict[str, Any]] = Field(min_length=1, max_length=1)


def make_signal(change: Change, envelope: Envelope) -> str:
    """The token that tells of a change, in compact form."""
    event = {
        "previous_status": change.before.caep_status,
        "current_status": change.now.caep_status,
        "initiating_entity": "policy",
        "reason_admin": dict(change.reason),
        "event_timestamp": int(change.at.timestamp()),
    }
    device = {"format": "iss_sub", "iss": envelope.issuer, "sub": change.device}
    subject = {"format": "complex", "device": device, "tenant": {"format": "opaque", "id": change.tenant}}
    return _encode({COMPLIANCE_CHANGE: event}, subject, envelope)


def make_verification(state: str, envelope: Envelope) -> str:
    """The token that shows a receiver that the stream works, with the `state` it asked for."""
    return _encode({VERIFICATION: {"state": state}}, {"format": "opaque", "id": envelope.audience}, envelope)


def read_signal(token: str, *, keys: Mapping[str, Iterable[ECKey]], audience: str, now: datetime) -> Heard:
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
            return Heard(claims.jti, claims.iss, at, state=_Verified.model_validate(event, strict=True).state)
        if kind != COMPLIANCE_CHANGE:
            raise SignalRefused(err="invalid_request")
        subject = _Subject.model_validate(claims.sub_id, strict=True)
        change = _Changed.model_validate(event, strict=True)
    except ValidationError:
        raise SignalRefused(err="invalid_request") from None
    if subject.device.iss != claims.iss:  # nobody tells of another's devices
        raise SignalRefused(err="invalid_issuer")
    tenant = subject.tenant.id if subject.tenant else None
    happened = datetime.fromtimestamp(change.event_timestamp, UTC) if change.event_timestamp else at
    return Heard(claims.jti, claims.iss, min(happened, now), subject.device.sub, tenant, change.current_status)


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


def _decode(token: str, keys: Mapping[str, Iterable[ECKey]]) -> _Token:
    """The claims of a token that the key of its own issuer has signed."""
    if len(token) > MOST_BYTES:
        raise SignalRefused(err="invalid_request")
    try:
        header = jws.extract_compact(token.encode()).headers()
        named = [(issuer, key) for issuer, theirs in keys.items() for key in theirs if _is_named(key, header)]
        if header.get("typ") != TYPE or not named:
            raise SignalRefused(err="invalid_key")
        issuer, key = named[0]
        claims = _Token.model_validate(jwt.decode(token, key, algorithms=[ALGORITHM]).claims, strict=True)
    except ValidationError:
        raise SignalRefused(err="invalid_request") from None
    except (JoseError, ValueError, RecursionError):
        raise SignalRefused(err="invalid_key") from None
    if claims.iss != issuer:
        raise SignalRefused(err="invalid_issuer")
    return claims


def _is_named(key: ECKey, header: Mapping[str, Any]) -> bool:
    return header.get("kid") in (key.thumbprint(), key.kid) and header.get("kid") is not None
