"""Does a device get the certificate that it asks for by SCEP? With a code that is good, or one of ours that it has.

A device whose answer was lost asks again, in the same transaction and with the same key: it gets what it was given.
"""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from reelm.devices.enrolling import enrolment_store as store
from reelm.devices.enrolling.authority import Authority, thumbprint
from reelm.devices.enrolling.codes import digest_code
from reelm.devices.enrolling.enrolments import certify
from reelm.devices.enrolling.errors import (
    ConsentMissing,
    DeviceKeyTaken,
    EnrolmentCodeMalformed,
    EnrolmentCodeNotGood,
)
from reelm.devices.enrolling.scep import (
    Asked,
    FailInfo,
    Refused,
    grant_certificate,
    read_operation,
    refuse_certificate,
)
from reelm.devices.model import Ownership
from reelm.infra.db import WriteUnit


async def answer_scep(
    unit: WriteUnit, authority: Authority, message: bytes, *, over_tls: bool, now: datetime
) -> bytes:
    """The answer to a PKIOperation. Raises `ScepMessageMalformed` where it could not even be answered.

    Whatever is wrong with a challenge is told as the same: `badRequest`.
    """
    asked = read_operation(authority, message, now, over_tls=over_tls)
    if isinstance(asked, Refused):
        return asked.reply
    try:
        certificate = await _renew(unit, authority, asked, now) or await _begin(unit, authority, asked, now)
    except (EnrolmentCodeMalformed, EnrolmentCodeNotGood, ConsentMissing, DeviceKeyTaken):
        return refuse_certificate(authority, asked, FailInfo.BAD_REQUEST)
    return grant_certificate(authority, asked, certificate)


async def _renew(unit: WriteUnit, authority: Authority, asked: Asked, now: datetime) -> x509.Certificate | None:
    """For a device that is known by the certificate it has, or by the key in its request: it was renewed already."""
    if asked.renews is None:
        return None
    device = await store.find_by_thumbprint(unit, asked.renews.thumbprint)
    if device is None:
        device = await store.find_by_thumbprint(unit, thumbprint(asked.request.public_key()))
    if device is None or (device.organisation_code, device.code) != (asked.renews.organisation, asked.renews.device):
        return None
    return await certify(unit, authority, device, asked.request, now)


async def _begin(unit: WriteUnit, authority: Authority, asked: Asked, now: datetime) -> x509.Certificate:
    digest = digest_code(asked.challenge or "")
    device = await store.hold_code(unit, digest, now)
    if device is None:
        return await _repeat(unit, asked, digest, now)
    if device.ownership is Ownership.PERSONAL and device.consented_at is None:
        raise ConsentMissing
    certificate = await certify(unit, authority, device, asked.request, now)
    await store.update_device(unit, device.id, mdm_id=None)
    given = certificate.public_bytes(Encoding.DER)
    await store.use_code(unit, digest, now, transaction=asked.transaction.id, certificate=given)
    return certificate


async def _repeat(unit: WriteUnit, asked: Asked, digest: bytes, now: datetime) -> x509.Certificate:
    given = await store.find_given(unit, digest, asked.transaction.id, now)
    certificate = x509.load_der_x509_certificate(given) if given else None
    if certificate is None or certificate.public_key() != asked.request.public_key():
        raise EnrolmentCodeNotGood
    return certificate
