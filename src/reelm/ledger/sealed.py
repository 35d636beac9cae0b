"""A government asks for data and forbids to tell: what is logged then, and how can all check it later?

At once the log gets a commitment: SHA-256 over the facts and a random nonce. They stay in `sealed_requests` until
they are opened; then the log gets both, and anyone can hash them. The number of sealed requests is never secret.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import rfc8785
from pydantic import ValidationError

from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import EntryId
from reelm.ledger import store
from reelm.ledger.appending import append
from reelm.ledger.errors import EntryRefused, SealAlreadyOpened, SealNotFound
from reelm.ledger.model import GovernmentRequestOpened, GovernmentRequestSealed

CONTENT = ("accounts", "country", "instrument", "outcome", "received")
_NOBODY = EntryId("A" * 22)


@dataclass(frozen=True)
class SealedRequest:
    """One that is not opened yet. `id` is that of its entry in the log."""

    id: EntryId
    opens_by: date
    content: Mapping[str, Any]


def commit_to(nonce: str, content: Mapping[str, Any]) -> str:
    """SHA-256 in hex over the canonical JSON (RFC 8785) of the content with its nonce."""
    return hashlib.sha256(rfc8785.dumps({**content, "nonce": nonce})).hexdigest()


def list_content(fact: Mapping[str, Any]) -> dict[str, Any]:
    """Of the fact of an opened request, what had been sealed."""
    return {name: fact[name] for name in CONTENT}


async def seal(unit: WriteUnit, content: Mapping[str, Any], *, opens_by: date, realm: str, at: datetime) -> EntryId:
    """Log that there was a request, and keep what it was. Raises `EntryRefused` for content the schema won't take."""
    nonce = os.urandom(32)
    _open_fact(_NOBODY, nonce, content)
    fact = GovernmentRequestSealed(commitment=commit_to(nonce.hex(), content), opens_by=opens_by.isoformat())
    entry = await append(unit, fact, realm=realm, at=at, is_log=True)
    await store.insert_sealed(unit, entry, nonce, content, opens_by)
    return entry


async def open_sealed(unit: WriteUnit, id: EntryId, *, realm: str, at: datetime) -> EntryId:
    """Log what the request `id` was. Raises `SealNotFound` and `SealAlreadyOpened`."""
    row = await store.lock_sealed(unit, id)
    if row is None:
        raise SealNotFound
    if row.opened_entry is not None:
        raise SealAlreadyOpened
    entry = await append(unit, _open_fact(id, row.nonce, row.content), realm=realm, at=at, is_log=True)
    await store.mark_opened(unit, id, entry)
    return entry


async def list_sealed(unit: ReadUnit, *, before: date | None = None) -> list[SealedRequest]:
    """The requests that are still sealed; with `before`, those that should have been opened before that day."""
    rows = await store.list_sealed(unit, before)
    return [SealedRequest(EntryId(row.sealed_entry), row.opens_by, row.content) for row in rows]


async def find_overdue_seals(unit: ReadUnit, today: date) -> list[str]:
    """For the doctor: what should have been opened by now, in words."""
    overdue = await list_sealed(unit, before=today)
    return [f"government request {one.id} was to be opened by {one.opens_by}" for one in overdue]


async def find_seal_faults(unit: ReadUnit) -> list[str]:
    """Where requests and entries disagree, in words. Entries are listed twice: some may come meanwhile."""
    kinds = (GovernmentRequestSealed.kind, GovernmentRequestOpened.kind)
    before = set(await store.list_ids(unit, kinds))
    kept = await store.list_seal_entries(unit)
    after = set(await store.list_ids(unit, kinds))
    return [f"government request without its entry {id}" for id in sorted(kept - after)] + [
        f"entry without its government request {id}" for id in sorted(before - kept)
    ]


def _open_fact(id: EntryId, nonce: bytes, content: Mapping[str, Any]) -> GovernmentRequestOpened:
    try:
        return GovernmentRequestOpened(sealed=id, nonce=nonce.hex(), **content)
    except (ValidationError, TypeError):
        raise EntryRefused from None
