"""`/accounts/{handle}/block`, `/accounts/{handle}/mute`, `/me/blocked`, `/me/muted`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from reelm import accounts, gateway, social
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit
from reelm.kernel.cursors import CursorNotOurs
from reelm.web.depends import InCell, Limit, Now, Read, SignedIn, Write
from reelm.web.paging import next_cursor, open_cursor
from reelm.web.problems import problems
from reelm.web.views.people import PersonView

router = APIRouter(tags=["social"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)
_REFUSALS = (*_SIGNED_OUT, accounts.AccountNotFound, social.OwnAccount)


class BlockView(BaseModel):
    blocked: bool


class MuteView(BaseModel):
    muted: bool


class ShunnedView(PersonView):
    """Somebody in one's own list; `at` is since when."""

    at: datetime


class ShunnedPage(BaseModel):
    items: list[ShunnedView]
    next_cursor: str | None


@router.put("/accounts/{handle}/block", responses=problems(*_REFUSALS, gateway.OutboxFull))
async def put_block(handle: str, viewer: SignedIn, unit: Write, cell: InCell, now: Now) -> BlockView:
    """Block an account, also one of another realm: neither sees the other, and follows between them end.

    Nobody is told. To whoever was blocked by an account it is as if it did not exist, here as everywhere.
    """
    await social.block(unit, viewer=viewer.id, handle=handle, at=now, abroad=cell.abroad)
    return BlockView(blocked=True)


@router.get("/accounts/{handle}/block", responses=problems(*_REFUSALS))
async def get_block(handle: str, viewer: SignedIn, unit: Read) -> BlockView:
    """Whether one has blocked an account oneself: its page is not there then, and this says why."""
    return BlockView(blocked=await social.is_blocked(unit, viewer=viewer.id, handle=handle))


@router.delete("/accounts/{handle}/block", responses=problems(*_REFUSALS))
async def delete_block(handle: str, viewer: SignedIn, unit: Write) -> BlockView:
    """Take a block back. Follows that it ended stay ended."""
    await social.unblock(unit, viewer=viewer.id, handle=handle)
    return BlockView(blocked=False)


@router.put("/accounts/{handle}/mute", responses=problems(*_REFUSALS))
async def put_mute(handle: str, viewer: SignedIn, unit: Write, now: Now) -> MuteView:
    """Mute an account: its clips in feeds, its comments and word of what it does are not shown. Nobody is told."""
    await social.mute(unit, viewer=viewer.id, handle=handle, at=now)
    return MuteView(muted=True)


@router.delete("/accounts/{handle}/mute", responses=problems(*_REFUSALS))
async def delete_mute(handle: str, viewer: SignedIn, unit: Write) -> MuteView:
    """Take a mute back."""
    await social.unmute(unit, viewer=viewer.id, handle=handle)
    return MuteView(muted=False)


@router.get("/me/blocked", responses=problems(*_SIGNED_OUT, CursorNotOurs))
async def get_blocked(
    viewer: SignedIn, unit: Read, cell: InCell, cursor: str | None = None, limit: Annotated[Limit, Query()] = 30
) -> ShunnedPage:
    """Whom one has blocked, newest first."""
    listing = f"blocked:{viewer.id}"
    before = open_cursor(cell.cursors, listing, cursor)
    found = await social.list_own_blocks(accounts.own_eyes(unit, viewer), before=before, limit=limit)
    return await _show(unit, cell, listing, found, limit)


@router.get("/me/muted", responses=problems(*_SIGNED_OUT, CursorNotOurs))
async def get_muted(
    viewer: SignedIn, unit: Read, cell: InCell, cursor: str | None = None, limit: Annotated[Limit, Query()] = 30
) -> ShunnedPage:
    """Whom one has muted, newest first."""
    listing = f"muted:{viewer.id}"
    before = open_cursor(cell.cursors, listing, cursor)
    found = await social.list_own_mutes(accounts.own_eyes(unit, viewer), before=before, limit=limit)
    return await _show(unit, cell, listing, found, limit)


async def _show(unit: ReadUnit, cell: Cell, listing: str, found: Sequence[social.Shunned], limit: int) -> ShunnedPage:
    people = await accounts.fetch_people(unit, (one.person for one in found))
    return ShunnedPage(
        items=[
            ShunnedView(**PersonView.of(people[one.person], cell.settings.realm).model_dump(), at=one.at)
            for one in found
            if one.person in people
        ],
        next_cursor=next_cursor(cell.cursors, listing, [one.id for one in found], limit),
    )
