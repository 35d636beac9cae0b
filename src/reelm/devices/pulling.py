"""What does a desktop get that pulls its own files? What enforces the decisions that bind it, and nothing else.

A device that is excepted gets none for that decision, and is not asked about its app.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reelm.devices import reporting
from reelm.devices.artefacts import Files, compile_decisions, read_blocked
from reelm.devices.enrolling import Enrolled
from reelm.infra.db import ReadUnit

PULLED = ("chromium", "firefox", "hosts")


@dataclass(frozen=True)
class Pulled:
    """Files by target, none where nothing is in force; and the identities of apps that it is to look for."""

    files: Mapping[str, Files]
    asked: frozenset[str]


async def pull(unit: ReadUnit, device: Enrolled, now: datetime) -> Pulled:
    """For this device, now."""
    bound = await reporting.list_bound_by(unit, device.organisation, device.id, now)
    mine = [one.filed for one in bound if not one.is_excepted]
    apps = [one.decision.app for one in mine if one.decision.app.covers.app]
    asked = frozenset(identity for app in apps for identity in (*app.apple, *app.android))
    in_force = [one.decision for one in mine if one.state(now).is_enforced]
    if not read_blocked(in_force).domains:
        return Pulled({}, asked)
    return Pulled({target: compile_decisions(target, in_force, ()) for target in PULLED}, asked)
