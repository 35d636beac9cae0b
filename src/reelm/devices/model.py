"""What does a decision to suspend an app say? Field by field; the schema that is published is made of these.

An institution that suspended an app left one or more of these out, and was found out by an audit or by the app's
maker: authority, legal basis, reason, every identity of the app, what is covered, from when on, and until which
review. None of them may be left out here.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from reelm.devices.suffixes import is_public_suffix

# A decision that nobody has to look at again within a year is no temporary one.
LONGEST_UNTIL_REVIEW = timedelta(days=366)
WIDEST_V4, WIDEST_V6 = 8, 19

Network = IPv4Network | IPv6Network


def _in_utc(at: datetime) -> datetime:
    if at.utcoffset() != timedelta(0) or at.microsecond:
        raise ValueError("write a time in UTC, to the second, such as 2026-03-15T00:00:00Z")
    return at.astimezone(UTC)


def _no_wider_than_a_carrier(network: Network) -> Network:
    widest = WIDEST_V4 if isinstance(network, IPv4Network) else WIDEST_V6
    if network.prefixlen < widest:
        raise ValueError(f"a network of /{network.prefixlen} is wider than any organisation's")
    return network


def _each_once(many: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(many)) < len(many):
        raise ValueError("named twice")
    return many


def _of_one_holder(domains: tuple[str, ...]) -> tuple[str, ...]:
    for domain in domains:
        if is_public_suffix(domain):
            raise ValueError(f"{domain} is not one service's: anybody can have a name below it")
    return domains


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
InWords = Annotated[dict[Language, Text], Field(min_length=1, max_length=40)]
# Names of hosts as they stand in the DNS: those in other scripts in their ASCII form (RFC 5891).
Domain = Annotated[
    str,
    StringConstraints(
        max_length=253, pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$"
    ),
]
BundleId = Annotated[str, StringConstraints(max_length=155, pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
PackageName = Annotated[
    str, StringConstraints(max_length=223, pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$")
]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Instant = Annotated[datetime, AfterValidator(_in_utc)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s\"<>\\]{4,2000}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s<>\"]{1,64}@[A-Za-z0-9.-]{4,253}$")]
Range = Annotated[Network, AfterValidator(_no_wider_than_a_carrier)]


class Ownership(StrEnum):
    """Whose a device is."""

    CORPORATE = "corporate"
    PERSONAL = "enrolled-personal"


class Measure(StrEnum):
    """What is done. `RECOMMEND` alone does nothing to a device."""

    REMOVE = "remove"
    BLOCK_INSTALLING = "block-installing"
    BLOCK_TRAFFIC = "block-traffic"
    NOT_COMPLIANT = "not-compliant"
    REFUSE_SERVICE = "refuse-service"
    RECOMMEND = "recommend"


class Statement(BaseModel):
    """A part of a decision: nothing but what is listed, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Authority(Statement):
    """Who decides. `signatory` is an office, never a person's name."""

    organisation: Line
    domain: Domain
    body: Line
    signatory: Line


class LegalBasis(Statement):
    """What entitles them to. Only a `statute` or a `directive` is a legal demand on the service."""

    kind: Literal["statute", "directive", "internal-rule"]
    title: Line
    citation: Line
    url: Url | None = None


class Reason(Statement):
    """Why, for everybody to read, and on what evidence or none. A part that is not public is named by its digest."""

    public: InWords
    evidence: InWords
    restricted_annex_sha256: Digest | None = None


class Covered(Statement):
    """Which of these the decision is about; to be said of each (an audit found the site forgotten)."""

    app: bool
    site: bool
    embeds: bool
    successors: bool


class App(Statement):
    """What is suspended, by all its identities."""

    name: Line
    apple: Annotated[tuple[BundleId, ...], Field(max_length=200), AfterValidator(_each_once)] = ()
    android: Annotated[tuple[PackageName, ...], Field(max_length=200), AfterValidator(_each_once)] = ()
    domains: Annotated[
        tuple[Domain, ...], Field(max_length=500), AfterValidator(_each_once), AfterValidator(_of_one_holder)
    ] = ()
    covers: Covered
    successor_clause: InWords | None = None

    @model_validator(mode="after")
    def _can_be_told_from_others(self) -> "App":
        if self.covers.app and not (self.apple or self.android):
            raise ValueError("the app is covered, and neither a bundle id nor a package name is given")
        if self.covers.site and not self.domains:
            raise ValueError("the site is covered, and no domain is given")
        if not (self.covers.app or self.covers.site):
            raise ValueError("neither app nor site is covered")
        if self.covers.successors != (self.successor_clause is not None):
            raise ValueError("successors are covered by a successor_clause, and by nothing else")
        return self


class Scope(Statement):
    """Whom it binds: devices of these kinds, of these groups of the organisation's, and these networks of its own."""

    ownership: Annotated[tuple[Ownership, ...], Field(min_length=1, max_length=2), AfterValidator(_each_once)]
    groups: Annotated[tuple[Code, ...], Field(min_length=1, max_length=1000), AfterValidator(_each_once)]
    networks: Annotated[tuple[Range, ...], Field(max_length=10_000)] = ()
    contractors: bool = False


class Stages(Statement):
    """When what happens: from `notice_at` a banner, from `deadline_at` the measures, lapsing at `review_at`."""

    issued_at: Instant
    notice_at: Instant
    deadline_at: Instant
    review_at: Instant

    @model_validator(mode="after")
    def _follow_each_other(self) -> "Stages":
        if self.notice_at < self.issued_at:
            raise ValueError("notice_at is before issued_at: a decision is not back-dated")
        if self.deadline_at <= self.notice_at:
            raise ValueError("deadline_at is not after notice_at")
        if self.review_at <= self.deadline_at:
            raise ValueError("review_at is not after deadline_at")
        if self.review_at - self.issued_at > LONGEST_UNTIL_REVIEW:
            raise ValueError(f"review_at is more than {LONGEST_UNTIL_REVIEW.days} days after issued_at")
        return self


class Purpose(Statement):
    """What an exception may be granted for."""

    code: Code
    words: InWords


class ExceptionsPolicy(Statement):
    """Which exceptions there can be. With no `purposes` there are none; there is no way to except everybody."""

    purposes: Annotated[tuple[Purpose, ...], Field(max_length=50)] = ()
    granted_by: Line
    mitigations: Annotated[tuple[InWords, ...], Field(max_length=50)] = ()
    longest_days: Annotated[int, Field(ge=1, le=366)]


class Contact(Statement):
    """Whom to ask."""

    email: Email
    url: Url | None = None


class Reply(Statement):
    """Where the service that is suspended, and staff, may answer, and until when before it takes effect."""

    url: Url
    until: Instant


class Decision(Statement):
    """A decision to suspend an app. A later `version` names the one it takes the place of by its digest."""

    kind: Literal["app-suspension"]
    v: Literal[1]
    id: Annotated[str, StringConstraints(pattern=r"^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    version: Annotated[int, Field(ge=1, le=10_000)]
    replaces_sha256: Digest | None = None
    authority: Authority
    legal_basis: Annotated[tuple[LegalBasis, ...], Field(min_length=1, max_length=20)]
    reason: Reason
    app: App
    scope: Scope
    measures: Annotated[tuple[Measure, ...], Field(min_length=1, max_length=6), AfterValidator(_each_once)]
    stages: Stages
    exceptions: ExceptionsPolicy
    contact: Contact
    reply: Reply

    @model_validator(mode="after")
    def _holds_together(self) -> "Decision":
        if (self.version > 1) != (self.replaces_sha256 is not None):
            raise ValueError("replaces_sha256 is the digest of the version before, and the first has none")
        if Measure.RECOMMEND in self.measures and len(self.measures) > 1:
            raise ValueError("what is recommended is not also done")
        if self.reply.until > self.stages.deadline_at:
            raise ValueError("the reply is heard before the deadline, not after it")
        codes = [purpose.code for purpose in self.exceptions.purposes]
        if len(set(codes)) < len(codes):
            raise ValueError("a purpose of exceptions is listed twice")
        return self
