"""How does something get into the log? It is queued in the transaction of the act it records, or not at all."""

import asyncio
import base64
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from reelm.infra.db import Values, WriteUnit
from reelm.kernel.ids import AccountId, EntryId
from reelm.ledger.commitments import commit
from reelm.ledger.entry import encode, make_entry
from reelm.ledger.errors import EntryTooLong, LedgerBusy, PersonHasNoKey
from reelm.ledger.model import Fact
from reelm.ledger.store import fetch_keys, insert_entries, take_lane
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


@dataclass(frozen=True)
class Draft:
    """One entry to be: what it says, when it happened, and whom it names."""

    fact: Fact
    at: datetime
    actor: AccountId | None = None
    subject: AccountId | None = None


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
    return (await append_all(unit, [Draft(fact, at, actor, subject)], realm=realm, is_log=is_log))[0]


async def append_all(unit: WriteUnit, drafts: Sequence[Draft], *, realm: str, is_log: bool = False) -> list[EntryId]:
    """`append` for several entries, which follow one another in the log."""
    people = {person for draft in drafts for person in (draft.actor, draft.subject) if person is not None}
    keys = await fetch_keys(unit, people, hold=True)
    if len(keys) < len(people):
        raise PersonHasNoKey
    writer, last = await _take_lane(unit, len(drafts), is_log=is_log)
    rows = [
        _make_row(draft, keys, realm, writer, seq) for seq, draft in enumerate(drafts, start=last - len(drafts) + 1)
    ]
    await insert_entries(unit, rows)
    return [EntryId(row["id"]) for row in rows]


def _make_row(draft: Draft, keys: Mapping[AccountId, bytes], realm: str, writer: str, seq: int) -> Values:
    id, actor, subject = new_entry_id(), draft.actor, draft.subject
    entry = make_entry(
        type(draft.fact),
        id=id,
        at=as_instant(draft.at),
        realm=realm,
        writer=writer,
        seq=seq,
        actor=commit(keys[actor], "actor", id, actor) if actor else None,
        subject=commit(keys[subject], "subject", id, subject) if subject else None,
        fact=draft.fact.model_dump(mode="json", by_alias=True, exclude_none=True),
    )
    body = encode(entry)
    if len(body) > ENTRY_MAX:
        raise EntryTooLong(limit_bytes=ENTRY_MAX)
    return {
        "id": id,
        "kind": entry.kind,
        "at": draft.at,
        "actor_id": actor,
        "subject_id": subject,
        "body": body,
    }


async def _take_lane(unit: WriteUnit, count: int, *, is_log: bool) -> tuple[str, int]:
    for _ in range(_TRIES):
        lane = await take_lane(unit, count, is_log=is_log)
        if lane is not None:
            return lane
        await asyncio.sleep(0.01)
    raise LedgerBusy
