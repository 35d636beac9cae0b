"""How long does each clip last that is watched now? Remembered for a moment, as the same ones are reported again."""

import time
from collections.abc import Collection

from reelm.feed.event_store import Connection, list_lengths
from reelm.kernel.ids import VideoId

# A clip that was taken down is still counted for so long by those who had it on the screen.
REMEMBERED_S = 10.0
_MOST = 200_000


class Lengths:
    """What one process remembers of clips. Those that can't be watched are looked up each time they are asked for."""

    def __init__(self) -> None:
        self._known: dict[VideoId, tuple[int, float]] = {}

    async def find(self, connection: Connection, clips: Collection[VideoId]) -> dict[VideoId, int]:
        """In ms, of those that may be watched."""
        now, known = time.monotonic(), self._known
        unknown = [clip for clip in clips if clip not in known or known[clip][1] < now]
        if unknown:
            if len(known) + len(unknown) > _MOST:
                known.clear()
            for clip in unknown:
                known.pop(clip, None)
            for clip, length_ms in await list_lengths(connection, unknown):
                known[clip] = length_ms, now + REMEMBERED_S
        return {clip: known[clip][0] for clip in clips if clip in known}

    def forget(self) -> None:
        """Look all of them up again: one of them is gone."""
        self._known.clear()
