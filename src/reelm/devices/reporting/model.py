"""The plain data of what devices report, and of how they then stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from reelm.devices.compliance import Compliance
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.register import Filed

Source = Literal["agent", "mdm", "signal", "scim", "csv"]


@dataclass(frozen=True)
class Said:
    """Something says of a device that it has an app that a decision suspends, or has not; at `at`."""

    device: UUID
    decision: UUID
    has_app: bool
    at: datetime
    source: Source


@dataclass(frozen=True)
class Standing:
    """A device that a decision binds: what it is, what was last said of it, and the state that the log tells.

    `code` is what its organisation calls it, which is for those who manage its devices.
    """

    device: UUID
    code: str
    platform: Platform
    enrolment: Enrolment
    ledger_key: bytes
    is_excepted: bool
    has_app: bool | None = None
    reported_at: datetime | None = None
    source: Source | None = None
    state: Compliance | None = None
    since: datetime | None = None
    entry: str | None = None


@dataclass(frozen=True)
class Change:
    """A device that stands otherwise from now on."""

    device: UUID
    decision: UUID
    before: Compliance | None
    now: Compliance
    at: datetime


@dataclass(frozen=True)
class BoundBy:
    """A decision that binds a device, now or from its deadline on, and whether the device is excepted from it."""

    filed: Filed
    is_excepted: bool
