"""How does a device show that it is the one it says? It signs once with its key, and gets a pass for some hours.

The proof is a JWT by the device's own key, for this realm, fresh, and taken once. The pass is the thumbprint of that
key and a time, under a key of the realm's: cheap to check on every request. Pure.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reelm.devices.compliance import CLOCKS_DIFFER
from reelm.devices.errors import DeviceProofWrong

TYPE = "reelm-device+jwt"
PROOF_LASTS, PASS_LASTS = timedelta(minutes=5), timedelta(hours=12)
MOST_BYTES = 4096
_ALGORITHMS = {"EC": "ES256", "RSA": "PS256", "OKP": "Ed25519"}
_TIME, _TAG, _THUMBPRINT = 8, 16, 32


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    aud: str
    iat: int = Field(ge=0, le=2**40)
    jti: str = Field(min_length=8, max_length=100)


@dataclass(frozen=True)
class Shown:
    """A device has shown its key; `jti` must not be taken again until `until`."""

    thumbprint: bytes
    jti: str
    until: datetime


def read_claimed(token: str) -> bytes:
    """The thumbprint of the key that a proof says it is by; nothing is checked yet. Raises `DeviceProofWrong`."""
    if len(token) > MOST_BYTES:
        raise DeviceProofWrong
    try:
        header: Mapping[str, object] = jws.extract_compact(token.encode()).headers()
        claimed = base64.urlsafe_b64decode(str(header.get("kid", "")) + "==")
    except (JoseError, ValueError):
        raise DeviceProofWrong from None
    if header.get("typ") != TYPE or len(claimed) != _THUMBPRINT:
        raise DeviceProofWrong
    return claimed


def read_proof(token: str, public_key: bytes, *, audience: str, now: datetime) -> Shown:
    """Check a proof by a SubjectPublicKeyInfo. Raises `DeviceProofWrong`."""
    key = _import(public_key)
    algorithm = _ALGORITHMS[key.key_type]
    try:
        claims = _Claims.model_validate(jwt.decode(token, key, algorithms=[algorithm]).claims, strict=True)
    except (JoseError, ValidationError, ValueError):
        raise DeviceProofWrong from None
    made_at = datetime.fromtimestamp(claims.iat, UTC)
    is_fresh = now - PROOF_LASTS <= made_at <= now + CLOCKS_DIFFER
    thumbprint = hashlib.sha256(public_key).digest()
    if claims.aud != audience or not is_fresh or read_claimed(token) != thumbprint:
        raise DeviceProofWrong
    return Shown(thumbprint, claims.jti, made_at + PROOF_LASTS + CLOCKS_DIFFER)


def make_proof(private_key: ECKey | RSAKey | OKPKey, *, audience: str, jti: str, now: datetime) -> str:
    """What a device sends."""
    der = private_key.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    kid = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")
    algorithm = _ALGORITHMS[private_key.key_type]
    header = {"alg": algorithm, "kid": kid, "typ": TYPE}
    claims = {"aud": audience, "iat": int(now.timestamp()), "jti": jti}
    return jwt.encode(header, claims, private_key, algorithms=[algorithm])


def make_pass(secret: bytes, thumbprint: bytes, until: datetime) -> str:
    """What the device shows from then on, in a cookie or a header."""
    body = int(until.timestamp()).to_bytes(_TIME) + thumbprint
    return base64.urlsafe_b64encode(_tag(secret, body) + body).decode().rstrip("=")


def read_pass(secret: bytes, text: str, now: datetime) -> bytes | None:
    """The thumbprint of a pass of ours that is not over."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    tag, body = data[:_TAG], data[_TAG:]
    if len(body) != _TIME + _THUMBPRINT or not hmac.compare_digest(tag, _tag(secret, body)):
        return None
    is_over = int.from_bytes(body[:_TIME]) <= now.timestamp()
    return None if is_over else body[_TIME:]


def _tag(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"reelm/device-pass/v1\n" + body, "sha256")[:_TAG]


def _import(public_key: bytes) -> ECKey | RSAKey | OKPKey:
    key = load_der_public_key(public_key)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return ECKey(key, key)
    if isinstance(key, rsa.RSAPublicKey):
        return RSAKey(key, key)
    return OKPKey(key, key)  # pyright: ignore[reportArgumentType]
