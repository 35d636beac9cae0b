"""Does a device keep to a decision? What is known of it, and nothing more: silence is never compliance. Pure.

An audit found phones that nobody managed counted with the others, and a department that had excepted itself. So what
nobody can see, what has not been heard of lately, and what nobody manages are states of their own, and an exception
is one that was granted.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reelm.devices.artefacts.coverage import Control, Reach, read_coverage
from reelm.devices.fleet import Device, Enrolment

# A report counts for so long. One from further ahead than clocks differ is none.
REPORT_LASTS, CLOCKS_DIFFER = timedelta(hours=24), timedelta(minutes=5)


class Compliance(StrEnum):
    """How a device stands to a decision. Only one of these says that the app is not there."""

    COMPLIANT = "compliant"
    NOT_COMPLIANT = "not-compliant"
    EXEMPT = "exempt"
    CANNOT_BE_VERIFIED = "cannot-be-verified"
    STALE = "stale"
    UNMANAGED = "unmanaged"

    @property
    def caep_status(self) -> str:
        """In the two words that CAEP 1.0 has (`device-compliance-change`): what is not known is not compliant."""
        return "compliant" if self in {Compliance.COMPLIANT, Compliance.EXEMPT} else "not-compliant"


@dataclass(frozen=True)
class Report:
    """What a device, or what manages it, said at `at`: whether it has the app."""

    at: datetime
    has_app: bool


def judge(device: Device, report: Report | None, *, is_excepted: bool, now: datetime) -> Compliance:
    """How a device that a decision binds stands to it.

    Where only a part of a device can be seen, that the app is there is believed, and that it is not is no more than
    not known.
    """
    if device.enrolment is Enrolment.UNMANAGED:
        return Compliance.UNMANAGED
    if is_excepted:
        return Compliance.EXEMPT
    seen = read_coverage(device.platform, device.enrolment)[Control.APP_SEEN].reach
    if report is None:
        return Compliance.CANNOT_BE_VERIFIED if seen is Reach.NOT_POSSIBLE else Compliance.STALE
    if not now - REPORT_LASTS <= report.at <= now + CLOCKS_DIFFER:
        return Compliance.STALE
    if report.has_app:
        return Compliance.NOT_COMPLIANT
    return Compliance.COMPLIANT if seen is Reach.ENFORCED else Compliance.CANNOT_BE_VERIFIED


def count_states(states: Iterable[Compliance]) -> dict[Compliance, int]:
    """How many devices are in each state, each named also where there is none."""
    counted = Counter(states)
    return {state: counted[state] for state in Compliance}
