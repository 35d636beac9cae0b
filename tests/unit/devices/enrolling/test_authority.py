"""A certificate says what the realm says of a device, is read as that and no more, and weak keys get none."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.devices.enrolling.device import NOW, authority, name, request, rsa_key

from reelm.devices import (
    CertificateRequestMalformed,
    DeviceCertificateExpired,
    DeviceCertificateForeign,
    DeviceCertificateNotYetValid,
    DeviceCertificateOfAnother,
    DeviceKeyRefused,
)
from reelm.devices.enrolling import (
    dump_authority,
    issue_certificate,
    load_authority,
    read_certificate,
    read_request,
    thumbprint,
)
from reelm.kernel.errors import Problem

MINUTE = timedelta(minutes=1)
P256 = ec.generate_private_key(ec.SECP256R1())
URI = "urn:reelm:device:parliament:laptop-7"


def given_at(now: datetime = NOW, key: CertificateIssuerPrivateKeyTypes = P256) -> x509.Certificate:
    return issue_certificate(authority(), request(key), device="laptop-7", organisation="parliament", now=now)


def der(one: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    return one.public_bytes(Encoding.DER)


def read(certificate: x509.Certificate, now: datetime = NOW, device: str | None = None) -> object:
    return read_certificate(der(certificate), authority().certificate, now, device=device)


def test_a_certificate_says_what_the_realm_says_and_nothing_of_what_was_asked() -> None:
    certificate = given_at()
    of_class = certificate.extensions.get_extension_for_class
    assert certificate.subject.rfc4514_string() == "CN=laptop-7,O=parliament"
    assert of_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.UniformResourceIdentifier) == [URI]
    assert list(of_class(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert of_class(x509.BasicConstraints).value == x509.BasicConstraints(ca=False, path_length=None)
    assert not of_class(x509.KeyUsage).value.key_cert_sign
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=397)
    issued_by = of_class(x509.AuthorityKeyIdentifier).value.key_identifier
    its_own = authority().certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert issued_by == its_own
    assert of_class(x509.SubjectKeyIdentifier).value.digest != its_own
    assert certificate.serial_number != given_at().serial_number


@pytest.mark.parametrize(
    "key",
    [rsa_key(), P256, ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()],
    ids=["rsa-2048", "p-256", "p-384", "ed25519"],
)
def test_a_device_is_known_by_its_key(key: CertificateIssuerPrivateKeyTypes) -> None:
    certificate = given_at(key=key)
    certified = read_certificate(der(certificate), authority().certificate, NOW, device="laptop-7")
    assert (certified.organisation, certified.device) == ("parliament", "laptop-7")
    assert certified.thumbprint == thumbprint(key.public_key()) == thumbprint(certificate)
    assert len(certified.thumbprint) == 32
    assert (certified.serial, certified.until) == (certificate.serial_number, certificate.not_valid_after_utc)


@pytest.mark.parametrize(
    "key",
    [
        rsa_key(bits=1024),
        ec.generate_private_key(ec.SECP521R1()),
        ec.generate_private_key(ec.SECP256K1()),
        ed448.Ed448PrivateKey.generate(),
    ],
    ids=["rsa-1024", "p-521", "secp256k1", "ed448"],
)
def test_other_keys_get_no_certificate(key: CertificateIssuerPrivateKeyTypes) -> None:
    with pytest.raises(DeviceKeyRefused):
        read_request(der(request(key)))
    with pytest.raises(DeviceKeyRefused):
        given_at(key=key)


def test_a_request_that_its_key_has_not_signed_gets_no_certificate() -> None:
    one, other = (der(request(rsa_key(), device=device)) for device in ("d1", "d2"))
    stolen = one[:-256] + other[-256:]
    with pytest.raises(CertificateRequestMalformed):
        read_request(stolen)


@pytest.mark.parametrize("data", [b"", b"no request", b"-----BEGIN CERTIFICATE REQUEST-----", bytes(20_000)])
def test_what_is_no_request_is_refused(data: bytes) -> None:
    with pytest.raises(CertificateRequestMalformed):
        read_request(data)


def test_a_request_is_read_as_pem_or_der_and_not_past_its_limit() -> None:
    one = request(P256)
    assert read_request(one.public_bytes(Encoding.PEM)) == read_request(der(one)) == one
    with pytest.raises(CertificateRequestMalformed):
        read_request(one.public_bytes(Encoding.PEM) + b"\n" * 16_384)


@pytest.mark.parametrize("code", ["", "Laptop", "a:b", "a b", "a/../b", "é", "a" * 61, "d\n"])
def test_only_codes_are_written_into_a_certificate(code: str) -> None:
    for names in ({"device": code, "organisation": "o"}, {"device": "d", "organisation": code}):
        with pytest.raises(ValueError, match="validation error"):
            issue_certificate(authority(), request(P256), now=NOW, **names)


@pytest.mark.parametrize(
    ("after", "raised"),
    [
        (-6 * MINUTE, DeviceCertificateNotYetValid),
        (-5 * MINUTE, None),
        (timedelta(days=397) + 5 * MINUTE, None),
        (timedelta(days=397) + 6 * MINUTE, DeviceCertificateExpired),
    ],
)
def test_a_certificate_has_its_time_and_clocks_may_differ(after: timedelta, raised: type[Problem] | None) -> None:
    certificate = given_at()
    if raised is None:
        assert read(certificate, NOW + after)
    else:
        with pytest.raises(raised):
            read(certificate, NOW + after)


def test_no_certificate_outlives_its_authority() -> None:
    end = authority().certificate.not_valid_after_utc
    assert given_at(end - timedelta(days=10)).not_valid_after_utc == end


def test_a_certificate_is_no_other_devices() -> None:
    with pytest.raises(DeviceCertificateOfAnother):
        read(given_at(), device="laptop-8")


def foreign() -> dict[str, bytes]:
    ours, theirs = authority(), authority("ca-qc")
    elsewhere = issue_certificate(theirs, request(P256), device="laptop-7", organisation="parliament", now=NOW)
    base = (
        x509.CertificateBuilder(name("laptop-7"), ours.certificate.subject, P256.public_key(), 5)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
    )
    uri = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(URI)])
    client, server = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
    of_server = base.add_extension(uri, critical=False).add_extension(x509.ExtendedKeyUsage([server]), critical=False)
    other_name = x509.SubjectAlternativeName([x509.UniformResourceIdentifier("urn:other:parliament:laptop-7")])
    no_device = base.add_extension(other_name, critical=False)
    no_device = no_device.add_extension(x509.ExtendedKeyUsage([client]), critical=False)
    # Signed by another key, and said to be by our authority.
    forged = base.add_extension(uri, critical=False).add_extension(x509.ExtendedKeyUsage([client]), critical=False)
    return {
        "another authority's": der(elsewhere),
        "the authority's own": der(ours.certificate),
        "the registration authority's": der(ours.registration),
        "a server's": der(of_server.sign(ours.key, SHA256())),
        "of no device": der(no_device.sign(ours.key, SHA256())),
        "without extensions": der(base.sign(ours.key, SHA256())),
        "forged": der(forged.sign(ours.registration_key, SHA256())),
        "nothing": b"",
        "too long": der(given_at()) + bytes(16_384),
    }


@pytest.mark.parametrize("case", foreign())
def test_what_this_realm_has_not_given_to_a_device_is_none_of_its_certificates(case: str) -> None:
    with pytest.raises(DeviceCertificateForeign):
        read_certificate(foreign()[case], authority().certificate, NOW)


CHANGED, ASKED = given_at(), request(P256)


@given(st.integers(0, 5000), st.integers(1, 255))
def test_a_certificate_in_which_bits_were_changed_is_none_or_says_the_same(at: int, by: int) -> None:
    """What stands outside of what is signed, such as how its algorithm is written, may be written otherwise."""
    whole = bytearray(der(CHANGED))
    whole[at % len(whole)] ^= by
    with suppress(DeviceCertificateForeign):
        read = read_certificate(bytes(whole), authority().certificate, NOW)
        assert read == read_certificate(der(CHANGED), authority().certificate, NOW)


@given(st.integers(0, 5000), st.integers(1, 255))
def test_a_request_in_which_bits_were_changed_is_none_or_is_by_the_same_key(at: int, by: int) -> None:
    """The one thing that is taken of a request."""
    whole = bytearray(der(ASKED))
    whole[at % len(whole)] ^= by
    with suppress(CertificateRequestMalformed, DeviceKeyRefused):
        assert thumbprint(read_request(bytes(whole)).public_key()) == thumbprint(ASKED.public_key())


def test_an_authority_is_the_same_when_it_is_loaded_again() -> None:
    written = dump_authority(authority())
    again = load_authority(written)
    assert dump_authority(again) == written
    assert read_certificate(der(given_at()), again.certificate, NOW)
    assert again.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "Devices in eu"
    again.registration.verify_directly_issued_by(again.certificate)


def test_an_authority_with_keys_of_another_is_not_loaded() -> None:
    one, other = (dump_authority(authority(realm)) for realm in ("eu", "ca-qc"))
    cut = b"-----BEGIN PRIVATE KEY-----"
    mixed = one[: one.index(cut)] + other[other.index(cut) :]
    for wrong in (mixed, one[:-200], b"", one[: one.index(cut)]):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is not loaded
            load_authority(wrong)
