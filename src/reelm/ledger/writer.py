"""How does a tree grow on the disk? Tiles and bundles first, then the signature, then the checkpoint.

Entries are told of as published only after the signer has the new tree on its own disk, and the signer is asked
only after every tile and bundle of it is on ours. The checkpoint file itself may be lost in a crash: the signer
has its text.
"""

import asyncio
import json
from collections.abc import Sequence
from hashlib import sha256

from reelm.ledger.checkpoint import Checkpoint, open_checkpoint
from reelm.ledger.edge import TreeEdge
from reelm.ledger.errors import (
    CheckpointMalformed,
    CheckpointUnsigned,
    FileMissing,
    NoteMalformed,
    SignatureWrong,
    SignerRolledBack,
    TileDiffers,
)
from reelm.ledger.folder import CHECKPOINT, HAND_OVERS, VKEY, WITNESS_VKEY, LogFolder
from reelm.ledger.merkle import consistency_proof, leaf_hash
from reelm.ledger.note import Note, VerifierKey
from reelm.ledger.signing import SignerClient, SignerState
from reelm.ledger.tiles import TILE_WIDTH, Bundle, Tile, TileHashes, pack_bundle, unpack_bundle


class LogWriter:
    """Writes one log. After any error it must be opened again: what is on the disk is then looked at anew."""

    def __init__(
        self, folder: LogFolder, signer: SignerClient, signed: int, edge: TreeEdge, last: Sequence[bytes]
    ) -> None:
        self._folder, self._signer, self._signed = folder, signer, signed
        self._edge, self._last = edge, last

    @classmethod
    async def open(cls, folder: LogFolder, signer: SignerClient) -> "LogWriter":
        """Stand at the end of the tree that was signed last, and publish its checkpoint where a crash lost that.

        Raises `FileMissing` or `TileDiffers` where its right edge is not what was signed, and `SignerRolledBack`
        where the published checkpoint is newer than the signer's memory.
        """
        state = await signer.state()
        edge, last = await asyncio.to_thread(_load, folder, state)
        await asyncio.to_thread(publish_keys, folder, state)
        return cls(folder, signer, state.size, edge, last)

    @property
    def size(self) -> int:
        """How many entries the published checkpoint covers."""
        return self._edge.size

    @property
    def root(self) -> bytes:
        """The root of that tree."""
        return self._edge.root()

    async def publish(self, entries: Sequence[bytes]) -> Checkpoint:
        """Add `entries` to the tree and publish the checkpoint that covers them.

        Raises `OSError` where the disk does not take them and `SigningRefused` where the signer does not: then the
        checkpoint is still the old one.
        """
        edge, last = await asyncio.to_thread(self._write, entries)
        root = edge.root()
        proof = await asyncio.to_thread(self._prove, edge.size)
        note = await self._signer.sign(edge.size, root, proof)
        await asyncio.to_thread(self._folder.replace, CHECKPOINT, note.encode(), durable=False)
        self._signed, self._edge, self._last = edge.size, edge, last
        return Checkpoint(note.partition("\n")[0], edge.size, root)

    def _write(self, entries: Sequence[bytes]) -> tuple[TreeEdge, Sequence[bytes]]:
        """Bundles, then tiles: the disk works on the former while the latter are hashed, about 1.2 µs an entry."""
        edge = self._edge.copy()
        bundles, last = _bundles(edge.size, self._last, entries)
        addition = self._folder.add()
        try:
            for name, content in bundles:
                addition.write(name, content)
            for tile, content in edge.extend([sha256(b"\x00" + entry).digest() for entry in entries]):
                addition.write(tile.path, content)
            addition.settle()
        finally:
            addition.close()
        return edge, last

    def _prove(self, size: int) -> list[bytes]:
        """That the new tree extends the one the signer signed last."""
        if self._signed in (0, size):
            return []
        return consistency_proof(self._signed, size, TileHashes(size, lambda tile: _read(self._folder, tile)))


def _load(folder: LogFolder, state: SignerState) -> tuple[TreeEdge, list[bytes]]:
    """The right edge of the tree signed last and the entries of its last bundle, checked against its root."""
    published = _published(folder, state)
    if published is not None and published.size > state.size:
        raise SignerRolledBack(published=published.size, signed=state.size)
    edge = TreeEdge.load(state.size, lambda tile: _read(folder, tile))
    if edge.root() != state.root:
        raise TileDiffers(path="tile/0")
    if state.note is not None and (published is None or published.size < state.size):
        folder.replace(CHECKPOINT, state.note.encode())
    width = state.size % TILE_WIDTH
    if not width:
        return edge, []
    bundle = Bundle(state.size // TILE_WIDTH, width)
    last = unpack_bundle(_read(folder, bundle), width)
    tile = Tile(0, bundle.index, width)
    if b"".join(map(leaf_hash, last)) != _read(folder, tile):
        raise TileDiffers(path=bundle.path)
    return edge, last


def _published(folder: LogFolder, state: SignerState) -> Checkpoint | None:
    """The checkpoint as it is served; `None` where there is none, or one that a crash has left cut off."""
    try:
        checkpoint, _ = open_checkpoint(
            folder.read(CHECKPOINT) or b"", [VerifierKey.parse(one) for one in state.vkeys]
        )
    except (NoteMalformed, CheckpointMalformed, CheckpointUnsigned, SignatureWrong):
        return None
    return checkpoint


def _read(folder: LogFolder, file: Tile | Bundle) -> bytes:
    """Raises `FileMissing`."""
    content = folder.read(file.path)
    if content is None:
        raise FileMissing(path=file.path)
    return content


def _bundles(
    size: int, last: Sequence[bytes], entries: Sequence[bytes]
) -> tuple[list[tuple[str, bytes]], list[bytes]]:
    """The bundles to write when `entries` follow a tree of `size`, and the entries of the one left partial."""
    index, row = size // TILE_WIDTH, [*last, *entries]
    files: list[tuple[str, bytes]] = []
    for start in range(0, len(row), TILE_WIDTH):
        chunk = row[start : start + TILE_WIDTH]
        files.append((Bundle(index + start // TILE_WIDTH, len(chunk)).path, pack_bundle(chunk)))
    return files, row[len(row) - len(row) % TILE_WIDTH :]


def publish_keys(folder: LogFolder, state: SignerState) -> None:
    """Put beside the tiles who signs, and how an older key handed over to a newer one; the checkpoint bears the
    newest key's signature from then on."""
    for name, text in (
        (VKEY, "".join(f"{key}\n" for key in state.vkeys)),
        (HAND_OVERS, json.dumps(state.hand_overs) + "\n"),
        (WITNESS_VKEY, f"{state.witness_vkey}\n"),
    ):
        if folder.read(name) != text.encode():
            folder.replace(name, text.encode())
    published = folder.read(CHECKPOINT)
    if published is None or state.note is None or _is_signed_by(published, state.vkeys[0]):
        return
    if published.startswith(state.note.partition("\n\n")[0].encode()):
        folder.exchange(CHECKPOINT, published, state.note.encode())


def _is_signed_by(note: bytes, vkey: str) -> bool:
    key = VerifierKey.parse(vkey)
    return any(one.name == key.name and one.key_id == key.key_id for one in Note.parse(note).signatures)
