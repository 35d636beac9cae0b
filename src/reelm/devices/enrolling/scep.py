"""How does a device ask for its certificate by SCEP (RFC 8894), and how is it answered? Messages only.

A device gets what we can do and to whom it encrypts, and sends one signed message: its request for a certificate with
a challenge password in it, sealed for the registration authority. Whoever keeps the challenges decides in between:
`read_operation`, then `grant_certificate` or `refuse_certificate`; `answer_operation` does the three in one.

Debian's `scepclient` 2.1.0 signs with SHA-1 and seals by DES, whatever we say we can do. Where the connection was
encrypted, neither is what keeps the challenge secret, and the request inside is signed by the same key with SHA-256:
there alone, `over_tls`, both are taken. Certmonger 0.79.17 uses SHA-256 and AES. MD5 and triple DES are never taken.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import AttributeOID

from reelm.devices.enrolling import cms
from reelm.devices.enrolling.authority import Authority, Certified, read_certificate, read_request
from reelm.devices.enrolling.cms import Reader, Signed, Unreadable, Unsupported
from reelm.devices.enrolling.errors import ScepMessageMalformed
from reelm.kernel.errors import Problem

SCEP_CAPABILITIES = "AES\nPOSTPKIOperation\nRenewal\nSCEPStandard\nSHA-256\n"
SCEP_CAPABILITIES_TYPE, SCEP_CERTIFICATES_TYPE = "text/plain", "application/x-x509-ca-ra-cert"
SCEP_MESSAGE_TYPE = "application/x-pki-message"
MOST_BYTES, MOST_TRANSACTION, MOST_NONCE, MOST_CHALLENGE = 64 * 1024, 256, 64, 256
# Clocks of devices that are just being set up are worse than others'.
CLOCKS_DIFFER = timedelta(hours=1)

_TYPE, _STATUS, _FAIL, _SENDER, _RECIPIENT, _TRANSACTION = (
    f"2.16.840.1.113733.1.9.{arc}" for arc in (2, 3, 4, 5, 6, 7)
)
_CERT_REP, _RENEWAL_REQ, _PKCS_REQ = "3", "17", "19"
_SUCCESS, _FAILURE = "0", "2"


class FailInfo(StrEnum):
    """Why a request is refused, as devices understand it (RFC 8894, 3.2.1.4.1)."""

    BAD_ALG = "0"
    BAD_MESSAGE_CHECK = "1"
    BAD_REQUEST = "2"
    BAD_TIME = "3"
    BAD_CERT_ID = "4"


@dataclass(frozen=True)
class Transaction:
    """What an answer gives back, so that a device knows to what it is one."""

    id: str
    nonce: bytes


@dataclass(frozen=True)
class Asked:
    """A device asks for a certificate, and holds the key for it. `renews` is the certificate of ours by which it has
    signed, whose key it holds too; otherwise all that speaks for it is the challenge.
    """

    request: x509.CertificateSigningRequest
    challenge: str | None
    renews: Certified | None
    transaction: Transaction
    reader: Reader


@dataclass(frozen=True)
class Refused:
    """A request that is refused without asking anybody, and the answer that says so."""

    fail: FailInfo
    reply: bytes


class _Fault(Exception):
    def __init__(self, fail: FailInfo) -> None:
        self.fail = fail


def list_scep_certificates(authority: Authority) -> bytes:
    """The answer to GetCACert: the certificates of whom requests are encrypted to, and of who gives certificates."""
    return cms.hold_certificates([authority.registration, authority.certificate])


def read_operation(authority: Authority, message: bytes, now: datetime, *, over_tls: bool = False) -> Asked | Refused:
    """What a message of a PKIOperation asks. Raises `ScepMessageMalformed` where it could not even be answered."""
    if len(message) > MOST_BYTES:
        raise ScepMessageMalformed
    try:
        signed = cms.read_signed(message)
        transaction = _read_transaction(signed)
    except Unreadable:
        raise ScepMessageMalformed from None
    try:
        return _read_asked(authority, signed, transaction, now, old=over_tls)
    except _Fault as fault:
        fail = fault.fail
    except Unsupported:
        fail = FailInfo.BAD_ALG
    except Unreadable:
        fail = FailInfo.BAD_MESSAGE_CHECK
    return Refused(fail, _refuse(authority, transaction, fail))


def grant_certificate(authority: Authority, asked: Asked, certificate: x509.Certificate) -> bytes:
    """The answer with the certificate that was asked for."""
    sealed = cms.seal(cms.hold_certificates([certificate]), asked.reader)
    return _reply(authority, asked.transaction, {_STATUS: _SUCCESS}, sealed)


def refuse_certificate(authority: Authority, asked: Asked, fail: FailInfo) -> bytes:
    """The answer that there is no certificate."""
    return _refuse(authority, asked.transaction, fail)


def answer_operation(
    authority: Authority,
    message: bytes,
    decide: Callable[[Asked], x509.Certificate | FailInfo],
    now: datetime,
    *,
    over_tls: bool = False,
) -> bytes:
    """The answer to a message, by what `decide` says of it. Raises `ScepMessageMalformed`."""
    asked = read_operation(authority, message, now, over_tls=over_tls)
    if isinstance(asked, Refused):
        return asked.reply
    decided = decide(asked)
    if isinstance(decided, FailInfo):
        return refuse_certificate(authority, asked, decided)
    return grant_certificate(authority, asked, decided)


def _read_transaction(signed: Signed) -> Transaction:
    id_, nonce = signed.attributes.get(_TRANSACTION), signed.attributes.get(_SENDER)
    if not isinstance(id_, str) or not isinstance(nonce, bytes) or not id_.isascii():
        raise Unreadable
    if not 0 < len(id_) <= MOST_TRANSACTION or not 0 < len(nonce) <= MOST_NONCE:
        raise Unreadable
    return Transaction(id_, nonce)


def _read_asked(authority: Authority, signed: Signed, transaction: Transaction, now: datetime, *, old: bool) -> Asked:
    reader = cms.verify(signed, old=old)
    type_ = signed.attributes.get(_TYPE)
    if type_ not in (_PKCS_REQ, _RENEWAL_REQ):
        raise _Fault(FailInfo.BAD_REQUEST)
    at = signed.attributes.get("signing_time")
    if isinstance(at, datetime) and not _is_about(at, now):
        raise _Fault(FailInfo.BAD_TIME)
    request = _read_request(cms.unseal(signed.content, authority.registration, authority.registration_key, old=old))
    renews = _read_renewed(authority, signed, now, must=type_ == _RENEWAL_REQ)
    if renews is None and request.public_key() != reader.key:
        raise _Fault(FailInfo.BAD_REQUEST)
    return Asked(request, _read_challenge(request), renews, transaction, reader)


def _is_about(at: datetime, now: datetime) -> bool:
    return at.tzinfo is not None and now - CLOCKS_DIFFER <= at <= now + CLOCKS_DIFFER


def _read_request(data: bytes) -> x509.CertificateSigningRequest:
    """What can't be read fails as what can't be unsealed, so that nobody can try out changed messages."""
    try:
        return read_request(data)
    except Problem:
        raise _Fault(FailInfo.BAD_MESSAGE_CHECK) from None


def _read_renewed(authority: Authority, signed: Signed, now: datetime, *, must: bool) -> Certified | None:
    try:
        return read_certificate(signed.certificate, authority.certificate, now)
    except Problem:
        if must:
            raise _Fault(FailInfo.BAD_CERT_ID) from None
        return None


def _read_challenge(request: x509.CertificateSigningRequest) -> str | None:
    try:
        challenge = request.attributes.get_attribute_for_oid(AttributeOID.CHALLENGE_PASSWORD).value.decode()
    except x509.AttributeNotFound:
        return None
    except ValueError:
        raise _Fault(FailInfo.BAD_REQUEST) from None
    if len(challenge) > MOST_CHALLENGE:
        raise _Fault(FailInfo.BAD_REQUEST)
    return challenge


def _refuse(authority: Authority, transaction: Transaction, fail: FailInfo) -> bytes:
    return _reply(authority, transaction, {_STATUS: _FAILURE, _FAIL: str(fail)}, b"")


def _reply(authority: Authority, transaction: Transaction, said: Mapping[str, str], sealed: bytes) -> bytes:
    attributes = {
        _TRANSACTION: transaction.id,
        _TYPE: _CERT_REP,
        _SENDER: secrets.token_bytes(16),
        _RECIPIENT: transaction.nonce,
        **said,
    }
    return cms.sign(sealed, attributes, authority.registration, authority.registration_key)
