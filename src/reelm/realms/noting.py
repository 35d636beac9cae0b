"""How does the log learn which map of realms is in force? Each decision is noted once, with its entry."""

from collections.abc import Mapping
from datetime import datetime

from reelm import ledger
from reelm.infra.db import Database, ReadUnit, WriteUnit
from reelm.realms.atlas import Atlas
from reelm.realms.deployment import count_moved, narrow
from reelm.realms.model import Decision, RealmMap
from reelm.realms.store import find_places, hold_maps, insert_map, list_digests, list_entries


async def note_maps(database: Database, atlas: Atlas, *, at: datetime) -> int:
    """Log every decision that has come into force and is not in the log yet; returns how many entries that made.

    A file of realms that was changed under the decision in force is logged too, as of `at`. Each is in a transaction
    of its own with its entry; two that do this at the same time write each once. Raises `LedgerBusy`.
    """
    noted = 0
    for decision in atlas.due:
        async with database.write() as unit:
            await hold_maps(unit)
            if decision.digest() not in await list_digests(unit):
                await _note(unit, atlas, decision, effective_at=decision.at, at=at)
                noted += 1
    for decision in atlas.due[-1:]:
        async with database.write() as unit:
            await hold_maps(unit)
            if await find_places(unit) != dict(narrow(atlas.world, decision.realms).places):
                await _note(unit, atlas, decision, effective_at=at, at=at)
                noted += 1
    return noted


async def _note(unit: WriteUnit, atlas: Atlas, decision: Decision, *, effective_at: datetime, at: datetime) -> None:
    """Without an earlier map this realm served everybody."""
    after = narrow(atlas.world, decision.realms)
    before: Mapping[str, str] = await find_places(unit) or narrow(atlas.world, (atlas.realm,)).places
    entry = await ledger.append(unit, _fact(decision, before, after, effective_at), realm=atlas.realm, at=at)
    await insert_map(
        unit, digest=decision.digest(), effective_at=effective_at, noted_at=at, places=after.places, entry=entry
    )


def _fact(
    decision: Decision, before: Mapping[str, str], after: RealmMap, effective_at: datetime
) -> ledger.RealmMapInForce:
    return ledger.RealmMapInForce(
        decision=decision.digest(),
        places=after.digest(),
        realms=tuple(sorted(decision.realms)),
        effective=ledger.as_instant(effective_at),
        moved=count_moved(before, after.places),
    )


async def find_faults(unit: ReadUnit) -> list[str]:
    """Where maps that were noted and entries of the log disagree, in words; empty where they agree.

    A map may be noted meanwhile: what is amiss lacks its other half although that was looked for afterwards.
    """
    kinds = [ledger.RealmMapInForce.kind]
    entries = set(await ledger.list_ids(unit, kinds))
    noted = await list_entries(unit)
    entries_now = set(await ledger.list_ids(unit, kinds))
    return [f"map of realms without its entry {id}" for id in sorted(noted - entries_now)] + [
        f"entry without its map of realms {id}" for id in sorted(entries - noted)
    ]
