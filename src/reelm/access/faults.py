"""Does every act have its entry, and every entry its act?"""

from reelm import ledger
from reelm.access.store import list_acts
from reelm.infra.db import ReadUnit

KINDS = (
    ledger.AccessRequested,
    ledger.AccessApproved,
    ledger.AccessRefused,
    ledger.AccessOpened,
    ledger.AccessRead,
    ledger.AccessEnded,
    ledger.BreakGlass,
    ledger.BreakGlassReviewed,
    ledger.BreakGlassOverdue,
)


async def find_faults(unit: ReadUnit) -> list[str]:
    """What the tables of staff access and the log disagree on, in words; empty where they agree.

    Acts may be done meanwhile: what is amiss lacks its other half although that was looked for afterwards.
    """
    kinds = [kind.kind for kind in KINDS]
    entries = set(await ledger.list_ids(unit, kinds))
    acts = await list_acts(unit)
    entries_now = set(await ledger.list_ids(unit, kinds))
    return [f"act without its entry {id}" for id in sorted(acts - entries_now)] + [
        f"entry without its act {id}" for id in sorted(entries - acts)
    ]
