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
class DeviceProofWrong(Problem):
    """What a device shows is not by its key, not for us, not fresh, or was shown before."""

    status: ClassVar[int] = 401


@dataclass(eq=False)
class EvidenceMalformed(Problem):
    """A file that is no evidence of a device."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class EvidenceWrong(Problem):
    """A proof that holds, of an entry that is about something else."""

    status: ClassVar[int] = 422
    index: int


@dataclass(eq=False)
class TokenMissing(Problem):
    """Nobody is let in here without an organisation's token."""

    status: ClassVar[int] = 401


@dataclass(eq=False)
class DirectoryNotServed(Problem):
    """A part of SCIM that is optional, and not offered."""

    status: ClassVar[int] = 501
