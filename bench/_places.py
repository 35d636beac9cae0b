"""Where can something of a realm lie? Its folder, its database, its processes, and what it answers.

Files are read as they lie, and once more unpacked where they are gzip. Tables are read through SQL too, because
PostgreSQL packs and splits long values. What runs as the realm's users is read from its memory and its environment.
"""

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from bench._fleet import Realm
from bench._search import CHUNK

TABLES = """
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
"""
# What PostgreSQL keeps of values and of statements beside the tables.
VIEWS = ("pg_stats", "pg_stat_activity", "pg_prepared_statements", "pg_largeobject")
SHARED = (Path("/tmp"), Path("/dev/shm"))
SAMPLE_BYTES = 64
# Areas where what was removed may not lie any longer.
LIVE = ("rows", "blobs", "uploads", "work", "ledger", "logs")


@dataclass(frozen=True)
class Place:
    """Somewhere to look. `area` is what it is counted under, `pieces` reads it anew each time."""

    area: str
    name: str
    pieces: Callable[[], Iterable[bytes]]


def list_places(realm: Realm, kept: Path, pages: Iterable[str]) -> Iterator[Place]:
    """Everything of a realm: `kept` is what the operator put by, `pages` what a stranger can ask for."""
    yield from list_files(realm.folder, area_in_cell)
    yield from list_files(kept, lambda path: path.parts[0] if path.parts else "backup")
    for top in SHARED:
        yield from _list_owned(top, realm.users)
    yield from list_tables(realm)
    seen: set[str] = set()
    for process in realm.processes():
        yield Place("environment", f"environment of {process.pid}", lambda pid=process.pid: _read_words(pid))
        yield Place("memory", f"memory of {process.pid}", lambda pid=process.pid: _read_memory(pid, seen))
    for page in pages:
        yield Place("answers", page, lambda page=page: _read_page(realm, page))


def list_files(top: Path, area_of: Callable[[Path], str]) -> Iterator[Place]:
    """Every file below a folder, packed ones unpacked as well."""
    for folder, _, names in os.walk(top):
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                inside = path.relative_to(top)
                area = area_of(inside)
                yield Place(area, inside.as_posix(), lambda path=path: read_file(path))
                yield from _unpacked(path, area, inside.as_posix())
            yield Place("names", f"name of {name}", lambda name=name: [os.fsencode(name)])


def area_in_cell(path: Path) -> str:
    """The database by its parts, the rest by its folder.

    >>> [area_in_cell(Path(one)) for one in ("postgres/pg_wal/0001", "postgres/base/5/2619", "logs/web.log", "x")]
    ['postgres/pg_wal', 'postgres/base', 'logs', 'others']
    """
    if len(path.parts) == 1:
        return "others"
    if path.parts[0] != "postgres":
        return path.parts[0]
    return "/".join(path.parts[:2]) if path.parts[1] in {"base", "pg_wal", "pg_stat", "pg_xact"} else "postgres"


def sample_clip(realm: Realm, clip: str) -> Iterator[bytes]:
    """Some bytes out of the middle of each file of a clip."""
    with realm.database() as database:
        query = "SELECT asset_id FROM videos WHERE id = %s"
        (asset,) = database.execute(query, (clip,)).fetchone() or ("",)
    for path in sorted((realm.folder / "blobs" / "clips" / str(asset)).iterdir()):
        content = path.read_bytes()
        yield content[len(content) // 2 :][:SAMPLE_BYTES]


def _unpacked(path: Path, area: str, name: str) -> Iterator[Place]:
    with suppress(OSError):
        with path.open("rb") as file:
            if file.read(2) != b"\x1f\x8b":
                return
        yield Place(area, f"{name}, unpacked", lambda: _read_packed(path))


def _read_packed(path: Path) -> Iterator[bytes]:
    with suppress(OSError, EOFError, zlib.error, tarfile.TarError), gzip.open(path) as file:
        while piece := file.read(CHUNK):
            yield piece


def read_file(path: Path) -> Iterator[bytes]:
    """A file in pieces; nothing of one that has gone meanwhile."""
    with suppress(OSError), path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def _list_owned(top: Path, users: set[int]) -> Iterator[Place]:
    """The files of these users in a folder that all share, and in folders of their own there."""
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if _is_of(Path(folder, name), users)]
        for name in names:
            path = Path(folder, name)
            if _is_of(path, users) and path.is_file() and not path.is_symlink():
                yield Place(str(top), name, lambda path=path: read_file(path))


def _is_of(path: Path, users: set[int]) -> bool:
    with suppress(OSError):
        return path.lstat().st_uid in users
    return False


def list_tables(realm: Realm) -> Iterator[Place]:
    """Every row of every table as text, every column of bytes in hexadecimal, and what PostgreSQL notes beside."""
    with realm.database() as database:
        tables = database.execute(TABLES).fetchall()
    for schema, table in tables:
        yield Place("rows", table, lambda name=(schema, table): read_rows(realm, *name))
    for view in VIEWS:
        yield Place("statistics", view, lambda view=view: read_rows(realm, "pg_catalog", view))


def read_rows(realm: Realm, schema: str, table: str) -> Iterator[bytes]:
    """A table as `COPY` tells it."""
    query = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(schema, table))
    with realm.database() as database, suppress(psycopg.errors.FeatureNotSupported):
        with database.cursor().copy(query) as copy:
            for piece in copy:
                yield bytes(piece)
        yield b"\n"


def _read_words(pid: int) -> Iterator[bytes]:
    for name in ("environ", "cmdline"):
        yield from read_file(Path(f"/proc/{pid}/{name}"))


def _read_memory(pid: int, seen: set[str]) -> Iterator[bytes]:
    """What a process could write, as far as the kernel shows it; what several share only once (`seen`)."""
    with suppress(OSError):
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            for line in maps:
                span, rights, *what = line.split(maxsplit=5)
                begin, end = (int(part, 16) for part in span.split("-"))
                shared = " ".join(what) if rights.endswith("s") else ""
                if rights.startswith("rw") and shared not in seen:
                    seen.update({shared} - {""})
                    yield from _read_span(memory, begin, end)


def _read_span(memory: io.FileIO, begin: int, end: int) -> Iterator[bytes]:
    while begin < end:
        try:
            memory.seek(begin)
            piece = memory.read(min(CHUNK, end - begin))
        except (OSError, ValueError, OverflowError):
            return
        if not piece:
            return
        if piece.strip(b"\0"):
            yield piece
        begin += len(piece)


def _read_page(realm: Realm, page: str) -> Iterator[bytes]:
    answer = httpx.get(realm.address + page, timeout=60)
    yield str(answer.headers).encode()
    yield answer.content
