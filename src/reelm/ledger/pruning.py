"""Which files of the log are of no use any more? Partial ones, once the full one is published for a while.

Each checkpoint leaves partial files at the right edge of the tree; a bundle that fills entry by entry leaves 255 of
them, sixteen megabytes for a hundred kilobytes of entries. C2SP tlog-tiles ("Partial Tiles") lets them go when the
full one is there: whoever has an older checkpoint cuts what it needs out of that.
"""

import asyncio
import logging
import time
from collections.abc import Iterator

from reelm.kernel.errors import Problem
from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.folder import CHECKPOINT, LogFolder
from reelm.ledger.note import Note
from reelm.ledger.tiles import TILE_WIDTH, Bundle, Tile, new_bundles, new_tiles

KEPT_FOR_S = 600.0
ENTRIES_AT_ONCE = 16 * TILE_WIDTH

_log = logging.getLogger(__name__)


def filled_between(old: int, new: int) -> Iterator[Tile | Bundle]:
    """The files that became full when the tree grew from `old` to `new` entries.

    >>> [file.path for file in filled_between(200, 600)]
    ['tile/0/000', 'tile/0/001', 'tile/entries/000', 'tile/entries/001']
    """
    return (file for file in (*new_tiles(old, new), *new_bundles(old, new)) if file.width == TILE_WIDTH)


class Pruner:
    """Deletes partial files of one log. It keeps no record: after a start it looks from the beginning."""

    def __init__(self, folder: LogFolder) -> None:
        self._folder = folder
        self._pruned = self._settled = self._seen = 0
        self._seen_at_s = float("-inf")

    async def run(self, *, every_s: float = 60.0) -> None:
        """Look again and again, until cancelled. A disk that fails is told of and tried again."""
        while True:
            try:
                await self.prune(time.monotonic())
            except (OSError, Problem) as failure:
                facts = {"failure": type(failure).__name__}
                _log.error("partial files of the log could not be deleted", extra={"facts": facts})
            await asyncio.sleep(every_s)

    async def prune(self, now_s: float) -> int:
        """Delete what was full `KEPT_FOR_S` ago, by a clock that only goes ahead; returns how many files."""
        if now_s - self._seen_at_s >= KEPT_FOR_S:
            self._settled, self._seen, self._seen_at_s = self._seen, await asyncio.to_thread(self._find_size), now_s
        deleted = 0
        while self._pruned < self._settled:
            end = min(self._settled, self._pruned + ENTRIES_AT_ONCE)
            deleted += await asyncio.to_thread(self._delete, self._pruned, end)
            self._pruned = end
        return deleted

    def _find_size(self) -> int:
        content = self._folder.read(CHECKPOINT)
        return Checkpoint.parse(Note.parse(content).text).size if content else 0

    def _delete(self, old: int, new: int) -> int:
        return sum(self._folder.delete_partials(file.path) for file in filled_between(old, new))
