"""How long does it take to check a log of a million entries from scratch, and with how much memory?

The log is made in a scratch folder, with entries of a usual length. Each check runs in a process of its own, so that
its largest memory is its own. Beside it: SHA-256 of the same leaves and nothing else, which no check can go below.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from bench.table import Cell, Report, at_most
from reelm import ledger
from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.edge import TreeEdge
from reelm.ledger.entry import encode, make_entry
from reelm.ledger.merkle import leaf_hashes
from reelm.ledger.note import Note, SigningKey
from reelm.ledger.sources import Source
from reelm.ledger.tiles import TILE_WIDTH, Bundle, pack_bundle, unpack_bundle

ORIGIN = "bench.example/ledger"
SMALL, LARGE = 100_000, 1_000_000
WRITERS = 32
FACT = {
    "request": "R" * 22,
    "collection": "likes-and-follows",
    "classes": ["user.contact.email", "user.demographic.date_of_birth", "user.location", "user.social"],
    "fields": 12,
}


def measure() -> Report:
    """Make both logs, check each in a child process, and take one proof."""
    rows: list[Mapping[str, Cell]] = []
    folder = Path(tempfile.mkdtemp(prefix="reelm-bench-", dir="/tmp"))
    try:
        for size in (SMALL, LARGE):
            write_log(folder / str(size), size)
        for size in (SMALL, LARGE):
            for kind in ("verify", "verify, tree only", "SHA-256 of the leaves"):
                rows.append({"check": kind, "entries": size} | _in_child(folder / str(size), kind))
        proof = _in_child(folder / str(LARGE), "one proof")
        rows.append({"check": "one proof", "entries": LARGE} | proof)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    peak = {row["entries"]: float(row["peak_mb"] or 0) for row in rows if row["check"] == "verify"}
    floor = next(float(row["seconds"] or 0) for row in reversed(rows) if str(row["check"]).startswith("SHA"))
    for row in rows:
        if isinstance(row, dict) and row["entries"] == LARGE and row["check"] != "one proof":
            row["x_of_floor"] = round(float(row["seconds"] or 0) / floor, 1)
    goals = [
        at_most("peak memory at 1,000,000 ÷ at 100,000", round(peak[LARGE] / peak[SMALL], 3), 1.2),
        at_most("fetches for one proof out of 1,000,000", int(proof["fetches"] or 0), 10),
    ]
    return Report("ledger-verify", rows, goals)


def make_entries(size: int) -> Iterator[bytes]:
    """Valid entries, each writer counting from 1. The text around the three that change is made once."""
    marks = {"id": "I" * 22, "actor": "K" * 43, "subject": "L" * 43}
    sample = make_entry(
        "access-read", at="2026-11-24T08:00:00.000Z", realm="eu", writer="w00", seq=1, fact=FACT, **marks
    )
    text = encode(sample).decode().replace('"seq":1', '"seq":%d').replace('"writer":"w00"', '"writer":"w%02d"')
    for index in range(size):
        digest = sha256(index.to_bytes(8, "big")).hexdigest()
        entry = text.replace("I" * 22, digest[:22]).replace("K" * 43, digest[:43]).replace("L" * 43, digest[21:])
        yield (entry % (index // WRITERS + 1, index % WRITERS)).encode()


def write_log(folder: Path, size: int) -> None:
    """A log in a folder, without waiting for the disk."""
    edge, key, row = TreeEdge(), SigningKey.generate(ORIGIN), list[bytes]()
    last: dict[int, tuple[Path, bytes]] = {}
    for entry in make_entries(size):
        row.append(entry)
        if len(row) == TILE_WIDTH or edge.size + len(row) == size:
            _write(folder / Bundle(edge.size // TILE_WIDTH, len(row)).path, pack_bundle(row))
            for tile, data in edge.extend(leaf_hashes(row)):
                if tile.width == TILE_WIDTH:
                    last.pop(tile.level, None)
                    _write(folder / tile.path, data)
                else:
                    last[tile.level] = folder / tile.path, data
            row = []
    for path, data in last.values():
        _write(path, data)
    text = Checkpoint(ORIGIN, size, edge.root()).format()
    _write(folder / "checkpoint", Note(text, (key.sign(text),)).format().encode())
    _write(folder / "vkey", f"{key.verifier}\n".encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _in_child(folder: Path, kind: str) -> dict[str, Cell]:
    command = (sys.executable, "-m", "bench.ledger_verify", str(folder), kind)
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, cwd=Path(__file__).parent.parent)
    return json.loads(told.stdout)


class _Counting:
    """A source that counts what is fetched."""

    def __init__(self, source: Source) -> None:
        self.name, self._source, self.fetches = source.name, source, 0

    async def fetch(self, path: str, limit_bytes: int) -> bytes | None:
        self.fetches += 1
        return await self._source.fetch(path, limit_bytes)


async def _check(folder: Path, kind: str) -> tuple[int, int]:
    """What the child does: entries done, files fetched."""
    async with ledger.open_source(str(folder)) as opened:
        source = _Counting(opened)
        if kind == "one proof":
            await ledger.prove(source, 123_456, ledger.Asked())
            return 1, source.fetches
        found = await ledger.verify(source, ledger.Asked(entries=kind == "verify"))
        return found.head.checkpoint.size, source.fetches


def _hash_leaves(folder: Path) -> tuple[int, float]:
    """Entries hashed, and the seconds for that alone; reading them is not counted."""
    count, seconds = 0, 0.0
    for path in (folder / "tile" / "entries").rglob("*"):
        if path.is_file():
            width = int(path.name) if path.parent.suffix == ".p" else TILE_WIDTH
            entries = unpack_bundle(path.read_bytes(), width)
            began = time.perf_counter()
            for entry in entries:
                sha256(b"\x00" + entry).digest()
            seconds += time.perf_counter() - began
            count += len(entries)
    return count, seconds


def _peak_kb() -> int:
    """The most memory this program has held; `getrusage` would count that of whoever started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def main(folder: Path, kind: str) -> None:
    """One check, told on standard output."""
    fetches: int | None = None
    if kind.startswith("SHA"):
        done, seconds = _hash_leaves(folder)
    else:
        began = time.perf_counter()
        done, fetches = asyncio.run(_check(folder, kind))
        seconds = time.perf_counter() - began
    told: dict[str, Cell] = {
        "seconds": round(seconds, 3),
        "entries_per_s": round(done / seconds),
        "peak_mb": round(_peak_kb() / 1024, 1),
        "fetches": fetches,
        "x_of_floor": None,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
