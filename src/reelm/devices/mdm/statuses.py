"""What does one of Apple's devices say of what is declared to it? A report in JSON, by Apple's schema. Pure.

Read is the state of our own declarations, which is all that is subscribed to; what a device tells besides, such as
what it is capable of, is passed over and not kept. A declaration hides an app where the device says that it has it as
it now is, that it is valid, and that it is active: whatever it leaves out, it has not said.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reelm.devices.errors import MdmMessageMalformed
from reelm.devices.mdm.commands import MOST_FAULT
from reelm.devices.mdm.declarations import ACTIVATION, PROFILE, SUBSCRIBED, Declared

MOST_REPORT = 256 * 1024
MOST_ITEMS = 500
# Devices send a full report once a day; of three they may miss two.
SAID_LASTS = timedelta(hours=72)

_Word = Annotated[str, Field(max_length=300)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class _Reason(_Part):
    code: _Word


class _State(_Part):
    """How a device stands to one declaration."""

    identifier: _Word
    server_token: Annotated[_Word, Field(alias="server-token")]
    active: bool
    valid: Literal["unknown", "invalid", "valid"]
    reasons: Annotated[tuple[_Reason, ...], Field(max_length=50)] = ()


_States = Annotated[tuple[_State, ...], Field(max_length=MOST_ITEMS)]


class _Declarations(_Part):
    activations: _States
    configurations: _States
    assets: _States
    management: _States

    def all(self) -> Iterable[_State]:
        return (*self.activations, *self.configurations, *self.assets, *self.management)


class _Management(_Part):
    declarations: _Declarations | None = None


class _Items(_Part):
    """The name of an item is a path: `management.declarations` is a dictionary in one."""

    management: _Management = _Management()


class _FaultReason(_Part):
    Code: _Word


class _Fault(_Part):
    StatusItem: _Word
    Reasons: Annotated[tuple[_FaultReason, ...], Field(max_length=50)] = ()


class StatusReport(_Part):
    """What changed, or all there is; `Errors` are about what the device could not tell."""

    StatusItems: _Items
    Errors: Annotated[tuple[_Fault, ...], Field(max_length=MOST_ITEMS)]


@dataclass(frozen=True)
class Told:
    """What a device has last said: which apps the profile hides that it holds in force, by the token of that; and why
    something is not so. `changed_at` is when it last said anything else.
    """

    token: str = ""
    hidden: frozenset[str] = frozenset()
    fault: str = ""
    said_at: datetime | None = None
    changed_at: datetime | None = None

    def hides(self, now: datetime) -> frozenset[str]:
        """Apps that are hidden as far as is known; what was said long ago is not known any more."""
        return self.hidden if self.said_at is not None and now < self.said_at + SAID_LASTS else frozenset()


def read_report(data: bytes | None) -> StatusReport:
    """Raises `MdmMessageMalformed`."""
    if data is None or len(data) > MOST_REPORT:
        raise MdmMessageMalformed(where="Data")
    try:
        return StatusReport.model_validate_json(data)
    except ValidationError as refused:
        path = refused.errors(include_url=False, include_input=False)[0]["loc"]
        raise MdmMessageMalformed(where=".".join(("Data", *(str(part) for part in path)))[:200]) from None


def hear(report: StatusReport, declared: Declared, hiding: frozenset[str], before: Told, at: datetime) -> Told:
    """What is known after a report; `hiding` are the apps that the profile among what is `declared` hides.

    A report that is not about declarations changes nothing.
    """
    states = report.StatusItems.management.declarations
    if states is None:
        failed = [one for one in report.Errors if one.StatusItem in SUBSCRIBED]
        if not failed:
            return before
        codes = [reason.Code for one in failed for reason in one.Reasons] or [failed[0].StatusItem]
        return _say(before, Told(fault="; ".join(codes)[:MOST_FAULT]), at)
    refused = _list_refused(states, declared)
    faults = [f"{one.identifier}: {', '.join(why.code for why in one.reasons) or one.valid}" for one in refused]
    profile = next((one for one in states.configurations if one.identifier == PROFILE), None)
    token, hidden = _read_profile(profile, declared, hiding, before)
    return _say(before, Told(token, hidden, "; ".join(faults)[:MOST_FAULT]), at)


def is_refused(report: StatusReport, declared: Declared) -> bool:
    """Whether the device says that the profile can't be put in force, which is more than not yet."""
    states = report.StatusItems.management.declarations
    if states is None or all(one.identifier != PROFILE for one in declared):
        return False
    return any(one.identifier in {PROFILE, ACTIVATION} for one in _list_refused(states, declared))


def _read_profile(
    state: _State | None, declared: Declared, hiding: frozenset[str], before: Told
) -> tuple[str, frozenset[str]]:
    """The profile that the device holds in force, by its token, and what that hides.

    Where it has not come to the newest yet, the one before is in force.
    """
    wanted = next((one for one in declared if one.identifier == PROFILE), None)
    if wanted is None or state is None or not state.active or state.valid != "valid":
        return "", frozenset()
    if state.server_token == wanted.token:
        return wanted.token, hiding
    return (before.token, before.hidden) if state.server_token == before.token else ("", frozenset())


def _list_refused(states: _Declarations, declared: Declared) -> list[_State]:
    """Of what is declared now; what is said of older ones is over."""
    tokens = {one.identifier: one.token for one in declared}
    return [one for one in states.all() if tokens.get(one.identifier) == one.server_token and _is_faulty(one)]


def _is_faulty(state: _State) -> bool:
    is_error = any(one.code.startswith("Error.") for one in state.reasons)
    return state.valid == "invalid" or (is_error and not state.active)


def _say(before: Told, now: Told, at: datetime) -> Told:
    has_changed = (now.token, now.hidden, now.fault) != (before.token, before.hidden, before.fault)
    return replace(now, said_at=at, changed_at=at if has_changed else before.changed_at)
