"""How is a clip's JSON kept ready? In two halves around its counts, as long as its rows are those it was made of."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from reelm import videos
from reelm.infra.db import Database, HotPool, Record
from reelm.kernel.ids import VideoId

Present = Callable[[videos.Clip], bytes]
_MOST = 50_000
# Never inside a string: there a quotation mark has a backslash before it.
_COUNTS = re.compile(rb'"counts":\{[^}]*\}')


class _Kept(NamedTuple):
    version: str
    before: bytes
    after: bytes


class Fragments:
    """The JSON of clips. Their counts are always those that were just read."""

    def __init__(self, database: Database, pool: HotPool, present: Present) -> None:
        self._database, self._pool, self._present = database, pool, present
        self._kept: dict[UUID, _Kept] = {}

    async def fetch(self, standing: Mapping[UUID, Record], wanted: Sequence[UUID]) -> dict[UUID, bytes]:
        """The JSON of those wanted; `standing` tells the version of their rows, and their counts."""
        stale = [id for id in wanted if id not in self._kept or self._kept[id].version != standing[id]["version"]]
        if stale:
            await self._make({id: standing[id] for id in stale})
        kept = {id: one for id in wanted if (one := self._kept.get(id))}
        # What another page found to have become another is left out: this page has not checked it as it is now.
        return {
            id: self._join(one, standing[id]) for id, one in kept.items() if one.version == standing[id]["version"]
        }

    async def _make(self, lacking: Mapping[UUID, Record]) -> None:
        clips = await self._read([VideoId(id) for id in lacking])
        for id in [*islice(self._kept, max(0, len(self._kept) + len(lacking) - _MOST))]:
            del self._kept[id]
        for id, standing in lacking.items():
            clip = clips.get(VideoId(id))
            self._kept.pop(id, None)
            # What has become another since its row was read is left for the next page: also its age limit may have.
            as_read = clip is not None and clip.video.age_limit == standing["age_limit"]
            if clip is not None and as_read and videos.is_public(clip.video):
                before, after = _COUNTS.split(self._present(clip), maxsplit=1)
                self._kept[id] = _Kept(standing["version"], before, after)

    async def _read(self, ids: Sequence[VideoId]) -> dict[VideoId, videos.Clip]:
        """Ours in one statement, and the few copies of other realms' clips among them."""
        clips = await videos.fetch_public_clips(self._pool, ids)
        if len(clips) < len(ids):
            async with self._database.read() as unit:
                clips |= await videos.fetch_clips(unit, [id for id in ids if id not in clips])
        return clips

    @staticmethod
    def _join(kept: _Kept, row: Record) -> bytes:
        return b'%b"counts":{"views":%d,"likes":%d,"comments":%d,"shares":%d}%b' % (
            kept.before,
            row["views"],
            row["likes"],
            row["comments"],
            row["shares"],
            kept.after,
        )
