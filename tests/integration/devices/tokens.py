"""A device management that signs what it says with another JOSE library than ours, rightly or wrongly."""

import base64
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CHANGE = "https://schemas.openid.net/secevent/caep/event-type/device-compliance-change"
REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification"
UPDATED = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated"
ISSUER, AUDIENCE = "https://mdm.example", "https://reelm.example/signals/institution"

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Management:
    """Tells of devices by PyJWT. What a test wants otherwise it says: claims, header, key or algorithm."""

    key: Key = field(default_factory=ec_key)
    issuer: str = ISSUER
    kid: str = "mdm-1"

    @property
    def jwks(self) -> dict[str, Any]:
        if isinstance(self.key, rsa.RSAPrivateKey):
            told = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        else:
            told = ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [dict(told) | {"kid": self.kid, "use": "sig"}]}

    def claims(self, kind: str, event: dict[str, Any], at: datetime, **changes: Any) -> dict[str, Any]:
        told = {"iss": self.issuer, "aud": AUDIENCE, "iat": int(at.timestamp()), "jti": uuid4().hex}
        return told | {"events": {kind: event}} | changes

    def sign(self, claims: dict[str, Any], key: Any = None, alg: str | None = None, **header: Any) -> str:
        usual = "RS256" if isinstance(self.key, rsa.RSAPrivateKey) else "ES256"
        headers = {"typ": "secevent+jwt", "kid": self.kid} | header
        return jwt.encode(claims, self.key if key is None else key, algorithm=alg or usual, headers=headers)

    def sign_as_secret(self, claims: dict[str, Any]) -> str:
        """By the public key, taken for a shared secret: PyJWT refuses to, so it is done by hand."""
        public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        header = {"typ": "secevent+jwt", "kid": self.kid, "alg": "HS256"}
        signed = ".".join(_encode(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{_encode(hmac.digest(public, signed.encode(), 'sha256'))}"

    def subject(self, device: str) -> dict[str, Any]:
        named = {"format": "iss_sub", "iss": self.issuer, "sub": device}
        return {"format": "complex", "device": named, "tenant": {"format": "opaque", "id": "tenant-7"}}

    def change_claims(self, device: str, now: str, at: datetime, **changes: Any) -> dict[str, Any]:
        before = "compliant" if now == "not-compliant" else "not-compliant"
        event = {"previous_status": before, "current_status": now, "event_timestamp": int(at.timestamp())}
        return self.claims(CHANGE, event, at, sub_id=self.subject(device), **changes)

    def change(self, device: str, now: str, at: datetime, **changes: Any) -> str:
        """A device has come to stand otherwise."""
        return self.sign(self.change_claims(device, now, at, **changes))

    def revoke(self, device: str, at: datetime) -> str:
        """The sessions of a device are over."""
        event = {"initiating_entity": "policy", "event_timestamp": int(at.timestamp())}
        return self.sign(self.claims(REVOKED, event, at, sub_id=self.subject(device)))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def read_told(token: str, jwks: dict[str, Any], *, audience: str, issuer: str, now: datetime) -> dict[str, Any]:
    """The claims of a token of ours, checked by PyJWT as a receiver does. `exp` is not in such tokens (SSF 1.0)."""
    header = jwt.get_unverified_header(token)
    assert header["typ"] == "secevent+jwt"
    key = next(one for one in jwt.PyJWKSet.from_dict(jwks).keys if one.key_id == header["kid"])
    options: Any = {"verify_iat": False, "require": ["iss", "aud", "iat", "jti"]}
    claims = jwt.decode(token, key, algorithms=["ES256"], audience=audience, issuer=issuer, options=options)
    assert abs(claims["iat"] - now.timestamp()) <= timedelta(days=7).total_seconds()
    return json.loads(json.dumps(claims))
