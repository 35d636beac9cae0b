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
class TokenLastsTooLong(Problem):
    """A token of an organisation's that would hold for no time, or for over a year."""

    status: ClassVar[int] = 422
    longest_days: int


@dataclass(eq=False)
class TokenNotFound(Problem):
    """The organisation has no such token."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class TokenMissing(Problem):
    """Nobody is let in here without an organisation's token."""

    status: ClassVar[int] = 401


@dataclass(eq=False)
class TokenRefused(Problem):
    """A token that is unknown, for something else, expired or revoked."""

    status: ClassVar[int] = 401


@dataclass(eq=False)
class NotInDirectory(Problem):
    """There is nothing of this id in the directory of whoever asks, also where another organisation has it."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class TakenInDirectory(Problem):
    """Another entry of the directory has what only one may have: `attribute` says what."""

    status: ClassVar[int] = 409
    scim_type: ClassVar[str] = "uniqueness"
    attribute: str


@dataclass(eq=False)
class ChangedInDirectory(Problem):
    """The entry is not in the version any more that the caller has seen (If-Match)."""

    status: ClassVar[int] = 412


@dataclass(eq=False)
class DirectoryRefused(Problem):
    """A directory's message that can't be taken; `scim_type` is the keyword of RFC 7644, section 3.12."""

    status: ClassVar[int] = 400
    scim_type: str
    fault: str


@dataclass(eq=False)
class DirectoryNotServed(Problem):
    """A part of SCIM that is optional, and not offered."""

    status: ClassVar[int] = 501


@dataclass(eq=False)
class InventoryMalformed(Problem):
    """A line of an inventory that can't be taken; nothing of the file is."""

    status: ClassVar[int] = 422
    line: int
    fault: str
