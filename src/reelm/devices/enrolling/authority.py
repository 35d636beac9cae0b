"""Which device is this? A realm's own authority says so: the certificates that it gives, and how they are read.

It has two keys, both RSA. One signs certificates. The other is its registration authority's: to that, devices that
enrol by SCEP encrypt their requests, and it signs the answers. They are apart because whoever may send ciphertexts by
PKCS #1 v1.5 to a key may learn to sign with it, and the key that signs certificates must not be open to that. Both
are RSA because Debian's `scepclient` encrypts to every certificate that GetCACert gives it, and fails at a key of
another kind; certmonger takes the certificate that may encrypt. Of a request only the key is taken.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeGuard

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pydantic import TypeAdapter

from reelm.devices.compliance import CLOCKS_DIFFER
from reelm.devices.enrolling.errors import (
    CertificateRequestMalformed,
    DeviceCertificateExpired,
    DeviceCertificateForeign,
    DeviceCertificateNotYetValid,
    DeviceCertificateOfAnother,
    DeviceKeyRefused,
)
from reelm.devices.model import Code

AUTHORITY_LASTS, CERTIFICATE_LASTS = timedelta(days=3650), timedelta(days=397)
KEY_BITS, FEWEST_BITS, MOST_BITS = 3072, 2048, 8192
MOST_BYTES = 16 * 1024
URN = "urn:reelm:device:"

DeviceKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

_CODE = TypeAdapter[str](Code)
# What cryptography raises for bytes that are not what they should be; where warnings are errors, those, too.
_GARBAGE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, CryptographyDeprecationWarning)
_CURVES, _HASHES = (ec.SECP256R1, ec.SECP384R1), (SHA256, SHA384, SHA512)


@dataclass(frozen=True)
class Authority:
    """The authority of a realm: what signs certificates, and what devices encrypt to."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    registration: x509.Certificate
    registration_key: rsa.RSAPrivateKey


@dataclass(frozen=True)
class Certified:
    """Which device a certificate is of, by which key, and until when."""

    organisation: str
    device: str
    thumbprint: bytes
    serial: int
    until: datetime


def make_authority(realm: str, now: datetime) -> Authority:
    """A new authority for ten years. Made anew, every device has to enrol again."""
    key, registration_key = (rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS) for _ in range(2))
    name = _name(f"Devices in {realm}", "Reelm")
    base = _begin(name, key, name, now, AUTHORITY_LASTS)
    base = base.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = _sign(base, _usage(key_cert_sign=True, crl_sign=True), key)
    base = _begin(_name(f"Enrolment of devices in {realm}", "Reelm"), registration_key, name, now, AUTHORITY_LASTS)
    base = base.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    registration = _sign(base, _usage(digital_signature=True, key_encipherment=True), key)
    return Authority(certificate, key, registration, registration_key)


def dump_authority(authority: Authority) -> bytes:
    """All of it in PEM, keys and all: a secret."""
    keys = (
        one.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for one in (authority.key, authority.registration_key)
    )
    certificates = (one.public_bytes(Encoding.PEM) for one in (authority.certificate, authority.registration))
    return b"".join((*certificates, *keys))


def load_authority(pem: bytes) -> Authority:
    """Raises `ValueError` for anything but what `dump_authority` has written."""
    certificate, registration = x509.load_pem_x509_certificates(pem)
    at = pem.index(b"-----BEGIN PRIVATE KEY-----")
    middle = pem.index(b"-----BEGIN PRIVATE KEY-----", at + 1)
    key, registration_key = (load_pem_private_key(part, None) for part in (pem[at:middle], pem[middle:]))
    pairs = ((certificate, key), (registration, registration_key))
    if any(one.public_key() != its.public_key() for one, its in pairs):
        raise ValueError("a key that is not of its certificate")
    if not isinstance(key, rsa.RSAPrivateKey) or not isinstance(registration_key, rsa.RSAPrivateKey):
        raise ValueError("a key that is not RSA")  # noqa: TRY004 - it is what the file holds that is wrong
    return Authority(certificate, key, registration, registration_key)


def read_request(data: bytes) -> x509.CertificateSigningRequest:
    """A request for a certificate, PEM or DER, by a key that will do and that its sender holds.

    Raises `CertificateRequestMalformed` or `DeviceKeyRefused`.
    """
    if len(data) > MOST_BYTES:
        raise CertificateRequestMalformed
    try:
        pem = data.lstrip().startswith(b"-----BEGIN")
        request = x509.load_pem_x509_csr(data) if pem else x509.load_der_x509_csr(data)
    except _GARBAGE:
        raise CertificateRequestMalformed from None
    check_request(request)
    return request


def check_request(request: x509.CertificateSigningRequest) -> DeviceKey:
    """The key of a request that its sender holds. Raises as `read_request` does."""
    try:
        key = request.public_key()
        hash_ = request.signature_hash_algorithm
    except _GARBAGE:
        raise DeviceKeyRefused from None
    if not _will_do(key) or not (hash_ is None or isinstance(hash_, _HASHES)):
        raise DeviceKeyRefused
    try:
        holds = request.is_signature_valid
    except _GARBAGE:
        holds = False
    if not holds:
        raise CertificateRequestMalformed
    return key


def issue_certificate(
    authority: Authority, request: x509.CertificateSigningRequest, *, device: str, organisation: str, now: datetime
) -> x509.Certificate:
    """The certificate of a device of an organisation, both by their codes. Of the request, only the key is in it.

    Raises `CertificateRequestMalformed` or `DeviceKeyRefused`.
    """
    for code in (device, organisation):
        _CODE.validate_python(code)
    key = check_request(request)
    lasts = min(CERTIFICATE_LASTS, authority.certificate.not_valid_after_utc - now.replace(microsecond=0))
    base = _begin(_name(device, organisation), key, authority.certificate.subject, now, lasts)
    uri = x509.UniformResourceIdentifier(f"{URN}{organisation}:{device}")
    usage = _usage(digital_signature=True, key_encipherment=isinstance(key, rsa.RSAPublicKey))
    base = base.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    base = base.add_extension(x509.SubjectAlternativeName([uri]), critical=False)
    base = base.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return _sign(base, usage, authority.key)


def thumbprint(of: x509.Certificate | PublicKeyTypes) -> bytes:
    """What devices are bound by (`devices/refusing.py`): the SHA-256 of a key's SubjectPublicKeyInfo, 32 bytes."""
    key = of.public_key() if isinstance(of, x509.Certificate) else of
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def read_certificate(
    presented: bytes, issuer: x509.Certificate, now: datetime, *, device: str | None = None
) -> Certified:
    """Which device a certificate by `issuer` is of, PEM or DER. `device` is the code of the one that it must be of.

    Clocks may differ by five minutes. That the caller holds the key, the connection has to show; that the device is
    still enrolled, whoever keeps the devices. Raises `DeviceCertificateForeign` for one by another authority or
    not for a device, `DeviceCertificateOfAnother`, `DeviceCertificateExpired` or `DeviceCertificateNotYetValid`.
    """
    try:
        certificate = _load(presented)
        certificate.verify_directly_issued_by(issuer)
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        (uri,) = names.get_values_for_type(x509.UniformResourceIdentifier)
        key = certificate.public_key()
    except (*_GARBAGE, InvalidSignature, x509.ExtensionNotFound):
        raise DeviceCertificateForeign from None
    organisation, _, its_device = uri.removeprefix(URN).partition(":")
    if ExtendedKeyUsageOID.CLIENT_AUTH not in purposes or not uri.startswith(URN) or not _will_do(key):
        raise DeviceCertificateForeign
    if device is not None and its_device != device:
        raise DeviceCertificateOfAnother
    if now + CLOCKS_DIFFER < certificate.not_valid_before_utc:
        raise DeviceCertificateNotYetValid
    if now - CLOCKS_DIFFER > certificate.not_valid_after_utc:
        raise DeviceCertificateExpired
    until = certificate.not_valid_after_utc
    return Certified(organisation, its_device, thumbprint(certificate), certificate.serial_number, until)


def _load(presented: bytes) -> x509.Certificate:
    if len(presented) > MOST_BYTES:
        raise ValueError("too long")
    pem = presented.lstrip().startswith(b"-----BEGIN")
    return x509.load_pem_x509_certificate(presented) if pem else x509.load_der_x509_certificate(presented)


def _will_do(key: object) -> TypeGuard[DeviceKey]:
    match key:
        case rsa.RSAPublicKey():
            return FEWEST_BITS <= key.key_size <= MOST_BITS
        case ec.EllipticCurvePublicKey():
            return isinstance(key.curve, _CURVES)
        case _:
            return isinstance(key, ed25519.Ed25519PublicKey)


def _name(common_name: str, organisation: str) -> x509.Name:
    parts = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _usage(
    *,
    digital_signature: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_encipherment=key_encipherment,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _begin(
    subject: x509.Name, key: DeviceKey | rsa.RSAPrivateKey, issuer: x509.Name, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    public = key.public_key() if isinstance(key, rsa.RSAPrivateKey) else key
    begins = now.replace(microsecond=0)
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _sign(base: x509.CertificateBuilder, usage: x509.KeyUsage, key: rsa.RSAPrivateKey) -> x509.Certificate:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    base = base.add_extension(usage, critical=True).add_extension(authority, critical=False)
    return base.sign(key, SHA256())
