"""What can go wrong when a device enrols, or shows a certificate?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class EnrolmentCodeNotGood(Problem):
    """No device waits for this code: it was used, is over, or never was one."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class ConsentMissing(Problem):
    """A personal device comes in only with the consent of its person."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class DeviceKeyTaken(Problem):
    """Another device is known by this key."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class DeviceNotPersonal(Problem):
    """Only personal devices leave by the hand of whoever has them."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class CertificateRequestMalformed(Problem):
    """No request for a certificate (PKCS #10), or one that was not signed by the key that it names."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class DeviceCertificateExpired(Problem):
    """The certificate of a device, after its time."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class DeviceCertificateForeign(Problem):
    """A certificate that this realm has not given to a device."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class DeviceCertificateNotYetValid(Problem):
    """The certificate of a device, before its time: a clock is wrong."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class DeviceCertificateOfAnother(Problem):
    """A certificate that this realm has given to another device."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class DeviceKeyRefused(Problem):
    """A key of a kind or a length that is not certified, or a request signed with a digest that no longer holds."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class EnrolmentCodeMalformed(Problem):
    """What was typed can't be a code to enrol with."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class ScepMessageMalformed(Problem):
    """What was sent is no SCEP message, or names no transaction that could be answered."""

    status: ClassVar[int] = 400
