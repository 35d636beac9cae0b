"""Where does a web process keep what it ranks? In memory: the catalogue, the shelves made of it, and the model.

Clips are read once when the process starts, new ones and changed numbers every `FRESH_S`; never does that take more
than one part in fifty of the time. A clip that is gone is noticed when it is looked up to be shown, before anybody
sees it (`pipeline.py`).
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from reelm.feed.catalogue import NOBODY, Catalogue, Numbers, Rows, Tally
from reelm.feed.content.store import find_newest, list_since
from reelm.feed.models import Model, find_current, load_model
from reelm.feed.ranking import FEATURES, Shown
from reelm.feed.shelves import HALF_LIFE_H, NOW_HALF_LIFE_H, Shelves, stock
from reelm.feed.store import fetch_told, list_new, list_tallies
from reelm.feed.tallying import Tallies
from reelm.infra.db import HotPool
from reelm.kernel.ids import VideoId

FRESH_S = 2.0
# Reading everything again waits so many times `FRESH_S` for each second it took.
_REST = 25
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
        self.shown = Shown(np.zeros(0, np.float32), np.zeros(0, np.float32))
        self._pool, self._models = pool, models
        self._newest = self._cooled_s = 0.0
        self._described_at: datetime | None = None
        self._until = self._counts_until = self._model_until = self._cold_until = 0.0
        self._lock = asyncio.Lock()
        self._loading: asyncio.Task[None] | None = None

    async def refresh(self, now: datetime) -> None:
        """See to it that nothing here is older than `FRESH_S`, or what it takes to read a large catalogue."""
        if time.monotonic() < self._until:
            return
        async with self._lock:
            if time.monotonic() < self._until:
                return
            began = time.monotonic()
            self._described_at = self._described_at or await find_newest(self._pool)
            if time.monotonic() >= self._counts_until:
                added = await self._read_all()
                self._counts_until = time.monotonic() + FRESH_S * max(1.0, _REST * (time.monotonic() - began))
            else:
                added = await self._read_new()
            await self._read_content()
            await self._look_for_model(added=added)
            self._stock(now.timestamp())
            self._until = time.monotonic() + FRESH_S

    async def _read_new(self) -> bool:
        """Clips published since the last look; whether there are any."""
        ids = await list_new(self._pool, self._newest)
        unknown = self._unknown(ids)
        if unknown:
            await self._add(unknown)
        return bool(unknown)

    async def _read_all(self) -> bool:
        """Every public clip and its numbers, a part at a time; what is not among them is not shown any more.

        What is new since the last time warms the heat. Returns whether clips came that were not known.
        """
        catalogue, added = self.catalogue, False
        live = np.zeros(catalogue.size, np.bool_)
        async for ids, numbers in list_tallies(self._pool):
            unknown = self._unknown(ids)
            if unknown:
                await self._add(unknown)
                live, added = np.append(live, np.ones(catalogue.size - len(live), np.bool_)), True
            found = catalogue.find(ids)
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
        if self._described_at is not None:
            news = await list_since(self._pool, self._described_at)
            self.catalogue.describe(news.ids, news.contents)
            if news.newest > self._described_at:
                self._cold_until = 0.0
            self._described_at = news.newest

    def _unknown(self, ids: Sequence[bytes]) -> list[bytes]:
        rows = self.catalogue.find(ids)
        return [ids[at] for at in np.flatnonzero(rows == NOBODY).tolist()]

    async def _add(self, ids: Sequence[bytes]) -> None:
        told = await fetch_told(self._pool, ids)
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
        rows = catalogue.rows
        creators = np.bincount(catalogue.author[rows], catalogue.shown[rows], len(catalogue.authors))
        self.shown = Shown(catalogue.shown, creators.astype(np.float32))

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


def _warmth(tally: Numbers) -> Numbers:
    """What makes clips popular, [clips]: acts of people who watched; a like counts twice, a share three times."""
    of = Tally._fields.index
    acts = np.minimum(tally, tally[:, :1])
    return acts[:, of("completions")] + 2 * acts[:, of("likes")] + 3 * acts[:, of("shares")]
