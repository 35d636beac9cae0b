"""What does it cost to take or erase everything of somebody who has done a lot, and do others feel it?

A whole cell, with a person of 100,000 events, 500 clips and 10,000 remarks, and one with a tenth of that. Their
archives are made and they are erased by `reelm privacy`, in a process of its own whose memory is looked at all the
time; meanwhile somebody else asks for pages of the feed. Memory is flat if ten times as much needs no more.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import psycopg

from bench._cell import RunningCell, running_cell
from bench._load import drive_at, get
from bench.table import Cell, Report, at_most

TOKEN, RATE, WINDOW_S, IDLE_WINDOWS, CONNECTIONS = "bench-token", 20, 3.0, 6, 4
BIG: dict[str, int] = {"clips": 500, "events": 100_000, "remarks": 10_000}
SHARE = 10
MEMORY_GROWS, SLOWER = 1.1, 1.5

_PEOPLE = """
INSERT INTO accounts (id, handle, password_hash, display_name, bio, birth_date, country, locale, role, created_at)
SELECT gen_random_uuid(), name, '', name, '', '1990-01-01', 'FR', 'en', 'viewer', now()
FROM unnest(ARRAY['big', 'small', 'viewer'] || ARRAY(SELECT 'creator' || n FROM generate_series(1, 50) n)) name;
INSERT INTO people (id, account_id) SELECT id, id FROM accounts WHERE handle IN ('big', 'small', 'viewer')
    OR handle LIKE 'creator%%';
INSERT INTO person_keys (person_id, key, made_at)
SELECT id, sha256(id::text::bytea), now() FROM accounts WHERE handle IN ('big', 'small');
INSERT INTO sessions (id, account_id, token_hash, created_at, expires_at)
SELECT gen_random_uuid(), id, %(token)s, now(), now() + interval '1 day' FROM accounts WHERE handle = 'viewer';
"""
_CLIPS = """
WITH author AS (SELECT id FROM accounts WHERE handle = %(handle)s),
made AS (
    INSERT INTO assets (id, account_id, upload_id, state, attempts, duration_ms, width, height, poster_key,
                        placeholder, created_at, finished_at)
    SELECT gen_random_uuid(), author.id, gen_random_uuid(), 'published', 1, 15000, 1080, 1920,
           'clips/' || gen_random_uuid() || '/poster.webp', '\\x0102030405060708', now(), now()
    FROM author, generate_series(1, %(clips)s) n RETURNING id, account_id
), sizes AS (
    INSERT INTO renditions (asset_id, short_side, blob_key, width, height, codec, bitrate, size_bytes)
    SELECT id, side, 'clips/' || id || '/' || side || '.mp4', side, side * 16 / 9, 'avc1.64001f,mp4a.40.2',
           1200000, 2250000 FROM made, unnest(ARRAY[480, 720]) side
), known AS (
    INSERT INTO clips (id, account_id) SELECT id, account_id FROM made RETURNING id
), posts AS (
    INSERT INTO videos (id, author_id, asset_id, state, caption, visibility, allow_comments, created_at, published_at)
    SELECT id, account_id, id, 'published', repeat('A caption of usual length. ', 4), 'public', true,
           now(), now() - random() * interval '30 days' FROM made RETURNING id
)
INSERT INTO video_counts (video_id, views) SELECT id, 1 FROM posts;
"""
_ACTS = """
WITH me AS (SELECT id FROM accounts WHERE handle = %(handle)s),
others AS (
    SELECT array_agg(v.id) AS ids FROM videos v JOIN accounts a ON a.id = v.author_id AND a.handle LIKE 'creator%%'
)
INSERT INTO impressions (day, id, kind, video_id, account_id, watched_ms, replays, known, at, received_at)
SELECT current_date, gen_random_uuid(), 'view', ids[1 + n %% array_length(ids, 1)], me.id, 5000, 0, true, now(), now()
FROM me, others, generate_series(1, %(events)s) n;
WITH me AS (SELECT id FROM accounts WHERE handle = %(handle)s),
others AS (
    SELECT array_agg(v.id) AS ids FROM videos v JOIN accounts a ON a.id = v.author_id AND a.handle LIKE 'creator%%'
)
INSERT INTO comments (id, video_id, author_id, text, created_at)
SELECT gen_random_uuid(), ids[1 + n %% array_length(ids, 1)], me.id, 'A remark of usual length, no more.', now()
FROM me, others, generate_series(1, %(remarks)s) n;
"""


@dataclass(frozen=True)
class _Done:
    """One command: how long, how much memory at most, what it told, and how others' pages took meanwhile."""

    wall_s: float
    peak_mb: float
    told: dict[str, Any]
    pages_ms: Sequence[float]


def measure() -> Report:
    """Fill a cell, and take and erase both people, the small one first."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_cell(folder / "var") as cell:
            _fill(folder / "var")
            idle = [one for _ in range(IDLE_WINDOWS) for one in _ask_for_pages(cell)]
            done = {
                (who, what): _run(cell, folder, who, what) for what in ("export", "erase") for who in ("small", "big")
            }
    return _conclude(idle, done)


def _fill(data: Path) -> None:
    url = json.loads((data / "run" / "cell.json").read_text())["database_url"]
    with psycopg.connect(url) as connection:
        _execute(connection, _PEOPLE, {"token": sha256(TOKEN.encode()).digest()})
        for number in range(1, 51):
            _execute(connection, _CLIPS, {"handle": f"creator{number}", "clips": 20})
        small = {what: count // SHARE for what, count in BIG.items()}
        for handle, counts in (("big", BIG), ("small", small)):
            _execute(connection, _CLIPS + _ACTS, {"handle": handle, **counts})
        connection.execute("ANALYZE")


def _execute(connection: psycopg.Connection[Any], statements: str, facts: dict[str, Any]) -> None:
    for statement in filter(str.strip, statements.split(";\n")):
        used = {name: value for name, value in facts.items() if f"%({name})s" in statement}
        connection.execute(statement.encode(), used)


def _ask_for_pages(cell: RunningCell) -> list[float]:
    """How long pages of the feed take, in milliseconds, for a few seconds."""
    page = get("/api/v1/feed?limit=10", TOKEN)
    return drive_at(
        cell.port, lambda _: page, [cell.pid], rate=RATE, seconds=WINDOW_S, connections=CONNECTIONS
    ).latencies_ms


def _run(cell: RunningCell, folder: Path, who: str, what: str) -> _Done:
    words = ("export", "--out", str(folder / f"{who}.zip")) if what == "export" else ("erase", "--yes")
    command = (sys.executable, "-m", "reelm.cli", "privacy", *words, "--handle", who, "--json")
    began = time.monotonic()
    process = subprocess.Popen((*command, "--data", str(folder / "var")), stdout=subprocess.PIPE, text=True)
    peak: list[float] = [0.0]
    looking = threading.Thread(target=_watch_memory, args=(process.pid, peak))
    looking.start()
    told: list[str] = []
    reading = threading.Thread(target=lambda: told.append(process.communicate()[0]))
    reading.start()
    pages: list[float] = []
    while reading.is_alive():
        pages += _ask_for_pages(cell)
    reading.join()
    looking.join()
    if process.returncode:
        raise RuntimeError(f"{what} of {who} ended with {process.returncode}")
    wall_s = time.monotonic() - began
    return _Done(wall_s, peak[0], json.loads(told[0].strip().splitlines()[-1]), pages)


def _watch_memory(pid: int, peak: list[float]) -> None:
    try:
        process = psutil.Process(pid)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            peak[0] = max(peak[0], process.memory_info().rss / 1e6)
            time.sleep(0.02)
    except psutil.NoSuchProcess:
        return


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _conclude(idle: Sequence[float], done: dict[tuple[str, str], _Done]) -> Report:
    resting = _percentile(idle, 0.99)
    rows: list[dict[str, Cell]] = [
        {
            "who": who,
            "what": what,
            "seconds": round(one.wall_s, 1),
            "peak_mb": round(one.peak_mb),
            "archive_mb": round(one.told.get("bytes", 0) / 1e6, 1),
            "pages": len(one.pages_ms),
            "feed_p99_ms": round(_percentile(one.pages_ms, 0.99), 1),
            "idle_p99_ms": round(resting, 1),
        }
        for (who, what), one in done.items()
    ]
    grows = max(done["big", what].peak_mb / done["small", what].peak_mb for what in ("export", "erase"))
    slower = max(_percentile(done["big", what].pages_ms, 0.99) / resting for what in ("export", "erase"))
    return Report(
        "rights",
        rows,
        [
            at_most("memory for ten times as much", round(grows, 3), MEMORY_GROWS, "x"),
            at_most("p99 of others' feed meanwhile", round(slower, 2), SLOWER, "x idle"),
        ],
    )
