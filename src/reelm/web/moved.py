"""What is answered at the old address of what belongs to another realm now? Where it is."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from reelm import accounts, moving, videos
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit


async def find_moved_clip(unit: ReadUnit, cell: Cell, clip: str) -> moving.MovedToRealm | None:
    """Where a clip has gone with its creator."""
    name = moving.hash_clip(cell.moved_secret, clip)
    return await moving.find_moved(unit, cell.abroad.cards, name, f"/v/{clip}")


async def find_moved_person(unit: ReadUnit, cell: Cell, handle: str) -> moving.MovedToRealm | None:
    """Where somebody has gone. They may have another handle there, which is not kept here."""
    name = moving.hash_handle(cell.moved_secret, handle)
    return await moving.find_moved(unit, cell.abroad.cards, name, f"/@{handle.removeprefix('@').lower()}")


@asynccontextmanager
async def clip_may_have_moved(cell: Cell, clip: UUID) -> AsyncGenerator[None]:
    """Inside, a clip that is not visible is answered with where it has gone, if it has. Raises `MovedToRealm`."""
    try:
        yield
    except videos.VideoNotVisible:
        async with cell.database.read() as unit:
            moved = await find_moved_clip(unit, cell, str(clip))
        if moved is not None:
            raise moved from None
        raise


@asynccontextmanager
async def person_may_have_moved(cell: Cell, handle: str) -> AsyncGenerator[None]:
    """Inside, somebody who is not found is answered with where they have gone. Raises `MovedToRealm`."""
    try:
        yield
    except accounts.AccountNotFound:
        async with cell.database.read() as unit:
            moved = await find_moved_person(unit, cell, handle)
        if moved is not None:
            raise moved from None
        raise
