"""Do the log's files, its database and the acts it tells of agree? Everything is made anew from the entries.

The rows give every bundle, tile and the root. Where that root is the signed one, a file that differs is the one that
is damaged, and can be written again; where it is not, the rows are damaged, and the files say which.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from reelm.infra.db import Database, ReadUnit
from reelm.kernel.errors import Problem
from reelm.kernel.words import say
from reelm.ledger import store
from reelm.ledger.audit import Auditor
from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.edge import TreeEdge
from reelm.ledger.errors import BundleMalformed, PathNotOfLog, RootDiffers
from reelm.ledger.folder import LogFolder
from reelm.ledger.keys import find_key_faults
from reelm.ledger.merkle import leaf_hashes
from reelm.ledger.sealed import find_seal_faults
from reelm.ledger.sources import FolderSource
from reelm.ledger.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Bundle,
    Tile,
    pack_bundle,
    parse_path,
    unpack_bundle,
)
from reelm.ledger.transfers import find_register_faults
from reelm.ledger.verify import Asked, Progress, fetch_head, walk

Finder = Callable[[ReadUnit], Awaitable[list[str]]]
ROWS_AT_ONCE = 16 * TILE_WIDTH
TRIES, TRY_EVERY_S = 20, 0.1
MOST_NAMED = 100


@dataclass
class Books:
    """What was looked at. `faults` are in words; `repaired` are files that were written again."""

    size: int = 0
    queued: int = 0
    faults: list[str] = field(default_factory=list[str])
    repaired: list[str] = field(default_factory=list[str])

    def blame(self, fault: str) -> None:
        if len(self.faults) < MOST_NAMED:
            self.faults.append(fault)


async def check_books(
    database: Database,
    folder: Path,
    *,
    finders: Sequence[Finder] = (),
    repair: bool = False,
    progress: Progress = lambda _done, _size: None,
) -> Books:
    """Compare everything; with `repair`, public files that are damaged are written again from the rows.

    `finders` compare acts of other packages with entries. Raises what is wrong with the checkpoint itself: without it
    nothing can be said. A sequencer may work meanwhile.
    """
    books, log = Books(), LogFolder(folder)
    checkpoint = (await fetch_head(FolderSource(folder), Asked())).checkpoint
    books.size = checkpoint.size
    await _compare_state(database, checkpoint, books)
    derivation = _Derivation(database, checkpoint, books, progress)
    root = await derivation.compare(log)
    if root == checkpoint.root:
        derivation.damaged |= await asyncio.to_thread(_compare_partials, log, checkpoint.size, derivation.damaged)
        await _mend(derivation, log, books, repair=repair)
    else:
        await _blame_rows(database, folder, checkpoint, books)
    async with database.read() as unit:
        books.queued = await store.count_queued(unit)
        for kind in await store.list_miscounted(unit):
            books.blame(f"the count of {kind} entries is wrong")
        for finder in (find_seal_faults, find_key_faults, find_register_faults, *finders):
            for fault in await finder(unit):
                books.blame(fault)
    return books


async def _compare_state(database: Database, checkpoint: Checkpoint, books: Books) -> None:
    """The database is told of a checkpoint just after it was published, so it is given a moment."""
    state, beyond = None, 0
    for _ in range(TRIES):
        async with database.read() as unit:
            state = await store.find_log(unit)
            beyond = await store.count_from(unit, state.size) if state else 0
        if state is not None and state.published_size >= checkpoint.size:
            break
        await asyncio.sleep(TRY_EVERY_S)
    if state is None:
        books.blame("the database knows of no log")
        return
    if state.published_size < checkpoint.size:
        books.blame(f"the checkpoint has {checkpoint.size} entries, the database says {state.published_size}")
    if state.origin != checkpoint.origin:
        books.blame("the database's log has another origin than the checkpoint")
    if beyond:
        books.blame(f"{beyond} rows have an index beyond the {state.size} entries of the log")


async def _rows(database: Database, size: int) -> AsyncGenerator[tuple[int, int, dict[int, bytes]]]:
    """The entries that have an index, a few thousand at a time: first, end, and those that are there."""
    for first in range(0, size, ROWS_AT_ONCE):
        end = min(size, first + ROWS_AT_ONCE)
        async with database.read() as unit:
            rows = await store.list_numbered(unit, first, end)
        yield first, end, rows


class _Derivation:
    """The log made anew from the rows, file by file. `damaged` says what is amiss with a path."""

    def __init__(self, database: Database, checkpoint: Checkpoint, books: Books, progress: Progress) -> None:
        self._database, self._checkpoint, self._books, self._progress = database, checkpoint, books, progress
        self.damaged: dict[str, str] = {}

    async def compare(self, log: LogFolder) -> bytes | None:
        """Note which files differ; the root of the rows, `None` where rows are missing."""
        auditor: Auditor | None = Auditor(self._checkpoint.origin)

        def look(file: Tile | Bundle, expected: bytes) -> None:
            found = log.read(file.path)
            if found != expected:
                self.damaged[file.path] = "is missing" if found is None else "differs from the database"

        async def audit(path: str, entries: Sequence[bytes]) -> None:
            nonlocal auditor
            try:
                if auditor is not None:
                    auditor.take(entries, path)
            except Problem as problem:
                auditor = None
                self._books.blame(_words(problem))

        root = await self._derive(look, audit)
        overdue = auditor.list_overdue(datetime.now(UTC).date().isoformat()) if auditor and root else []
        self._books.faults += [f"government request {id} was to be opened by now" for id in overdue]
        return root

    async def write(self, log: LogFolder) -> None:
        """Write the damaged files again, and older partial ones out of their newer."""

        def look(file: Tile | Bundle, expected: bytes) -> None:
            if file.path in self.damaged:
                log.replace(file.path, expected)

        async def audit(_path: str, _entries: Sequence[bytes]) -> None:
            pass

        await self._derive(look, audit)

    async def _derive(
        self, look: Callable[[Tile | Bundle, bytes], None], audit: Callable[[str, Sequence[bytes]], Awaitable[None]]
    ) -> bytes | None:
        edge, partial = TreeEdge(), dict[int, tuple[Tile, bytes]]()
        async with aclosing(_rows(self._database, self._checkpoint.size)) as chunks:
            async for first, end, rows in chunks:
                missing = [index for index in range(first, end) if index not in rows]
                for index in missing:
                    self._books.blame(f"entry {index} has no row in the database")
                if missing:
                    return None
                entries = [rows[index] for index in range(first, end)]
                for at in range(0, len(entries), TILE_WIDTH):
                    row = entries[at : at + TILE_WIDTH]
                    bundle = Bundle((first + at) // TILE_WIDTH, len(row))
                    await audit(bundle.path, row)
                    await asyncio.to_thread(look, bundle, pack_bundle(row))
                for tile, data in edge.extend(leaf_hashes(entries)):
                    if tile.width < TILE_WIDTH:
                        partial[tile.level] = tile, data  # of an older size, unless it is the last
                    else:
                        partial.pop(tile.level, None)
                        await asyncio.to_thread(look, tile, data)
                self._progress(end, self._checkpoint.size)
        for tile, data in partial.values():
            await asyncio.to_thread(look, tile, data)
        return edge.root()


def _words(problem: Problem) -> str:
    words = say(problem.slug(), problem.facts(), "en")
    return f"{words.title}. {words.detail}"


async def _mend(derivation: _Derivation, log: LogFolder, books: Books, *, repair: bool) -> None:
    """Tell of the damaged files, or write them again."""
    damaged = derivation.damaged
    if repair and damaged:
        await derivation.write(log)
        older = await asyncio.to_thread(_compare_partials, log, books.size, {})
        for path in older:
            await asyncio.to_thread(_cut_partial, log, path, books.size)
        books.repaired += sorted(damaged | older)
    else:
        for path, what in sorted(damaged.items()):
            books.blame(f"{path} {what}")


def _compare_partials(log: LogFolder, size: int, known: Mapping[str, str]) -> dict[str, str]:
    """The partial files of older sizes that don't begin what has grown out of them; that is not one of `known`."""
    damaged: dict[str, str] = {}
    for name in log.list_partials():
        expected = _expect_partial(log, name, size, known) if name not in known else None
        found = log.read(name)
        if expected is not None and found is not None and found != expected:  # one that is gone was pruned
            damaged[name] = "does not begin what has grown out of it"
    return damaged


def _expect_partial(log: LogFolder, name: str, size: int, known: Mapping[str, str]) -> bytes | None:
    """What an older partial file has to hold, from the newer one; `None` for one that is the newest, or not ours."""
    try:
        file = parse_path(name)
    except PathNotOfLog:
        return None
    count = size >> TILE_HEIGHT * file.level if isinstance(file, Tile) else size
    width = min(TILE_WIDTH, count - file.index * TILE_WIDTH)
    if width <= file.width:
        return None
    newer = replace(file, width=width)
    content = log.read(newer.path) if newer.path not in known else None
    if content is None:
        return None
    if isinstance(file, Tile):
        return content[: file.length_bytes]
    try:
        return pack_bundle(unpack_bundle(content, width)[: file.width])
    except BundleMalformed:
        return None


def _cut_partial(log: LogFolder, name: str, size: int) -> None:
    expected = _expect_partial(log, name, size, {})
    if expected is not None:
        log.replace(name, expected)


async def _blame_rows(database: Database, folder: Path, checkpoint: Checkpoint, books: Books) -> None:
    """The rows don't give the signed root: compare them with the files, where those do."""
    source, faults = FolderSource(folder), len(books.faults)
    try:
        async with aclosing(walk(source, checkpoint)) as files:
            async for file, content in files:
                if isinstance(file, Bundle):
                    await _compare_rows(database, file, cast("list[bytes]", content), books)
    except RootDiffers:
        books.blame("neither the rows nor the files give the signed root; restore both from a backup or a mirror")
    except Problem as problem:
        books.blame(_words(problem))
    if len(books.faults) == faults:
        books.blame("the rows do not give the signed root")


async def _compare_rows(database: Database, bundle: Bundle, entries: Sequence[bytes], books: Books) -> None:
    first = bundle.index * TILE_WIDTH
    async with database.read() as unit:
        rows = await store.list_numbered(unit, first, first + len(entries))
    for index, entry in enumerate(entries, start=first):
        if index in rows and rows[index] != entry:
            books.blame(f"the row of entry {index} is not what was signed")
