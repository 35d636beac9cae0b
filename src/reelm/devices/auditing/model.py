"""The plain data of an audit: all that a pack is made of, and what its checklist says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from reelm.devices.compliance import Compliance
from reelm.devices.organisations.model import Key
from reelm.devices.probing.model import Probes
from reelm.devices.register.model import Excepted, Filed
from reelm.devices.register.telling import Person
from reelm.devices.reporting.model import Standing
from reelm.devices.reporting.standing import state_of

# Devices of which nobody knows that they keep to the decision. Each is told by itself, and first.
LOUD = (Compliance.UNMANAGED, Compliance.STALE, Compliance.CANNOT_BE_VERIFIED)


@dataclass(frozen=True)
class Facts:
    """What was known at `at` of one decision: nothing of a pack comes from anywhere else."""

    organisation: str
    log: str
    filed: Filed
    keys: Sequence[Key]
    standings: Sequence[Standing]
    exceptions: Sequence[Excepted]
    people: Sequence[Person]
    approvers: int
    at: datetime
    probes: Probes | None = None

    @cached_property
    def states(self) -> Sequence[Compliance]:
        """How each of `standings` stands at `at`; the log may not tell of it yet."""
        return [state_of(one, self.at) for one in self.standings]


class Item(StrEnum):
    """What M-23-13 asks of an agency, in the order of its days."""

    PRESENCE = "identify-presence"
    EXCEPTIONS = "process-for-exceptions"
    REMOVAL = "remove-and-disallow"
    TRAFFIC = "prohibit-traffic"
    NO_NEW_CONTRACTS = "no-new-contracts"
    CEASE_CONTRACTS = "cease-contracts"
    CLAUSES = "contract-clauses"


class Met(StrEnum):
    """Whether what is asked is done. What Reelm can't know it does not guess."""

    MET = "met"
    NOT_MET = "not-met"
    NOT_KNOWN = "not-known"


class Because(StrEnum):
    """Why an item stands so."""

    NOT_PUBLISHED = "not-published"
    NOT_YET_IN_FORCE = "not-yet-in-force"
    NO_LONGER_IN_FORCE = "no-longer-in-force"
    NOT_ASKED = "not-asked-by-the-decision"
    NO_DEVICES = "no-devices-known"
    DEVICES_UNMANAGED = "devices-unmanaged"
    DEVICES_STALE = "devices-stale"
    DEVICES_UNVERIFIABLE = "devices-cannot-be-verified"
    APP_THERE = "app-found-on-devices"
    NO_CONTROL_OF_APP = "no-control-of-installing"
    NO_APPROVER = "nobody-may-grant"
    EXCEPTIONS_WAIT = "exceptions-wait"
    OPEN_IN_BROWSER = "no-control-in-browser"
    NOT_PROBED = "not-probed"
    RESOLVER_OPEN = "resolver-answers"
    RESOLVER_NOT_MEASURED = "resolver-not-measured"
    CONTRACTS = "contracts-are-not-known-here"


@dataclass(frozen=True)
class Line:
    """One item of the checklist. `due_at` counts from publication."""

    item: Item
    within_days: int
    due_at: datetime | None
    met: Met
    because: Sequence[Because]
    figures: Mapping[str, int]

    def is_overdue(self, now: datetime) -> bool:
        """Whether its day has come, and it is not met. What is not known is not overdue either."""
        return self.due_at is not None and now >= self.due_at and self.met is Met.NOT_MET


@dataclass(frozen=True)
class Gap:
    """Something by which the app stays within reach, or by which nobody would know: `count` devices or tries."""

    kind: str
    subject: str
    count: int
    how: str
