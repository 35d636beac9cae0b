"""`kill -9` of what takes reports in, in the middle: nothing that was acknowledged is lost, nothing counts twice."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from tests.integration.processes import Role, start, wait_until
from tests.integration.world import Person, Stage
from tests.streams import running_nats

from reelm.feed import ShowingKey
from reelm.infra.secrets import load_secret
from reelm.infra.settings import Settings
from reelm.kernel.ids import AccountId, VideoId

IN_ONE, ENOUGH = 20, 60


class Watchers:
    """Several clients that report showings of one clip, each batch another, and remember what was acknowledged."""

    def __init__(self, settings: Settings, stage: Stage) -> None:
        self._people: list[tuple[Person | None, AccountId | None]] = [(None, None)]
        with psycopg.connect(settings.database_url) as connection:
            for who in (stage.cast.ana, stage.cast.ben, stage.cast.carl):
                row = connection.execute("SELECT id FROM accounts WHERE handle = %s", (who.handle,)).fetchone()
                assert row is not None
                self._people.append((who, AccountId(row[0])))
        self._clip = VideoId(UUID(stage.cast.clips["public"]))
        self._key = ShowingKey(load_secret(settings.data))
        self._next_at = datetime.now(UTC) - timedelta(minutes=5)
        self.sent: list[tuple[Person | None, list[dict[str, Any]]]] = []
        self.acknowledged: set[str] = set()

    def _batch(self, number: int) -> tuple[Person | None, list[dict[str, Any]]]:
        who, account = self._people[number % len(self._people)]
        events: list[dict[str, Any]] = []
        for _ in range(IN_ONE):
            self._next_at += timedelta(milliseconds=1)
            showing = self._key.issue(account, self._clip, self._next_at)
            events.append(
                {"impression_id": str(showing), "video_id": str(self._clip), "kind": "view", "watched_ms": 1000,
                 "at": datetime.now(UTC).isoformat()}
            )  # fmt: skip
        self.sent.append((who, events))
        return who, events

    async def report(self, web: Role, *, until: int) -> None:
        """Eight clients at once, until so many batches are acknowledged in all or the server is gone."""
        count = 0

        async def client(number: int) -> None:
            nonlocal count
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{web.port}/api/v1", timeout=10) as line:
                while True:
                    who, events = self._batch(number)
                    try:
                        await self._send(line, who, events)
                    except httpx.TransportError:
                        return
                    count += 1
                    if count == until:
                        web.kill()

        await asyncio.gather(*(client(number) for number in range(8)))

    async def report_once(self, web: Role) -> None:
        """One batch."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{web.port}/api/v1", timeout=10) as line:
            await self._send(line, *self._batch(0))

    async def report_all_again(self, web: Role) -> None:
        """Everything that was ever sent, acknowledged or not, twice."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{web.port}/api/v1", timeout=10) as line:
            await asyncio.gather(*(self._send(line, who, events) for who, events in self.sent * 2))

    async def _send(self, line: httpx.AsyncClient, who: Person | None, events: list[dict[str, Any]]) -> None:
        headers = {"Authorization": f"Bearer {who.token}"} if who else {}
        answer = await line.post("/events", json={"events": events}, headers=headers)
        assert answer.status_code == 202, answer.text
        self.acknowledged |= {event["impression_id"] for event in events}


def _look(settings: Settings) -> tuple[set[str], int, int]:
    """Which showings are stored and known, how many rows there are, and how often the clip was counted."""
    with psycopg.connect(settings.database_url) as connection:
        rows = connection.execute("SELECT id FROM impressions WHERE known").fetchall()
        (total,) = connection.execute("SELECT count(*) FROM impressions").fetchone() or (0,)
        (views,) = connection.execute("SELECT sum(views)::int FROM video_counts").fetchone() or (0,)
    return {str(row[0]) for row in rows}, total, views


async def test_a_web_role_killed_while_it_takes_reports_in_loses_none_and_counts_none_twice(
    settings: Settings, stage: Stage, tmp_path: Path
) -> None:
    watchers = Watchers(settings, stage)
    web = start("web", settings, tmp_path / "web.log")
    await watchers.report(web, until=ENOUGH)
    assert web.process.returncode == -9
    stored, rows, views = _look(settings)
    assert len(watchers.acknowledged) >= ENOUGH * IN_ONE
    assert len(watchers.acknowledged) < len(watchers.sent) * IN_ONE
    assert watchers.acknowledged - stored == set()
    assert rows == views == len(stored)
    web = start("web", settings, tmp_path / "web.log")
    try:
        await watchers.report_all_again(web)
    finally:
        web.stop()
    every = {event["impression_id"] for _, events in watchers.sent for event in events}
    assert _look(settings) == (every, len(every), len(every))


@contextmanager
def _worker(settings: Settings, log: Path) -> Generator[Role]:
    role = start("worker", settings, log)
    try:
        yield role
    finally:
        if role.process.poll() is None:
            role.stop()


async def test_with_a_stream_web_role_and_worker_may_both_be_killed(
    settings: Settings, stage: Stage, tmp_path: Path
) -> None:
    pytest.importorskip("nats")
    with running_nats(tmp_path / "nats") as url:
        settings = settings.model_copy(update={"events_url": url})
        watchers = Watchers(settings, stage)
        web = start("web", settings, tmp_path / "web.log")
        with _worker(settings, tmp_path / "worker.log") as worker:
            await watchers.report_once(web)
            wait_until(lambda: _look(settings)[1] == IN_ONE)
            await watchers.report(web, until=ENOUGH // 3)
            worker.kill()
        web = start("web", settings, tmp_path / "web.log")
        try:
            await watchers.report_all_again(web)
        finally:
            web.stop()
        every = {event["impression_id"] for _, events in watchers.sent for event in events}
        with _worker(settings, tmp_path / "worker.log"):
            wait_until(lambda: _look(settings)[1] >= len(every))
            wait_until(lambda: _look(settings) == (every, len(every), len(every)))
        assert watchers.acknowledged <= every
