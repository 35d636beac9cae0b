"""Is a log what its signed checkpoint says? Every file of it is checked, from the root down, in bounded memory.

The tiles at the right edge give the root. Each full tile is then checked against the hash of it one level higher,
each bundle against its tile of leaf hashes: the first file that differs is the one that was changed.
"""

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from reelm.kernel.errors import Problem
from reelm.ledger.audit import Auditor
from reelm.ledger.checkpoint import Checkpoint, open_checkpoint
from reelm.ledger.edge import TreeEdge
from reelm.ledger.errors import (
    CheckpointStale,
    LogForked,
    LogShrunk,
    ProofWrong,
    QuorumNotMet,
    RootDiffers,
    TileDiffers,
    WitnessesBehind,
)
from reelm.ledger.folder import CHECKPOINT, WITNESSED
from reelm.ledger.merkle import HASH_BYTES, consistency_proof, leaf_hashes, perfect_root, verify_consistency
from reelm.ledger.note import NOTE_MAX_BYTES, VerifierKey, verify_note
from reelm.ledger.policy import Policy
from reelm.ledger.sources import Keyring, Source, fetch_keys, fetch_note, fetch_tile, in_order, read_hashes
from reelm.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Bundle, Tile

Progress = Callable[[int, int], None]
Look = Callable[[int, Sequence[bytes]], None]


@dataclass(frozen=True)
class Asked:
    """What somebody who checks a log trusts and wants. `against` is a checkpoint they saved earlier.

    Without keys, those of the policy hold, else those that the log names itself. `max_age_s` is the age that the
    cosignatures which make up the policy's quorum may have. `entries` is off for logs of other programs.
    """

    keys: Sequence[VerifierKey] = ()
    against: bytes | None = None
    policy: Policy | None = None
    max_age_s: float | None = None
    entries: bool = True


@dataclass(frozen=True)
class Head:
    """A checkpoint whose signatures hold."""

    checkpoint: Checkpoint
    note: bytes
    signed_by: tuple[VerifierKey, ...]
    cosigned: Mapping[str, int]
    keyring: Keyring


@dataclass(frozen=True)
class Verified:
    """What was found to hold. `cosigned` are witnesses of the policy and when, in seconds since 1970."""

    head: Head
    grown_from: int | None
    kinds: Mapping[str, int] = field(default_factory=dict[str, int])
    counted: Mapping[str, int] = field(default_factory=dict[str, int])
    overdue_seals: Sequence[str] = ()
    seconds: float = 0.0


@dataclass(eq=False)
class Split(Exception):
    """Two notes that the log signed and that can't both be true; `problem` says why."""

    problem: Problem
    known: bytes
    seen: bytes


async def verify(
    source: Source,
    asked: Asked,
    progress: Progress = lambda _done, _size: None,
    look: Look = lambda _first, _entries: None,
) -> Verified:
    """Check a whole log. `look` is given the entries of each bundle once they are checked, with the first's index.

    Raises `Split` for a fork or a rollback, else the one `Problem` that was found, with the file it lies in.
    """
    began = time.monotonic()
    head = await fetch_head(source, asked)
    checkpoint = head.checkpoint
    grown_from = await check_growth(source, head, asked.against) if asked.against is not None else None
    auditor = Auditor(checkpoint.origin)
    async with aclosing(walk(source, checkpoint)) as files:
        async for file, content in files:
            if isinstance(file, Bundle):
                if asked.entries:
                    auditor.take(cast("list[bytes]", content), file.path)
                    look(file.index * TILE_WIDTH, cast("list[bytes]", content))
                progress(file.index * TILE_WIDTH + file.width, checkpoint.size)
    today = datetime.now(UTC).date().isoformat()
    return Verified(
        head, grown_from, auditor.kinds, auditor.counted, auditor.list_overdue(today), time.monotonic() - began
    )


async def fetch_head(source: Source, asked: Asked) -> Head:
    """The newest checkpoint that meets what was asked. Raises what is wrong with it."""
    given = list(asked.keys) or [log.key for log in asked.policy.logs] if asked.policy else asked.keys
    note = await fetch_note(source, CHECKPOINT)  # before its keys: a log that changes them tells the new one first
    keyring = await fetch_keys(source, given)
    if asked.policy is None:
        return _open(note, keyring, None)
    head = _open(note, keyring, asked.policy)
    if not _is_met(head, asked.policy):
        witnessed = await source.fetch(WITNESSED, NOTE_MAX_BYTES)  # the newest may not have gone round yet
        head = head if witnessed is None else _open(witnessed, keyring, asked.policy)
    if not _is_met(head, asked.policy):
        raise QuorumNotMet(needed=asked.policy.needed(), found=len(head.cosigned))
    if asked.max_age_s is not None:
        oldest = time.time() - asked.max_age_s
        fresh = frozenset(name for name, at_s in head.cosigned.items() if at_s >= oldest)
        if not asked.policy.is_met(fresh):
            raise CheckpointStale(limit_s=int(asked.max_age_s))
    return head


def _is_met(head: Head, policy: Policy) -> bool:
    return policy.is_met(frozenset(head.cosigned))


def _open(note: bytes, keyring: Keyring, policy: Policy | None) -> Head:
    names = {line.key: name for name, line in policy.witnesses.items()} if policy else dict[VerifierKey, str]()
    checkpoint, parsed = open_checkpoint(note, [*keyring.current, *names])
    signed = verify_note(parsed, [*keyring.current, *names])
    signers = tuple(key for key, _ in signed if key in keyring.current)
    cosigned = {names[key]: at_s for key, at_s in signed if key in names and at_s is not None}
    return Head(checkpoint, note, signers, cosigned, keyring)


async def check_growth(source: Source, head: Head, saved: bytes) -> int:
    """That the log has only grown since `saved`; the size it had then.

    Raises `Split`, `WitnessesBehind`, what is wrong with the saved checkpoint, and `TileDiffers` where a file was
    changed instead.
    """
    old, _ = open_checkpoint(saved, head.keyring.all)
    new = head.checkpoint
    if old.origin != new.origin:
        raise Split(LogForked(saved=old.size, found=new.size), saved, head.note)
    if old.size > new.size:
        newest, _ = open_checkpoint(await fetch_note(source, CHECKPOINT), head.keyring.current)
        if newest.size >= old.size:
            raise WitnessesBehind(saved=old.size, found=new.size)
        raise Split(LogShrunk(saved=old.size, found=new.size), saved, head.note)
    try:
        if old.size == new.size:
            proof = []
        else:
            proof = await read_hashes(source, new.size, lambda read: consistency_proof(old.size, new.size, read))
        verify_consistency(old.size, old.root, new.size, new.root, proof)
    except ProofWrong:
        async with aclosing(walk(source, new, bundles=False)) as files:
            async for _ in files:
                pass  # a tile that was changed is told of as that
        raise Split(LogForked(saved=old.size, found=new.size), saved, head.note) from None
    return old.size


async def walk(
    source: Source, checkpoint: Checkpoint, *, first: int = 0, bundles: bool = True
) -> AsyncGenerator[tuple[Tile | Bundle, bytes | list[bytes]]]:
    """Every file of the tree from entry `first` on, checked; a tile before what lies below it.

    Raises `FileMissing`, `TileMalformed`, `TileDiffers` and `RootDiffers`.
    """
    edge = {tile: await fetch_tile(source, tile) for tile in _edge(checkpoint.size)}
    if TreeEdge.load(checkpoint.size, edge.__getitem__).root() != checkpoint.root:
        await _blame_edge(source, checkpoint, edge)
    for tile, data in edge.items():
        yield tile, data
    above: dict[int, tuple[int, bytes]] = {}
    last = {tile.level: (tile.index, data) for tile, data in edge.items()}

    def find(level: int, index: int) -> bytes:
        """A tile that was checked before."""
        return next(data for at, data in (above.get(level, (-1, b"")), last.get(level, (-1, b""))) if at == index)

    async with aclosing(in_order(source, _below_edge(checkpoint.size, first, bundles=bundles))) as files:
        async for file, content in files:
            if isinstance(file, Tile):
                data = cast("bytes", content)
                at = file.index % TILE_WIDTH * HASH_BYTES
                if perfect_root(data) != find(file.level + 1, file.index // TILE_WIDTH)[at : at + HASH_BYTES]:
                    raise TileDiffers(path=file.path)
                above[file.level] = file.index, data
            elif b"".join(leaf_hashes(cast("list[bytes]", content))) != find(0, file.index):
                raise TileDiffers(path=file.path)
            yield file, content


def _edge(size: int) -> list[Tile]:
    """The partial tiles at the right edge: what the root is made of."""
    return [
        Tile(level, (size >> TILE_HEIGHT * level) // TILE_WIDTH, width)
        for level in range(8)
        if (width := (size >> TILE_HEIGHT * level) % TILE_WIDTH)
    ]


def _below_edge(size: int, first: int, *, bundles: bool) -> Iterator[Tile | Bundle]:
    """The full tiles, each before those below it, and the bundles, from the one that holds entry `first` on."""
    start = first // TILE_WIDTH
    for index in range(start, -(-size // TILE_WIDTH)):
        for level in range(7, -1, -1):
            span = TILE_HEIGHT * level
            at = index >> span
            is_first_below = index == start or at << span == index
            if is_first_below and (at + 1) * TILE_WIDTH <= size >> span:
                yield Tile(level, at)
        if bundles:
            yield Bundle(index, min(TILE_WIDTH, size - index * TILE_WIDTH))


async def _blame_edge(source: Source, checkpoint: Checkpoint, edge: Mapping[Tile, bytes]) -> None:
    """Find which tile of the right edge is wrong, by making them anew out of the entries. Always raises."""
    made = TreeEdge()
    derived: dict[Tile, bytes] = {}
    count = -(-checkpoint.size // TILE_WIDTH)
    files = (Bundle(at, min(TILE_WIDTH, checkpoint.size - at * TILE_WIDTH)) for at in range(count))
    async with aclosing(in_order(source, files)) as bundles:
        async for _, content in bundles:
            written = made.extend(leaf_hashes(cast("list[bytes]", content)))
            derived |= {tile: data for tile, data in written if tile in edge}
    if made.root() == checkpoint.root:
        for tile, data in edge.items():
            if derived.get(tile) != data:
                raise TileDiffers(path=tile.path)
    raise RootDiffers
