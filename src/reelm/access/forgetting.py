"""How is a person taken out of the record of accesses? What was done stays; whom it was about or by is gone."""

from dataclasses import replace
from datetime import datetime

from reelm import ledger
from reelm.access import store
from reelm.access.ending import hold_request, write_end
from reelm.access.model import EndCause
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccountId, EntryId


async def forget(unit: WriteUnit, person: AccountId) -> None:
    """Name this person in no row any more, neither as whom an access was about nor as who took a step."""
    await store.forget(unit, person)


async def forget_person(unit: WriteUnit, person: AccountId, *, realm: str, at: datetime) -> EntryId:
    """Take back what is running for or about a person, destroy the key of their commitments, and forget them.

    All of it in the caller's transaction; returns the entry of the tombstone. Raises `PersonHasNoKey`. The key goes
    before the names: whoever asks at the same time holds it, so their request is there by then and goes too.
    """
    for id in await store.list_running(unit, person):
        await write_end(unit, await hold_request(unit, id), EndCause.REVOKED, realm=realm, at=at)
    tombstone = await ledger.destroy_key(unit, person, realm=realm, at=at)
    for id in await store.list_running(unit, person):
        nobodys = replace(await hold_request(unit, id), subject=None)
        await write_end(unit, nobodys, EndCause.REVOKED, realm=realm, at=at)
    await forget(unit, person)
    return tombstone
