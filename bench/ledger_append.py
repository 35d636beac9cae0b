"""How fast does the log take entries, and how long does "log before disclose" make a disclosure wait?

`write` rows: our writer with the real signer behind its socket makes batches durable, each with its checkpoint; after
each batch the same bytes go to one new file by one plain `write` and `fsync`, and `aics-tlog`'s own writer does the
same batches at the end. A log that publishes every 100 ms is full when its batch takes 100 ms: the goal is judged at
the largest batch that fits. Both write into memory that the machine may have to find first, hence rounds in turns.
`queue` row: the whole way, from rows in PostgreSQL to the checkpoint. `wait` row: a
thousand disclosures a second, each told of in the log before it happens, with a checkpoint every 100 ms.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import psutil

from bench.table import Cell, Report, at_least, at_most
from reelm import ledger
from reelm.infra.db import Database
from reelm.infra.db.schema import migrate
from reelm.infra.embedded import postgres
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import LegalBasis
from reelm.kernel.ids import AccountId
from reelm.ledger.entry import encode, make_entry
from reelm.ledger.model import Purpose
from reelm.ledger.passings import Crossing
from reelm.ledger.writer import LogWriter

FILE_MAKING_S = 60e-6
WARM_UP, ROUNDS = 2, 15
BATCHES = (100, 500, 2_000, 5_000, 10_000, 20_000, 30_000)
INTERVAL_S = 0.1
RATE = 1_000
SECONDS = 15
QUEUED = 60_000
ORACLE = Path(".venv/oracles/bin/python")
Row = dict[str, Cell]

_CLASSES = (DataClass.EMAIL, DataClass.LOCATION)


def measure() -> Report:
    """Everything, on the disk that holds the temporary folder."""
    with _folder() as folder:
        _wait_for_inodes(folder)
        rows = asyncio.run(_measure_writer(folder))
        for measure_whole in (_measure_queue, _measure_wait):
            with _embedded_postgres(folder / f"{measure_whole.__name__}-postgres") as database_url:
                rows.append(asyncio.run(measure_whole(folder / measure_whole.__name__, database_url)))
    largest = max(
        (row for row in rows if row["what"] == "write" and float(row["batch_ms"] or 0) <= INTERVAL_S * 1000),
        key=lambda row: int(row["batch"] or 0),
    )
    queue, wait = rows[-2], rows[-1]
    return Report(
        "ledger-append",
        rows,
        [
            at_least("÷ raw write and fsync, at the largest batch that fits in 100 ms", _f(largest["of_raw"]), 0.5),
            at_least("entries a second, from the queue to the checkpoint", _f(queue["entries_per_s"]), 5_000),
            at_most("added wait at 1,000 disclosures/s, p95", _f(wait["p95_ms"]), 250, "ms"),
            at_least("disclosures a second while that was measured", _f(wait["entries_per_s"]), 0.98 * RATE),
        ],
    )


def _wait_for_inodes(folder: Path) -> None:
    """Wait, for seven minutes at most, until making a file costs what it should.

    ext4 without a journal does not use an inode again within 5 minutes, and looks at each that was deleted before it
    takes one that was not (`recently_deleted` in fs/ext4/ialloc.c): after a test run that costs half a millisecond a
    file and more. Our own folder is deleted at the very end.
    """
    for attempt in range(7):
        took = [_make_files(folder / f"probe-{attempt}-{group}") for group in range(12)]
        if max(took) < FILE_MAKING_S:
            return
        print(f"waiting a minute for inodes that were freed: a file costs {max(took) * 1e3:.2f} ms", flush=True)
        time.sleep(60)


def _make_files(folder: Path) -> float:
    """Median seconds to make a file in a new folder, which ext4 may put anywhere. They stay until the end: deleted,
    they would be what is waited for next."""
    folder.mkdir()
    took: list[float] = []
    for number in range(500):
        began = time.perf_counter()
        (folder / str(number)).touch()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def _f(value: Cell) -> float:
    return float(value or 0)


def _row(what: str, **values: Cell) -> Row:
    names = ("batch", "batch_ms", "entries_per_s", "cpu_us_per_entry", "raw_ms", "of_raw", "aics_ms", "of_aics")
    return {"what": what, **dict.fromkeys((*names, "p50_ms", "p95_ms", "p99_ms")), **values}


def make_entries(count: int) -> list[bytes]:
    """Entries as the gateway's will be: what crossed, why, how much, under which rule. About 750 bytes each."""
    digest = sha256(b"a policy").hexdigest()
    fact = Crossing(
        to="ca-qc",
        message="comment",
        content=digest,
        purpose=Purpose.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        classes=_CLASSES,
        fields=4,
        bytes=512,
        policy=digest,
        assessment="PIA-2026-12",
        agreement=digest,
    ).model_dump(mode="json", by_alias=True, exclude_none=True)
    entry = encode(
        make_entry(
            Crossing,
            id=ledger.new_entry_id(),
            at=ledger.as_instant(datetime.now(UTC)),
            realm="eu",
            writer="w07",
            seq=10**9,
            subject="A" * 43,
            fact=fact,
        )
    )
    head, _, tail = entry.partition(b"1000000000")
    return [b"%s%d%s" % (head, 10**9 + number, tail) for number in range(count)]


async def _measure_writer(root: Path) -> list[Row]:
    rows: list[Row] = []
    for batch in BATCHES:
        folder = root / str(batch)
        async with _ledger_processes(folder, None):
            ours, raw, cpu_s = await _write(folder, make_entries(batch))
        theirs = _write_with_aics(folder / "aics", batch)
        ours_ms, raw_ms = statistics.median(ours) * 1000, statistics.median(raw) * 1000
        aics_ms = statistics.median(theirs) * 1000 if theirs else None
        rows.append(
            _row(
                "write",
                batch=batch,
                batch_ms=ours_ms,
                entries_per_s=batch / ours_ms * 1000,
                cpu_us_per_entry=cpu_s / ROUNDS / batch * 1e6,
                raw_ms=raw_ms,
                of_raw=raw_ms / ours_ms,
                aics_ms=aics_ms,
                of_aics=aics_ms / ours_ms if aics_ms else None,
            )
        )
    return rows


async def _write(folder: Path, entries: list[bytes]) -> tuple[list[float], list[float], float]:
    """Seconds of each batch, made durable with its checkpoint, and by `_write_raw`; and the CPU seconds of ours."""
    signer = ledger.SignerClient(folder / "run" / "signer" / "signer.sock")
    writer = await LogWriter.open(ledger.LogFolder(folder / "ledger"), signer)
    took: list[float] = []
    raw: list[float] = []
    content, spent = b"".join(entries) + bytes(32 * len(entries)), 0.0
    for number in range(WARM_UP + ROUNDS):
        began, before = time.perf_counter(), time.process_time()
        await writer.publish(entries)
        took.append(time.perf_counter() - began)
        spent += time.process_time() - before if number >= WARM_UP else 0.0
        raw.append(_write_raw(folder / f"raw-{number}", content))
    await signer.close()
    return took[WARM_UP:], raw[WARM_UP:], spent


def _write_raw(path: Path, content: bytes) -> float:
    """Seconds to put the bytes of the batch, its entries and their hashes, into one file and on the disk."""
    began = time.perf_counter()
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.write(opened, content)
    os.fsync(opened)
    os.close(opened)
    return time.perf_counter() - began


def _write_with_aics(folder: Path, batch: int) -> list[float]:
    """The same batches by the writer of PyPI's aics-tlog; empty where it is not installed."""
    if not ORACLE.exists():
        return []
    told = {"folder": str(folder), "rounds": ROUNDS, "entries": [entry.decode() for entry in make_entries(batch)]}
    command = (str(ORACLE), "bench/_aics_writer.py")
    done = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, check=False)
    return json.loads(done.stdout)["seconds"] if done.returncode == 0 else []


async def _measure_queue(folder: Path, database_url: str) -> Row:
    """A queue of `QUEUED` entries from the database to checkpoints, by the sequencer as it runs in a cell.

    The clock starts at the first checkpoint, so that the start of the processes is left out.
    """
    async with Database(database_url) as database:
        people = await _make_people(database)
        for _ in range(QUEUED // 500):
            await _queue(database, people, 500)
        async with _ledger_processes(folder, database_url) as sequencer:
            first = await _published(database)
            began, before = time.perf_counter(), sequencer.cpu_times()
            done = await _published(database, QUEUED)
            took = time.perf_counter() - began
            cpu_s = sum(sequencer.cpu_times()[:2]) - sum(before[:2])
    rate = (done - first) / took
    return _row("queue", batch=QUEUED, entries_per_s=rate, cpu_us_per_entry=cpu_s / max(done - first, 1) * 1e6)


async def _measure_wait(folder: Path, database_url: str) -> Row:
    """`RATE` disclosures a second, evenly, whether or not the log keeps up; each timed from asking to allowed."""
    async with Database(database_url) as database, _ledger_processes(folder, database_url):
        people = await _make_people(database)
        durability = ledger.Durability(database, wait_s=30)
        recorder = ledger.Recorder(database, durability, realm="eu")
        waits: list[float] = []

        async def disclose() -> None:
            began = time.perf_counter()
            await recorder.record(_draft(people))
            waits.append((time.perf_counter() - began) * 1000)

        await asyncio.gather(*(disclose() for _ in range(50)))
        waits.clear()
        asked: list[asyncio.Task[None]] = []
        began, spent = time.perf_counter(), time.process_time()
        while (at := time.perf_counter() - began) < SECONDS:
            asked += [asyncio.create_task(disclose()) for _ in range(int(at * RATE) - len(asked))]
            await asyncio.sleep(0.002)
        await asyncio.gather(*asked)
        took, cpu_s = time.perf_counter() - began, time.process_time() - spent
        await durability.close()
    waits.sort()
    p50, p95, p99 = (waits[int(len(waits) * share)] for share in (0.5, 0.95, 0.99))
    return _row(
        "wait",
        entries_per_s=len(waits) / took,
        cpu_us_per_entry=cpu_s / len(waits) * 1e6,
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
    )


async def _make_people(database: Database) -> tuple[AccountId, AccountId]:
    people = AccountId(uuid4()), AccountId(uuid4())
    async with database.write() as unit:
        for person in people:
            await ledger.make_key(unit, person, at=datetime.now(UTC))
    return people


def _draft(people: tuple[AccountId, AccountId]) -> ledger.Draft:
    at = datetime.now(UTC)
    fact = ledger.AccessRead(request="A" * 22, collection="profile", classes=_CLASSES, fields=2)
    return ledger.Draft(fact, at, *people)


async def _queue(database: Database, people: tuple[AccountId, AccountId], count: int) -> None:
    async with database.write() as unit:
        await ledger.append_all(unit, [_draft(people) for _ in range(count)], realm="eu")


async def _published(database: Database, at_least_: int = 1) -> int:
    """How many entries are in a checkpoint, once they are that many."""
    while True:
        async with database.read() as unit:
            state = await ledger.find_state(unit)
        if state is not None and state.published_size >= at_least_:
            return state.published_size
        await asyncio.sleep(0.02)


@contextmanager
def _folder() -> Generator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="reelm-bench-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _embedded_postgres(folder: Path) -> Generator[str]:
    """A PostgreSQL that waits for its disk, as a cell's does."""
    folder.mkdir(mode=0o711)
    cluster = postgres.open_cluster(folder / "postgres", folder / "socket")
    child = postgres.start(cluster, folder / "postgres.log")
    try:
        migrate(cluster.url())
        yield cluster.url()
    finally:
        child.stop()


def _start(command: Sequence[str], env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)


@asynccontextmanager
async def _ledger_processes(folder: Path, database_url: str | None) -> AsyncGenerator[psutil.Process]:
    """The signer, and with a database the sequencer, as processes of their own; yields the last started."""
    (folder / "run" / "signer").mkdir(parents=True)
    env: Mapping[str, str] = os.environ | {
        "REELM_DATA": str(folder),
        "REELM_DATABASE_URL": database_url or "",
        "REELM_LEDGER_INTERVAL_MS": str(int(INTERVAL_S * 1000)),
    }
    running: list[subprocess.Popen[bytes]] = []
    try:
        for role in ("signer", "sequencer") if database_url else ("signer",):
            command = (sys.executable, "-m", "reelm.cli", "serve", role)
            running.append(_start(command, env))
        client = ledger.SignerClient(folder / "run" / "signer" / "signer.sock")
        while True:
            try:
                await client.state()
                break
            except ledger.SignerNotAnswering:
                await asyncio.sleep(0.05)
        await client.close()
        yield psutil.Process(running[-1].pid)
    finally:
        for process in running:
            process.terminate()
            process.wait(10)
