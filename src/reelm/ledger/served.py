"""What does the log, as it is served, tell since a checkpoint? Read from its files, each checked from the root."""

from contextlib import aclosing
from typing import cast

from reelm.ledger.entry import Entry, decode
from reelm.ledger.sources import Source
from reelm.ledger.tiles import TILE_WIDTH, Bundle
from reelm.ledger.verify import Asked, Head, check_growth, fetch_head, walk


async def read_since(source: Source, asked: Asked, known: Head) -> list[Entry]:
    """Every entry after the checkpoint `known`, up to the newest, which extends it.

    Raises `Split` for a fork or a rollback, else the one `Problem` that was found.
    """
    head = await fetch_head(source, asked)
    await check_growth(source, head, known.note)
    first, found = known.checkpoint.size, list[bytes]()
    async with aclosing(walk(source, head.checkpoint, first=first)) as files:
        async for file, content in files:
            if isinstance(file, Bundle):
                found += cast("list[bytes]", content)[max(0, first - file.index * TILE_WIDTH) :]
    return [decode(entry) for entry in found]
