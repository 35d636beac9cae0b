"""What is a part of a move, and how is it compared? Canonical JSON (RFC 8785), SHA-256, in a fixed order. Pure.

The digest of a move is a chain: empty at first, and each part's digest is hashed together with the one so far.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785

FILES = "files"
CHUNK_BYTES = 512 * 1024
_ROWS_BYTES = 256 * 1024


@dataclass(frozen=True)
class Rows:
    """Rows of one collection, as JSON."""

    collection: str
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Chunk:
    """A piece of a file. `key` is where the file lies among the blobs of either realm."""

    key: str
    path: Path
    offset: int
    size_bytes: int
    whole_bytes: int

    def describe(self, content: bytes) -> dict[str, Any]:
        """What is told of the piece beside its bytes."""
        return {
            "key": self.key,
            "offset": self.offset,
            "whole": self.whole_bytes,
            "sha256": sha256(content).hexdigest(),
        }


Part = Rows | Chunk


def digest_part(collection: str, content: Any) -> str:
    """The digest of rows, or of what is told of a piece of a file.

    >>> digest_part("seen", [])[:8]
    '08f5d38d'
    """
    return sha256(rfc8785.dumps({"collection": collection, "content": content})).hexdigest()


def chain(before: str, digest: str) -> str:
    """The digest of a move with one part more."""
    return sha256(f"{before}{digest}".encode()).hexdigest()


def cut_rows(collection: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Rows]:
    """As many rows in a part as fit; nothing of an empty collection."""
    taken: list[Mapping[str, Any]] = []
    size = 0
    for row in rows:
        length = len(rfc8785.dumps(dict(row)))
        if taken and size + length > _ROWS_BYTES:
            yield Rows(collection, taken)
            taken, size = [], 0
        taken.append(row)
        size += length
    if taken:
        yield Rows(collection, taken)


def cut_files(files: Iterable[tuple[str, Path, int]]) -> Iterator[Chunk]:
    """The pieces of files, given with their keys and lengths in bytes."""
    for key, path, size in files:
        for offset in range(0, size, CHUNK_BYTES):
            yield Chunk(key, path, offset, min(CHUNK_BYTES, size - offset), size)
