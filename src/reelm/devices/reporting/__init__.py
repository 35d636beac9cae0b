"""What is said of devices, by whom, and how do they stand to the decisions that bind them, provably?"""

from reelm.devices.reporting.evidence import (
    Stood,
    check_evidence,
    make_evidence,
)
from reelm.devices.reporting.intake import (
    Intake,
    Reported,
)
from reelm.devices.reporting.model import (
    BoundBy,
    Change,
    Said,
    Source,
    Standing,
)
from reelm.devices.reporting.report_store import (
    Evidence,
    count_by_state,
    find_evidence,
    list_standings,
)
from reelm.devices.reporting.reports import (
    list_bound_by,
    look_over,
    note,
    note_apps,
    note_seen,
)
from reelm.devices.reporting.standing import (
    commit_device,
    state_of,
)

__all__ = [
    "BoundBy",
    "Change",
    "Evidence",
    "Intake",
    "Reported",
    "Said",
    "Source",
    "Standing",
    "Stood",
    "check_evidence",
    "commit_device",
    "count_by_state",
    "find_evidence",
    "list_bound_by",
    "list_standings",
    "look_over",
    "make_evidence",
    "note",
    "note_apps",
    "note_seen",
    "state_of",
]
