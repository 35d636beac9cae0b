"""Where does a web process keep what it ranks? In memory: the catalogue, the shelves made of it, and the model.

Clips are read once when the process starts, new ones and changed numbers every `FRESH_S`; reading them takes no more
than one part in fifty of the time, making shelves of them one in two hundred. In a large realm pages go on meanwhile
with what there is. A clip that is gone is noticed when it is looked up to be shown, before anybody sees it
(`pipeline.py`).
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from reelm.feed.catalogue import NOBODY, Catalogue, Numbers, Rows, Tally, Told, keys_of
from reelm.feed.content.store import find_now, list_since
from reelm.feed.models import Model, find_current, load_model
from reelm.feed.ranking import FEATURES
from reelm.feed.shelves import HALF_LIFE_H, NOW_HALF_LIFE_H, Shelves, stock
from reelm.feed.store import fetch_told, list_new, list_tallies, list_told
from reelm.feed.tallying import Tallies
from reelm.infra.db import HotPool
from reelm.kernel.ids import VideoId

FRESH_S = 2.0
# What took a second is not done again for so many times `FRESH_S`: reading, and making shelves, which pages feel.
_READING_RESTS, _STOCKING_RESTS = 25, 100
# From so many clips on pages do not wait for a refresh.
LARGE = 50_000
_MODEL_EVERY = _COLD_EVERY = 15
_SHOWN = Tally._fields.index("shown")
# What this process counted is written a moment later: what only grows is not taken back by reading.
_GROWS = np.array([name != "skips" for name in Tally._fields])
_log = logging.getLogger(__name__)


class Stockroom:
    """One process's copy of what there is to show. `refresh` before each use; one caller works, the others wait."""

    def __init__(self, pool: HotPool, models: Path) -> None:
        self.catalogue = Catalogue()
        self.shelves = Shelves()
        self.model: Model | None = None
        self._pool, self._models = pool, models
        self._newest = self._cooled_s = 0.0
        self._looked_at: datetime | None = None
        self._until = self._counts_until = self._model_until = self._cold_until = 0.0
        self._refreshing: asyncio.Task[None] | None = None
        self._loading: asyncio.Task[None] | None = None

    async def refresh(self, now: datetime) -> None:
        """See to it that nothing here is older than `FRESH_S`, or what it takes to read a large catalogue."""
        if time.monotonic() < self._until:
            return
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh(now))
            self._refreshing.add_done_callback(_log_failure)
        if not self._cooled_s or self.catalogue.size < LARGE:
            await asyncio.shield(self._refreshing)

    async def aclose(self) -> None:
        """Stop what is under way."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.wait([self._refreshing])

    async def _refresh(self, now: datetime) -> None:
        began = time.monotonic()
        self._looked_at = self._looked_at or await find_now(self._pool)
        if not self._cooled_s:
            async for told in list_told(self._pool):
                self._add(told)
        if began >= self._counts_until:
            added = await self._read_all()
            self._counts_until = _rest(began, _READING_RESTS)
        else:
            added = await self._read_new()
        await self._read_content()
        await self._look_for_model(added=added)
        began = time.monotonic()
        if self.catalogue.size < LARGE:
            self._stock(now.timestamp())
        else:
            await asyncio.to_thread(self._stock, now.timestamp())
        self._until = _rest(began, _STOCKING_RESTS)

    async def _read_new(self) -> bool:
        """Clips published since the last look; whether there are any."""
        ids = await list_new(self._pool, self._newest)
        unknown = [ids[at] for at in np.flatnonzero(self.catalogue.find(ids) == NOBODY).tolist()]
        if unknown:
            self._add(await fetch_told(self._pool, unknown))
        return bool(unknown)

    async def _read_all(self) -> bool:
        """Every public clip and its numbers, a part at a time; what is not among them is not shown any more.

        What is new since the last time warms the heat. Returns whether clips came that were not known.
        """
        catalogue, added = self.catalogue, False
        live = np.zeros(catalogue.size, np.bool_)
        async for ids, numbers in list_tallies(self._pool):
            keys = keys_of(ids)
            unknown = ids[catalogue.find_keys(keys) == NOBODY]
            if len(unknown):
                self._add(await fetch_told(self._pool, [id.tobytes() for id in unknown]))
                live, added = np.append(live, np.ones(catalogue.size - len(live), np.bool_)), True
            found = catalogue.find_keys(keys)
            rows, told = found[found != NOBODY], numbers[found != NOBODY]
            warmth = _warmth(told)
            more = np.maximum(warmth - catalogue.warmth[rows], 0.0)
            catalogue.heat[rows] += more
            if self._cooled_s:  # what is read when the process starts is of all times
                catalogue.heat_now[rows] += more
            catalogue.warmth[rows] = warmth
            catalogue.tally[rows] = np.where(_GROWS, np.maximum(told, catalogue.tally[rows]), told)
            catalogue.shown[rows] = np.maximum(catalogue.shown[rows], told[:, _SHOWN])
            live[rows] = True
        catalogue.live[: len(live)] = live
        return added

    async def _read_content(self) -> None:
        """What was worked out of clips since the last look."""
        if self._looked_at is not None:
            news = await list_since(self._pool, self._looked_at)
            if self.catalogue.describe(news.ids, news.contents):
                self._cold_until = 0.0
            self._looked_at = news.looked_at

    def _add(self, told: Sequence[Told]) -> None:
        self.catalogue.add(told)
        self._newest = max([self._newest, *(one.published_at for one in told)])

    async def _look_for_model(self, *, added: bool) -> None:
        """Load another model where one was released, beside the pages; only the first one is waited for."""
        if added and self.model is not None:
            self.model.tie(self.catalogue)
        if time.monotonic() < self._model_until:
            return
        self._model_until = time.monotonic() + _MODEL_EVERY * FRESH_S
        name = find_current(self._models)
        if name is None or (self.model is not None and self.model.id == name):
            self.model = self.model if name else None
            return
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load(name))
        if self.model is None:
            await self._loading

    async def _load(self, name: str) -> None:
        try:
            model = await asyncio.to_thread(load_model, self._models, name, FEATURES)
            model.tie(self.catalogue)
            self.model = model
        except (OSError, ValueError, KeyError):
            _log.exception("a model could not be read; the one before goes on", extra={"facts": {"model": name}})

    def _stock(self, now_s: float) -> None:
        catalogue = self.catalogue
        elapsed_s = max(now_s - self._cooled_s, 0.0) if self._cooled_s else 0.0  # what was just read is not cooled
        catalogue.heat *= np.float32(0.5 ** (elapsed_s / 3600 / HALF_LIFE_H))
        catalogue.heat_now *= np.float32(0.5 ** (elapsed_s / 3600 / NOW_HALF_LIFE_H))
        self._cooled_s = now_s
        is_known = time.monotonic() < self._cold_until
        self.shelves = stock(catalogue, now_s, self.shelves.cold if is_known else None)
        if not is_known:
            self._cold_until = time.monotonic() + _COLD_EVERY * FRESH_S

    def count(self, tallies: Tallies) -> None:
        """Take in at once what this process has just counted."""
        rows = self.catalogue.find([video.bytes for video in tallies.videos])
        known = rows != NOBODY
        self.catalogue.count(rows[known], tallies.numbers[known])

    def note_shown(self, rows: Rows) -> None:
        """Some clips were just put on a page."""
        np.add.at(self.catalogue.shown, rows, 1)

    def drop(self, ids: Sequence[VideoId]) -> None:
        """These are not public any more."""
        rows = self.catalogue.find([id.bytes for id in ids])
        self.catalogue.live[rows[rows != NOBODY]] = False


def _rest(began: float, times: int) -> float:
    """Until when what began then is not done again."""
    return time.monotonic() + FRESH_S * max(1.0, times * (time.monotonic() - began))


def _log_failure(task: asyncio.Task[None]) -> None:
    """Also where no page waits for it."""
    if not task.cancelled() and (failure := task.exception()) is not None:
        _log.error("clips could not be read; what was read before goes on", exc_info=failure)


def _warmth(tally: Numbers) -> Numbers:
    """What makes clips popular, [clips]: acts of people who watched; a like counts twice, a share three times."""
    of = Tally._fields.index
    acts = np.minimum(tally, tally[:, :1])
    return acts[:, of("completions")] + 2 * acts[:, of("likes")] + 3 * acts[:, of("shares")]
