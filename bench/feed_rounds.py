"""What does learning on a schedule cost? `reelm feed train` as a worker runs it, over a real database of real logs.

KuaiRand's watches (`../shared/data/kuairand` beside the checkout) lie in PostgreSQL as impressions of this realm,
those of each person's history three hours apart before the events, all moved so that the last one is of now. Features
of showings are drawn by chance, some of them leaning towards what was watched for long, since no log has ours: what
the rounds take does not hang on it. One round of each kind, each an hour of logs later; and one tick with no news.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import anyio
import numpy as np
import psycopg

from bench.table import Cell, Report, at_most
from reelm.feed.days import make_days
from reelm.feed.event_store import ByDay
from reelm.feed.ranking import FEATURES
from reelm.feed.training.columns import parquet
from reelm.infra.db import Database
from reelm.infra.db.schema import migrate
from reelm.infra.embedded import postgres

ROOT = Path(__file__).resolve().parents[1]
HOUR_MS = 3_600_000
LONG_MS, SHORT_MS = 20_000, 1500
_SCHEMA = "SET session_replication_role = replica"  # rows of clips are not needed, nor looked for
_IMPRESSIONS = "COPY impressions (day, id, kind, video_id, account_id, watched_ms, replays, known, at, received_at)"
_SHOWINGS = "COPY showings (day, id, at, video_id, pseudonym, place, source, propensity, features)"


class Watches(NamedTuple):
    """Rows: who, which clip, when, whether for long; `fresh` are those of the events, whose showings are known."""

    user: Any
    item: Any
    at_ms: Any
    long: Any
    fresh: Any


def measure() -> Report | None:
    """Load all but the last two hours, then learn and load by turns. None where the logs are not there."""
    found = next((one for parent in ROOT.parents if (one := parent / "shared" / "data" / "kuairand").is_dir()), None)
    if found is None:
        print("feed-rounds is skipped: there is no ../shared/data/kuairand beside the checkout.", flush=True)
        return None
    watches = read_watches(found)
    rows: list[dict[str, Cell]] = []
    with running_database() as (url, superuser), tempfile.TemporaryDirectory(prefix="reelm-bench-") as data:
        end = int(watches.at_ms.max())
        load_people(superuser, watches)
        for label, before, words in (
            ("all, nightly", end - 2 * HOUR_MS, ("--round", "all")),
            ("factors, every 10 min", end - HOUR_MS, ("--round", "factors")),
            ("lists, hourly", end + 1, ("--round", "lists")),
            ("a tick without news", 0, ("--due",)),
        ):
            watches = load(url, superuser, watches, before)
            rows.append({"round": label, **run(url, Path(data), words)})
    most = max(float(row["peak_mb"] or 0) for row in rows)
    cpu = sum(float(rows[place]["cpu_s"] or 0) * times for place, times in ((0, 1), (1, 120), (2, 23)))
    return Report(
        "feed-rounds",
        rows,
        [at_most("peak memory", most, 2048, "MB"), at_most("of one core, all day", round(cpu / 864, 1), 10, "%")],
    )


def read_watches(folder: Path) -> Watches:
    """History and events, moved so that the last one is a minute ago."""
    events, history = (parquet.read_table(folder / f"{name}.parquet") for name in ("events", "history"))
    user, item, at, long = list[int](), list[int](), list[int](), list[bool]()
    for row in history.to_pylist():
        liked = set(row["long_viewed"] or [])
        for back, clip in enumerate(reversed(row["watched"])):
            user.append(row["user_id"])
            item.append(clip)
            at.append(row["last_time_ms"] - back * 3 * HOUR_MS)
            long.append(clip in liked)
    at_ms = np.concatenate([np.array(at), events["time_ms"].to_numpy()])
    fresh = np.arange(len(at_ms)) >= len(at)
    at_ms += int(time.time() * 1000) - 60_000 - int(at_ms.max())
    return Watches(
        np.concatenate([np.array(user), events["user_id"].to_numpy()]),
        np.concatenate([np.array(item), events["video_id"].to_numpy()]),
        at_ms,
        np.concatenate([np.array(long), events["long_view"].to_numpy() == 1]),
        fresh,
    )


@contextmanager
def running_database() -> Generator[tuple[str, str]]:
    """An empty migrated database, until the block ends: its address for the product, and for the superuser."""
    folder = Path(tempfile.mkdtemp(prefix="reelm-bench-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        cluster = postgres.open_cluster(folder / "postgres", folder / "socket", durable=False)
        child = postgres.start(cluster, folder / "postgres.log")
        try:
            with psycopg.connect(cluster.url(user=postgres.SUPERUSER, database="postgres"), autocommit=True) as line:
                line.execute(f"CREATE DATABASE bench OWNER {postgres.ROLE}")
            url = cluster.url(database="bench")
            migrate(url)
            yield url, cluster.url(user=postgres.SUPERUSER, database="bench")
        finally:
            child.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def load_people(superuser: str, watches: Watches) -> None:
    """Everybody, who has had a pseudonym since before their first watch, and clips, all of the same length."""
    early = datetime.now(UTC) - timedelta(days=400)
    clips = np.unique(watches.item).tolist()
    with psycopg.connect(superuser) as line, line.cursor() as cursor:
        cursor.execute(_SCHEMA)
        with cursor.copy(
            "COPY accounts (id, handle, password_hash, display_name, bio, birth_date, country, locale, role,"
            " created_at) FROM STDIN"
        ) as copy:
            for one in np.unique(watches.user).tolist():
                copy.write_row((UUID(int=one), f"p{one}", "", "", "", "1990-01-01", "FR", "en", "viewer", early))
        with cursor.copy("COPY feed_people (account_id, pseudonym, mode, began_at) FROM STDIN") as copy:
            for one in np.unique(watches.user).tolist():
                copy.write_row((UUID(int=one), pseudonym(one), "for-you", early))
        with cursor.copy(
            "COPY foreign_clips (id, realm, author_id, caption, allow_comments, created_at, published_at, media,"
            " duration_ms, told_at) FROM STDIN"
        ) as copy:
            for one in clips:
                copy.write_row((UUID(int=one), "us", UUID(int=1), "", True, early, early, "{}", LONG_MS, early))


def load(url: str, superuser: str, watches: Watches, before: int) -> Watches:
    """Store what happened before then, and return the rest."""
    now, some = np.flatnonzero(watches.at_ms < before), watches.at_ms >= before
    moments = [datetime.fromtimestamp(at / 1000, UTC) for at in watches.at_ms[now].tolist()]
    days = {at.date() for at in moments}

    async def make() -> None:
        async with Database(url) as database:
            for table in ByDay:
                await make_days(database, table, days)

    anyio.run(make)
    draws = np.random.default_rng(len(now))
    features = draws.normal(0, 1, (len(now), len(FEATURES))) + 0.4 * watches.long[now][:, None]
    packed, received = features.astype(np.float16), datetime.now(UTC)
    ids = [UUID(bytes=draws.bytes(16)) for _ in moments]
    with psycopg.connect(superuser) as line, line.cursor() as cursor:
        cursor.execute(_SCHEMA)
        with cursor.copy(f"{_IMPRESSIONS} FROM STDIN") as copy:
            for row, at, id in zip(now.tolist(), moments, ids, strict=True):
                clip, who = UUID(int=int(watches.item[row])), UUID(int=int(watches.user[row]))
                watched_ms = LONG_MS if watches.long[row] else SHORT_MS
                copy.write_row((at.date(), id, "view", clip, who, watched_ms, 0, True, at, received))
        with cursor.copy(f"{_SHOWINGS} FROM STDIN") as copy:
            for place, (row, at, id) in enumerate(zip(now.tolist(), moments, ids, strict=True)):
                if watches.fresh[row]:
                    clip, who = UUID(int=int(watches.item[row])), pseudonym(int(watches.user[row]))
                    copy.write_row((at.date(), id, at, clip, who, 0, "newest", 1.0, packed[place].tobytes()))
    return Watches(*(column[some] for column in watches))


def pseudonym(user: int) -> UUID:
    return UUID(int=user + 2**100)


def run(url: str, data: Path, words: tuple[str, ...]) -> dict[str, Cell]:
    """One `reelm feed train`: what it said, and what it took."""
    environment = {**os.environ, "REELM_DATABASE_URL": url, "REELM_DATA": str(data)}
    began, before = time.perf_counter(), os.times()
    told = subprocess.run(
        (sys.executable, "-m", "reelm.cli", "feed", "train", "--json", *words),
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    after, found = os.times(), json.loads(told.stdout)
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return {
        "wall_s": round(time.perf_counter() - began, 1), "cpu_s": round(cpu_s, 1),
        "peak_mb": found["peak_mb"] or None, "watches": found["watches"], "people": found["people"],
        "served": str(found["served"]), "why": found["reason"], "ranker": found["ranker"] or "",
    }  # fmt: skip
