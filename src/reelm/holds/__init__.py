"""Whose data must stay for a case, which classes of it, and until when? Owns legal holds.

Promises: a hold covers the people and classes it names and nothing else, has an end, and is in the log from its
beginning to its end; what it covers is neither erased, nor moved away, nor deleted because its time is over.
"""

from reelm.holds.errors import CaseKnown, HeldForCase, HoldNotFound, HoldNotUnderstood
from reelm.holds.holding import LONGEST, Act, begin, check_free, end, end_due
from reelm.holds.model import Hold
from reelm.holds.store import is_held, list_holds

__all__ = [
    "LONGEST",
    "Act",
    "CaseKnown",
    "HeldForCase",
    "Hold",
    "HoldNotFound",
    "HoldNotUnderstood",
    "begin",
    "check_free",
    "end",
    "end_due",
    "is_held",
    "list_holds",
]
