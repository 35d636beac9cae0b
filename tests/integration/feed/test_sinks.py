"""What else learns of reports: in the transaction that stores them, or after it; and what comes through a stream."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.world import Realm

from reelm.feed import EventKind, Ingest, Reports, ShowingKey, WatchEvent
from reelm.infra.secrets import load_secret
from reelm.kernel.ids import AccountId, ImpressionId, VideoId, new_uuid


class Ear:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[Reports] = []
        self.committed = 0
        self.fails = False

    async def hear(self, connection: Any, told: Reports) -> Callable[[], None]:
        assert await connection.fetchval("SELECT count(*) FROM impressions") > 0
        self.told.append(told)
        if self.fails:
            raise RuntimeError("this sink is full")
        return self._note

    def _note(self) -> None:
        self.committed += 1


def _ingest(realm: Realm, ear: Ear) -> tuple[Ingest, ShowingKey]:
    key = ShowingKey(load_secret(realm.settings.data))
    return Ingest(realm.cell.database, realm.cell.pool, key, realm.cell.atlas, sinks=[ear.hear]), key


async def _carl(realm: Realm) -> AccountId:
    return AccountId(UUID((await realm.client(realm.people.carl).get("/me")).json()["id"]))


async def test_what_is_new_or_has_grown_is_told_once_by_person(realm: Realm) -> None:
    ear, now = Ear(), realm.clock.now()
    ingest, key = _ingest(realm, ear)
    carl, clip = await _carl(realm), VideoId(UUID(realm.people.clips["public"]))
    showing = key.issue(carl, clip, now - timedelta(seconds=9))

    async def tell(watched_ms: int, impression: ImpressionId = showing) -> None:
        event = WatchEvent(impression, clip, EventKind.VIEW, watched_ms, now)
        await ingest.take([event], token=realm.people.carl.token, now=now)

    await tell(500)
    await tell(1000)
    await tell(800)
    await tell(1000, ImpressionId(new_uuid()))
    assert [list(told.of) for told in ear.told] == [[carl]] * 3
    assert [told.videos for told in ear.told] == [[clip]] * 3
    columns = [
        [int(column[0]) for column in (told.known, told.is_new, told.before_ms, told.watched_ms, told.duration_ms)]
        for told in ear.told
    ]
    first, grown, outside = [True, True, 0, 500, 1000], [True, False, 500, 1000, 1000], [False, True, 0, 1000, 1000]
    assert columns == [first, grown, outside]
    assert ear.committed == 3


async def test_where_a_sink_fails_nothing_is_stored_and_nobody_is_answered(realm: Realm) -> None:
    ear, now = Ear(), realm.clock.now()
    ingest, _ = _ingest(realm, ear)
    event = WatchEvent(ImpressionId(new_uuid()), VideoId(UUID(realm.people.clips["public"])), EventKind.VIEW, 9, now)
    ear.fails = True
    answers = await asyncio.gather(
        *(ingest.take([event], token=None, now=now) for _ in range(3)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [RuntimeError] * 3
    assert (await realm.count_rows())["impressions"] == 0
    assert ear.committed == 0
    ear.fails = False
    assert await ingest.take([event], token=None, now=now) == 1


@pytest.mark.parametrize("gone", ["erased", "unknown"])
async def test_whoever_is_gone_when_a_stream_is_stored_counts_as_nobody(realm: Realm, gone: str) -> None:
    ear, now = Ear(), realm.clock.now()
    ingest, _ = _ingest(realm, ear)
    carl = await _carl(realm) if gone == "erased" else AccountId(new_uuid())
    await realm.rows("DELETE FROM accounts WHERE id = $1", carl)
    clip = VideoId(UUID(realm.people.clips["public"]))
    event = WatchEvent(ImpressionId(new_uuid()), clip, EventKind.VIEW, 1000, now)
    assert await ingest.take_of([event], carl, now) == 1
    assert [list(told.of) for told in ear.told] == [[None]]
