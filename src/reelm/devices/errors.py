"""What can go wrong with decisions about devices?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class DecisionMalformed(Problem):
    """A decision lacks something, or says something that it can't: `where` names the field."""

    status: ClassVar[int] = 422
    where: str
    fault: str


@dataclass(eq=False)
class DecisionUnsigned(Problem):
    """A decision without a signature, or with something else in its place."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class DecisionSignatureWrong(Problem):
    """No key given has signed this decision as it stands."""

    status: ClassVar[int] = 422
    signed_by: str


@dataclass(eq=False)
class KeysMalformed(Problem):
    """A set of keys is not understood."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class FleetMalformed(Problem):
    """A list of devices, groups and exceptions is not understood, or excepts what the decision does not allow."""

    status: ClassVar[int] = 422
    where: str
    fault: str


@dataclass(eq=False)
class ProfileNotForUserEnrolment(Problem):
    """Apple lets nobody see or block an app that a person has installed for themselves."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class SignalRefused(Problem):
    """A security event token that is not taken; `err` is the code of RFC 8935, section 2.4."""

    status: ClassVar[int] = 400
    err: str


@dataclass(eq=False)
class MdmMessageMalformed(Problem):
    """A device said something that its protocol does not have: `where` names the key."""

    status: ClassVar[int] = 400
    where: str


@dataclass(eq=False)
class NetworkTooSmall(Problem):
    """A network without a reverse zone that its holder could be asked to write in."""

    status: ClassVar[int] = 422
    network: str
    smallest: int


@dataclass(eq=False)
class EnrolmentCodeMalformed(Problem):
    """What was typed can't be a code to enrol with."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class CertificateRequestMalformed(Problem):
    """No request for a certificate (PKCS #10), or one that was not signed by the key that it names."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class DeviceKeyRefused(Problem):
    """A key of a kind or a length that is not certified, or a request signed with a digest that no longer holds."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class DeviceCertificateForeign(Problem):
    """A certificate that this realm has not given to a device."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class DeviceCertificateOfAnother(Problem):
    """A certificate that this realm has given to another device."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class DeviceCertificateExpired(Problem):
    """The certificate of a device, after its time."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class DeviceCertificateNotYetValid(Problem):
    """The certificate of a device, before its time: a clock is wrong."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class ScepMessageMalformed(Problem):
    """What was sent is no SCEP message, or names no transaction that could be answered."""

    status: ClassVar[int] = 400
