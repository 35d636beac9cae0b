"""Who decides the order of the log? One sequencer a realm: it takes what is queued, numbers it, and publishes it.

The numbers are committed in the database first and never change again; files, signature and checkpoint follow from
them and are made again after a crash (`writer.py`). So an entry has one index, for good, from the moment it has any.
"""

import asyncio
import hashlib
import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import orjson

from reelm.infra.db import Database, Record, WriteUnit
from reelm.kernel.time import Clock
from reelm.ledger import store
from reelm.ledger.appending import append
from reelm.ledger.digests import digest_running
from reelm.ledger.entry import decode
from reelm.ledger.errors import LedgerRolledBack, LogOfAnotherKey, SequencerAlreadyRuns, SignerNotAnswering
from reelm.ledger.folder import LogFolder
from reelm.ledger.merkle import EMPTY_ROOT
from reelm.ledger.model import Counts, Fact, KeyHandover, LogOpened, WriterCount
from reelm.ledger.register import KINDS, tally
from reelm.ledger.signing import SignerClient, SignerState
from reelm.ledger.writer import LogWriter

BATCH = 20_000
BATCH_BYTES = 16 * 1024 * 1024
COUNT_EVERY = timedelta(hours=1)
LOOK_AT_KEYS_EVERY_S = 5.0
# Entries come in company: what opens a clip of another realm asks for its facts, and then for its file. For so long
# after a checkpoint the queue is looked at so often; otherwise once an interval, so that a log at rest costs little.
LIVELY_FOR_S, LOOK_EVERY_S = 10.0, 0.02
TRY_AGAIN_S = 1.0

_log = logging.getLogger(__name__)


class Sequencer:
    """The one writer of a realm's log. It works from `recover` on, and after an error from the next `recover` on."""

    def __init__(
        self, database: Database, folder: LogFolder, signer: SignerClient, *, realm: str, clock: Clock
    ) -> None:
        self._database, self._folder, self._signer = database, folder, signer
        self._realm, self._clock = realm, clock
        self._writer: LogWriter | None = None
        self._vkeys: tuple[str, ...] = ()

    async def run(self, *, interval_s: float) -> None:
        """Publish what is queued, a checkpoint every `interval_s` at most, until cancelled.

        A disk that is full or failing, and a signer that does not answer, are waited for. Raises
        `SequencerAlreadyRuns` where another one works on this database, and what `recover` raises.
        """
        pool = await self._database.open_hot_pool(1)
        try:
            async with pool.acquire() as guard:
                if not await guard.fetchval(store.KEEP_OTHERS_OUT):
                    raise SequencerAlreadyRuns
                next_count = next_look = published = 0.0
                while True:
                    began = time.monotonic()
                    try:
                        if began >= next_look:
                            await self._look_at_keys()
                            next_look = began + LOOK_AT_KEYS_EVERY_S
                        if self._writer is None:
                            await self.recover()
                            await self.tell_what_runs()
                        if began >= next_count:
                            await self.tell_counts()
                            next_count = began + COUNT_EVERY.total_seconds() / 60
                        while await guard.fetchval(store.ANY_QUEUED):
                            published = began
                            if await self.publish_batch() < BATCH:
                                break
                    except (OSError, SignerNotAnswering) as failure:
                        kind = type(failure).__name__
                        _log.error("the ledger stands still", extra={"facts": {"failure": kind}})
                        await asyncio.sleep(TRY_AGAIN_S)
                    await asyncio.sleep(_next_look(began, published, interval_s) - time.monotonic())
        finally:
            await pool.close()

    async def recover(self) -> None:
        """Look at database, files and signer, and finish what an earlier sequencer left unfinished.

        Raises `LogOfAnotherKey` where the database's log is not the signer's, `LedgerRolledBack` where files or
        signer have seen entries that the database has lost, and what `LogWriter.open` raises.
        """
        self._writer = None
        state = await self._signer.state()
        writer = await LogWriter.open(self._folder, self._signer)
        size = await self._find_size(state)
        if max(state.size, writer.size) > size:
            raise LedgerRolledBack(signed=max(state.size, writer.size), held=size)
        if writer.size < size:
            async with self._database.read() as unit:
                unfinished = await store.list_bodies(unit, writer.size, size)
            await writer.publish(unfinished)
        await self._mark(writer)
        await self._tell_hand_overs(state.hand_overs)
        self._writer, self._vkeys = writer, state.vkeys

    async def publish_batch(self) -> int:
        """Publish what is queued, at most `BATCH` entries; returns how many. Needs `recover` first.

        Raises `SequencerAlreadyRuns` where somebody else has numbered entries meanwhile.
        """
        writer, self._writer = self._writer, None  # until this is done, `writer` is not what is on the disk
        assert writer is not None
        async with self._database.write() as unit:
            rows = await store.list_queued(unit, limit=BATCH, limit_bytes=BATCH_BYTES)
            if rows:
                await self._number(unit, rows, writer.size)
        if rows:
            await writer.publish([row.body for row in rows])
            await self._mark(writer)
        self._writer = writer
        return len(rows)

    async def tell_what_runs(self) -> None:
        """Log the digests of code, policies and schemas, where they are not those of the last time."""
        running = await asyncio.to_thread(digest_running)
        fact = running.model_dump(mode="json", by_alias=True)
        async with self._database.write() as unit:
            last = await store.find_last_body(unit, running.kind)
            if last is None or decode(last).fact != fact:
                await self._append(unit, running)

    async def tell_counts(self) -> None:
        """Log how far each writer has counted, an hour after the last time."""
        async with self._database.write() as unit:
            last = await store.find_last_at(unit, Counts.kind)
            if last is not None and self._clock.now() - last < COUNT_EVERY:
                return
            counted = await store.list_writers(unit)
            writers = tuple(WriterCount(writer=row.writer, through=row.last_seq) for row in counted)
            await self._append(unit, Counts(writers=writers, entries=sum(one.through for one in writers)))

    async def _look_at_keys(self) -> None:
        """Start anew where the signer has another key, or one less: what is published beside the tiles names them."""
        if self._writer is not None and (await self._signer.state()).vkeys != self._vkeys:
            self._writer = None

    async def _tell_hand_overs(self, notes: Sequence[str]) -> None:
        """Log each hand-over to a new key once."""
        async with self._database.write() as unit:
            last = await store.find_last_body(unit, KeyHandover.kind)
            told = decode(last).fact["note"] if last is not None else None
            for note in _after(told, notes):
                old, new = (_digest(_vkey_in(note, word)) for word in ("old", "new"))
                await self._append(unit, KeyHandover(old=old, new=new, note=_digest(note)))

    async def _find_size(self, state: SignerState) -> int:
        """How many entries have an index in the database; a log is opened where there is none."""
        async with self._database.write() as unit:
            log = await store.lock_log(unit)
            if log is None:
                await store.insert_log(unit, origin=state.origin, vkey=state.vkeys[0], root=EMPTY_ROOT)
                await self._append(unit, LogOpened(origin=_digest(state.origin), vkey=_digest(state.vkeys[0])))
                return 0
            if log.origin != state.origin or not _is_or_was_ours(log.vkey, state):
                raise LogOfAnotherKey
            if log.vkey != state.vkeys[0]:
                await store.update_log(unit, vkey=state.vkeys[0])
            return log.size

    async def _number(self, unit: WriteUnit, rows: Sequence[Record], size: int) -> None:
        log = await store.lock_log(unit)
        if log is None or log.size != size:
            raise SequencerAlreadyRuns
        await store.number_entries(unit, [row.queue_no for row in rows], size)
        counts: Counter[tuple[date, str]] = Counter((row.at.date(), row.kind) for row in rows)
        await store.add_counts(unit, counts)
        await store.add_register(unit, tally(orjson.loads(row.body) for row in rows if row.kind in KINDS))
        await store.update_log(unit, size=size + len(rows))

    async def _mark(self, writer: LogWriter) -> None:
        """Say in the database what the checkpoint covers: those who wait for their entry look there."""
        if writer.size:
            async with self._database.write() as unit:
                values = {"published_size": writer.size, "published_root": writer.root}
                await store.update_log(unit, **values, published_at=self._clock.now())

    async def _append(self, unit: WriteUnit, fact: Fact) -> None:
        await append(unit, fact, realm=self._realm, at=self._clock.now(), is_log=True)


def _is_or_was_ours(vkey: str, state: SignerState) -> bool:
    """Whether the signer's key is the one the database knows, or was handed over to from it."""
    return vkey in state.vkeys or any(f"\nold {vkey}\n" in note for note in state.hand_overs)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _after(told: str | None, notes: Sequence[str]) -> Sequence[str]:
    """The hand-overs made since the one whose digest was logged last; none where the signer knows no such one."""
    digests = [None, *(_digest(note) for note in notes)]
    return notes[digests.index(told) :] if told in digests else ()


def _vkey_in(note: str, word: str) -> str:
    return next(line.removeprefix(f"{word} ") for line in note.splitlines() if line.startswith(f"{word} "))


def _next_look(looked: float, published: float, interval_s: float) -> float:
    """When to look at the queue again, in seconds of the clock by which it was looked at, and last published.

    >>> _next_look(50.0, 50.0, 0.25), _next_look(51.0, 50.0, 0.25), _next_look(70.0, 50.0, 0.25)
    (50.25, 51.02, 70.25)
    """
    is_lively = looked != published and looked - published < LIVELY_FOR_S
    return looked + (min(LOOK_EVERY_S, interval_s) if is_lively else interval_s)
