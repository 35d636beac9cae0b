"""What is wrong with another realm's word? Said once, in our log and loudly, and shown until it is mended."""

import logging
from datetime import datetime
from typing import Literal

from reelm.gateway.store import Fault, delete_faults, insert_fault, list_faults
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import RealmCode
from reelm.ledger import PeerFault, append

Wrong = Literal["entry-missing", "entry-differs", "log-forked", "log-not-signed", "key-changed", "numbers-differ"]
# A realm that is wrong this often has been told of: more would let it fill our log.
MOST_FAULTS = 100
_log = logging.getLogger(__name__)


async def report_fault(
    unit: WriteUnit,
    realm: RealmCode,
    fault: Wrong,
    *,
    me: RealmCode,
    at: datetime,
    about: str = "",
    entry: int | None = None,
) -> bool:
    """Enter a fault of another realm into our log; whether it was new. `about` tells those of one kind apart."""
    known = [one for one in await list_faults(unit) if one.realm == realm]
    if len(known) >= MOST_FAULTS or not await insert_fault(unit, Fault(realm, fault, about, at)):
        return False
    _log.error("another realm's word is wrong", extra={"facts": {"realm": realm, "fault": fault, "entry": entry}})
    await append(unit, PeerFault(realm=realm, fault=fault, entry=entry), realm=me, at=at)
    return True


async def report_numbers(unit: WriteUnit, realm: RealmCode, through: int, *, me: RealmCode, at: datetime) -> None:
    """A realm says it has taken all up to `through`, which can't be: said once, until it is mended."""
    known = {(one.realm, one.fault) for one in await list_faults(unit)}
    if (realm, "numbers-differ") not in known:
        await report_fault(unit, realm, "numbers-differ", me=me, at=at, about=str(through))


async def find_faults(unit: ReadUnit) -> list[Fault]:
    """Every fault that nobody has mended yet, the oldest first."""
    return await list_faults(unit)


async def mend_fault(unit: WriteUnit, realm: RealmCode, fault: Wrong | None = None) -> int:
    """Show faults of this realm no longer, all or those of one kind; how many there were. The log keeps them."""
    return await delete_faults(unit, realm, fault)
