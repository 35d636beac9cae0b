"""How many reports a second are taken in durably? Against a bare COPY of the same rows, in one run.

The web role takes batches of 50 over HTTP from many people at once; PostgreSQL is the product's, with fsync. CPU time
is the web role's and PostgreSQL's together. The bare COPY is asyncpg's, into a table of the same partitions and
indexes, two thousand rows a transaction; its CPU time is that of its own process and PostgreSQL's.
"""

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import asyncpg
import orjson
import psycopg

from bench._cell import free_port
from bench._load import Load, cpu_seconds, drive_all, post
from bench._servers import running
from bench.table import Report, at_least
from reelm.feed import ShowingKey
from reelm.infra.db.schema import migrate
from reelm.infra.embedded import postgres
from reelm.infra.secrets import load_secret
from reelm.kernel.ids import AccountId, VideoId

PEOPLE, CLIPS, IN_ONE, REQUESTS, CONNECTIONS, ROUNDS = 400, 20_000, 50, 1200, 32, 3
DURATION_MS = 15_000
GOAL = 20_000

_FILL = """
INSERT INTO accounts (id, handle, password_hash, display_name, bio, birth_date, country, locale, role, created_at)
SELECT gen_random_uuid(), 'person' || n, '', 'Person ' || n, '', '1990-01-01', 'FR', 'en', 'viewer', now()
FROM generate_series(1, {people}) n;
INSERT INTO people (id, account_id) SELECT id, id FROM accounts;
WITH everybody AS (SELECT array_agg(id ORDER BY handle) AS ids FROM accounts)
INSERT INTO assets (id, account_id, upload_id, state, attempts, duration_ms, width, height, poster_key, placeholder,
    created_at, finished_at)
SELECT gen_random_uuid(), ids[1 + n % {people}], gen_random_uuid(), 'published', 1, {duration_ms}, 1080, 1920,
    'clips/' || n || '/poster.webp', '\\x0102030405060708', now(), now()
FROM everybody, generate_series(1, {clips}) n;
INSERT INTO clips (id, account_id) SELECT gen_random_uuid(), account_id FROM assets;
WITH a AS (SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY id) AS n FROM assets),
     c AS (SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY id) AS n FROM clips)
INSERT INTO videos (id, author_id, asset_id, state, caption, visibility, allow_comments, created_at, published_at)
SELECT c.id, c.account_id, a.id, 'published', 'A caption', 'public', true, now(), now()
FROM a JOIN c USING (account_id, n);
INSERT INTO video_counts (video_id) SELECT id FROM videos;
INSERT INTO sessions (id, account_id, token_hash, created_at, expires_at)
SELECT gen_random_uuid(), id, sha256(handle::bytea), now(), now() + interval '1 day' FROM accounts;
ANALYZE;
"""


@dataclass(frozen=True)
class World:
    """Who watches what: people with their tokens, clips in the order of how often they are watched."""

    people: Sequence[tuple[AccountId, str]]
    clips: Sequence[VideoId]
    key: ShowingKey

    def showings(self, at: datetime) -> list[tuple[int, list[tuple[UUID, VideoId]]]]:
        """For each request who watched, and what under which showing: the n-th clip n times less than the first."""
        weights = [1 / (n + 1) for n in range(len(self.clips))]
        drawn = random.choices(self.clips, weights, k=REQUESTS * IN_ONE * 2)
        made: list[tuple[int, list[tuple[UUID, VideoId]]]] = []
        for number in range(REQUESTS):
            person, at = number % len(self.people), at + timedelta(milliseconds=1)
            watched = list(dict.fromkeys(drawn[number * IN_ONE * 2 : (number + 1) * IN_ONE * 2]))[:IN_ONE]
            made.append((person, [(self.key.issue(self.people[person][0], clip, at), clip) for clip in watched]))
        return made

    def requests(self, showings: Sequence[tuple[int, list[tuple[UUID, VideoId]]]], watched_ms: int) -> list[bytes]:
        """Each as one request, in another order."""
        at = datetime.now(UTC).isoformat()
        bodies = [
            post(
                "/api/v1/events",
                orjson.dumps({
                    "events": [
                        {"impression_id": str(id), "video_id": str(clip), "kind": "view", "watched_ms": watched_ms,
                         "replays": 0, "ended": "skipped", "at": at}
                        for id, clip in watched
                    ]
                }),
                self.people[person][1],
            )
            for person, watched in showings
        ]  # fmt: skip
        random.shuffle(bodies)
        return bodies


def measure() -> Report:
    """Fill a database, start the web role, and drive it, `ROUNDS` times."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = postgres.open_cluster(folder / "postgres", folder / "socket")
        server = postgres.start(cluster, folder / "postgres.log")
        try:
            migrate(cluster.url())
            with psycopg.connect(cluster.url()) as connection:
                connection.execute(_FILL.format(people=PEOPLE, clips=CLIPS, duration_ms=DURATION_MS).encode())
            return _compare(folder, cluster, server.pid)
        finally:
            server.stop()


def _open_world(folder: Path, url: str) -> World:
    with psycopg.connect(url) as connection:
        people = connection.execute("SELECT id, handle FROM accounts ORDER BY id").fetchall()
        clips = [VideoId(row[0]) for row in connection.execute("SELECT id FROM videos ORDER BY id").fetchall()]
    return World([(AccountId(id), handle) for id, handle in people], clips, ShowingKey(load_secret(folder)))


def _compare(folder: Path, cluster: postgres.Cluster, postgres_pid: int) -> Report:
    world, port = _open_world(folder, cluster.url()), free_port()
    env = os.environ | {
        "REELM_DATABASE_URL": cluster.url(), "REELM_DATA": str(folder), "REELM_LISTEN": f"127.0.0.1:{port}",
    }  # fmt: skip
    runs: dict[str, list[Load]] = {}
    bare: list[float] = []
    with running((sys.executable, "-m", "reelm.cli", "serve", "web"), port, "/api/v1/health", env) as web:
        pids = [web, postgres_pid]
        drive_all(port, world.requests(world.showings(datetime.now(UTC))[:100], 500), pids, connections=CONNECTIONS)
        for _ in range(ROUNDS):
            shown = world.showings(datetime.now(UTC) - timedelta(seconds=90))
            grown = shown[: REQUESTS // 2]
            for what, requests in (
                ("new showings", world.requests(shown, 3000)),
                ("half grew, half are new", world.requests([*grown, *_renew(world, grown)], 9000)),
                ("all known already", world.requests(shown, 3000)),
            ):
                runs.setdefault(what, []).append(drive_all(port, requests, pids, connections=CONNECTIONS))
            bare.append(asyncio.run(_copy_bare(cluster, postgres_pid, world, shown)))
    best = statistics.median(bare)
    rows = [{"what": "bare COPY", "events_per_cpu_s": round(best), "ratio": 1.0, "events_per_s": None,
             "p50_ms": None, "p99_ms": None}]  # fmt: skip
    rows += [_row(what, loads, best) for what, loads in runs.items()]
    goals = [at_least("durable events per CPU-second, new showings", _per_cpu_s(runs["new showings"]), GOAL)]
    return Report("events", rows, goals)


def _renew(
    world: World, showings: Sequence[tuple[int, list[tuple[UUID, VideoId]]]]
) -> list[tuple[int, list[tuple[UUID, VideoId]]]]:
    """The same people and clips, shown once more."""
    at = datetime.now(UTC) - timedelta(seconds=30)
    return [
        (person, [(world.key.issue(world.people[person][0], clip, at), clip) for _, clip in watched])
        for person, watched in showings
    ]


def _per_cpu_s(loads: Sequence[Load]) -> int:
    return round(statistics.median(load.per_cpu_s for load in loads) * IN_ONE)


def _row(what: str, loads: Sequence[Load], best: float) -> dict[str, str | int | float | None]:
    """Medians over the rounds."""
    return {
        "what": what,
        "events_per_cpu_s": _per_cpu_s(loads),
        "ratio": round(_per_cpu_s(loads) / best, 3),
        "events_per_s": round(statistics.median(load.requests * IN_ONE / load.wall_s for load in loads)),
        "p50_ms": round(statistics.median(load.percentile(0.5) for load in loads), 1),
        "p99_ms": round(statistics.median(load.percentile(0.99) for load in loads), 1),
    }


async def _copy_bare(
    cluster: postgres.Cluster,
    postgres_pid: int,
    world: World,
    showings: Sequence[tuple[int, list[tuple[UUID, VideoId]]]],
) -> float:
    """Rows of these showings a CPU-second, stored by nothing but COPY."""
    now = datetime.now(UTC)
    rows = [
        (now.date(), id, "view", clip, world.people[person][0], 3000, 0, "skipped", True, now, now)
        for person, watched in showings
        for id, clip in watched
    ]
    socket = {"host": str(cluster.socket), "user": postgres.ROLE, "database": postgres.DATABASE}
    connection: Any = await cast("Any", asyncpg).connect(**socket)
    try:
        await connection.execute(
            "DROP TABLE IF EXISTS bare; CREATE TABLE bare (LIKE impressions INCLUDING ALL) PARTITION BY RANGE (day);"
            "CREATE TABLE bare_all PARTITION OF bare DEFAULT"
        )
        before, own = cpu_seconds([postgres_pid]), time.process_time()
        for first in range(0, len(rows), 2000):
            async with connection.transaction():
                await connection.copy_records_to_table("bare", records=rows[first : first + 2000])
        return len(rows) / (cpu_seconds([postgres_pid]) - before + time.process_time() - own)
    finally:
        await connection.close()
