"""`/me/ledger`: who has looked at my data, and the proof."""

import asyncio
import base64
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from reelm import accounts, ledger
from reelm.kernel.cursors import CursorNotOurs
from reelm.kernel.ids import EntryId
from reelm.web.depends import InCell, Limit, Read, SignedIn
from reelm.web.problems import problems
from reelm.web.views.trust import LoggedEntryPage, LoggedEntryView

router = APIRouter(prefix="/me/ledger", tags=["trust"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)
PublicId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{22}$")]
_NOT_KEPT = {"Cache-Control": "no-store"}


class KeyView(BaseModel):
    """Opens the commitments to the caller: HMAC-SHA256 under `key` (base64url) of the place, entry and account."""

    key: str
    account_id: UUID


@router.get("", responses=problems(*_SIGNED_OUT, CursorNotOurs))
async def get_my_entries(
    viewer: SignedIn,
    unit: Read,
    cell: InCell,
    response: Response,
    cursor: str | None = None,
    limit: Annotated[Limit, Query()] = 30,
) -> LoggedEntryPage:
    """Every entry of the log that names the caller, newest first."""
    listing = f"ledger:{viewer.id}"
    before = int(cast("str", cell.cursors.open(listing, cursor))) if cursor else None
    found = await ledger.list_about(unit, viewer.id, before=before, limit=limit)
    state = await ledger.find_state(unit)
    response.headers.update(_NOT_KEPT)
    return LoggedEntryPage(
        items=[LoggedEntryView.of(entry) for entry in found],
        next_cursor=cell.cursors.seal(listing, str(found[-1].queue_no)) if len(found) == limit else None,
        size=state.published_size if state else 0,
    )


@router.get("/key", responses=problems(*_SIGNED_OUT, ledger.PersonHasNoKey))
async def get_my_key(viewer: SignedIn, unit: Read, response: Response) -> KeyView:
    """The key of one's commitments: with it anybody can tell which entries name one, so keep it to yourself."""
    response.headers.update(_NOT_KEPT)
    key = await ledger.fetch_key(unit, viewer.id)
    return KeyView(key=base64.urlsafe_b64encode(key).decode().rstrip("="), account_id=viewer.id)


@router.get(
    "/{entry_id}/proof",
    response_class=Response,
    responses=problems(*_SIGNED_OUT, ledger.EntryNotFound, ledger.EntryNotPublished, ledger.FileMissing),
)
async def get_my_proof(entry_id: PublicId, viewer: SignedIn, unit: Read, cell: InCell) -> Response:
    """The `.tlog-proof` (C2SP tlog-proof) of an entry that names the caller."""
    entry = await ledger.fetch_about(unit, viewer.id, EntryId(entry_id))
    if entry.index is None:
        raise ledger.EntryNotPublished
    proof = await asyncio.to_thread(ledger.make_receipt, cell.log, entry.index, entry.body)
    name = f"reelm-{cell.settings.realm}-{entry.index}.tlog-proof"
    headers = _NOT_KEPT | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(proof, headers=headers, media_type="text/plain; charset=utf-8")
