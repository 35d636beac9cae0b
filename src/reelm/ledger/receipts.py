"""What does somebody take home who wants to show, offline, that an entry is in the log? A `.tlog-proof`."""

from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.errors import FileMissing
from reelm.ledger.folder import CHECKPOINT, WITNESSED, LogFolder
from reelm.ledger.merkle import inclusion_proof
from reelm.ledger.note import Note
from reelm.ledger.proof import TlogProof
from reelm.ledger.tiles import Tile, TileHashes


def make_receipt(folder: LogFolder, index: int, entry: bytes) -> str:
    """The proof that `entry` is at `index`, with the entry as its `extra`, to the newest checkpoint that witnesses
    have cosigned, else to the newest. Raises `FileMissing`."""
    note, checkpoint = _choose_checkpoint(folder, index)
    hashes = inclusion_proof(index, checkpoint.size, TileHashes(checkpoint.size, lambda tile: _read(folder, tile)))
    return TlogProof(index, tuple(hashes), note, entry).format()


def _choose_checkpoint(folder: LogFolder, index: int) -> tuple[str, Checkpoint]:
    for name in (WITNESSED, CHECKPOINT):
        content = folder.read(name)
        if content is not None:
            checkpoint = Checkpoint.parse(Note.parse(content).text)
            if checkpoint.size > index:
                return content.decode(), checkpoint
    raise FileMissing(path=CHECKPOINT)


def _read(folder: LogFolder, tile: Tile) -> bytes:
    """A tile; one that was partial then and is pruned now is cut out of the full one."""
    content = folder.read(tile.path)
    if content is None:
        content = folder.read(Tile(tile.level, tile.index).path)
    if content is None:
        raise FileMissing(path=tile.path)
    return content[: tile.length_bytes]
