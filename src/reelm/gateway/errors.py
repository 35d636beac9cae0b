"""What can go wrong at the door between realms?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class RulesMalformed(Problem):
    """A file of the policies is not understood; the rules before stay in force."""

    status: ClassVar[int] = 422
    file: str
    fault: str


@dataclass(eq=False)
class CrossingRefused(Problem):
    """The policies do not let this go to that realm."""

    status: ClassVar[int] = 451
    realm: str
    rule: str


@dataclass(eq=False)
class CrossingNotTold(Problem):
    """What the person does goes to another realm, and the screen has not said so yet: `fields` is what would go."""

    status: ClassVar[int] = 409
    realm: str
    fields: str


@dataclass(eq=False)
class RealmNotAnswering(Problem):
    """Another realm can't be reached at the moment."""

    status: ClassVar[int] = 503
    realm: str


@dataclass(eq=False)
class RealmUnknown(Problem):
    """No realm of this deployment has this code."""

    status: ClassVar[int] = 404
    realm: str


@dataclass(eq=False)
class NotFoundAbroad(Problem):
    """The other realm has no such thing, or it is no longer public there: the two look the same on purpose."""

    status: ClassVar[int] = 404
    realm: str


@dataclass(eq=False)
class OutboxFull(Problem):
    """Too much waits for a realm that does not answer."""

    status: ClassVar[int] = 503
    realm: str


@dataclass(eq=False)
class EnvelopeMalformed(Problem):
    """What came is no envelope of ours: not JSON, cut off, too long, or not of its form."""

    status: ClassVar[int] = 400


@dataclass(eq=False)
class EnvelopeForAnother(Problem):
    """The envelope is addressed to another realm."""

    status: ClassVar[int] = 421


@dataclass(eq=False)
class EnvelopeNotSigned(Problem):
    """The realm the envelope says it comes from is unknown here, or its key has not signed it."""

    status: ClassVar[int] = 403


@dataclass(eq=False)
class EnvelopeNotOfNow(Problem):
    """The sender's clock is too far from ours, or the envelope is old."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class EnvelopeReplayed(Problem):
    """An envelope with this id has come before."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class GatewayBusy(Problem):
    """More envelopes are being worked on than this gateway takes at a time."""

    status: ClassVar[int] = 503


@dataclass(eq=False)
class DeliveriesMissing(Problem):
    """Messages before this one have not come yet: send again from number `due`."""

    status: ClassVar[int] = 409
    due: int


@dataclass(eq=False)
class MessageNotTaken(Problem):
    """A message can't be taken here, now or ever: it is of no use sending it again."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class GatewayNotRunning(Problem):
    """This realm has no gateway running, so that nothing comes from other realms or goes there."""

    status: ClassVar[int] = 503


@dataclass(eq=False)
class CardMalformed(Problem):
    """The card of a realm can't be read, or is of another realm than its name says."""

    status: ClassVar[int] = 422
    file: str
