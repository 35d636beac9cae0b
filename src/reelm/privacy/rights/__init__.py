"""What may somebody ask of their own data, by when is it done, and how? Owns requests, archives and erasure.

Promises: one engine goes through everything that is held of a person, and a table that it does not reach fails the
build; one request of a kind runs at a time, however often it is asked for; its deadline is the law's of where they
live, or Reelm's own 30 days if these end first; an archive is in the log before it can be taken; an erasure ends with
nothing of the person left, whatever fails in between.
"""

from reelm.privacy.rights.about import WITHHELD, Engine, find_unreached
from reelm.privacy.rights.asking import (
    Act,
    ask_for_archive,
    ask_for_erasure,
    call_off,
    fetch_archive,
    list_alarms,
    list_own,
)
from reelm.privacy.rights.erasing import erase
from reelm.privacy.rights.errors import (
    ArchiveNotReady,
    ErasureUnderWay,
    RequestNotFound,
    TooLateToCallOff,
)
from reelm.privacy.rights.exporting import write_archive
from reelm.privacy.rights.jobs import RIGHTS, WAKE, run_rights, run_wake
from reelm.privacy.rights.model import ERASED_AFTER, KEPT_FOR, OWN_LIMIT, Request, State

__all__ = [
    "ERASED_AFTER",
    "KEPT_FOR",
    "OWN_LIMIT",
    "RIGHTS",
    "WAKE",
    "WITHHELD",
    "Act",
    "ArchiveNotReady",
    "Engine",
    "ErasureUnderWay",
    "Request",
    "RequestNotFound",
    "State",
    "TooLateToCallOff",
    "ask_for_archive",
    "ask_for_erasure",
    "call_off",
    "erase",
    "fetch_archive",
    "find_unreached",
    "list_alarms",
    "list_own",
    "run_rights",
    "run_wake",
    "write_archive",
]
