"""What is one of Apple's devices still to do? It follows from the decisions that bind it and what it has done. Pure.

A device has the profile that decisions in force ask for, or none: who is excepted has none, and neither has anybody
once all are lifted. Whether suspended apps are there is asked a few times a day, and again after something changed.
A person's own device under user enrolment gets no profile and is not asked about apps: nobody can see those there.

A profile goes one of two ways, and never both: by a command, or declared (`declarations.py`) to a device that has
acknowledged Apple's declarative management. Before anything is in force a device is not asked whether it has that;
one that has a profile by a command keeps that until it is to go.
"""

import plistlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from reelm.devices.artefacts import apple, compile_decisions
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.mdm.commands import (
    Command,
    Progress,
    install_profile,
    list_suspended_apps,
    remove_app,
    remove_profile,
    synchronise,
)
from reelm.devices.mdm.declarations import Declared, make_tokens, read_token, token_of_all
from reelm.devices.model import Decision, Measure

# A report counts for a day, so that a device may miss two of three.
ASKED_EVERY, FAILED_RESTS = timedelta(hours=8), timedelta(hours=24)
APPLE = frozenset({Platform.IOS, Platform.MACOS})
_INSTALL, _REMOVE, _LIST, _REMOVE_APP, _SYNCHRONISE = (
    "InstallProfile",
    "RemoveProfile",
    "InstalledApplicationList",
    "RemoveApplication",
    "DeclarativeManagement",
)
_PROFILE = frozenset({_INSTALL, _REMOVE})


@dataclass(frozen=True)
class Wanted:
    """What decisions ask of one device now: a profile, which apps it is asked about, and which of those that the
    organisation has installed are removed.

    `declared` is what a device that takes declarations has declared to it, and `said_at` is when one last said
    something new of that.
    """

    profile: bytes | None
    asked: tuple[str, ...]
    removed: tuple[str, ...]
    has_items: bool
    declared: Declared = ()
    said_at: datetime | None = None


class Way(StrEnum):
    """How a device comes by its profile; `UNKNOWN` until it has said whether it takes declarations."""

    COMMANDS = "commands"
    DECLARATIONS = "declarations"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Plan:
    """Commands to be added, by their requests, and those that are to be forgotten, by their ids."""

    requests: Sequence[Mapping[str, Any]]
    forgotten: frozenset[str]


def want(platform: Platform, enrolment: Enrolment, live: Sequence[Decision], in_force: Sequence[Decision]) -> Wanted:
    """What these decisions ask: all bind the device, and it is excepted from none. `in_force` are among `live`."""
    sees_apps = may_declare(platform, enrolment)
    removing = [one for one in in_force if Measure.REMOVE in one.measures]
    return Wanted(
        profile=_make_profile(platform, enrolment, in_force),
        asked=_list_bundles(live) if sees_apps else (),
        removed=_list_bundles(removing) if sees_apps else (),
        has_items=platform is Platform.IOS,
    )


def may_declare(platform: Platform, enrolment: Enrolment) -> bool:
    """Whether decisions ask something of a device of Apple's; of a person's own under user enrolment, nothing."""
    return platform in APPLE and enrolment in {Enrolment.SUPERVISED, Enrolment.DEVICE}


def choose_way(wanted: Wanted, queue: Sequence[Command], now: datetime) -> Way:
    """Whether a device acknowledges declarations is asked again a day after it did not, where it has no profile."""
    taken = _list_taken([one for one in queue if one.type in _PROFILE])
    is_there = bool(taken) and taken[-1].type == _INSTALL
    if is_there or any(one.type == _INSTALL and one.progress.is_open for one in queue):
        return Way.COMMANDS
    synchronised = [one for one in queue if one.type == _SYNCHRONISE]
    if any(one.progress is Progress.DONE for one in synchronised):
        return Way.DECLARATIONS
    rests = any(_failed_lately(queue, one.request, now) for one in synchronised)
    return Way.COMMANDS if rests or not wanted.declared else Way.UNKNOWN


def list_declared(wanted: Wanted, queue: Sequence[Command], now: datetime) -> Declared:
    """What a device is told that asks: nothing, where its profile comes by a command."""
    return () if choose_way(wanted, queue, now) is Way.COMMANDS else wanted.declared


def make_tokens_for(declared: Declared, queue: Sequence[Command], now: datetime) -> bytes:
    """What tells whether something else is declared, the same bytes for as long as nothing is."""
    token = token_of_all(declared)
    told = [one.request["Data"] for one in queue if one.type == _SYNCHRONISE]
    return next((one for one in reversed(told) if read_token(one) == token), None) or make_tokens(token, now)


def plan_commands(wanted: Wanted, queue: Sequence[Command], now: datetime) -> Plan:
    """What the device is told beside what waits already, and which commands are outdated.

    The same command is not tried again on the day on which it failed. Before it is known which way the profile goes,
    nobody asks which apps are there: what a device says of that is outdated as soon as it has the profile.
    """
    requests: list[Mapping[str, Any]] = []
    forgotten = _list_old(queue)
    plans = [_plan_declaring(wanted, queue, now), _plan_profile(wanted, queue, now)]
    if not _comes_first(wanted, queue, now):
        plans += [_plan_question(wanted, queue, now, managed_only=managed_only) for managed_only in (False, True)]
    for planned in plans:
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
    return apple.read_hidden(taken[-1].request["Payload"])


def _make_profile(platform: Platform, enrolment: Enrolment, in_force: Sequence[Decision]) -> bytes | None:
    if platform is not Platform.IOS or not in_force:
        return None
    return compile_decisions("mobileconfig", in_force, ()).get(f"{enrolment}.mobileconfig")


def _list_bundles(decisions: Sequence[Decision]) -> tuple[str, ...]:
    return tuple(sorted({bundle for one in decisions if one.app.covers.app for bundle in one.app.apple}))


def _comes_first(wanted: Wanted, queue: Sequence[Command], now: datetime) -> bool:
    """Whether the device is to say first if it takes declarations, and has not put that off."""
    is_put_off = any(one.type == _SYNCHRONISE and one.progress is Progress.PUT_OFF for one in queue)
    return choose_way(wanted, queue, now) is Way.UNKNOWN and not is_put_off


def _plan_declaring(wanted: Wanted, queue: Sequence[Command], now: datetime) -> Plan:
    """What is declared is told of by its tokens, also that it is nothing any more."""
    ours = [one for one in queue if one.type == _SYNCHRONISE]
    way = choose_way(wanted, queue, now)
    if way is Way.COMMANDS:
        return _plan_one(None, ours, now)
    target = synchronise(make_tokens_for(wanted.declared, queue, now))
    taken = _list_taken(ours)
    return _plan_one(None if taken and taken[-1].request == target else target, ours, now)


def _plan_profile(wanted: Wanted, queue: Sequence[Command], now: datetime) -> Plan:
    ours = [one for one in queue if one.type in _PROFILE]
    taken = _list_taken(ours)
    target: Mapping[str, Any] | None = None
    if choose_way(wanted, queue, now) is not Way.COMMANDS:
        return _plan_one(None, ours, now)
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
        if asked and not _is_due(asked[-1], queue, wanted.said_at, now):
            target = None
    return _plan_one(target, ours, now)


def _plan_one(target: Mapping[str, Any] | None, ours: Sequence[Command], now: datetime) -> Plan:
    """Of commands of one kind that are open, the first that is this one stays, and no other."""
    waiting = [one for one in ours if one.progress.is_open]
    kept = next((one for one in waiting if one.request == target), None)
    forgotten = frozenset(one.id for one in waiting if one is not kept)
    is_new = target is not None and kept is None and not _failed_lately(ours, target, now)
    return Plan([target] if target is not None and is_new else [], forgotten)


def _list_taken(ours: Sequence[Command]) -> list[Command]:
    """Commands that a device has done, or may be at."""
    return [one for one in ours if one.progress in {Progress.SENT, Progress.DONE}]


def _is_due(asked: Command, queue: Sequence[Command], said_at: datetime | None, now: datetime) -> bool:
    """Whether it is time to ask again; not before an answer has come."""
    if asked.ended_at is None:
        return False
    after = queue[queue.index(asked) + 1 :]
    changes = [one for one in queue if one.type != _LIST and one.progress is Progress.DONE]
    has_changed = any(one in after or (one.ended_at is not None and one.ended_at > asked.ended_at) for one in changes)
    has_changed |= said_at is not None and said_at > asked.ended_at
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
