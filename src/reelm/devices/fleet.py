"""Which devices does an organisation have, in which groups, and who is excepted? A plain list, as it is exported.

Without one a decision is compiled for one group of everybody.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated

from pydantic import Field, ValidationError

from reelm.devices.errors import FleetMalformed
from reelm.devices.model import Code, Decision, Instant, Line, Ownership, Statement

EVERYBODY = "everybody"


class Platform(StrEnum):
    """What runs on a device."""

    IOS = "ios"
    MACOS = "macos"
    ANDROID = "android"
    WINDOWS = "windows"
    LINUX = "linux"


class Enrolment(StrEnum):
    """How far a device is managed. What can be seen and done on it hangs on that (`artefacts/coverage.py`)."""

    SUPERVISED = "supervised"
    DEVICE = "device"
    USER = "user"
    FULLY_MANAGED = "fully-managed"
    WORK_PROFILE_COMPANY = "work-profile-company"
    WORK_PROFILE_PERSONAL = "work-profile-personal"
    AGENT = "agent"
    UNMANAGED = "unmanaged"


class Device(Statement):
    """One device. `addresses` are those it always has on the organisation's own network."""

    id: Code
    platform: Platform
    enrolment: Enrolment
    ownership: Ownership
    groups: tuple[Code, ...] = ()
    person: Code | None = None
    addresses: tuple[IPv4Address | IPv6Address, ...] = ()


class Granted(Statement):
    """An exception for one device or one person; there is no other."""

    id: Code
    device: Code | None = None
    person: Code | None = None
    purpose: Code
    asked_by: Line
    granted_by: Line
    granted_at: Instant
    until: Instant


class Fleet(Statement):
    """All devices, and all exceptions from one decision."""

    devices: Annotated[tuple[Device, ...], Field(max_length=500_000)] = ()
    exceptions: tuple[Granted, ...] = ()


@dataclass(frozen=True)
class GroupPlan:
    """What artefacts of one group are made of: its devices that are bound, and those that are excepted now."""

    group: str
    bound: Sequence[Device]
    excepted: Sequence[Device]


def read_fleet(data: bytes) -> Fleet:
    """Raises `FleetMalformed`."""
    try:
        return Fleet.model_validate_json(data, strict=True)
    except ValidationError as refused:
        first = refused.errors(include_url=False, include_input=False)[0]
        raise FleetMalformed(where=".".join(str(part) for part in first["loc"])[:200], fault=first["msg"]) from None


def check_exceptions(decision: Decision, fleet: Fleet) -> None:
    """Raises `FleetMalformed` for an exception that the decision does not allow."""
    purposes = {purpose.code for purpose in decision.exceptions.purposes}
    longest = timedelta(days=decision.exceptions.longest_days)
    for at, one in enumerate(fleet.exceptions):
        faults = {
            "it names one device or one person": (one.device is None) == (one.person is None),
            "its purpose is none of the decision's": one.purpose not in purposes,
            "nobody grants an exception to themselves": one.asked_by == one.granted_by,
            f"it is for longer than {longest.days} days": one.until - one.granted_at > longest,
            "it ends before it begins": one.until <= one.granted_at,
        }
        for fault, is_so in faults.items():
            if is_so:
                raise FleetMalformed(where=f"exceptions.{at}", fault=fault)


class Roster:
    """The devices of a fleet by group, and who is excepted at a moment, so that one group is planned by itself."""

    def __init__(self, decision: Decision, fleet: Fleet, now: datetime) -> None:
        self.groups = sorted(decision.scope.groups)
        self._bound = [one for one in fleet.devices if one.ownership in decision.scope.ownership]
        self._by_group = defaultdict[str, list[Device]](list)
        for device in self._bound:
            for group in {*device.groups} - {EVERYBODY}:
                self._by_group[group].append(device)
        valid = [one for one in fleet.exceptions if one.granted_at <= now < one.until]
        self._devices = {one.device for one in valid if one.device}
        self._people = {one.person for one in valid if one.person}

    def plan(self, group: str) -> GroupPlan:
        """Every device of a group that the decision binds, or would."""
        devices = self._bound if group == EVERYBODY else self._by_group[group]
        excepted = [one for one in devices if self.is_excepted(one)]
        return GroupPlan(group, [one for one in devices if not self.is_excepted(one)], excepted)

    def is_excepted(self, device: Device) -> bool:
        """By itself, or as a device of somebody who is."""
        return device.id in self._devices or device.person in self._people

    def groups_of(self, exception: Granted) -> list[str]:
        """The groups whose files an exception touches."""
        devices = (
            one
            for one in self._bound
            if one.id == exception.device or (one.person is not None and one.person == exception.person)
        )
        named = {group for one in devices for group in (*one.groups, EVERYBODY)}
        return [group for group in self.groups if group in named]


def plan_groups(decision: Decision, fleet: Fleet, now: datetime) -> list[GroupPlan]:
    """One plan a group of the decision's scope, by name. Without any devices they bind whoever gets the files."""
    roster = Roster(decision, fleet, now)
    return [roster.plan(group) for group in roster.groups]
