"""Whose eyes may see whose private data, why, and for how long? Owns `access_requests` and `access_reads`.

Promises: nobody but a person themselves has standing access to their private data; staff ask with a reason, a second
person agrees, what is opened covers named classes for some minutes and ends by itself; every step and every look is
an entry of the ledger, and a look is in the log before it shows anything. Knows people by id and role only.
"""

from reelm.access.border import Border
from reelm.access.desk import Caller, Desk
from reelm.access.ending import end_with_sessions, sweep
from reelm.access.errors import (
    AccessDecided,
    AccessNotApproved,
    AccessNotFound,
    AccessNotOpen,
    AccessNotYours,
    AccessOpenedElsewhere,
    AccessOver,
    ClassesNotListed,
    CollectionUnknown,
    CountryMayNot,
    MinutesNotAllowed,
    OutsideTheScope,
    OwnDataNotHere,
    ReasonNotListed,
    ReviewNotDue,
    RoleMayNot,
    SecondPersonNeeded,
)
from reelm.access.eyes import Eyes, OwnEyes, StaffEyes, own_eyes, staff_eyes
from reelm.access.faults import find_faults
from reelm.access.forgetting import forget, forget_person
from reelm.access.model import Alarms, EndCause, Field, Finding, Request, Sight, Staff, State
from reelm.access.policy import (
    BREAK_GLASS_MAX_MINUTES,
    CLASSES,
    MAX_MINUTES,
    MIN_MINUTES,
    REVIEW_WITHIN,
    Powers,
    is_overdue,
    list_powers,
)
from reelm.access.requests import approve, ask, break_glass, end, list_requests, open_access, refuse, review
from reelm.access.store import Collection, Part, count_alarms
from reelm.access.tables import STAYING

__all__ = [
    "BREAK_GLASS_MAX_MINUTES",
    "CLASSES",
    "MAX_MINUTES",
    "MIN_MINUTES",
    "REVIEW_WITHIN",
    "STAYING",
    "AccessDecided",
    "AccessNotApproved",
    "AccessNotFound",
    "AccessNotOpen",
    "AccessNotYours",
    "AccessOpenedElsewhere",
    "AccessOver",
    "Alarms",
    "Border",
    "Caller",
    "ClassesNotListed",
    "Collection",
    "CollectionUnknown",
    "CountryMayNot",
    "Desk",
    "EndCause",
    "Eyes",
    "Field",
    "Finding",
    "MinutesNotAllowed",
    "OutsideTheScope",
    "OwnDataNotHere",
    "OwnEyes",
    "Part",
    "Powers",
    "ReasonNotListed",
    "Request",
    "ReviewNotDue",
    "RoleMayNot",
    "SecondPersonNeeded",
    "Sight",
    "Staff",
    "StaffEyes",
    "State",
    "approve",
    "ask",
    "break_glass",
    "count_alarms",
    "end",
    "end_with_sessions",
    "find_faults",
    "forget",
    "forget_person",
    "is_overdue",
    "list_powers",
    "list_requests",
    "open_access",
    "own_eyes",
    "refuse",
    "review",
    "staff_eyes",
    "sweep",
]
