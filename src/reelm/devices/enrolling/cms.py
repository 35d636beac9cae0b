"""How is a message of SCEP signed, and sealed for one reader? By CMS (RFC 5652), of which this is what SCEP needs,
and how is one of Apple's devices signed.

asn1crypto knows the structures, `cryptography` does the mathematics. What comes in may be anything: then it is
`Unreadable`, or by an algorithm that is `Unsupported`, and nothing else is raised. How a sealed message fails tells
nobody whether the key, the padding or the content was wrong.
"""

import hashlib
import secrets
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from asn1crypto import cms as untyped_cms
from asn1crypto import core as untyped_core
from asn1crypto import parser as untyped_parser
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

_cms: Any = cast("Any", untyped_cms)
_core: Any = cast("Any", untyped_core)
_parser: Any = cast("Any", untyped_parser)

FEWEST_BITS, MOST_BITS = 2048, 8192
# Certificates, attributes or recipients: more than anybody sends.
MOST = 40

_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - only where `old` is said
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_KEY_BYTES = {"des": 8, "aes128_cbc": 16, "aes192_cbc": 24, "aes256_cbc": 32}
_OF_OLD = {"sha1", "des"}
# What asn1crypto and cryptography raise for bytes that are not what they should be.
_GARBAGE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    InvalidSignature,
    UnsupportedAlgorithm,
)


class Unreadable(Exception):
    """Not what it should be, or not for us, or not signed by whom it says."""


class Unsupported(Exception):
    """By an algorithm that is not taken."""


@dataclass(frozen=True)
class Reader:
    """For whom an answer is sealed: the DER of their issuer and serial number, and their key."""

    named: bytes
    key: RSAPublicKey


@dataclass(frozen=True)
class Signed:
    """A signed message as it says it is; whether it is so, `verify` finds out. Attributes are by the names that
    asn1crypto has for them, or by their OIDs: text, bytes, a time, or something else.
    """

    content: bytes
    attributes: Mapping[str, object]
    certificate: bytes
    signer: Any


def read_signed(data: bytes) -> Signed:
    """A message with one signer whose certificate is in it. Raises `Unreadable`."""
    with _reading():
        signed = _open(data, "signed_data")
        (signer,) = signed["signer_infos"]
        certificates = [one.chosen for one in _few(signed["certificates"])]
        (certificate,) = (one for one in certificates if _is_named(signer["sid"], one))
        attributes = dict(_read_attribute(one) for one in _few(signer["signed_attrs"]))
        if len(attributes) < len(signer["signed_attrs"]):
            raise Unreadable
        content = signed["encap_content_info"]
        if content["content_type"].native != "data":
            raise Unreadable
        return Signed(content["content"].native or b"", attributes, certificate.dump(), signer)


def verify(signed: Signed, *, old: bool = False) -> Reader:
    """Who has signed a message. SHA-1 is taken only if `old`. Raises `Unreadable` or `Unsupported`."""
    with _reading():
        reader = _read_signer(signed.certificate)
        name = signed.signer["digest_algorithm"]["algorithm"].native
        by = signed.signer["signature_algorithm"]["algorithm"].native
        hash_ = _HASHES.get(name)
        if hash_ is None or (name in _OF_OLD and not old) or by not in ("rsassa_pkcs1v15", f"{name}_rsa"):
            raise Unsupported
        digest = hashlib.new(name, signed.content, usedforsecurity=False).digest()
        if (signed.attributes["content_type"], signed.attributes["message_digest"]) != ("data", digest):
            raise Unreadable
        attributes = signed.signer["signed_attrs"].untag().dump()
        reader.key.verify(signed.signer["signature"].native, attributes, PKCS1v15(), hash_)
        return reader


def read_detached(data: bytes, content: bytes) -> bytes:
    """The certificate of whoever has signed `content`, which is not in the message. Raises as `verify` does."""
    signed = read_signed(data)
    if signed.content:
        raise Unreadable
    verify(replace(signed, content=content))
    return signed.certificate


def sign(content: bytes, attributes: Mapping[str, Any], certificate: x509.Certificate, key: RSAPrivateKey) -> bytes:
    """A message signed with SHA-256, with the signer's certificate in it. Attributes by OID: text or octets."""
    ours = _certificate(certificate)
    digest = hashlib.sha256(content).digest()
    all_attributes: dict[str, Any] = {"content_type": "data", "message_digest": digest} | {
        oid: _core.PrintableString(value) if isinstance(value, str) else _core.OctetString(value)
        for oid, value in attributes.items()
    }
    signed = _cms.CMSAttributes([{"type": type_, "values": [value]} for type_, value in all_attributes.items()])
    signer = {
        "version": "v1",
        "sid": _cms.SignerIdentifier("issuer_and_serial_number", _name(ours)),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": signed,
        "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
        "signature": key.sign(signed.dump(), PKCS1v15(), hashes.SHA256()),
    }
    return _signed_data([ours], content, [signer])


def hold_certificates(certificates: Sequence[x509.Certificate]) -> bytes:
    """Certificates and nothing else, in a message that nobody has signed (RFC 8894, 3.4)."""
    return _signed_data([_certificate(one) for one in certificates], None, [])


def seal(content: bytes, reader: Reader) -> bytes:
    """What only `reader` can read, by AES with 128 bits."""
    key, start = secrets.token_bytes(16), secrets.token_bytes(16)
    padder, encryptor = PKCS7(128).padder(), Cipher(AES(key), CBC(start)).encryptor()
    padded = padder.update(content) + padder.finalize()
    recipient = {
        "version": "v0",
        "rid": _cms.RecipientIdentifier("issuer_and_serial_number", _cms.IssuerAndSerialNumber.load(reader.named)),
        "key_encryption_algorithm": {"algorithm": "rsaes_pkcs1v15"},
        "encrypted_key": reader.key.encrypt(key, PKCS1v15()),
    }
    sealed = {
        "version": "v0",
        "recipient_infos": [_cms.RecipientInfo("ktri", recipient)],
        "encrypted_content_info": {
            "content_type": "data",
            "content_encryption_algorithm": {"algorithm": "aes128_cbc", "parameters": start},
            "encrypted_content": encryptor.update(padded) + encryptor.finalize(),
        },
    }
    return _cms.ContentInfo({"content_type": "enveloped_data", "content": sealed}).dump()


def unseal(data: bytes, certificate: x509.Certificate, key: RSAPrivateKey, *, old: bool = False) -> bytes:
    """What was sealed for the holder of `key`. DES is taken only if `old`. Raises `Unreadable` or `Unsupported`."""
    with _reading():
        sealed = _open(data, "enveloped_data")
        recipients = [one.chosen for one in _few(sealed["recipient_infos"]) if one.name == "ktri"]
        (ours,) = (one for one in recipients if _is_named(one["rid"], _certificate(certificate)))
        content = sealed["encrypted_content_info"]
        algorithm = content["content_encryption_algorithm"]
        name = algorithm["algorithm"].native
        size = _KEY_BYTES.get(name)
        if size is None or (name in _OF_OLD and not old):
            raise Unsupported
        if ours["key_encryption_algorithm"]["algorithm"].native != "rsaes_pkcs1v15":
            raise Unsupported
        start = algorithm["parameters"].native
        # Where the padding is wrong OpenSSL gives random bytes, so that nobody can ask which ciphertexts are right.
        by = key.decrypt(ours["encrypted_key"].native, PKCS1v15())
        by = by if len(by) == size else secrets.token_bytes(size)
        # Triple DES with the same key three times is DES.
        block = TripleDES(by * 3) if name == "des" else AES(by)
        decryptor, unpadder = Cipher(block, CBC(start)).decryptor(), PKCS7(block.block_size).unpadder()
        padded = decryptor.update(_read_sealed(content.contents)) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()


@contextmanager
def _reading() -> Generator[None]:
    try:
        yield
    except _GARBAGE:
        raise Unreadable from None


def _open(data: bytes, type_: str) -> Any:
    message = _cms.ContentInfo.load(data, strict=True)
    if message["content_type"].native != type_:
        raise Unreadable
    return message["content"]


def _few(many: Any) -> Any:
    if len(many) > MOST:
        raise Unreadable
    return many


def _read_attribute(attribute: Any) -> tuple[str, Any]:
    (value,) = attribute["values"]
    return attribute["type"].native, value.native


def _read_sealed(content: bytes) -> bytes:
    """The third part of an EncryptedContentInfo. Go's libraries write it as an OCTET STRING in pieces; asn1crypto
    takes that only where the length is open.
    """
    *_, (constructed, sealed) = _split(content)
    return b"".join(piece for _, piece in _split(sealed)) if constructed else sealed


def _split(data: bytes) -> Generator[tuple[bool, bytes]]:
    """The elements that stand one after the other in `data`: whether each is of parts, and what is in it."""
    at = 0
    while at < len(data):
        _, method, _, header, content, trailer = _parser.parse(data[at:])
        at += len(header) + len(content) + len(trailer)
        yield method == 1, content


def _read_signer(data: bytes) -> Reader:
    """Only what is needed: certificates that clients make for themselves have numbers and times of all kinds."""
    certificate = _cms.Certificate.load(data)
    key = load_der_public_key(certificate.public_key.dump())
    if not isinstance(key, RSAPublicKey) or not FEWEST_BITS <= key.key_size <= MOST_BITS:
        raise Unsupported
    return Reader(_name(certificate).dump(), key)


def _is_named(identifier: Any, certificate: Any) -> bool:
    if identifier.name == "issuer_and_serial_number":
        return identifier.chosen.dump() == _name(certificate).dump()
    return identifier.chosen.native == certificate.key_identifier


def _name(certificate: Any) -> Any:
    return _cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})


def _certificate(certificate: x509.Certificate) -> Any:
    return _cms.Certificate.load(certificate.public_bytes(Encoding.DER))


def _signed_data(certificates: Sequence[Any], content: bytes | None, signers: Sequence[Mapping[str, Any]]) -> bytes:
    signed = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}] if signers else [],
        "encap_content_info": {"content_type": "data"} | ({} if content is None else {"content": content}),
        "certificates": [_cms.CertificateChoices("certificate", one) for one in certificates],
        "signer_infos": list(signers),
    }
    return _cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
