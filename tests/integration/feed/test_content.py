"""What a clip is about is worked out after it is published, anew when its caption changes, and goes with it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests import footage
from tests.integration.world import Person, Realm

from reelm.feed.content import MODEL, describe_what_is_new
from reelm.feed.content.codes import LOOKS_BYTES, WORDS_BYTES
from reelm.feed.content.model import Described
from reelm.feed.content.store import list_undescribed, upsert_described

_ALL = "SELECT * FROM feed_content WHERE video_id = $1"


async def _describe(realm: Realm) -> int:
    return await describe_what_is_new(realm.workshop.database)


@pytest.fixture(autouse=True)
async def described(realm: Realm) -> None:
    """Every clip that is there before the test begins."""
    await _describe(realm)


async def _content(realm: Realm, video: str) -> Any | None:
    rows = await realm.rows(_ALL, UUID(video))
    return rows[0] if rows else None


async def test_a_published_clip_is_described_by_its_caption_and_its_poster(realm: Realm) -> None:
    ana = realm.people.ana
    source = footage.small(realm.settings.data / "source.mp4", size="180x320", fps="15", seconds=1)
    video = await realm.post(ana, source.read_bytes(), caption="Une soupe à l'oignon au gratin")
    assert await _content(realm, video) is None
    await _describe(realm)
    assert await _content(realm, video) is None  # it is not published
    await realm.work()  # with the real ffmpeg
    assert await _describe(realm) == 1
    row = await _content(realm, video)
    assert row is not None
    assert (len(row["words"]), len(row["looks"]), row["model"]) == (WORDS_BYTES, LOOKS_BYTES, MODEL)
    assert await _describe(realm) == 0


async def test_an_edited_caption_is_described_anew(realm: Realm) -> None:
    carl = realm.people.carl
    video = await realm.publish(carl, caption="Une soupe à l'oignon au gratin")
    await _describe(realm)
    before = await _content(realm, video)
    assert before is not None
    edited = await realm.client(carl).patch(f"/videos/{video}", json={"caption": "A penalty in the last minute"})
    assert edited.status_code < 300, edited.text
    assert await _content(realm, video) is None  # what is no longer true goes at once
    assert await _describe(realm) == 1
    after = await _content(realm, video)
    assert after is not None
    assert after["words"] != before["words"]


async def test_what_is_made_of_a_caption_that_has_changed_meanwhile_is_not_kept(realm: Realm) -> None:
    carl, database = realm.people.carl, realm.workshop.database
    video = await realm.publish(carl, caption="Une soupe à l'oignon au gratin")
    async with database.read() as unit:
        (found,) = await list_undescribed(unit, 10)
    await realm.client(carl).patch(f"/videos/{video}", json={"caption": "A penalty in the last minute"})
    async with database.write() as unit:
        assert await upsert_described(unit, [Described(found.id, found.caption, b"old", None)]) == 0
    assert await _content(realm, video) is None


async def test_a_caption_without_words_and_a_poster_that_is_none_tell_nothing_and_are_not_asked_again(
    realm: Realm,
) -> None:
    video = await realm.publish(realm.people.carl, caption="🔥🔥")
    assert await _describe(realm) == 1
    row = await _content(realm, video)
    assert row is not None
    assert row["words"] is row["looks"] is None
    assert await _describe(realm) == 0


async def test_a_clip_that_is_private_removed_or_erased_has_no_description(realm: Realm) -> None:
    dora = await realm.sign_up("dora")
    hidden, removed, erased = [await realm.publish(dora, caption=f"onion soup number {n}") for n in range(3)]
    assert await _describe(realm) == 3
    client = realm.client(dora)
    assert (await client.patch(f"/videos/{hidden}", json={"visibility": "private"})).status_code < 300
    assert (await client.delete(f"/videos/{removed}")).status_code == 204
    assert await _content(realm, hidden) is None
    assert await _content(realm, removed) is None
    assert await _content(realm, erased) is not None
    await realm.rows("DELETE FROM accounts WHERE handle = 'dora'")  # as an erasure does
    assert await _content(realm, erased) is None
    assert await _describe(realm) == 0


async def test_a_description_by_an_older_model_is_made_anew(realm: Realm) -> None:
    video = await realm.publish(realm.people.carl, caption="onion soup")
    await _describe(realm)
    await realm.rows("UPDATE feed_content SET model = 'the one before' WHERE video_id = $1", UUID(video))
    assert await _describe(realm) == 1
    row = await _content(realm, video)
    assert row is not None
    assert row["model"] == MODEL


async def _page(realm: Realm, who: Person, limit: int = 50) -> list[dict[str, Any]]:
    answer = await realm.client(who).get("/feed", params={"limit": str(limit)})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def _watch(realm: Realm, who: Person, items: list[dict[str, Any]], watched_ms: int) -> None:
    told = [
        {"impression_id": item["impression_id"], "video_id": item["video"]["id"], "kind": "view",
         "watched_ms": watched_ms, "at": realm.clock.now().isoformat()}
        for item in items
    ]  # fmt: skip
    assert (await realm.client(who).post("/events", json={"events": told})).status_code == 202


_WATCHED = ("slow roasted tomatoes over fresh pasta", "whisk the eggs before you add sugar", "my onion soup recipe")
_COLD = ("comment réussir une pâte brisée", "un gâteau au chocolat sans farine", "grilled salmon with lemon butter")
_OTHER = ("what a goal in the last minute", "le gardien sort un arrêt incroyable", "the referee missed that handball")


async def test_a_new_clip_is_found_by_who_watched_such_clips_and_why_says_which(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    cooks = [await realm.sign_up(f"cook{n}") for n in range(9)]
    viewer = await realm.sign_up("hungry")
    first = [await realm.publish(cooks[n], caption=caption) for n, caption in enumerate(_WATCHED)]
    await _describe(realm)
    items = [item for item in await _page(realm, viewer) if item["video"]["id"] in first]
    assert len(items) == 3
    realm.clock.advance(timedelta(minutes=2))
    await _watch(realm, viewer, items, 1000)
    later = [await realm.publish(cooks[3 + n], caption=one) for n, one in enumerate((*_COLD, *_OTHER))]
    await _page(realm, viewer)  # the process knows these clips before they are described
    await _describe(realm)
    monkeypatch.setattr(realm.cell.feed.stockroom, "_until", 0.0)  # what it knows is up to two seconds old
    told: dict[str, list[dict[str, Any]]] = {}
    for item in await _page(realm, viewer):
        assert "tag" not in {part["kind"] for part in item["why"]["parts"]}
        told[item["video"]["id"]] = [part for part in item["why"]["parts"] if part["kind"] == "content"]
    resembling = [part for id in later[:3] for part in told.get(id, [])]
    assert resembling
    assert {part["video_id"] for part in resembling} <= set(first)
    assert not [part for id in later[3:] for part in told.get(id, [])]
