"""By which keys are signals signed? Ours follows from a secret of the realm's; theirs are in a JWK set. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from reelm.devices.document import CURVE
from reelm.devices.errors import KeysMalformed

SignalKey: TypeAlias = ECKey | RSAKey

MOST_KEYS, FEWEST_BITS, MOST_BITS = 20, 2048, 8192
# The order of P-256 (SEC 2, 2.4.2).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def make_signal_key(secret: bytes) -> ECKey:
    """The key of a realm whose secret this is; always the same one.

    FIPS 186-5, A.2.1: 512 bits are more than 64 longer than the order, so that every key is as likely as another.
    """
    drawn = int.from_bytes(hashlib.sha512(b"reelm/signals/v1\n" + secret).digest())
    return ECKey.import_key(ec.derive_private_key(drawn % (_ORDER - 1) + 1, ec.SECP256R1()))


def show_keys(keys: Sequence[SignalKey]) -> dict[str, Any]:
    """A JWK set (RFC 7517) of the public halves, each by its thumbprint or its own name."""
    return {
        "keys": [
            dict(key.as_dict(private=False)) | {"kid": key.kid or key.thumbprint(), "use": "sig"} for key in keys
        ]
    }


def read_signal_keys(jwks: Mapping[str, object]) -> list[SignalKey]:
    """The keys of an issuer that may sign here: P-256, and RSA of 2048 bits and more.

    Raises `KeysMalformed` for what is no JWK set, for one with a private key, and where no such key is left.
    """
    told = jwks.get("keys")
    if not isinstance(told, list):
        raise KeysMalformed
    many = cast("list[object]", told)
    if len(many) > MOST_KEYS:
        raise KeysMalformed
    keys = [key for key in map(_read_key, many) if key is not None]
    if not keys:
        raise KeysMalformed
    return keys


def dump_keys(keys: Sequence[SignalKey]) -> bytes:
    """How keys are kept; `load_keys` reads it."""
    return orjson.dumps(show_keys(keys))


def load_keys(kept: bytes) -> list[SignalKey]:
    """What `dump_keys` wrote."""
    return read_signal_keys(orjson.loads(kept))


def _read_key(told: object) -> SignalKey | None:
    """`None` for a key of another kind, or for something else than signing."""
    if not isinstance(told, dict):
        raise KeysMalformed
    jwk = cast("dict[str, Any]", told)
    if "d" in jwk or "k" in jwk:
        raise KeysMalformed
    if jwk.get("use", "sig") != "sig":
        return None
    try:
        if jwk.get("kty") == "EC":
            key = ECKey.import_key(jwk)
            return key if key.curve_name == CURVE else None
        if jwk.get("kty") == "RSA":
            wide = RSAKey.import_key(jwk)
            return wide if FEWEST_BITS <= wide.raw_value.key_size <= MOST_BITS else None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise KeysMalformed from None
    return None
