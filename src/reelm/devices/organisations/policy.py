"""Who may do what for an organisation? One table; each step names the duties that it goes with. Pure.

Deciding, managing devices, and excepting are apart: nobody who asks for an exception grants it, and nobody gives
themselves a duty.
"""

from collections.abc import Mapping
from enum import StrEnum

from reelm.devices.organisations.errors import DutyMissing
from reelm.devices.organisations.model import Duty, Seat


class Step(StrEnum):
    """What can be done for an organisation."""

    LOOK = "look"
    APPOINT = "appoint"
    PROVE = "prove"
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
    Step.CHANGE_KEYS: frozenset({Duty.DECIDER}),
    Step.DECIDE: frozenset({Duty.DECIDER}),
    Step.MANAGE_DEVICES: frozenset({Duty.DEVICE_ADMIN}),
    Step.ASK_EXCEPTION: frozenset({Duty.DEVICE_ADMIN, Duty.DECIDER}),
    Step.DECIDE_EXCEPTION: frozenset({Duty.APPROVER}),
    Step.TAKE_EVIDENCE: frozenset({Duty.AUDITOR, Duty.DECIDER, Duty.DEVICE_ADMIN}),
}


def check(step: Step, seat: Seat) -> None:
    """Raises `DutyMissing`."""
    if not seat.duties & MAY[step]:
        raise DutyMissing(needed=", ".join(sorted(MAY[step])))
