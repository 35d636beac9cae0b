"""Where is a log read from that is to be checked, and whose signature holds there? A folder, or an address."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar, cast

from reelm.infra.fetch import AddressNotAnswering, Site
from reelm.ledger.errors import BundleMalformed, FileMissing, HandOverWrong, KeyOfAnotherLog, TileDiffers
from reelm.ledger.folder import HAND_OVERS, VKEY, LogFolder
from reelm.ledger.merkle import HASH_BYTES, HashReader
from reelm.ledger.note import NOTE_MAX_BYTES, Note, VerifierKey, verify_note
from reelm.ledger.tiles import ENTRY_MAX, TILE_WIDTH, Bundle, Tile, TileHashes, check_tile, unpack_bundle

AT_ONCE = 8
WELL_KNOWN = "/.well-known/reelm.json"
HANDOVER = "reelm.ledger/key-handover/v1"
BUNDLE_MAX_BYTES = TILE_WIDTH * (2 + ENTRY_MAX)
# A tile that has been tampered with may be longer than it should; it is told from one that has no end.
TILE_MAX_BYTES = 1_000_000

T = TypeVar("T")


class Source(Protocol):
    """What a log is read from. `name` is how the person who asked calls it."""

    name: str

    async def fetch(self, path: str, limit_bytes: int) -> bytes | None:
        """The content of one file, `None` where there is none. Raises `AddressNotAnswering`."""
        ...


class FolderSource:
    """A folder on this machine."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._folder = LogFolder(path)

    async def fetch(self, path: str, limit_bytes: int) -> bytes | None:
        del limit_bytes  # whoever can write here can fill the disk as well
        if path.startswith("/"):
            return None
        return await asyncio.to_thread(self._folder.read, path)


class SiteSource:
    """A log that somebody serves over HTTP."""

    def __init__(self, site: Site) -> None:
        self.name = site.prefix
        self._site = site

    async def fetch(self, path: str, limit_bytes: int) -> bytes | None:
        return await self._site.fetch(path, limit_bytes)


@asynccontextmanager
async def open_source(where: str) -> AsyncGenerator[Source]:
    """A log's prefix, as URL or folder."""
    if where.startswith(("http://", "https://")):
        async with Site(where, connections=AT_ONCE) as site:
            yield SiteSource(site)
    else:
        yield FolderSource(Path(where))


async def fetch_note(source: Source, name: str) -> bytes:
    """A signed note such as the checkpoint. Raises `FileMissing`."""
    content = await source.fetch(name, NOTE_MAX_BYTES)
    if content is None:
        raise FileMissing(path=name)
    return content


async def fetch_tile(source: Source, tile: Tile) -> bytes:
    """A tile; one that is partial and gone is cut out of the full one. Raises `FileMissing`, `TileMalformed`."""
    content = await source.fetch(tile.path, TILE_MAX_BYTES)
    if content is None and tile.width < TILE_WIDTH:
        full = Tile(tile.level, tile.index)
        content = await source.fetch(full.path, TILE_MAX_BYTES)
        if content is not None:
            return check_tile(full, content)[: tile.width * HASH_BYTES]
    if content is None:
        raise FileMissing(path=tile.path)
    return check_tile(tile, content)


async def fetch_entries(source: Source, bundle: Bundle) -> list[bytes]:
    """The entries of a bundle; a partial one that is gone is cut out of the full one.

    Raises `FileMissing`, and `TileDiffers` where it isn't exactly its entries.
    """
    full = Bundle(bundle.index)
    content = await source.fetch(bundle.path, BUNDLE_MAX_BYTES)
    read = bundle
    if content is None and bundle.width < TILE_WIDTH:
        content, read = await source.fetch(full.path, BUNDLE_MAX_BYTES), full
    if content is None:
        raise FileMissing(path=bundle.path)
    try:
        return unpack_bundle(content, read.width)[: bundle.width]
    except BundleMalformed:
        raise TileDiffers(path=read.path) from None


async def in_order(
    source: Source, files: Iterable[Tile | Bundle]
) -> AsyncGenerator[tuple[Tile | Bundle, bytes | list[bytes]]]:
    """Fetch files, `AT_ONCE` at a time, and give them in their order: a tile's bytes, a bundle's entries."""
    left = iter(files)
    coming = deque((file, asyncio.create_task(_fetch(source, file))) for file in islice(left, AT_ONCE))
    try:
        while coming:
            file, task = coming[0]
            content = await task
            coming.popleft()
            coming.extend((file, asyncio.create_task(_fetch(source, file))) for file in islice(left, 1))
            yield file, content
    finally:
        for _, task in coming:
            task.cancel()
        await asyncio.gather(*(task for _, task in coming), return_exceptions=True)


async def _fetch(source: Source, file: Tile | Bundle) -> bytes | list[bytes]:
    return await (fetch_tile(source, file) if isinstance(file, Tile) else fetch_entries(source, file))


async def read_hashes(source: Source, size: int, ask: Callable[[HashReader], T]) -> T:
    """What `ask` works out from hashes of a tree of `size`: once to learn which tiles it needs, once with them."""
    tiles: dict[Tile, bytes] = {}

    def learn(tile: Tile) -> bytes:
        tiles[tile] = b""
        return bytes(tile.length_bytes)

    ask(TileHashes(size, learn))
    async with aclosing(in_order(source, list(tiles))) as files:
        async for file, content in files:
            assert isinstance(file, Tile)
            assert isinstance(content, bytes)
            tiles[file] = content
    return ask(TileHashes(size, tiles.__getitem__))


class Keyring:
    """The keys of a log: `current` must sign its newest checkpoint, one of `all` an older one."""

    def __init__(self, given: Sequence[VerifierKey], notes: Sequence[str] = ()) -> None:
        self.current = list(given)
        self.all = list(given)
        told = [_HandOver.read(Note.parse(note)) for note in notes]
        for one in told:
            if one.old in self.current:
                one.check()
                self.current = [one.new]
                self.all.append(one.new)
        for one in reversed(told):  # those that were retired have signed what somebody saved in their time
            if one.new in self.all and one.old not in self.all:
                one.check()
                self.all.append(one.old)


@dataclass(frozen=True)
class _HandOver:
    """The statement that `new` follows `old`."""

    note: Note
    old: VerifierKey
    new: VerifierKey

    @classmethod
    def read(cls, note: Note) -> "_HandOver":
        """Raises `HandOverWrong` for a note that is none."""
        lines = note.text.split("\n")
        if (
            len(lines) != 6
            or lines[0] != HANDOVER
            or not lines[2].startswith("old ")
            or not lines[3].startswith("new ")
        ):
            raise HandOverWrong
        return cls(note, VerifierKey.parse(lines[2][4:]), VerifierKey.parse(lines[3][4:]))

    def check(self) -> None:
        """Raises `HandOverWrong` unless both keys signed it, for the log they are named for."""
        signed = {key for key, _ in verify_note(self.note, (self.old, self.new))}
        if signed != {self.old, self.new} or not self.old.name == self.new.name == self.note.text.split("\n")[1]:
            raise HandOverWrong


def parse_keys(content: bytes) -> list[VerifierKey]:
    """The keys in a file with one a line. Raises `VkeyMalformed`."""
    return [VerifierKey.parse(line) for line in content.decode("utf-8", "replace").removesuffix("\n").split("\n")]


async def fetch_keys(source: Source, given: Sequence[VerifierKey]) -> Keyring:
    """The keys to check the log with: those given, else those it names itself; signed hand-overs are followed.

    A site's own key is compared with what its machine says of itself. Raises `FileMissing` where there is none,
    `VkeyMalformed`, `KeyOfAnotherLog` and `HandOverWrong`.
    """
    keys = list(given)
    if not keys:
        content = await fetch_note(source, VKEY)
        keys = parse_keys(content)
        await _compare_with_site(source, keys)
    return Keyring(keys, _parse_notes(await source.fetch(HAND_OVERS, NOTE_MAX_BYTES)))


def _parse_notes(content: bytes | None) -> list[str]:
    if content is None:
        return []
    try:
        notes: object = json.loads(content)
    except (ValueError, RecursionError):
        raise HandOverWrong from None
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in cast("list[object]", notes)):
        raise HandOverWrong
    return cast("list[str]", notes)


async def _compare_with_site(source: Source, keys: Sequence[VerifierKey]) -> None:
    """A site that says nothing of itself, or can't be reached there, is not held against the log."""
    try:
        content = await source.fetch(WELL_KNOWN, NOTE_MAX_BYTES)
        told: object = json.loads(content) if content else None
    except (AddressNotAnswering, ValueError):
        return
    ledger: object = cast("dict[str, object]", told).get("ledger") if isinstance(told, dict) else None
    if not isinstance(ledger, dict):
        return
    vkey = cast("dict[str, object]", ledger).get("vkey")
    if isinstance(vkey, str) and vkey and vkey not in map(str, keys):
        raise KeyOfAnotherLog
