"""What went wrong with people's data, whom must the realm tell of it, by when, and were they? Owns the register.

Promises: nothing once written in the register is changed, only added to; each step has its entry in the log, which
says when the realm knew and when it told whom, and nothing about the incident itself; a record is kept for as long as
the law that asks for the longest.
"""

from reelm.privacy.incidents.drafts import Office, draft_report
from reelm.privacy.incidents.duties import Duty, list_duties
from reelm.privacy.incidents.errors import (
    IncidentNotFound,
    IncidentNotUnderstood,
    LawNotConcerned,
    NotDecidedYet,
    NotYet,
)
from reelm.privacy.incidents.model import Facts, Incident, Kind, Step
from reelm.privacy.incidents.recording import (
    Act,
    amend,
    fetch,
    list_alarms,
    list_all,
    note_authority_told,
    note_people_told,
    record,
    sweep,
)

__all__ = [
    "Act",
    "Duty",
    "Facts",
    "Incident",
    "IncidentNotFound",
    "IncidentNotUnderstood",
    "Kind",
    "LawNotConcerned",
    "NotDecidedYet",
    "NotYet",
    "Office",
    "Step",
    "amend",
    "draft_report",
    "fetch",
    "list_alarms",
    "list_all",
    "list_duties",
    "note_authority_told",
    "note_people_told",
    "record",
    "sweep",
]
