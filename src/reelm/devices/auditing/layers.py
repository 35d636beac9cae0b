"""What can be done about an app on each kind of device, layer by layer? Pure.

An audit found the app removed and its site open: so the app, the browser and the network are told apart, with how
many devices each kind has and what of it the decision asks for at all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reelm.devices.artefacts.coverage import Cell, Control, Reach, read_coverage
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.model import Decision, Measure
from reelm.devices.reporting.model import Standing

LAYERS: Mapping[str, Sequence[Control]] = {
    "app": (Control.APP_REMOVED, Control.INSTALLING_BLOCKED, Control.APP_SEEN),
    "browser": (Control.SITE_IN_BROWSER,),
    "network": (Control.SITE_ON_NETWORK,),
}
_ASKED_BY: Mapping[Control, frozenset[Measure]] = {
    Control.APP_REMOVED: frozenset({Measure.REMOVE}),
    Control.INSTALLING_BLOCKED: frozenset({Measure.BLOCK_INSTALLING}),
    Control.APP_SEEN: frozenset({Measure.REMOVE, Measure.BLOCK_INSTALLING, Measure.NOT_COMPLIANT}),
    Control.SITE_IN_BROWSER: frozenset({Measure.BLOCK_TRAFFIC}),
    Control.SITE_ON_NETWORK: frozenset({Measure.BLOCK_TRAFFIC}),
}


@dataclass(frozen=True)
class Kind:
    """A kind of device, how many of them the decision binds, and what each control can do there."""

    platform: Platform
    enrolment: Enrolment
    devices: int
    cells: Mapping[Control, Cell]

    @property
    def name(self) -> str:
        return f"{self.platform}, {self.enrolment}"


def list_kinds(standings: Iterable[Standing]) -> list[Kind]:
    """Every kind that there is among devices, by name."""
    counted = Counter((one.platform, one.enrolment) for one in standings)
    return [Kind(*kind, counted[kind], read_coverage(*kind)) for kind in sorted(counted)]


def is_asked(decision: Decision, control: Control) -> bool:
    """Whether a decision asks for a control at all."""
    is_of_site = control in {Control.SITE_IN_BROWSER, Control.SITE_ON_NETWORK}
    covered = decision.app.covers.site if is_of_site else decision.app.covers.app
    return covered and not _ASKED_BY[control].isdisjoint(decision.measures)


def count_without(kinds: Iterable[Kind], control: Control) -> int:
    """How many devices there are on which a control is not wholly enforced."""
    return sum(kind.devices for kind in kinds if kind.cells[control].reach is not Reach.ENFORCED)


def show_layers(decision: Decision, kinds: Iterable[Kind]) -> list[dict[str, Any]]:
    """As JSON has them."""
    return [
        {
            "platform": kind.platform,
            "enrolment": kind.enrolment,
            "devices": kind.devices,
            "layers": {
                layer: {
                    str(control): {
                        "asked": is_asked(decision, control),
                        "reach": kind.cells[control].reach,
                        "by": list(kind.cells[control].by),
                        "exercised_live": list(kind.cells[control].exercised_live),
                    }
                    for control in controls
                }
                for layer, controls in LAYERS.items()
            },
        }
        for kind in kinds
    ]
