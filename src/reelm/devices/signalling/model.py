"""The plain data of what we tell others."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from reelm.devices.compliance import Compliance
from reelm.devices.delivery import POLL
from reelm.devices.signals import COMPLIANCE_CHANGE
from reelm.kernel.ids import OrganisationId

# What a stream may carry. Verifications and news of the stream itself come in any.
SUPPORTED = (COMPLIANCE_CHANGE,)
VERIFIED_EVERY = timedelta(seconds=60)
# What nobody takes is kept for so long: receivers refuse older tokens, as we do.
HELD_FOR = timedelta(days=7)


class Status(StrEnum):
    """Whether a stream is told, held, or neither."""

    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


class Kind(StrEnum):
    """What a token in the queue is about."""

    CHANGE = "change"
    VERIFICATION = "verification"
    UPDATED = "updated"


@dataclass(frozen=True)
class Receiver:
    """A system that may hear of an organisation's devices, by the name (`aud`) that tokens for it have."""

    id: UUID
    organisation: OrganisationId
    organisation_code: str
    audience: str
    made_at: datetime


@dataclass(frozen=True)
class Stream:
    """How a receiver wants to be told, and how that goes. `endpoint` is its own where it is pushed."""

    id: UUID
    receiver: Receiver
    made_at: datetime
    next_at: datetime
    method: str = POLL
    endpoint: str | None = None
    authorization: str | None = field(default=None, repr=False)
    requested: tuple[str, ...] = SUPPORTED
    description: str | None = None
    status: Status = Status.ENABLED
    reason: str | None = None
    verification_at: datetime | None = None
    taken_at: datetime | None = None
    failures: int = 0
    fault: str | None = None

    @property
    def delivered(self) -> tuple[str, ...]:
        """Which of the events that it wants it gets."""
        return tuple(one for one in SUPPORTED if one in self.requested)

    def with_status(self, status: Status, reason: str | None) -> "Stream":
        return replace(self, status=status, reason=reason)


@dataclass(frozen=True)
class Queued:
    """A token that was not taken yet: its `jti` is `id`. `device` is a device's code in its organisation; `words` is
    the state of a verification, or why a stream's status changed.
    """

    id: UUID
    kind: Kind
    at: datetime
    device: str | None = None
    decision: UUID | None = None
    version: int | None = None
    before: Compliance | None = None
    now: Compliance | None = None
    words: str | None = None


@dataclass(frozen=True)
class Turned:
    """A device stands otherwise to a decision now."""

    device: UUID
    before: Compliance | None
    now: Compliance
