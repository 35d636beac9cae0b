"""What is somebody's own, in parts? The same parts each time, as long as nothing of theirs changes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from reelm.infra.blobs import FileBlobs
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import AccountId, RealmCode
from reelm.moving.mover import Mover
from reelm.moving.parts import Chunk, Part, Rows, chain, cut_files, cut_rows, digest_part
from reelm.moving.references import Row, export_rows


async def plan_own_parts(unit: ReadUnit, mover: Mover, person: AccountId, to: RealmCode) -> list[Part] | None:
    """Every part in order: rows first, then files; `None` while a clip is still being made."""
    parts: list[Part] = []
    keys: list[str] = []
    for what in mover.own:
        rows = await export_rows(unit, mover, what, person, to)
        if what.name == "assets" and any(_is_at_work(row) for row in rows):
            return None
        keys += [key for row in rows for key in _keys_of(what.name, row)]
        parts += cut_rows(what.name, rows)
    return parts + list(cut_files(_files(mover.blobs, keys)))


async def plan_towards_parts(unit: ReadUnit, mover: Mover, person: AccountId, to: RealmCode) -> list[Rows]:
    """What others did towards them, at the last moment before they are handed over."""
    return [
        part
        for what in mover.towards
        for part in cut_rows(what.name, await export_rows(unit, mover, what, person, to))
    ]


def _is_at_work(asset: Row) -> bool:
    return asset["finished_at"] is None or asset["state"] == "removed"


def _keys_of(collection: str, row: Row) -> list[str]:
    """The blobs a row points to."""
    names = {"accounts": ("avatar_key",), "assets": ("poster_key",), "renditions": ("blob_key",)}
    keys = [row[name] for name in names.get(collection, ()) if row[name]]
    return [*keys, f"originals/{row['id']}"] if collection == "assets" else keys


def _files(blobs: FileBlobs, keys: Sequence[str]) -> Iterator[tuple[str, Path, int]]:
    for key in sorted(keys):
        path = blobs.path(key)
        if path.is_file():
            yield key, path, path.stat().st_size


def read_chunk(part: Chunk) -> bytes:
    """The bytes of a piece of a file."""
    with part.path.open("rb") as file:
        file.seek(part.offset)
        return file.read(part.size_bytes)


def digest_all(parts: Sequence[Part]) -> str:
    """The chain over all of them; reads every file."""
    digest = ""
    for part in parts:
        if isinstance(part, Rows):
            digest = chain(digest, digest_part(part.collection, list(part.rows)))
        else:
            digest = chain(digest, digest_part("files", part.describe(read_chunk(part))))
    return digest
