"""How does a device become known, and how does it leave? By a code that is good once, and a key of its own.

A personal device comes in only with its person's consent, given after they were told what can be seen of it and what
can't, and leaves whenever they want: what was known of it is deleted then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reelm import accounts
from reelm.devices import organisations
from reelm.devices.acting import Act
from reelm.devices.credentials import PASS_LASTS, make_pass, read_claimed, read_proof
from reelm.devices.enrolling import enrolment_store as store
from reelm.devices.enrolling.authority import Authority, Certified, issue_certificate, read_request, thumbprint
from reelm.devices.enrolling.codes import digest_code, make_code
from reelm.devices.enrolling.enrolment_store import Enrolled
from reelm.devices.enrolling.errors import (
    ConsentMissing,
    DeviceCertificateOfAnother,
    DeviceKeyTaken,
    DeviceNotPersonal,
    EnrolmentCodeNotGood,
)
from reelm.devices.errors import DeviceProofWrong
from reelm.devices.model import Ownership
from reelm.devices.register.errors import SubjectUnknown
from reelm.infra.db import Database, ReadUnit, WriteUnit

CODE_LASTS = timedelta(days=7)
CERTIFIED = "certificate"


@dataclass(frozen=True)
class Invited:
    """A code for one device. It is shown once."""

    code: str
    expires_at: datetime


async def invite(act: Act, code: str, device: UUID) -> Invited:
    """Make a code for a device of the directory; an older one is good no more.

    Raises as `organisations.sit` does, `SubjectUnknown`.
    """
    organisation, _ = await organisations.sit(act.unit, code, act.actor, organisations.Step.MANAGE_DEVICES)
    if await store.find_in(act.unit, organisation.id, device) is None:
        raise SubjectUnknown
    invited = Invited(make_code(), act.at + CODE_LASTS)
    digest = digest_code(invited.code)
    await store.put_code(act.unit, device, digest, made_at=act.at, expires_at=invited.expires_at)
    return invited


async def look_at_code(unit: WriteUnit, typed: str, now: datetime) -> Enrolled:
    """The device that a code is for, so that its person can be told before they consent.

    Raises `EnrolmentCodeMalformed`, `EnrolmentCodeNotGood`.
    """
    device = await store.hold_code(unit, digest_code(typed), now)
    if device is None:
        raise EnrolmentCodeNotGood
    return device


async def consent(unit: WriteUnit, typed: str, now: datetime) -> Enrolled:
    """The person agrees, before their device enrols by other means than ours. Raises as `look_at_code` does."""
    device = await look_at_code(unit, typed, now)
    await store.update_device(unit, device.id, consented_at=now)
    return device


async def enrol(
    unit: WriteUnit, authority: Authority, typed: str, request: bytes, *, consents: bool, now: datetime
) -> tuple[Enrolled, x509.Certificate]:
    """Take a device in by its code and its request for a certificate (PKCS #10, PEM or DER).

    Raises as `look_at_code` and `read_request` do; `ConsentMissing` for a personal device, `DeviceKeyTaken`.
    """
    device = await look_at_code(unit, typed, now)
    if consents:
        await store.update_device(unit, device.id, consented_at=now)
    elif device.ownership is Ownership.PERSONAL and device.consented_at is None:
        raise ConsentMissing
    certificate = await certify(unit, authority, device, read_request(request), now)
    await store.use_code(unit, digest_code(typed), now)
    return device, certificate


async def certify(
    unit: WriteUnit, authority: Authority, device: Enrolled, request: x509.CertificateSigningRequest, now: datetime
) -> x509.Certificate:
    """Give a device a certificate; from now on it is known by this key. Raises `DeviceKeyTaken`."""
    certificate = issue_certificate(
        authority, request, device=device.code, organisation=device.organisation_code, now=now
    )
    its = thumbprint(certificate)
    if await store.is_key_taken(unit, its, but=device.id):
        raise DeviceKeyTaken
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    await store.update_device(
        unit,
        device.id,
        public_key=key,
        thumbprint=its,
        assurance=CERTIFIED,
        certificate_until=certificate.not_valid_after_utc,
        enrolled_at=now,
        changed_at=now,
    )
    return certificate


async def give_pass(
    unit: WriteUnit, proof: str, *, secret: bytes, audience: str, session: str | None, now: datetime
) -> tuple[Enrolled, str, datetime]:
    """A pass for a device that shows its key; the session that it shows with it is bound as it is.

    Raises `DeviceProofWrong`, also for a device that is enrolled no more and for a proof that was shown before.
    """
    device = await store.find_by_thumbprint(unit, read_claimed(proof))
    if device is None or device.public_key is None:
        raise DeviceProofWrong
    shown = read_proof(proof, device.public_key, audience=audience, now=now)
    if not await store.take_token(unit, shown.thumbprint.hex(), shown.jti, shown.until):
        raise DeviceProofWrong
    if session:
        await store.put_session(unit, accounts.token_hash(session), device.id, now)
    until = now + PASS_LASTS
    return device, make_pass(secret, shown.thumbprint, until), until


async def fetch_device(unit: ReadUnit, its: bytes | None) -> Enrolled:
    """The device that has shown a pass. Raises `DeviceProofWrong`."""
    device = await store.find_by_thumbprint(unit, its) if its else None
    if device is None:
        raise DeviceProofWrong
    return device


async def recognise(unit: ReadUnit, shown: Certified) -> Enrolled | None:
    """The device whose certificate of ours was shown; `None` for one that was taken out.

    Raises `DeviceCertificateOfAnother` where the device has another key by now.
    """
    device = await store.find_by_thumbprint(unit, shown.thumbprint)
    if device is None and await store.find_by_code(unit, shown.organisation, shown.device) is not None:
        raise DeviceCertificateOfAnother
    return device


async def leave(unit: WriteUnit, device: Enrolled) -> None:
    """Take one's own device out; nothing of it is kept. Raises `DeviceNotPersonal`."""
    if device.ownership is not Ownership.PERSONAL:
        raise DeviceNotPersonal
    await store.delete_device(unit, device.id)


async def sweep(database: Database, now: datetime) -> None:
    """Forget what has ended."""
    async with database.write() as unit:
        await store.sweep(unit, now, sessions_before=now - accounts.SESSION_LASTS)
