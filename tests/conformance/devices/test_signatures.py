"""OpenSSL takes our profiles and PyJWT our decisions, and neither takes one that was changed."""

import base64
import json
import plistlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey
from tests.conformance.devices.compiling import DECISION, EXAMPLE, compile_example
from tests.house.catalogue import ROOT

from reelm.cli.__main__ import main
from reelm.devices import Change, Compliance, Envelope, make_signal, sign_profile

KEYS = json.loads((ROOT / "contracts" / "vectors" / "decision-example.keys.json").read_bytes())


def _identity() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "institution.example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(days=1))
    return builder.not_valid_after(now + timedelta(days=1)).sign(key, SHA256()), key


def _openssl(folder: Path, signed: bytes) -> tuple[int, bytes]:
    (folder / "profile").write_bytes(signed)
    command = [
        "openssl",
        "cms",
        "-verify",
        "-inform",
        "DER",
        "-purpose",
        "any",
        "-CAfile",
        "ca.pem",
        "-in",
        "profile",
    ]
    done = subprocess.run([*command, "-out", "out"], cwd=folder, capture_output=True, timeout=60, check=False)
    return done.returncode, (folder / "out").read_bytes() if done.returncode == 0 else b""


@pytest.mark.parametrize("name", ["supervised.mobileconfig", "device.mobileconfig"])
def test_openssl_verifies_our_profile_and_refuses_it_with_one_byte_changed(name: str, tmp_path: Path) -> None:
    certificate, key = _identity()
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    profile = compile_example("mobileconfig")[name]
    signed = sign_profile(profile, certificate, key)
    assert _openssl(tmp_path, signed) == (0, profile)
    assert plistlib.loads(profile)["PayloadType"] == "Configuration"
    at = signed.index(b"shortvideo.example")
    changed = signed[:at] + b"S" + signed[at + 1 :]
    assert _openssl(tmp_path, changed)[0] != 0


def test_the_command_signs_profiles_and_nothing_else(tmp_path: Path) -> None:
    certificate, key = _identity()
    pem = certificate.public_bytes(Encoding.PEM)
    (tmp_path / "ca.pem").write_bytes(pem)
    (tmp_path / "identity.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem
    )
    words = ["devices", "compile", str(EXAMPLE), "--identity", str(tmp_path / "identity.pem"), "--out", str(tmp_path)]
    assert main([*words, "--target", "mobileconfig"]) == 0
    signed = (tmp_path / "supervised.mobileconfig").read_bytes()
    assert _openssl(tmp_path, signed) == (0, compile_example("mobileconfig")["supervised.mobileconfig"])
    assert main([*words, "--target", "rpz"]) == 1
    assert not list(tmp_path.glob("*.zone"))


def test_a_second_library_verifies_the_signature_of_our_decision() -> None:
    key = jwt.PyJWK(KEYS["keys"][0], algorithm="ES256")
    header, _, signature = DECISION.signature.split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {
        "alg": "ES256",
        "kid": key.key_id,
        "typ": "decision+jws",
    }
    payload = base64.urlsafe_b64encode(DECISION.canonical).rstrip(b"=").decode()
    told = jwt.PyJWS().decode(f"{header}.{payload}.{signature}", key, algorithms=["ES256"])
    assert told == DECISION.canonical
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.PyJWS().decode(f"{header}.{payload[:-4]}AAAA.{signature}", key, algorithms=["ES256"])


def test_a_second_library_verifies_our_security_event_tokens() -> None:
    key, now = ECKey.generate_key("P-256"), datetime.now(UTC)
    change = Change("d1", "tenant-1", Compliance.COMPLIANT, Compliance.NOT_COMPLIANT, {"en": "The app is there"}, now)
    token = make_signal(change, Envelope("https://mdm.example", "https://receiver.example", "1", key, now))
    theirs = jwt.PyJWK(key.as_dict(private=False), algorithm="ES256")
    asked: dict[str, Any] = {
        "algorithms": ["ES256"],
        "audience": "https://receiver.example",
        "issuer": "https://mdm.example",
    }
    told = jwt.decode_complete(token, theirs, **asked)
    assert told["header"]["typ"] == "secevent+jwt"
    ((kind, event),) = told["payload"]["events"].items()
    assert kind == "https://schemas.openid.net/secevent/caep/event-type/device-compliance-change"
    assert (event["previous_status"], event["current_status"]) == ("compliant", "not-compliant")
    assert event["reason_admin"] == {"en": "The app is there"}
    other = jwt.PyJWK(ECKey.generate_key("P-256").as_dict(private=False), algorithm="ES256")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, other, **asked)
