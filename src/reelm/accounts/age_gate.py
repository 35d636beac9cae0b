"""Has somebody just been told that they are too young? Then another date is not believed from them for a while.

Three things are remembered, none of which says who it was: a mark in their browser for a week, and for a day the
keyed hash of their address with the handle they chose, and how many were refused from that address. An address alone
refuses only after several: a school has one for all.
"""

from datetime import datetime, timedelta

from reelm.accounts.errors import AgeAlreadySaid
from reelm.accounts.limits import Limit
from reelm.accounts.model import Caller
from reelm.accounts.store import count_hit, find_hits
from reelm.infra.db import ReadUnit, WriteUnit

MARKED_FOR = timedelta(days=7)
_A_DAY = timedelta(days=1)
_MOST_OF_AN_ADDRESS = 5


def _limits(caller: Caller, handle: str) -> tuple[tuple[Limit, bytes], ...]:
    of_address = Limit("too-young", _MOST_OF_AN_ADDRESS, _A_DAY)
    of_both = Limit("too-young-handle", 1, _A_DAY)
    return (
        (of_address, of_address.key(caller.secret, caller.address)),
        (of_both, of_both.key(caller.secret, caller.address, handle)),
    )


async def check_not_refused(unit: ReadUnit, caller: Caller, handle: str, at: datetime) -> None:
    """Raises `AgeAlreadySaid` for whoever was refused a short while ago, whatever date they say now."""
    for limit, key in _limits(caller, handle):
        if await find_hits(unit, key, at) >= limit.hits:
            raise AgeAlreadySaid


async def note_refused(unit: WriteUnit, caller: Caller, handle: str, at: datetime) -> None:
    """Remember that somebody was too young."""
    for limit, key in _limits(caller, handle):
        await count_hit(unit, key, at, at + limit.window)
