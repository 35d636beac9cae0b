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
class MayNotRegister(Problem):
    """Only device administrators and operators of the realm register organisations."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class OrganisationCodeTaken(Problem):
    """Another organisation has this code."""

    status: ClassVar[int] = 409
    code: str


@dataclass(eq=False)
class OrganisationNotFound(Problem):
    """There is no organisation of this code here."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class NotOfOrganisation(Problem):
    """The caller does not act for this organisation."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class DutyMissing(Problem):
    """The caller acts for it, and not in this."""

    status: ClassVar[int] = 403
    needed: str


@dataclass(eq=False)
class DutyOfOthers(Problem):
    """Nobody gives themselves a duty, or takes one from themselves."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class LastAdmin(Problem):
    """Nobody would be left who appoints."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class KeyNotTaken(Problem):
    """Not one public key, or one that some organisation has."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class KeyUnknown(Problem):
    """The organisation has no such key, or it is revoked."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class DomainNotTaken(Problem):
    """No name of a host in the DNS, or one below which anybody can have a name."""

    status: ClassVar[int] = 422
    domain: str


@dataclass(eq=False)
class NetworkNotTaken(Problem):
    """No network, or one that is wider than any organisation's."""

    status: ClassVar[int] = 422
    network: str


@dataclass(eq=False)
class ProofNotFound(Problem):
    """The organisation has asked for no such proof."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class ProofNotSeen(Problem):
    """What proves it is not there, or not yet."""

    status: ClassVar[int] = 409
    place: str
    word: str


@dataclass(eq=False)
class DecisionNotFound(Problem):
    """There is no such decision, or not for this caller."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class DecisionOfAnother(Problem):
    """The organisation does not speak for the domain that the decision names as its authority."""

    status: ClassVar[int] = 422
    domain: str


@dataclass(eq=False)
class NetworkNotProven(Problem):
    """A decision names a network that its organisation has not proven to be its own."""

    status: ClassVar[int] = 422
    network: str


@dataclass(eq=False)
class DecisionBackDated(Problem):
    """A decision is about a time that has passed."""

    status: ClassVar[int] = 422
    notice_at: str


@dataclass(eq=False)
class VersionNotNext(Problem):
    """A version does not follow the one before it."""

    status: ClassVar[int] = 409
    expected: int
    replaces: str


@dataclass(eq=False)
class DecisionOverlaps(Problem):
    """Another decision of the organisation suspends the same app."""

    status: ClassVar[int] = 409
    other: str


@dataclass(eq=False)
class DecisionNotAsked(Problem):
    """The service was not asked yet what it has to say."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class DecisionPublished(Problem):
    """What was published stays as it is."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class DecisionOver(Problem):
    """The decision has ended, or was never published."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class ReviewLeavesOut(Problem):
    """A review does not answer everybody who replied."""

    status: ClassVar[int] = 422
    replies: str


@dataclass(eq=False)
class ReviewUntilNotTaken(Problem):
    """A review keeps a decision for longer than it was, and not for over a year."""

    status: ClassVar[int] = 422
    longest_days: int


@dataclass(eq=False)
class NotTheService(Problem):
    """The caller does not speak for the service that is suspended."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class ReplyNotTaken(Problem):
    """A reply without words, with too many, or to a decision that has ended."""

    status: ClassVar[int] = 422
    longest: int


@dataclass(eq=False)
class SubjectUnknown(Problem):
    """The organisation has no such device or person."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class ExceptionNotFound(Problem):
    """The organisation has no such exception."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class ExceptionDecided(Problem):
    """Somebody has granted or refused it already."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class ExceptionNotAllowed(Problem):
    """What the decision says of exceptions does not allow this one: `field` says where."""

    status: ClassVar[int] = 422
    field: str
    longest_days: int


@dataclass(eq=False)
class SecondApproverNeeded(Problem):
    """Whoever asked for an exception does not also grant it."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class NotTold(Problem):
    """Nobody has been shown this decision on this device."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class DeviceProofWrong(Problem):
    """What a device shows is not by its key, not for us, not fresh, or was shown before."""

    status: ClassVar[int] = 401


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
class EvidenceMalformed(Problem):
    """A file that is no evidence of a device."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class EvidenceWrong(Problem):
    """A proof that holds, of an entry that is about something else."""

    status: ClassVar[int] = 422
    index: int


@dataclass(eq=False)
class TargetUnknown(Problem):
    """There are no files for this program, or none at this path."""

    status: ClassVar[int] = 404
    offered: str


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
