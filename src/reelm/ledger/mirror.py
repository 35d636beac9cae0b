"""How does one keep a copy of somebody's log that is as good as theirs? Nothing unchecked is written.

Tiles and bundles come first, each after it led to the signed root; the checkpoint is replaced last. A copy that was
interrupted goes on where it was. A log that forked or shrank is refused, and both notes are kept in `evidence/`.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.errors import TileDiffers, TileMalformed
from reelm.ledger.folder import CHECKPOINT, HAND_OVERS, VKEY, LogFolder
from reelm.ledger.note import NOTE_MAX_BYTES, Note, VerifierKey
from reelm.ledger.sources import FolderSource, Source, parse_keys
from reelm.ledger.tiles import TILE_WIDTH, Bundle, pack_bundle
from reelm.ledger.verify import Asked, Head, Progress, Split, check_growth, fetch_head, walk

EVIDENCE = "evidence"
WRITE_AT_ONCE = 256


@dataclass(frozen=True)
class Mirrored:
    """A copy that is up to date. `written` counts the files that were new."""

    head: Head
    grown_from: int
    written: int


async def mirror(
    source: Source, folder: Path, asked: Asked, progress: Progress = lambda _done, _size: None
) -> Mirrored:
    """Bring the copy in `folder` up to the newest checkpoint of `source`.

    Raises `Split` after the two notes were kept, and everything `verify` raises of the log; `OSError` of the disk.
    """
    kept = LogFolder(folder)
    saved = await asyncio.to_thread(kept.read, CHECKPOINT)
    if saved is not None and not asked.keys and asked.policy is None:
        asked = replace(asked, keys=await _own_keys(kept))
    head = await fetch_head(source, asked)
    try:
        grown_from = await check_growth(source, head, saved) if saved is not None else 0
    except Split as split:
        await asyncio.to_thread(keep_evidence, folder / EVIDENCE, split.known, split.seen)
        raise
    if saved is not None:
        await _check_copy(folder, saved)
    try:
        written = await _copy(_CopyFirst(kept, source), kept, head.checkpoint, grown_from, progress)
    except (TileDiffers, TileMalformed):  # a file that an interrupted copy left half-written, or the log's own
        written = await _copy(source, kept, head.checkpoint, grown_from, progress)
    await asyncio.to_thread(_publish, kept, head, await source.fetch(HAND_OVERS, NOTE_MAX_BYTES))
    return Mirrored(head, grown_from, written)


def keep_evidence(folder: Path, known: bytes, seen: bytes) -> Path:
    """Write two notes of one log that contradict each other; the folder they lie in."""
    name = hashlib.sha256(known + seen).hexdigest()[:16]
    evidence = LogFolder(folder / name)
    evidence.replace("known", known)
    evidence.replace("seen", seen)
    return evidence.path


class _CopyFirst:
    """A log of which some files may be here already."""

    def __init__(self, kept: LogFolder, source: Source) -> None:
        self.name = source.name
        self._kept, self._source = kept, source

    async def fetch(self, path: str, limit_bytes: int) -> bytes | None:
        content = await asyncio.to_thread(self._kept.read, path)
        return content if content is not None else await self._source.fetch(path, limit_bytes)


async def _own_keys(kept: LogFolder) -> Sequence[VerifierKey]:
    """The keys that held last time: whoever serves the log can't swap them."""
    content = await asyncio.to_thread(kept.read, VKEY)
    return parse_keys(content) if content is not None else ()


async def _check_copy(folder: Path, saved: bytes) -> None:
    """That the right edge of the copy is still what was checked when it was made."""
    checkpoint = Checkpoint.parse(Note.parse(saved).text)
    async with aclosing(walk(FolderSource(folder), checkpoint, first=checkpoint.size, bundles=False)) as files:
        async for _ in files:
            pass


async def _copy(source: Source, kept: LogFolder, checkpoint: Checkpoint, first: int, progress: Progress) -> int:
    """Write what is checked and not there yet; how many files that was."""
    batch: dict[str, bytes] = {}
    written = 0
    async with aclosing(walk(source, checkpoint, first=first)) as files:
        async for file, content in files:
            data = pack_bundle(cast("list[bytes]", content)) if isinstance(file, Bundle) else cast("bytes", content)
            batch[file.path] = data
            if len(batch) >= WRITE_AT_ONCE:
                written += await asyncio.to_thread(_write, kept, batch)
                batch = {}
            if isinstance(file, Bundle):
                progress(file.index * TILE_WIDTH + file.width, checkpoint.size)
    return written + await asyncio.to_thread(_write, kept, batch)


def _write(kept: LogFolder, batch: dict[str, bytes]) -> int:
    new = {path: data for path, data in batch.items() if kept.read(path) != data}
    addition = kept.add()
    try:
        for path, data in new.items():
            addition.write(path, data)
        addition.settle()
    finally:
        addition.close()
    return len(new)


def _publish(kept: LogFolder, head: Head, hand_overs: bytes | None) -> None:
    keys = "".join(f"{key}\n" for key in head.keyring.current).encode()
    for name, content in ((HAND_OVERS, hand_overs), (CHECKPOINT, head.note), (VKEY, keys)):
        if content is not None and kept.read(name) != content:
            kept.replace(name, content)
