"""What does a page of For You cost in a realm of 10,000, 100,000 and 1,000,000 clips? Beside a bare Starlette route.

Pages of 10 come over HTTP from one web process, signed in as people drawn by chance, each with a history
(`_crowd.py`), a model of the real trainer and a ranker. CPU time is the web role's and PostgreSQL's together. First
as many requests as go through `CONNECTIONS` at once, which says what the server can do; then half as many as that, at
times drawn by chance, whose latency counts from the moment each was due. The bare route returns the bytes of one page
from a server of the same make, in the same run. The load runs on the same cores.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench._bare import bare_route
from bench._cell import free_port
from bench._crowd import fill, token, train
from bench._load import Load, drive, drive_at, get
from bench._servers import running
from bench.table import Cell, Report, at_least, at_most
from reelm.infra.db.schema import migrate
from reelm.infra.embedded import postgres

CLIPS = (10_000, 100_000, 1_000_000)
PEOPLE_PER_CLIP = 0.2
LEARNERS, GIVE_UP_S = 20, 5.0
CONNECTIONS, WARM_S, FULL_S, HALF_S = 16, 15.0, 15.0, 40.0
PATH = "/api/v1/feed?limit=10"


def measure() -> Report:
    """Each size in a database of its own."""
    rows = [_measure(clips) for clips in CLIPS]
    last, cost = rows[-1], [float(row["cpu_ms"] or 0) for row in rows]
    growth = max([0.0, *(later / earlier for earlier, later in pairwise(cost))])
    return Report(
        "feed-serving",
        rows,
        [
            at_most("p50 at half load, 1,000,000 clips", float(last["half_p50_ms"] or 0), 15, "ms"),
            at_most("p99 at half load, 1,000,000 clips", float(last["half_p99_ms"] or 0), 50, "ms"),
            at_least("pages per CPU-second, 1,000,000 clips", float(last["pages_per_cpu_s"] or 0), 250),
            at_most("memory of the web process, 1,000,000 clips", float(last["memory_mb"] or 0), 1200, "MB"),
            at_most("CPU of a page for ten times the clips", round(growth, 2), 2, "times"),
            at_most(
                "from a watch to a changed page, the slowest",
                max(float(row["event_to_page_max_ms"] or 0) for row in rows),
                1000,
                "ms",
            ),
        ],
    )


def _measure(clips: int) -> dict[str, Cell]:
    people = int(clips * PEOPLE_PER_CLIP)
    with tempfile.TemporaryDirectory(prefix="reelm-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = postgres.open_cluster(folder / "postgres", folder / "socket")
        server = postgres.start(cluster, folder / "postgres.log")
        try:
            url = cluster.url()
            migrate(url)
            _tell(f"{clips:,} clips and {people:,} people are stored")
            fill(url, cluster.url(user=postgres.SUPERUSER), clips=clips, people=people)
            _tell("a model of them is trained")
            train(folder / "models", clips=clips)
            _tell("pages are asked for")
            return {"clips": clips, "people": people} | _serve(folder, url, server.pid, people)
        finally:
            server.stop()


def _serve(folder: Path, url: str, postgres_pid: int, people: int) -> dict[str, Cell]:
    port, draws = free_port(), random.Random(3)
    env = os.environ | {"REELM_DATABASE_URL": url, "REELM_DATA": str(folder), "REELM_LISTEN": f"127.0.0.1:{port}"}
    ask: Callable[[int], bytes] = lambda _: get(PATH, token(draws.randrange(people)))  # noqa: E731
    began = time.monotonic()
    with running((sys.executable, "-m", "reelm.cli", "serve", "web"), port, PATH, env, within_s=300) as web:
        starts_s, pids = time.monotonic() - began, [web, postgres_pid]
        drive(port, ask, pids, seconds=WARM_S, connections=CONNECTIONS)
        full = drive(port, ask, pids, seconds=FULL_S, connections=CONNECTIONS)
        half = drive_at(port, ask, pids, rate=full.requests / full.wall_s / 2, seconds=HALF_S, connections=64)
        learned_ms = [_learn(port, token(draws.randrange(people))) for _ in range(LEARNERS)]
        memory = psutil.Process(web).memory_info()
        with bare_route(full.body, folder) as (bare_port, bare_pid):
            bare = drive(bare_port, lambda _: get("/page"), [bare_pid], seconds=5, connections=CONNECTIONS)
    return {
        "starts_s": round(starts_s, 1),
        "bytes": len(full.body),
        "pages_per_cpu_s": round(full.per_cpu_s),
        "cpu_ms": round(1000 / full.per_cpu_s, 2),
        "bare_per_cpu_s": round(bare.per_cpu_s),
        "ratio": round(full.per_cpu_s / bare.per_cpu_s, 4),
        "pages_per_s": round(full.requests / full.wall_s),
        "half_p50_ms": _ms(half, 0.5),
        "half_p99_ms": _ms(half, 0.99),
        "event_to_page_p50_ms": round(statistics.median(learned_ms), 1),
        "event_to_page_max_ms": round(max(learned_ms), 1),
        "memory_mb": round(memory.rss / 1e6),
        "of_it_mapped_mb": round(memory.shared / 1e6),
    }


def _learn(port: int, session: str) -> float:
    """Somebody watches the first five of twenty to their end: ms from when that is sent until they have twenty that
    have none of them, and not the others in the order they had; `GIVE_UP_S` where that does not come.
    """
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}/api/v1", headers={"Authorization": f"Bearer {session}"}
    ) as who:
        watched, left = (items := _ask_for_page(who))[:5], items[5:]
        ids = {item["video"]["id"] for item in watched}
        events = [
            {"impression_id": item["impression_id"], "video_id": item["video"]["id"], "kind": "view",
             "watched_ms": item["video"]["duration_ms"], "at": datetime.now(UTC).isoformat()}
            for item in watched
        ]  # fmt: skip
        began = time.perf_counter()
        who.post("/events", json={"events": events}).raise_for_status()
        while time.perf_counter() - began < GIVE_UP_S:
            items = _ask_for_page(who)
            elapsed_s = time.perf_counter() - began
            if ids.isdisjoint(item["video"]["id"] for item in items) and _ranked(items)[:8] != _ranked(left)[:8]:
                return elapsed_s * 1000
        return GIVE_UP_S * 1000


def _ask_for_page(who: httpx.Client) -> list[dict[str, Any]]:
    return who.get("/feed", params={"limit": 20}).raise_for_status().json()["items"]


def _ranked(items: Sequence[dict[str, Any]]) -> list[str]:
    """Those that are not there by chance."""
    return [item["video"]["id"] for item in items if not item["why"]["explored"]]


def _ms(load: Load, share: float) -> float:
    return round(load.percentile(share), 1)


def _tell(what: str) -> None:
    print(f"feed-serving: {what}", file=sys.stderr, flush=True)
