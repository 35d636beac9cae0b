"""Which keys sign signals: a realm's own is always the same, and of others' no key that is too weak or not public."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from reelm.devices import KeysMalformed, make_signal_key, show_keys
from reelm.devices.signal_keys import dump_keys, load_keys, read_signal_keys

P256, RSA = ECKey.generate_key("P-256"), RSAKey.generate_key(2048)


def _public(key: Any, **told: Any) -> dict[str, Any]:
    return dict(key.as_dict(private=False)) | told


def test_a_realms_key_follows_from_its_secret() -> None:
    one, same, other = (make_signal_key(secret) for secret in (b"a" * 32, b"a" * 32, b"b" * 32))
    assert one.thumbprint() == same.thumbprint() != other.thumbprint()
    assert one.is_private
    (shown,) = show_keys([one])["keys"]
    assert "d" not in shown
    assert (shown["kid"], shown["crv"]) == (one.thumbprint(), "P-256")


def test_keys_of_both_kinds_are_read_and_kept_by_their_names() -> None:
    keys = read_signal_keys({"keys": [_public(P256, kid="ec-1"), _public(RSA, use="sig")]})
    assert [type(key) for key in load_keys(dump_keys(keys))] == [ECKey, RSAKey]
    assert [key.kid or key.thumbprint() for key in load_keys(dump_keys(keys))] == ["ec-1", RSA.thumbprint()]


def test_keys_that_sign_nothing_here_are_passed_over() -> None:
    others = [_public(ECKey.generate_key("P-384")), _public(OKPKey.generate_key("Ed25519"))]
    others += [_public(RSAKey.generate_key(2048), use="enc"), {"kty": "new"}]
    assert len(read_signal_keys({"keys": [*others, _public(P256)]})) == 1
    with pytest.raises(KeysMalformed):
        read_signal_keys({"keys": others})


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"keys": {}},
        {"keys": []},
        {"keys": [None]},
        {"keys": [dict(P256.as_dict(private=True))]},
        {"keys": [dict(OctKey.generate_key(256).as_dict(private=True))]},
        {"keys": [{"kty": "EC", "crv": "P-256", "x": 1, "y": None}]},
        {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]},
        {"keys": [_public(P256)] * 21},
    ],
    ids=lambda told: str(told)[:40],
)
def test_what_is_no_set_of_public_keys_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(KeysMalformed):
        read_signal_keys(told)
