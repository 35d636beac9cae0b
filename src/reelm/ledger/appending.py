"""How does something get into the log? It is queued in the transaction of the act it records, or not at all."""

import asyncio
import base64
import os
from datetime import UTC, datetime

from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccountId, EntryId
from reelm.ledger.commitments import commit
from reelm.ledger.errors import EntryTooLong, LedgerBusy, PersonHasNoKey
from reelm.ledger.model import Fact, encode, make_entry
from reelm.ledger.store import fetch_keys, insert_entry, take_lane
from reelm.ledger.tiles import ENTRY_MAX

_TRIES = 50


def new_entry_id() -> EntryId:
    """128 random bits as 22 characters of base64url."""
    return EntryId(base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("="))


def as_instant(at: datetime) -> str:
    """UTC to the millisecond, as entries write it.

    >>> as_instant(datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=UTC))
    '2026-01-02T03:04:05.678Z'
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


async def append(
    unit: WriteUnit,
    fact: Fact,
    *,
    realm: str,
    at: datetime,
    actor: AccountId | None = None,
    subject: AccountId | None = None,
    is_log: bool = False,
) -> EntryId:
    """Queue one entry; it exists exactly if the unit commits, and the sequencer gives it its index.

    Takes one of the writers' lanes until the commit: append last. Raises `EntryRefused` for a person named against
    the rule of the kind, `PersonHasNoKey`, `EntryTooLong`, and `LedgerBusy` when no lane came free in half a second.
    """
    people = {person for person in (actor, subject) if person is not None}
    keys = await fetch_keys(unit, people, hold=True)
    if len(keys) < len(people):
        raise PersonHasNoKey
    writer, seq = await _take_lane(unit, is_log=is_log)
    id = new_entry_id()
    entry = make_entry(
        type(fact),
        id=id,
        at=as_instant(at),
        realm=realm,
        writer=writer,
        seq=seq,
        actor=commit(keys[actor], "actor", id, actor) if actor else None,
        subject=commit(keys[subject], "subject", id, subject) if subject else None,
        fact=fact.model_dump(mode="json", by_alias=True, exclude_none=True),
    )
    body = encode(entry)
    if len(body) > ENTRY_MAX:
        raise EntryTooLong(limit_bytes=ENTRY_MAX)
    await insert_entry(unit, id, kind=entry.kind, at=at, actor=actor, subject=subject, body=body)
    return id


async def _take_lane(unit: WriteUnit, *, is_log: bool) -> tuple[str, int]:
    for _ in range(_TRIES):
        lane = await take_lane(unit, is_log=is_log)
        if lane is not None:
            return lane
        await asyncio.sleep(0.01)
    raise LedgerBusy
