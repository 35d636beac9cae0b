"""What is one of Apple's devices still to do? It follows from the decisions that bind it and what it has done. Pure.

A device has the profile that decisions in force ask for, or none: who is excepted has none, and neither has anybody
once all are lifted. Whether suspended apps are there is asked a few times a day, and again after something changed.
A person's own device under user enrolment gets no profile and is not asked about apps: nobody can see those there.
"""

import plistlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from reelm.devices.artefacts import compile_decisions
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.mdm.commands import (
    Command,
    Progress,
    install_profile,
    list_suspended_apps,
    remove_app,
    remove_profile,
)
from reelm.devices.model import Decision, Measure

# A report counts for a day, so that a device may miss two of three.
ASKED_EVERY, FAILED_RESTS = timedelta(hours=8), timedelta(hours=24)
APPLE = frozenset({Platform.IOS, Platform.MACOS})
_INSTALL, _REMOVE, _LIST, _REMOVE_APP = (
    "InstallProfile",
    "RemoveProfile",
    "InstalledApplicationList",
    "RemoveApplication",
)
_PROFILE = frozenset({_INSTALL, _REMOVE})


@dataclass(frozen=True)
class Wanted:
    """What decisions ask of one device now: a profile, which apps it is asked about, and which of those that the
    organisation has installed are removed.
    """

    profile: bytes | None
    asked: tuple[str, ...]
    removed: tuple[str, ...]
    has_items: bool


@dataclass(frozen=True)
class Plan:
    """Commands to be added, by their requests, and those that are to be forgotten, by their ids."""

    requests: Sequence[Mapping[str, Any]]
    forgotten: frozenset[str]


def want(platform: Platform, enrolment: Enrolment, live: Sequence[Decision], in_force: Sequence[Decision]) -> Wanted:
    """What these decisions ask: all bind the device, and it is excepted from none. `in_force` are among `live`."""
    sees_apps = platform in APPLE and enrolment in {Enrolment.SUPERVISED, Enrolment.DEVICE}
    removing = [one for one in in_force if Measure.REMOVE in one.measures]
    return Wanted(
        profile=_make_profile(platform, enrolment, in_force),
        asked=_list_bundles(live) if sees_apps else (),
        removed=_list_bundles(removing) if sees_apps else (),
        has_items=platform is Platform.IOS,
    )


def plan_commands(wanted: Wanted, queue: Sequence[Command], now: datetime) -> Plan:
    """What the device is told beside what waits already, and which commands are outdated.

    The same command is not tried again on the day on which it failed.
    """
    requests: list[Mapping[str, Any]] = []
    forgotten = _list_old(queue)
    for planned in (
        _plan_profile(wanted, queue, now),
        _plan_question(wanted, queue, now, managed_only=False),
        _plan_question(wanted, queue, now, managed_only=True),
    ):
        requests += planned.requests
        forgotten |= planned.forgotten
    removals = [one for one in queue if one.type == _REMOVE_APP and one.progress.is_open]
    forgotten |= {one.id for one in removals if one.request["Identifier"] not in wanted.removed}
    return Plan(requests, forgotten)


def plan_removals(wanted: Wanted, found: Sequence[str], queue: Sequence[Command], now: datetime) -> list[Any]:
    """Requests to remove those of the apps `found`, all installed by the organisation, that are to go."""
    requests = [remove_app(one) for one in found if one in wanted.removed]
    return [one for one in requests if not _is_open(queue, one) and not _failed_lately(queue, one, now)]


def is_about_managed(command: Command) -> bool:
    """Whether a device was asked for apps of its organisation only, which says nothing about the others."""
    return bool(command.request.get("ManagedAppsOnly"))


def read_hidden(queue: Sequence[Command]) -> frozenset[str]:
    """Apps that the profile which the device has taken hides and keeps from being opened."""
    taken = [one for one in queue if one.type in _PROFILE and one.progress is Progress.DONE]
    if not taken or taken[-1].type != _INSTALL:
        return frozenset()
    return frozenset(
        bundle for payload in _read(taken[-1])["PayloadContent"] for bundle in payload.get("blockedAppBundleIDs", ())
    )


def _make_profile(platform: Platform, enrolment: Enrolment, in_force: Sequence[Decision]) -> bytes | None:
    if platform is not Platform.IOS or not in_force:
        return None
    return compile_decisions("mobileconfig", in_force, ()).get(f"{enrolment}.mobileconfig")


def _list_bundles(decisions: Sequence[Decision]) -> tuple[str, ...]:
    return tuple(sorted({bundle for one in decisions if one.app.covers.app for bundle in one.app.apple}))


def _plan_profile(wanted: Wanted, queue: Sequence[Command], now: datetime) -> Plan:
    ours = [one for one in queue if one.type in _PROFILE]
    taken = [one for one in ours if one.progress in {Progress.SENT, Progress.DONE}]
    target: Mapping[str, Any] | None = None
    if wanted.profile is not None:
        target = install_profile(wanted.profile)
    elif taken and taken[-1].type == _INSTALL:
        target = remove_profile(_read(taken[-1])["PayloadIdentifier"])
    if taken and taken[-1].request == target:
        target = None
    return _plan_one(target, ours, now)


def _plan_question(wanted: Wanted, queue: Sequence[Command], now: datetime, *, managed_only: bool) -> Plan:
    bundles = wanted.removed if managed_only else wanted.asked
    ours = [one for one in queue if one.type == _LIST and is_about_managed(one) is managed_only]
    target = None
    if bundles:
        target = list_suspended_apps(bundles, managed_only=managed_only, has_items=wanted.has_items)
        asked = [one for one in ours if one.request == target and not one.progress.is_open]
        if asked and not _is_due(asked[-1], queue, now):
            target = None
    return _plan_one(target, ours, now)


def _plan_one(target: Mapping[str, Any] | None, ours: Sequence[Command], now: datetime) -> Plan:
    """Of commands of one kind that are open, the first that is this one stays, and no other."""
    waiting = [one for one in ours if one.progress.is_open]
    kept = next((one for one in waiting if one.request == target), None)
    forgotten = frozenset(one.id for one in waiting if one is not kept)
    is_new = target is not None and kept is None and not _failed_lately(ours, target, now)
    return Plan([target] if target is not None and is_new else [], forgotten)


def _is_due(asked: Command, queue: Sequence[Command], now: datetime) -> bool:
    """Whether it is time to ask again; not before an answer has come."""
    if asked.ended_at is None:
        return False
    after = queue[queue.index(asked) + 1 :]
    changes = [one for one in queue if one.type != _LIST and one.progress is Progress.DONE]
    has_changed = any(one in after or (one.ended_at is not None and one.ended_at > asked.ended_at) for one in changes)
    is_old = asked.ended_at + ASKED_EVERY <= now
    return is_old or (has_changed and asked.progress is Progress.DONE)


def _is_open(queue: Sequence[Command], request: Mapping[str, Any]) -> bool:
    return any(one.request == request and not one.progress.has_ended for one in queue)


def _failed_lately(queue: Sequence[Command], request: Mapping[str, Any], now: datetime) -> bool:
    return any(
        one.request == request and one.progress is Progress.FAILED and (one.ended_at or now) + FAILED_RESTS > now
        for one in queue
    )


def _list_old(queue: Sequence[Command]) -> frozenset[str]:
    """Commands that have ended, but for the newest of each kind that was done, and that failed."""
    ended = [one for one in queue if one.progress.has_ended]
    newest = {(_kind(one), one.progress): one.id for one in ended}
    return frozenset(one.id for one in ended if one.id not in newest.values())


def _kind(command: Command) -> tuple[str, object]:
    if command.type in _PROFILE:
        return "profile", None
    return command.type, command.request.get("Identifier") or is_about_managed(command)


def _read(installed: Command) -> dict[str, Any]:
    return cast("dict[str, Any]", plistlib.loads(installed.request["Payload"]))
