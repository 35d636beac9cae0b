"""The plain data of staff access."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccessId, AccountId, EntryId, SessionId
from reelm.kernel.roles import Role
from reelm.ledger import Reason


class State(StrEnum):
    """Where a request stands: asked → approved or refused; approved → open → ended. Break-glass starts open."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    OPEN = "open"
    ENDED = "ended"


class EndCause(StrEnum):
    """Why an access is over: its time, whoever had it, or somebody who took it back."""

    EXPIRED = "expired"
    CLOSED = "closed"
    REVOKED = "revoked"


class Finding(StrEnum):
    """What somebody else thinks of a break-glass access."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not-justified"


@dataclass(frozen=True)
class Staff:
    """Somebody who acts here: who, in which role at this moment, from which session and country.

    `is_abroad` says that the realm's data may not be looked at from there.
    """

    id: AccountId
    role: Role
    session: SessionId
    country: str
    is_abroad: bool


@dataclass(frozen=True)
class Wish:
    """What somebody asks to see: whose data, why, which classes, for how long. Checked by `policy.check_wish`."""

    subject: AccountId
    reason: Reason
    classes: frozenset[DataClass]
    minutes: int


@dataclass(frozen=True)
class Request:
    """One request for access and what became of it. A person who was forgotten is `None`.

    A `probe` is the realm's own, about a canary (`reelm.probing`).
    """

    id: AccessId
    subject: AccountId | None
    asked_by: AccountId | None
    reason: Reason
    classes: frozenset[DataClass]
    minutes: int
    break_glass: bool
    state: State
    asked_at: datetime
    decided_by: AccountId | None = None
    decided_at: datetime | None = None
    session: SessionId | None = None
    opened_at: datetime | None = None
    opened_entry: EntryId | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None
    end_cause: EndCause | None = None
    review_by: datetime | None = None
    reviewed_by: AccountId | None = None
    reviewed_at: datetime | None = None
    finding: Finding | None = None
    reads: int = 0
    last_read_at: datetime | None = None
    probe: bool = False


@dataclass(frozen=True)
class Field:
    """One value of one class of data."""

    name: str
    data_class: DataClass
    value: object


@dataclass(frozen=True)
class Sight:
    """What was seen: rows of fields. A look by staff has its entry in the log, at `index`."""

    collection: str
    is_single: bool
    rows: tuple[tuple[Field, ...], ...]
    entry: EntryId | None = None
    index: int | None = None


@dataclass(frozen=True)
class Alarms:
    """How many break-glass accesses wait for their review, and how many of them have waited too long."""

    open: int
    overdue: int
