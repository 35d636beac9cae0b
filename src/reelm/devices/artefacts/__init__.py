"""What enforces a decision? Files for programs of others, all made from the decision and nothing else.

The same decisions, devices and exceptions always make the same bytes, so that lifting a decision gives back what was
there before it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reelm.devices.artefacts import android, apple, browsers, intune, scim
from reelm.devices.artefacts.blocked import Blocked, read_blocked
from reelm.devices.artefacts.coverage import COVERAGE, Cell, Control, Reach, read_coverage
from reelm.devices.artefacts.hosts import make_hosts
from reelm.devices.artefacts.rpz import make_zone
from reelm.devices.fleet import Enrolment, GroupPlan
from reelm.devices.model import Decision

__all__ = [
    "BY_GROUP",
    "COVERAGE",
    "TARGETS",
    "Blocked",
    "Cell",
    "Control",
    "Files",
    "Reach",
    "compile_decisions",
    "read_blocked",
    "read_coverage",
]

# By path below the folder of a target.
Files = dict[str, bytes]
# Those that have a file for each group, by its name. No other target tells who is excepted: such a device gets none.
BY_GROUP = frozenset({"rpz", "scim"})

_ANDROID = (Enrolment.FULLY_MANAGED, Enrolment.WORK_PROFILE_COMPANY, Enrolment.WORK_PROFILE_PERSONAL)


@dataclass(frozen=True)
class _Asked:
    """What files are made of. `serial` is that of zones."""

    decisions: Sequence[Decision]
    plans: Sequence[GroupPlan]
    blocked: Blocked
    serial: int


def compile_decisions(
    target: str, decisions: Sequence[Decision], plans: Sequence[GroupPlan], *, serial: int = 1
) -> Files:
    """The files of one of `TARGETS`. `serial` is that of zones; it goes up with each change, and never down."""
    ordered = sorted(decisions, key=lambda one: one.id)
    return TARGETS[target](_Asked(ordered, plans, read_blocked(ordered), serial))


def _rpz(asked: _Asked) -> Files:
    return {f"{plan.group}.zone": make_zone(asked.blocked, plan, asked.serial).encode() for plan in asked.plans}


def _mobileconfig(asked: _Asked) -> Files:
    organisation = asked.decisions[0].authority.organisation if asked.decisions else ""
    made = {
        f"{enrolment}.mobileconfig": apple.make_profile(asked.blocked, organisation, enrolment)
        for enrolment in (Enrolment.SUPERVISED, Enrolment.DEVICE)
    }
    return {name: profile for name, profile in made.items() if profile is not None}


def _scim(asked: _Asked) -> Files:
    devices = {f"{plan.group}.json": scim.make_devices(asked.decisions, plan) for plan in asked.plans}
    return _as_files(devices | {"schema.json": scim.make_schema()})


def _android(asked: _Asked) -> Files:
    return _as_files({f"{one}.json": android.make_policy(asked.blocked, one) for one in _ANDROID})


def _as_files(texts: Mapping[str, str]) -> Files:
    return {name: text.encode() for name, text in texts.items()}


TARGETS: Mapping[str, Callable[[_Asked], Files]] = {
    "rpz": _rpz,
    "hosts": lambda asked: _as_files({"hosts": make_hosts(asked.blocked)}),
    "chromium": lambda asked: _as_files({"suspensions.json": browsers.make_chromium(asked.blocked)}),
    "firefox": lambda asked: _as_files({"policies.json": browsers.make_firefox(asked.blocked)}),
    "mobileconfig": _mobileconfig,
    "ddm": lambda asked: _as_files(apple.make_declarations(asked.decisions)),
    "android": _android,
    "intune": lambda asked: _as_files(intune.make_configurations(asked.blocked)),
    "scim": _scim,
}
