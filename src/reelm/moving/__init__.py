"""Moving to another realm: copy, compare, hand over, erase. Owns `moves`, `moving_parts`, `moved_names`, DATA/moving.

Promises: exactly one realm takes a person for its own at any time, whatever dies in between; nothing is erased before
the other realm has all of it and both logs tell of it; what is left behind is an address and where it leads.
"""

from reelm.moving.asking import HomeOf, ask, cancel, fetch_own, list_movers
from reelm.moving.errors import MovedToRealm, MoveNotFound, MoveTooLate, MoveUnderWay, RealmNotTheirs
from reelm.moving.jobs import WAKE, run_advance, run_wake
from reelm.moving.model import UNDER_WAY, Move, Side, Step, Then
from reelm.moving.mover import ADVANCE, RESIDENTS, Mover
from reelm.moving.names import find_moved, hash_clip, hash_handle
from reelm.moving.progress import Progress, count_progress
from reelm.moving.residents import MOST_AT_A_TIME, Residents, check_way, run_residents
from reelm.moving.store import count_steps
from reelm.moving.tables import STAYING
from reelm.moving.taking import take

__all__ = [
    "ADVANCE",
    "MOST_AT_A_TIME",
    "RESIDENTS",
    "STAYING",
    "UNDER_WAY",
    "WAKE",
    "HomeOf",
    "Move",
    "MoveNotFound",
    "MoveTooLate",
    "MoveUnderWay",
    "MovedToRealm",
    "Mover",
    "Progress",
    "RealmNotTheirs",
    "Residents",
    "Side",
    "Step",
    "Then",
    "ask",
    "cancel",
    "check_way",
    "count_progress",
    "count_steps",
    "fetch_own",
    "find_moved",
    "hash_clip",
    "hash_handle",
    "list_movers",
    "run_advance",
    "run_residents",
    "run_wake",
    "take",
]
