"""How is a decision written, signed and read? JSON with a detached JWS over its canonical form.

The file is a JSON object. Without its member `signature` it is put into the one form that RFC 8785 gives it; that is
the payload of a JWS (RFC 7515, appendix F), in compact form with nothing between its two dots, by ES256. `kid` in its
header is the thumbprint of the key (RFC 7638). Whose key it is, the organisation proves, not the document.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import orjson
import rfc8785
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import ValidationError

from reelm.devices.errors import DecisionMalformed, DecisionSignatureWrong, DecisionUnsigned, KeysMalformed
from reelm.devices.model import Decision

MOST_BYTES, MOST_SIGNATURE = 256 * 1024, 2000
ALGORITHM, CURVE, TYPE = "ES256", "P-256", "decision+jws"
SIGNATURE = "signature"


@dataclass(frozen=True)
class SignedDecision:
    """A decision as it was signed: `canonical` is what the signature is over, `digest` its SHA-256 in hex."""

    decision: Decision
    canonical: bytes
    signature: str

    def encode(self) -> bytes:
        """The document with its signature, in canonical form."""
        return rfc8785.dumps(orjson.loads(self.canonical) | {SIGNATURE: self.signature})

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.canonical).hexdigest()


def read_decision(data: bytes) -> SignedDecision:
    """Raises `DecisionMalformed` or `DecisionUnsigned`; whether the signature holds, `verify` says."""
    told = _parse(data)
    signature = told.pop(SIGNATURE, None)
    decision = _validate(told)
    if not isinstance(signature, str) or len(signature) > MOST_SIGNATURE:
        raise DecisionUnsigned
    return SignedDecision(decision, rfc8785.dumps(told), signature)


def sign_decision(data: bytes, key: ECKey) -> bytes:
    """The document with the signature of `key` in it, in canonical form. Raises `DecisionMalformed`."""
    told = _parse(data)
    told.pop(SIGNATURE, None)
    _validate(told)
    header = {"alg": ALGORITHM, "kid": key.thumbprint(), "typ": TYPE}
    whole = jws.serialize_compact(header, rfc8785.dumps(told), key, algorithms=[ALGORITHM])
    return rfc8785.dumps(told | {SIGNATURE: jws.detach_content(whole)}) + b"\n"


def verify(signed: SignedDecision, keys: Iterable[ECKey]) -> str:
    """The thumbprint of the key that signed, one of `keys`. Raises `DecisionSignatureWrong`."""
    by_thumbprint = {key.thumbprint(): key for key in keys}
    try:
        header = jws.extract_compact(signed.signature.encode(), signed.canonical).headers()
        claimed = str(header.get("kid", ""))[:64]
        if (header.get("alg"), header.get("typ")) != (ALGORITHM, TYPE) or claimed not in by_thumbprint:
            raise DecisionSignatureWrong(signed_by=claimed)
        key = by_thumbprint[claimed]
        jws.deserialize_compact(signed.signature, key, algorithms=[ALGORITHM], payload=signed.canonical)
    except (JoseError, ValueError):
        raise DecisionSignatureWrong(signed_by="") from None
    return claimed


def read_keys(data: bytes) -> list[ECKey]:
    """The keys of a JWK or a JWK set (RFC 7517). Raises `KeysMalformed`."""
    try:
        told: Any = orjson.loads(data)
        keys = [ECKey.import_key(one) for one in told.get("keys", [told])]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise KeysMalformed from None
    if not keys or any(key.curve_name != CURVE for key in keys):
        raise KeysMalformed
    return keys


def decision_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a signed decision. What goes beyond it, such as which time follows which, the
    model says (`model.py`).
    """
    schema = Decision.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Decision to suspend an app"
    schema["properties"][SIGNATURE] = {"type": "string", "maxLength": MOST_SIGNATURE}
    schema["required"].append(SIGNATURE)
    return schema


def _parse(data: bytes) -> dict[str, Any]:
    if len(data) > MOST_BYTES:
        raise DecisionMalformed(where="", fault=f"longer than {MOST_BYTES} bytes")
    try:
        told: Any = orjson.loads(data)
    except ValueError:
        raise DecisionMalformed(where="", fault="no JSON") from None
    if not isinstance(told, dict):
        raise DecisionMalformed(where="", fault="no JSON object")
    return cast("dict[str, Any]", told)


def _validate(told: dict[str, Any]) -> Decision:
    try:
        return Decision.model_validate_json(orjson.dumps(told), strict=True)
    except TypeError:  # nested deeper than it is written
        raise DecisionMalformed(where="", fault="nested too deep") from None
    except ValidationError as refused:
        first = refused.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        fault = str(first.get("ctx", {}).get("error") or first["msg"])
        raise DecisionMalformed(where=where[:200], fault=fault[:300]) from None
