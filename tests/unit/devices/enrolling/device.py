"""A device that asks for a certificate: its key, its request, and the message that it is sent in, right or wrong."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from asn1crypto import cms as untyped_cms
from asn1crypto import core as untyped_core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.ciphers.algorithms import AES128, AES256
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options
from cryptography.x509.oid import AttributeOID, NameOID

from reelm.devices.enrolling import Authority, make_authority

_cms: Any = cast("Any", untyped_cms)
_core: Any = cast("Any", untyped_core)

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
HASHES: Mapping[str, HashAlgorithm] = {
    "md5": MD5(),
    "sha1": SHA1(),
    "sha256": SHA256(),
    "sha384": SHA384(),
    "sha512": SHA512(),
}
SCEP = "2.16.840.1.113733.1.9."


@cache
def authority(realm: str = "eu") -> Authority:
    return make_authority(realm, NOW - timedelta(days=30))


@cache
def rsa_key(number: int = 0, bits: int = 2048) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=bits)


def name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def request(
    key: CertificateIssuerPrivateKeyTypes | None = None, challenge: str | None = "secret", device: str = "d1"
) -> x509.CertificateSigningRequest:
    """A request that wants more than it gets: it would be an authority."""
    builder = x509.CertificateSigningRequestBuilder(name(device))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if challenge is not None:
        builder = builder.add_attribute(AttributeOID.CHALLENGE_PASSWORD, challenge.encode())
    key = key or rsa_key()
    return builder.sign(key, SHA256() if isinstance(key, (RSAPrivateKey, EllipticCurvePrivateKey)) else None)


@cache
def sign_itself(key: RSAPrivateKey) -> x509.Certificate:
    """The certificate that a device makes for itself, to have one to sign its message with."""
    builder = x509.CertificateBuilder(name("itself"), name("itself"), key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1)).sign(key, SHA256())


def seal(
    content: bytes, reader: x509.Certificate | None = None, algorithm: type[AES128] | type[AES256] = AES128
) -> bytes:
    builder = PKCS7EnvelopeBuilder().set_data(content).add_recipient(reader or authority().registration)
    return builder.set_content_encryption_algorithm(algorithm).encrypt(Encoding.DER, [PKCS7Options.Binary])


@dataclass(frozen=True)
class Message:
    """What a device sends; a test changes one thing of it."""

    key: RSAPrivateKey = field(default_factory=rsa_key)
    content: bytes | None = None
    certificate: x509.Certificate | None = None
    digest: str = "sha256"
    at: datetime | None = NOW
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def change(self, **changes: Any) -> "Message":
        return replace(self, **changes)

    def dump(self) -> bytes:
        content = self.content if self.content is not None else seal(request(self.key).public_bytes(Encoding.DER))
        certificate = _cms.Certificate.load(
            (self.certificate or sign_itself(self.key)).public_bytes(Encoding.DER), strict=True
        )
        attributes = {
            "content_type": "data",
            "message_digest": hashlib.new(self.digest, content, usedforsecurity=False).digest(),
            f"{SCEP}2": _core.PrintableString("19"),
            f"{SCEP}5": _core.OctetString(b"n" * 16),
            f"{SCEP}7": _core.PrintableString("transaction"),
        }
        if self.at is not None:
            attributes["signing_time"] = _cms.Time("generalized_time", self.at)
        attributes |= self.attributes
        signed = _cms.CMSAttributes(
            [{"type": type_, "values": [value]} for type_, value in attributes.items() if value is not None]
        )
        hash_ = HASHES[self.digest]
        digest = hashlib.new(self.digest, signed.dump(), usedforsecurity=False).digest()
        named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        signer = {
            "version": "v1",
            "sid": _cms.SignerIdentifier("issuer_and_serial_number", named),
            "digest_algorithm": {"algorithm": self.digest},
            "signed_attrs": signed,
            "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
            "signature": self.key.sign(digest, PKCS1v15(), Prehashed(hash_)),
        }
        whole = {
            "version": "v1",
            "digest_algorithms": [{"algorithm": self.digest}],
            "encap_content_info": {"content_type": "data", "content": content},
            "certificates": [_cms.CertificateChoices("certificate", certificate)],
            "signer_infos": [signer],
        }
        return _cms.ContentInfo({"content_type": "signed_data", "content": whole}).dump()
