"""Which devices does an organisation have, in which groups, and who is excepted? A plain list, as it is exported.

Without one a decision is compiled for one group of everybody.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
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


def plan_groups(decision: Decision, fleet: Fleet, now: datetime) -> list[GroupPlan]:
    """One plan a group of the decision's scope, by name: every device there that the decision binds or would.

    Without any devices one plan of everybody, which binds whoever gets its artefacts.
    """
    if not fleet.devices:
        return [GroupPlan(group, (), ()) for group in sorted(decision.scope.groups)]
    devices, people = _excepted(fleet, now)
    bound, excepted = defaultdict[str, list[Device]](list), defaultdict[str, list[Device]](list)
    wanted, everybody = set(decision.scope.groups), EVERYBODY in decision.scope.groups
    for device in fleet.devices:
        if device.ownership not in decision.scope.ownership:
            continue
        groups = {*device.groups, EVERYBODY} if everybody else wanted.intersection(device.groups)
        is_excepted = device.id in devices or (device.person is not None and device.person in people)
        for group in groups & wanted:
            (excepted if is_excepted else bound)[group].append(device)
    return [GroupPlan(group, bound[group], excepted[group]) for group in sorted(wanted)]


def _excepted(fleet: Fleet, now: datetime) -> tuple[Mapping[str, Granted], Mapping[str, Granted]]:
    """Devices and people that are excepted now."""
    valid = [one for one in fleet.exceptions if one.granted_at <= now < one.until]
    return {one.device: one for one in valid if one.device}, {one.person: one for one in valid if one.person}
