"""By which ways does the app stay within reach all the same, and where would nobody know? Pure.

Gaps are listed whether or not anybody can close them: a list without them would claim that there are none.
"""

from collections.abc import Iterator

from reelm.devices.artefacts.coverage import Control, Reach
from reelm.devices.auditing.layers import is_asked, list_kinds
from reelm.devices.auditing.model import LOUD, Facts, Gap
from reelm.devices.probing.model import Outcome


def list_gaps(facts: Facts) -> list[Gap]:
    """Devices that nobody knows of, then controls that do not reach, people not told, and ways that were tried."""
    return [*_of_devices(facts), *_of_controls(facts), *_of_people(facts), *_of_probes(facts)]


def _of_devices(facts: Facts) -> Iterator[Gap]:
    for state in LOUD:
        if number := facts.states.count(state):
            yield Gap("devices", state, number, "not known to be compliant")


def _of_controls(facts: Facts) -> Iterator[Gap]:
    decision = facts.filed.decision
    for kind in list_kinds(facts.standings):
        for control in Control:
            reach = kind.cells[control].reach
            if reach is not Reach.ENFORCED and is_asked(decision, control):
                yield Gap("control", f"{control}: {kind.name}", kind.devices, reach)


def _of_people(facts: Facts) -> Iterator[Gap]:
    not_told = sum(one.told_at is None for one in facts.people)
    silent = sum(one.told_at is not None and one.acknowledged_at is None for one in facts.people)
    if not_told:
        yield Gap("people", "not-told", not_told, "no device of theirs has shown it to them")
    if silent:
        yield Gap("people", "not-acknowledged", silent, "told, and have not said that they read it")


def _of_probes(facts: Facts) -> Iterator[Gap]:
    if facts.probes is None:
        yield Gap("probe", "circumvention", 0, "not measured: reelm devices probe was not run")
        return
    for one in facts.probes.probes:
        if one.outcome is not Outcome.CLOSED:
            yield Gap("probe", f"{one.way}: {one.target}", 1, f"{one.outcome}: {one.how}")
