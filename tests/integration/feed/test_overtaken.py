"""Two processes take in reports of the same showing, and clips go meanwhile: nothing counts twice, nothing fails."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from tests.integration.gateway.realms import until
from tests.integration.world import Person, Realm

from reelm.feed import EventKind, Ingest, ShowingKey, WatchEvent
from reelm.feed.catalogue import NOBODY
from reelm.feed.tally_log import EVERY_S
from reelm.infra.secrets import load_secret
from reelm.kernel.ids import AccountId, ImpressionId, VideoId, new_uuid


def _processes(realm: Realm, count: int) -> list[Ingest]:
    key = ShowingKey(load_secret(realm.settings.data))
    return [Ingest(realm.cell.database, realm.cell.pool, key, realm.cell.atlas) for _ in range(count)]


def _views(realm: Realm, showings: Sequence[ImpressionId], watched_ms: int) -> list[WatchEvent]:
    clip = VideoId(UUID(realm.people.clips["public"]))
    return [WatchEvent(one, clip, EventKind.VIEW, watched_ms, realm.clock.now()) for one in showings]


async def test_showings_that_two_processes_are_told_of_at_once_count_once(realm: Realm) -> None:
    now, carl = realm.clock.now(), realm.people.carl
    me = AccountId(UUID((await realm.client(carl).get("/me")).json()["id"]))
    key, clip = ShowingKey(load_secret(realm.settings.data)), VideoId(UUID(realm.people.clips["public"]))
    showings = [key.issue(me, clip, now - timedelta(seconds=20 + n)) for n in range(20)]
    processes = _processes(realm, 4)
    for watched_ms in (300, 700, 1000):
        events = _views(realm, showings, watched_ms)
        told = [process.take(events, token=carl.token, now=now) for process in processes]
        assert await asyncio.gather(*told) == [len(showings)] * 4
    (row,) = await realm.rows("SELECT views, completions, watched_ms FROM video_counts WHERE video_id = $1", clip)
    assert tuple(row) == (20, 20, 20_000)
    assert (await realm.count_rows())["impressions"] == 20


async def test_reports_of_a_clip_that_went_a_moment_ago_are_left_out(realm: Realm) -> None:
    (process,) = _processes(realm, 1)
    first, later = (_views(realm, [ImpressionId(new_uuid())], 1000) for _ in range(2))
    assert await process.take(first, token=None, now=realm.clock.now()) == 1
    await realm.rows("DELETE FROM clips WHERE id = $1", UUID(realm.people.clips["public"]))
    assert await process.take(later, token=None, now=realm.clock.now()) == 0
    assert (await realm.count_rows())["impressions"] == 0


async def test_what_this_process_counted_makes_a_clip_popular_once(realm: Realm) -> None:
    fan = Person("fan", "", (await realm.sign_up("fan")).token)
    page = (await realm.client(fan).get("/feed?limit=1")).json()["items"]
    video = page[0]["video"]["id"]
    at = {"video_id": video, "impression_id": page[0]["impression_id"], "at": realm.clock.now().isoformat()}
    events = [at | {"kind": "view", "watched_ms": 1000}, at | {"kind": "like"}]
    assert (await realm.client(fan).post("/events", json={"events": events})).status_code == 202
    room = realm.cell.feed.stockroom

    async def heat() -> float:
        await room.refresh(realm.clock.now())
        (row,) = room.catalogue.find([UUID(video).bytes])
        assert row != NOBODY
        return float(room.catalogue.heat[row])

    assert await heat() == 0
    await until(heat, timeout_s=3 * EVERY_S)
    warm = await heat()
    await asyncio.sleep(3)  # read once more
    assert 0 < await heat() <= warm
