"""A whole log in a folder, made without the sequencer: for tests of those who read logs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reelm.ledger.appending import new_entry_id
from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.edge import TreeEdge
from reelm.ledger.entry import encode, make_entry
from reelm.ledger.merkle import leaf_hashes
from reelm.ledger.note import COSIGNATURE, ED25519, Note, SigningKey
from reelm.ledger.tiles import TILE_WIDTH, Bundle, pack_bundle

ORIGIN = "log.example/reelm"
AT = "2026-11-24T08:00:00.000Z"
KEY = SigningKey.from_seed(ORIGIN, bytes(range(32)), ED25519)
OTHER_KEY = SigningKey.from_seed(ORIGIN, bytes(range(7, 39)), ED25519)
WITNESSES = tuple(SigningKey.from_seed(f"witness{at}.example", bytes([at]) * 32, COSIGNATURE) for at in range(3))


@dataclass
class Book:
    """Entries as writers number them. Each method appends one; `entries` may be spoilt by a test afterwards."""

    entries: list[bytes] = field(default_factory=list[bytes])
    counted: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, kind: str, fact: dict[str, Any], *, writer: str = "log", **people: str) -> str:
        self.counted[writer] = self.counted.get(writer, 0) + 1
        id = new_entry_id()
        entry = make_entry(
            kind, id=id, at=AT, realm="eu", writer=writer, seq=self.counted[writer], fact=fact, **people
        )
        self.entries.append(encode(entry))
        return id

    def read(self, writer: str = "w00") -> str:
        """Somebody saw something of somebody."""
        fact = {
            "request": "R" * 22,
            "collection": "profile",
            "classes": ["user.contact.email", "user.location"],
            "fields": 3,
        }
        return self.add("access-read", fact, writer=writer, actor="a" * 43, subject="s" * 43)

    def count(self, **wrong: int) -> str:
        """The writers' counts as they are, or as `wrong` says."""
        through = self.counted | wrong
        writers = [{"writer": name, "through": count} for name, count in sorted(through.items())]
        return self.add("counts", {"writers": writers, "entries": sum(through.values())})


def make_book(size: int) -> Book:
    """As many valid entries of several writers."""
    book = Book()
    while len(book.entries) < size:
        if len(book.entries) % 100 == 99:
            book.count()
        else:
            book.read(f"w{len(book.entries) % 5:02d}")
    return book


def sign(checkpoint: Checkpoint, *keys: SigningKey, cosigned: Sequence[tuple[SigningKey, int]] = ()) -> bytes:
    """The note of a checkpoint."""
    text = checkpoint.format()
    signatures = [key.sign(text) for key in keys] + [key.cosign(text, at_s) for key, at_s in cosigned]
    return Note(text, tuple(signatures)).format().encode()


def write_log(
    folder: Path,
    entries: Sequence[bytes],
    *,
    keys: Sequence[SigningKey] = (KEY,),
    origin: str = ORIGIN,
    cosigned: Sequence[tuple[SigningKey, int]] = (),
) -> Checkpoint:
    """Write tiles, bundles, checkpoint and keys; a log that is there is not cleared away."""
    edge = TreeEdge()
    files = [(tile.path, data) for tile, data in edge.extend(leaf_hashes(entries))]
    for at in range(0, len(entries), TILE_WIDTH):
        row = entries[at : at + TILE_WIDTH]
        files.append((Bundle(at // TILE_WIDTH, len(row)).path, pack_bundle(row)))
    checkpoint = Checkpoint(origin, len(entries), edge.root())
    files.append(("checkpoint", sign(checkpoint, *keys, cosigned=cosigned)))
    files.append(("vkey", "".join(f"{key.verifier}\n" for key in keys).encode()))
    for name, data in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return checkpoint


def hand_over(old: SigningKey, new: SigningKey, size: int, *signers: SigningKey) -> str:
    """The statement of a new key, signed by both or by `signers`."""
    lines = ("reelm.ledger/key-handover/v1", ORIGIN, f"old {old.verifier}", f"new {new.verifier}", f"size {size}")
    text = "".join(f"{line}\n" for line in lines)
    return Note(text, tuple(key.sign(text) for key in signers or (old, new))).format()


def write_hand_overs(folder: Path, *notes: str) -> None:
    (folder / "hand-overs").write_text(json.dumps(notes))


def flip(path: Path, at: int | Callable[[int], int] = lambda length: length // 2) -> None:
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[at if isinstance(at, int) else at(len(data))] ^= 1
    path.write_bytes(data)
