"""Does the search find what it should? Canaries of one realm are put into another, in each kind of place.

Each control has a canary of its own, so that what is found is that one and nothing else.
"""

import base64
import gzip
import json
import os
import subprocess
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar, cast
from uuid import UUID

from psycopg import sql

from bench._canaries import Whole
from bench._fleet import Realm
from bench._search import Value

Kind = TypeVar("Kind", str, bytes, int, UUID, date, datetime)
WAITS = "import sys; word = sys.stdin.readline().strip() * 1; print(flush=True); sys.stdin.read()"


@dataclass(frozen=True)
class Control:
    """What was put where: it is found if a search tells of `value` in `area`."""

    what: str
    area: str
    value: Value


class Stock:
    """Canaries of one realm that may lie nowhere else, each given out once."""

    def __init__(self, whole: Whole, home: str) -> None:
        secret = [
            value
            for one in whole.realms
            if one.realm == home
            for value in one.where
            if value not in one.may_be_in and value not in one.typed_in and [one] == whole.homes(value)
        ]
        self._left = sorted(secret, key=str)

    def take(self, kind: type[Kind]) -> Kind:
        """One of a kind."""
        for value in self._left:
            if type(value) is kind:
                self._left.remove(value)
                return cast("Kind", value)
        raise LookupError(kind)


@contextmanager
def planted(whole: Whole, home: str, realm: Realm, kept: Path) -> Generator[list[Control]]:
    """Canaries of `home` in `realm`, until the block ends; what is in files and tables stays."""
    stock = Stock(whole, home)
    with ExitStack() as held:
        controls = [*_in_files(stock, realm, kept), *_in_tables(stock, realm)]
        controls += held.enter_context(_in_a_statement(stock, realm))
        if realm.users:
            controls += [*_in_shared_folders(stock, realm), *held.enter_context(_in_processes(stock, realm))]
        yield controls


def _in_files(stock: Stock, realm: Realm, kept: Path) -> Iterator[Control]:
    cell = realm.folder

    def put(what: str, path: Path, content: bytes, value: Value, *, area: str = "") -> Control:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(content)
        return Control(what, area or path.relative_to(cell).parts[0], value)

    text, noise = stock.take(str), os.urandom(50_000)
    yield put("a line of a log", cell / "logs" / "web.log", f'{{"event":"{text}"}}\n'.encode(), text)
    text = stock.take(str)
    inside = base64.b64encode(f"x{text}y".encode()).decode()
    yield put("base64 in JSON", cell / "logs" / "worker.log", json.dumps({"body": inside}).encode(), text)
    text = stock.take(str)
    yield put("a packed log", cell / "logs" / "web.log.1.gz", gzip.compress(noise + text.encode() + noise), text)
    text = stock.take(str)
    yield put("a file in work", cell / "work" / "left-over", noise + text.encode(), text)
    text = stock.take(str)
    yield put("metadata of a clip, UTF-16", cell / "blobs" / "p.mp4", noise + text.encode("utf-16-le"), text)
    id = stock.take(UUID)
    yield put("a core file, an id as 16 bytes", cell / "work" / "core.4711", noise + id.bytes + noise, id)
    key = stock.take(bytes)
    yield put("a key in hexadecimal", cell / "ledger" / "p", key.hex().encode(), key)
    key = stock.take(bytes)
    yield put("a key in base64, inside a longer text", cell / "keys" / "p", base64.b64encode(b"12" + key + b"3"), key)
    id = stock.take(UUID)
    yield put("an id as text", cell / "uploads" / "p", str(id).encode(), id)
    born = stock.take(date)
    yield put("a date of birth", cell / "logs" / "media-worker.log", f"born {born} ".encode(), born)
    at = stock.take(datetime)
    yield put("a moment", cell / "run" / "p.json", at.isoformat().encode(), at)
    text = stock.take(str)
    yield put(
        "a temporary file of PostgreSQL",
        cell / "postgres/base/pgsql_tmp/p",
        text.encode(),
        text,
        area="postgres/base",
    )
    text = stock.take(str)
    yield put("a backup", kept / "backup" / "p", text.encode(), text, area="backup")
    text = stock.take(str)
    yield put("the name of a file", cell / "work" / f"of-{text}", b"", text, area="names")


def _in_tables(stock: Stock, realm: Realm) -> Iterator[Control]:
    with realm.database() as database:
        text = stock.take(str)
        database.execute("UPDATE foreign_clips SET caption = %s", (text,))
        yield Control("a row", "rows", text)
        yield Control("what a stranger is answered", "answers", text)
        text = stock.take(str)
        database.execute("CREATE TABLE planted (long text, at timestamptz, id uuid)")
        filler = "the same words again and again, which PostgreSQL packs; " * 20_000
        database.execute("INSERT INTO planted VALUES (%s)", (filler + text + filler,))
        yield Control("a packed value of a megabyte", "rows", text)
        at, id = stock.take(datetime), stock.take(UUID)
        database.execute("INSERT INTO planted VALUES ('', %s, %s)", (at, id))
        yield Control("a moment in a page, eight bytes", "postgres/base", at)
        yield Control("an id in a page", "postgres/base", id)
        text = stock.take(str)
        database.execute("BEGIN")
        database.execute("INSERT INTO planted VALUES (%s)", (text,))
        database.execute("ROLLBACK")
        database.execute("VACUUM planted")
        yield Control("an insert that was rolled back, in the write-ahead log", "postgres/pg_wal", text)
        text = stock.take(str)
        database.execute("SELECT lo_from_bytea(0, %s)", (text.encode(),))
        yield Control("a large object", "statistics", text)
        database.execute("CHECKPOINT")


@contextmanager
def _in_a_statement(stock: Stock, realm: Realm) -> Generator[list[Control]]:
    text = stock.take(str)
    with realm.database() as database:
        database.execute(sql.SQL("SELECT {}").format(sql.Literal(text)))
        yield [Control("a statement that the database remembers", "statistics", text)]


def _in_shared_folders(stock: Stock, realm: Realm) -> Iterator[Control]:
    for top in ("/tmp", "/dev/shm"):
        text, path = stock.take(str), Path(top, f"reelm-planted-{os.getpid()}")
        path.write_text(text)
        os.chown(path, realm.owner, realm.owner)
        yield Control(f"a file of the realm's user in {top}", top, text)


def remove_shared() -> None:
    """Take away what lies outside the realms' folders."""
    for top in ("/tmp", "/dev/shm"):
        Path(top, f"reelm-planted-{os.getpid()}").unlink(missing_ok=True)


@contextmanager
def _in_processes(stock: Stock, realm: Realm) -> Generator[list[Control]]:
    """One process with a canary in its environment, one that only holds it in memory."""
    shown, held = stock.take(str), stock.take(str)
    with ExitStack() as running:
        for text, env in (("", {"SHOWN": shown}), (held, {})):
            process = running.enter_context(
                subprocess.Popen(
                    ("/usr/bin/env", "python3", "-S", "-c", WAITS),
                    env={"PATH": os.defpath, **env},
                    cwd="/",
                    user=realm.owner,
                    group=realm.owner,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{text}\n")
            process.stdin.flush()
            process.stdout.readline()
            running.callback(process.kill)
        yield [Control("the environment of a process", "environment", shown), Control("memory", "memory", held)]
