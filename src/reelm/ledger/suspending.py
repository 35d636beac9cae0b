"""What may an entry say about the suspension of an app: of organisations, decisions, exceptions and devices?

Organisations and decisions are public, and named by an id and a digest. Devices are commitments under a key of their
own, which their organisation has and gives to whoever may check (`devices/evidence.py`).
"""

from typing import Literal

from reelm.ledger.model import Commitment, Digest, Fact, Instant, Party, PublicId


class OrganisationKey(Fact):
    """A key of an organisation signs its decisions from here on, or no longer: SHA-256 of its JWK (RFC 7638)."""

    kind = "organisation-key"
    subject = Party.ABSENT

    organisation: PublicId
    key: Digest
    step: Literal["added", "revoked"]


class OrganisationProof(Fact):
    """An organisation has shown that a domain or a network is its own, or it is no longer: SHA-256 of its name."""

    kind = "organisation-proof"
    actor = Party.OPTIONAL
    subject = Party.ABSENT

    organisation: PublicId
    of: Literal["domain", "network"]
    value: Digest
    step: Literal["proven", "lost"]


class SignalIssuer(Fact):
    """Whom an organisation has us believe about its devices, by which keys, or no longer.

    `issuer` is the SHA-256 of its name; `keys` that of the SHA-256 thumbprints of its keys (RFC 7638), sorted, one a
    line.
    """

    kind = "signal-issuer"
    subject = Party.ABSENT

    organisation: PublicId
    issuer: Digest
    step: Literal["added", "changed", "removed"]
    keys: Digest | None = None


class SuspensionStep(Fact):
    """What was done with a decision, named by the SHA-256 of what was signed. One that lapsed, nobody has lapsed.

    `until` is when a review keeps it until, `record` the SHA-256 of what the review or the lifting said.
    """

    kind = "suspension-step"
    actor = Party.OPTIONAL
    subject = Party.ABSENT

    organisation: PublicId
    decision: Digest
    step: Literal["asked", "published", "reviewed", "lifted", "lapsed"]
    until: Instant | None = None
    record: Digest | None = None


class SuspensionReply(Fact):
    """The service that is suspended, or somebody whom it binds, has answered: SHA-256 of their words."""

    kind = "suspension-reply"
    actor = Party.OPTIONAL
    subject = Party.ABSENT

    decision: Digest
    by: Literal["service", "staff"]
    reply: Digest


class SuspensionException(Fact):
    """An exception from a decision, for one device or one person that the entry does not tell."""

    kind = "suspension-exception"
    subject = Party.ABSENT

    decision: Digest
    exception: PublicId
    step: Literal["asked", "granted", "refused", "revoked"]
    until: Instant | None = None


class DeviceState(Fact):
    """How a device stands to a decision since `since`. What said so, said it at `reported`."""

    kind = "device-state"
    actor = subject = Party.ABSENT

    decision: Digest
    device: Commitment
    state: Literal["compliant", "not-compliant", "exempt", "cannot-be-verified", "stale", "unmanaged"]
    since: Instant
    reported: Instant | None = None
