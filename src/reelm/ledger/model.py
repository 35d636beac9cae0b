"""What may an entry of the log say? One class a kind; no field takes free text, so that no personal data fits in.

Every string is a word of a closed list or matches a pattern for digests, ids and times. What stands around a fact
is in `entry.py`.
"""

from enum import Enum, StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from reelm.kernel.data_classes import DataClass
from reelm.kernel.roles import Role

PublicId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
Commitment = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Instant = Annotated[
    str, StringConstraints(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$")
]
Day = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")]
RealmName = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]{2,3})?$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Writer = Annotated[str, StringConstraints(pattern=r"^(w[0-3][0-9]|log)$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}(\.[0-9]{1,5}){0,3}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,24}(-[a-z]{2,24}){0,5}$")]
Assessment = Annotated[str, StringConstraints(pattern=r"^(PIA|TIA)-20[0-9]{2}-[0-9]{1,4}$")]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Minutes = Annotated[int, Field(ge=1, le=1440)]
Classes = Annotated[tuple[DataClass, ...], Field(min_length=1, max_length=32)]


class Reason(StrEnum):
    """Why a member of staff asks to see somebody's private data. The list is closed."""

    PERSON_ASKED_FOR_HELP = "person-asked-for-help"
    SECURITY_INCIDENT = "security-incident"
    ABUSE_REPORT = "abuse-report"
    LEGAL_OBLIGATION = "legal-obligation"
    FAULT_DIAGNOSIS = "fault-diagnosis"


class Purpose(StrEnum):
    """What data is passed on for."""

    SERVICE = "service"
    PUBLIC_ACT = "public-act"
    RELOCATION = "relocation"
    SUPPORT = "support"
    MODERATION = "moderation"
    SECURITY = "security"
    LEGAL_OBLIGATION = "legal-obligation"
    STATISTICS = "statistics"
    RESEARCH = "research"


class Party(Enum):
    """Whether an entry of a kind names a person in one of its two places."""

    REQUIRED = 1
    OPTIONAL = 2
    ABSENT = 3


class Fact(BaseModel):
    """What one kind of entry says beyond who, when and about whom."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_enum_values=True)

    kind: ClassVar[str]
    actor: ClassVar[Party] = Party.REQUIRED
    subject: ClassVar[Party] = Party.REQUIRED


class LogOpened(Fact):
    """The first entry of a log. Entries are kept for as long as the log is."""

    kind = "log-opened"
    actor = subject = Party.ABSENT

    origin: Digest
    vkey: Digest
    retention: Literal["for-ever"] = "for-ever"


class AccessRequested(Fact):
    """A member of staff asked to see private data of one person."""

    kind = "access-requested"

    request: PublicId
    role: Role
    reason: Reason
    classes: Classes
    minutes: Minutes


class AccessApproved(Fact):
    """A second person agreed."""

    kind = "access-approved"

    request: PublicId
    role: Role


class AccessRefused(Fact):
    """A second person did not agree."""

    kind = "access-refused"

    request: PublicId
    role: Role


class AccessOpened(Fact):
    """The time of an approved access began. `country` is where whoever has it is."""

    kind = "access-opened"

    request: PublicId
    until: Instant
    country: Country | None = None


class AccessRead(Fact):
    """Data was about to be shown: the entry is in the log before the first byte is read."""

    kind = "access-read"

    request: PublicId
    collection: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,20}(-[a-z]{2,20}){0,3}$")]
    classes: Classes
    fields: Count


class AccessEnded(Fact):
    """An access is over: by its time, by who had it, or by somebody who took it back."""

    kind = "access-ended"
    actor = Party.OPTIONAL

    request: PublicId
    cause: Literal["expired", "closed", "revoked"]
    reads: Count


class BreakGlass(Fact):
    """An operator in `country` looked without a second person's word. It has to be reviewed by `review_by`."""

    kind = "break-glass"

    request: PublicId
    role: Role
    reason: Reason
    classes: Classes
    until: Instant
    country: Country | None = None
    review_by: Instant


class BreakGlassReviewed(Fact):
    """Somebody else judged it afterwards."""

    kind = "break-glass-reviewed"

    request: PublicId
    role: Role
    finding: Literal["justified", "not-justified"]


class BreakGlassOverdue(Fact):
    """Nobody did in time."""

    kind = "break-glass-overdue"
    actor = Party.ABSENT

    request: PublicId
    review_by: Instant


class ConsentReceipt(Fact):
    """A person decided about one purpose. `receipt` is the SHA-256 of the receipt they hold."""

    kind = "consent-receipt"
    actor = Party.ABSENT

    purpose: Purpose
    decision: Literal["given", "refused", "withdrawn"]
    notice: Version
    receipt: Digest


class Export(Fact):
    """A person took their data away."""

    kind = "export"
    actor = Party.OPTIONAL

    archive: Digest
    classes: Classes


class ErasureTombstone(Fact):
    """Data of a person, and with scope `account` the key of their commitments, is gone."""

    kind = "erasure-tombstone"
    actor = Party.OPTIONAL

    scope: Literal["account", "collection"]
    classes: Classes


class ModerationDecision(Fact):
    """A decision on content or an account. `statement` is the SHA-256 of the statement of reasons."""

    kind = "moderation-decision"
    actor = Party.OPTIONAL

    decision: PublicId
    target: Literal["clip", "comment", "account"]
    ground: Literal["illegal-content", "terms-of-service"]
    action: Literal["removal", "visibility", "age-limit", "suspension", "termination", "no-action", "reversal"]
    automated: bool
    statement: Digest


class GovernmentRequestSealed(Fact):
    """A request that may not be told of yet: SHA-256 of its facts and a nonce, opened by `opens_by` at the latest."""

    kind = "government-request-sealed"
    actor = subject = Party.ABSENT

    commitment: Digest
    opens_by: Day


class GovernmentRequestOpened(Fact):
    """The facts of entry `sealed`; with `nonce` they hash to its commitment."""

    kind = "government-request-opened"
    actor = subject = Party.ABSENT

    sealed: PublicId
    nonce: Digest
    country: Country
    instrument: Literal[
        "warrant", "production-order", "subpoena", "emergency-request", "preservation-request", "removal-order"
    ]
    accounts: Count
    outcome: Literal["complied", "complied-in-part", "refused", "withdrawn"]
    received: Day


class RunningDigest(Fact):
    """What runs here: SHA-256 of the program's files, of its policies, of the database's and the entries' schema."""

    kind = "running-digest"
    actor = subject = Party.ABSENT

    version: Version
    code: Digest
    policies: Digest
    schema_: Digest = Field(alias="schema")
    entries: Digest


class WriterCount(BaseModel):
    """Everything `writer` has numbered up to `through` stands before this entry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    writer: Writer
    through: Count


class Counts(Fact):
    """How far each writer had counted, said every hour, so that an entry left out shows."""

    kind = "counts"
    actor = subject = Party.ABSENT

    writers: tuple[WriterCount, ...]
    entries: Count


class CanaryProbe(Fact):
    """What a daily probe of `realm` should have left in its log, and what was found there, as it is served.

    `request` names the access of a probe by the realm itself, which looks like any other until this entry.
    """

    kind = "canary-probe"
    actor = subject = Party.ABSENT

    realm: RealmName
    day: Day
    request: PublicId | None = None
    expected: Count
    found: Count
    missing: Count


class KeyHandover(Fact):
    """The log has a new key: SHA-256 of the old and the new verifier key, and of the note that both signed."""

    kind = "key-handover"
    actor = subject = Party.ABSENT

    old: Digest
    new: Digest
    note: Digest


class RealmMapInForce(Fact):
    """Since `effective` these realms run. `decision` is the SHA-256 of the dated decision, `places` that of who
    serves which place; `moved` counts the countries that another realm served before, wholly or in part.
    """

    kind = "realm-map"
    actor = subject = Party.ABSENT

    decision: Digest
    places: Digest
    realms: Annotated[tuple[RealmName, ...], Field(min_length=1, max_length=64)]
    effective: Instant
    moved: Count
