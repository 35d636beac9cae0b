"""What does a signal say of the apps that are suspended? What can honestly be read from it, and no more. Pure.

CAEP's event names no app: a device management says whether a device keeps to all that it asks of it. A decision with
the measure `not-compliant` has it take the suspended app for a breach; only of such a decision does the word say
something. Of every other it says nothing, neither that the app is there nor that it is not. A device that is not
compliant for another reason is counted as one that has the app, until something that looked says better.
"""

from collections.abc import Iterable
from uuid import UUID

from reelm.devices.model import Measure
from reelm.devices.register import Filed
from reelm.devices.signals import Status


def read_status(status: Status, decisions: Iterable[Filed]) -> dict[UUID, bool]:
    """Whether a device has the app, by decision; those of which nothing is said are left out."""
    has_app = status == "not-compliant"
    return {one.id: has_app for one in decisions if Measure.NOT_COMPLIANT in one.decision.measures}
