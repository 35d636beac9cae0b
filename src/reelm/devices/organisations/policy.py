"""Who may do what for an organisation? One table; each step names the duties that it goes with. Pure.

Deciding, managing devices, and excepting are apart: nobody who asks for an exception grants it, and nobody gives
themselves a duty. Whoever has an organisation ask for passkeys has one, and so locks nobody out but others.
"""

from collections.abc import Mapping
from enum import StrEnum

from reelm.devices.organisations.errors import DutyMissing, PasskeyNeeded
from reelm.devices.organisations.model import Duty, Organisation, Seat


class Step(StrEnum):
    """What can be done for an organisation."""

    LOOK = "look"
    APPOINT = "appoint"
    PROVE = "prove"
    ASK_PASSKEYS = "ask-passkeys"
    CHANGE_KEYS = "change-keys"
    DECIDE = "decide"
    MANAGE_DEVICES = "manage-devices"
    ASK_EXCEPTION = "ask-exception"
    DECIDE_EXCEPTION = "decide-exception"
    TAKE_EVIDENCE = "take-evidence"


_ALL = frozenset(Duty)
MAY: Mapping[Step, frozenset[Duty]] = {
    Step.LOOK: _ALL,
    Step.APPOINT: frozenset({Duty.DEVICE_ADMIN}),
    Step.PROVE: frozenset({Duty.DEVICE_ADMIN}),
    Step.ASK_PASSKEYS: frozenset({Duty.DEVICE_ADMIN}),
    Step.CHANGE_KEYS: frozenset({Duty.DECIDER}),
    Step.DECIDE: frozenset({Duty.DECIDER}),
    Step.MANAGE_DEVICES: frozenset({Duty.DEVICE_ADMIN}),
    Step.ASK_EXCEPTION: frozenset({Duty.DEVICE_ADMIN, Duty.DECIDER}),
    Step.DECIDE_EXCEPTION: frozenset({Duty.APPROVER}),
    Step.TAKE_EVIDENCE: frozenset({Duty.AUDITOR, Duty.DECIDER, Duty.DEVICE_ADMIN}),
}


def may(step: Step, seat: Seat) -> bool:
    """Whether a step goes with one of somebody's duties."""
    return bool(seat.duties & MAY[step])


def check(step: Step, organisation: Organisation, seat: Seat, *, by_passkey: bool) -> None:
    """Raises `PasskeyNeeded`, `DutyMissing`."""
    if (organisation.passkeys_only or step is Step.ASK_PASSKEYS) and not by_passkey:
        raise PasskeyNeeded
    if not may(step, seat):
        raise DutyMissing(needed=", ".join(sorted(MAY[step])))
