"""What may an entry say about data that was passed on: to somebody outside, to another realm, or from one?"""

from typing import Literal

from pydantic import Field

from reelm.kernel.holdings import LegalBasis
from reelm.ledger.model import (
    Assessment,
    Classes,
    Count,
    Country,
    Digest,
    Fact,
    Instant,
    Party,
    PublicId,
    Purpose,
    RealmName,
    Word,
)


class Passing(Fact):
    """Data was passed on. `policy` is the SHA-256 of the rule that allowed it, `agreement` that of the contract."""

    actor = subject = Party.OPTIONAL

    purpose: Purpose
    legal_basis: LegalBasis
    classes: Classes
    fields: Count
    bytes: Count
    policy: Digest
    assessment: Assessment | None = None
    agreement: Digest | None = None


class Disclosure(Passing):
    """Somebody outside the platform received data."""

    kind = "disclosure"

    to: Literal["authority", "processor", "researcher", "person"]
    country: Country


class Crossing(Passing):
    """Data is about to go to another realm: the entry is in the log before the first byte leaves.

    `content` is the SHA-256 of a salt that goes along and of what is sent, so that whoever received it can show it;
    `bytes` is how long that is. `people` is over how many people a count adds up, and `epsilon_micro` what it costs
    each of them of their privacy budget, in millionths.
    """

    kind = "crossing"

    to: RealmName
    message: Word
    content: Digest
    people: Count | None = None
    epsilon_micro: Count | None = None


class CrossingRefused(Fact):
    """Data did not go to another realm, because of a rule of the policies with this digest."""

    kind = "crossing-refused"
    actor = subject = Party.OPTIONAL

    to: RealmName
    message: Word
    purpose: Purpose
    classes: Classes
    rule: Word
    policy: Digest


class Arrival(Fact):
    """Data came from another realm, whose log tells of it at index `entry`."""

    kind = "arrival"
    actor = subject = Party.ABSENT

    from_: RealmName = Field(alias="from")
    entry: Count
    message: Word
    classes: Classes
    bytes: Count


class EgressMeter(Fact):
    """What left towards a realm: by the kernel's count, by the entries of the log, and what carried it."""

    kind = "egress-meter"
    actor = subject = Party.ABSENT

    to: RealmName
    since: Instant
    until: Instant
    metered: Count
    logged: Count
    carried: Count


class RulesInForce(Fact):
    """The policies about crossings with this digest decide from here on, with so many assessed routes."""

    kind = "rules-in-force"
    actor = subject = Party.ABSENT

    policy: Digest
    routes: Count


class PeerFault(Fact):
    """Another realm's word was found to be wrong. `entry` is the index it told, where it is about one.

    `numbers-differ`: it says it has taken less than it had, or more than we have sent; one of the two was restored
    from an old backup.
    """

    kind = "peer-fault"
    actor = subject = Party.ABSENT

    realm: RealmName
    fault: Literal["entry-missing", "entry-differs", "log-forked", "log-not-signed", "key-changed", "numbers-differ"]
    entry: Count | None = None


class PersonLeft(Fact):
    """A person is handed over to another realm: `parts` parts with this digest. Their key here is destroyed next."""

    kind = "person-left"
    actor = Party.ABSENT

    to: RealmName
    move: PublicId
    parts: Count
    digest: Digest


class PersonArrived(Fact):
    """A person of another realm belongs to this one from here on; its log tells of it at index `entry`."""

    kind = "person-arrived"
    actor = Party.ABSENT

    from_: RealmName = Field(alias="from")
    move: PublicId
    parts: Count
    digest: Digest
    entry: Count
