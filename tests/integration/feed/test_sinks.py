"""What else learns of reports: in the transaction that stores them, or after it; and what comes through a stream."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.world import Realm

from reelm.feed import Accepted, EventKind, Ingest, ShowingKey, WatchEvent
from reelm.feed.counting import CountChange
from reelm.infra.secrets import load_secret
from reelm.kernel.ids import AccountId, ImpressionId, VideoId, new_uuid

Told = Mapping[AccountId | None, Sequence[Accepted]]


class Ear:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.counts: list[Mapping[VideoId, CountChange]] = []
        self.fails = False

    async def hear(self, connection: Any, told: Told) -> None:
        assert await connection.fetchval("SELECT count(*) FROM impressions") > 0
        self.told.append(told)
        if self.fails:
            raise RuntimeError("this sink is full")


def _ingest(realm: Realm, ear: Ear) -> tuple[Ingest, ShowingKey]:
    key = ShowingKey(load_secret(realm.settings.data))
    ingest = Ingest(
        realm.cell.database, realm.cell.pool, key, realm.cell.atlas, sinks=[ear.hear], on_counts=ear.counts.append
    )
    return ingest, key


async def _carl(realm: Realm) -> AccountId:
    return AccountId(UUID((await realm.client(realm.people.carl).get("/me")).json()["id"]))


async def test_what_is_new_or_has_grown_is_told_once_by_person_and_the_counts_after_it(realm: Realm) -> None:
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
    first, grown, outside = (told[carl][0] for told in ear.told)
    assert (first.known, first.is_new, first.before_ms, first.watched_ms, first.duration_ms) == (
        True, True, 0, 500, 1000,
    )  # fmt: skip
    assert (grown.known, grown.is_new, grown.before_ms, grown.watched_ms) == (True, False, 500, 1000)
    assert (outside.known, outside.is_new, outside.impression == showing) == (False, True, False)
    assert [change[clip] for change in ear.counts] == [
        CountChange(0, 0, 500, 0), CountChange(1, 1, 500, 0), CountChange(1, 1, 1000, 0),
    ]  # fmt: skip


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
    assert ear.counts == []
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
    assert [list(told) for told in ear.told] == [[None]]
