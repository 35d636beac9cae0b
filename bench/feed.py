"""What does a page of the feed cost? Against a bare Starlette route that returns the same bytes, in one run.

The page of 10 comes over HTTP from the web role with 10,000 clips in PostgreSQL. Its CPU time is the web role's and
PostgreSQL's together; the bare route's is its own server's, the same granian in the same set-up.
"""

import hashlib
import os
import statistics
import sys
import tempfile
from pathlib import Path

import psycopg

from bench._bare import bare_route
from bench._cell import free_port
from bench._load import Load, drive, get
from bench._servers import running
from bench.table import Report, at_least
from reelm.infra.db.schema import migrate
from reelm.infra.embedded import postgres

VIDEOS, CREATORS, SECONDS, CONNECTIONS, ROUNDS = 10_000, 500, 3.0, 16, 5
TOKEN = "bench-token"
GOAL = 0.05

_FILL = """
INSERT INTO accounts (id, handle, password_hash, display_name, bio, birth_date, country, locale, role, created_at)
SELECT gen_random_uuid(), 'creator' || n, '', 'Creator ' || n, '', '1990-01-01', 'FR', 'en', 'viewer', now()
FROM generate_series(1, {creators}) n;
WITH people AS (SELECT array_agg(id ORDER BY handle) AS ids FROM accounts),
made AS (
    INSERT INTO assets (id, account_id, upload_id, state, attempts, duration_ms, width, height, poster_key,
                        placeholder, created_at, finished_at)
    SELECT gen_random_uuid(), ids[1 + n % {creators}], gen_random_uuid(), 'published', 1, 15000, 1080, 1920,
           'clips/' || n || '/poster.webp', '\\x0102030405060708', now(), now()
    FROM people, generate_series(1, {videos}) n RETURNING id, account_id
), sizes AS (
    INSERT INTO renditions (asset_id, short_side, blob_key, width, height, codec, bitrate, size_bytes)
    SELECT id, side, 'clips/' || id || '/' || side || '.mp4', side, side * 16 / 9, 'avc1.64001f,mp4a.40.2',
           1200000, 2250000 FROM made, unnest(ARRAY[480, 720, 1080]) side
), posts AS (
    INSERT INTO videos (id, author_id, asset_id, state, caption, visibility, allow_comments, created_at, published_at)
    SELECT gen_random_uuid(), account_id, id, 'published', repeat('A caption of usual length. ', 4), 'public', true,
           now(), now() - random() * interval '30 days' FROM made RETURNING id
)
INSERT INTO video_counts (video_id, views, likes, completions)
SELECT id, (random() * 1000)::int, (random() * 80)::int, (random() * 400)::int FROM posts;
INSERT INTO sessions (id, account_id, token_hash, created_at, expires_at)
SELECT gen_random_uuid(), id, '\\x{token}', now(), now() + interval '1 day' FROM accounts WHERE handle = 'creator1';
ANALYZE;
"""


def measure() -> Report:
    """Fill a database, start both servers, and drive them in turn, `ROUNDS` times."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = postgres.open_cluster(folder / "postgres", folder / "socket")
        server = postgres.start(cluster, folder / "postgres.log")
        try:
            url = cluster.url()
            migrate(url)
            token = hashlib.sha256(TOKEN.encode()).hexdigest()
            with psycopg.connect(url) as connection:
                connection.execute(_FILL.format(videos=VIDEOS, creators=CREATORS, token=token).encode())
            return _compare(folder, url, server.pid)
        finally:
            server.stop()


def _compare(folder: Path, url: str, postgres_pid: int) -> Report:
    port = free_port()
    env = os.environ | {"REELM_DATABASE_URL": url, "REELM_DATA": str(folder), "REELM_LISTEN": f"127.0.0.1:{port}"}
    with running((sys.executable, "-m", "reelm.cli", "serve", "web"), port, "/api/v1/health", env) as web:
        runs: dict[str, list[Load]] = {"nobody signed in": [], "signed in": []}
        body = drive(port, lambda _: get("/api/v1/feed?limit=10"), [web], seconds=1, connections=4).body
        with bare_route(body, folder) as (bare_port, bare_pid):
            ceiling: list[Load] = []
            pids = [web, postgres_pid]
            for _ in range(ROUNDS):
                ceiling.append(_drive(bare_port, "/page", None, [bare_pid]))
                runs["nobody signed in"].append(_drive(port, "/api/v1/feed?limit=10", None, pids))
                runs["signed in"].append(_drive(port, "/api/v1/feed?limit=10", TOKEN, pids))
    best = statistics.median(load.per_cpu_s for load in ceiling)
    rows = [_row("bare Starlette route", ceiling, best)] + [_row(what, loads, best) for what, loads in runs.items()]
    goals = [
        at_least(f"requests per CPU-second ÷ bare route, {what}", _ratio(loads, best), GOAL)
        for what, loads in runs.items()
    ]
    return Report("feed", rows, goals)


def _drive(port: int, path: str, token: str | None, pids: list[int]) -> Load:
    return drive(port, lambda _: get(path, token), pids, seconds=SECONDS, connections=CONNECTIONS)


def _ratio(loads: list[Load], best: float) -> float:
    return round(statistics.median(load.per_cpu_s for load in loads) / best, 3)


def _row(what: str, loads: list[Load], best: float) -> dict[str, str | int | float]:
    """Medians over the rounds."""
    return {
        "what": what,
        "bytes": len(loads[0].body),
        "requests_per_cpu_s": round(statistics.median(load.per_cpu_s for load in loads)),
        "ratio": _ratio(loads, best),
        "p50_ms": round(statistics.median(load.percentile(0.5) for load in loads), 2),
        "p99_ms": round(statistics.median(load.percentile(0.99) for load in loads), 2),
    }
