"""What is shown next: for you, of those one follows, and plainly the newest."""

import base64
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.feed.conftest import CLIPS_EACH, CREATORS
from tests.integration.gateway.realms import until
from tests.integration.world import Person, Realm

from reelm.feed.tally_log import EVERY_S
from reelm.feed.tallying import LEAST_TRUST

ALL = len(CREATORS) * CLIPS_EACH + 1  # and ana's


async def _page(realm: Realm, who: Person | None = None, **query: str) -> dict[str, Any]:
    answer = await realm.client(who).get("/feed", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _scroll(realm: Realm, who: Person | None = None, **query: str) -> list[dict[str, Any]]:
    """Every item of a scroll to its end."""
    page = await _page(realm, who, **query)
    items = page["items"]
    while page["next_cursor"]:
        page = await _page(realm, who, **query, cursor=page["next_cursor"])
        items += page["items"]
    return items


async def _watch(realm: Realm, who: Person, items: list[dict[str, Any]], watched_ms: int = 1000) -> None:
    at = realm.clock.now().isoformat()
    events = [
        {"impression_id": item["impression_id"], "video_id": item["video"]["id"], "kind": "view",
         "watched_ms": watched_ms, "at": at}
        for item in items
    ]  # fmt: skip
    assert (await realm.client(who).post("/events", json={"events": events})).status_code == 202


async def _like(realm: Realm, who: Person, video: str) -> None:
    """Somebody is shown a clip, watches it to its end and likes it."""
    item = next(one for one in await _scroll(realm, who) if one["video"]["id"] == video)
    await _watch(realm, who, [item])
    told = {"impression_id": item["impression_id"], "video_id": video, "at": realm.clock.now().isoformat()}
    answer = await realm.client(who).post("/events", json={"events": [{**told, "kind": "like", "watched_ms": 0}]})
    assert answer.status_code == 202


def _ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["video"]["id"] for item in items]


async def test_a_page_has_what_is_needed_to_play_and_why_it_is_there(realm: Realm) -> None:
    page = await _page(realm)
    assert len(page["items"]) == 10
    for item in page["items"]:
        assert item.keys() == {"impression_id", "video", "reason", "why", "you"}
        assert item["video"]["renditions"][0]["url"].startswith("/media/clips/")
        assert item["reason"] in ("fresh", "popular", "language", "explore")
        assert item["you"] == {"liked": False, "follows_author": False, "is_author": False}
    assert len({item["impression_id"] for item in page["items"]}) == 10
    shown = page["items"][0]["video"]
    assert shown == {k: v for k, v in (await realm.video(shown["id"])).items() if k != "you"}


async def test_at_most_two_of_a_creator_stand_in_ten(realm: Realm) -> None:
    cursor: dict[str, str] = {}
    for _ in range(2):
        page = await _page(realm, realm.people.carl, **cursor)
        authors = Counter(item["video"]["author"]["handle"] for item in page["items"])
        assert max(authors.values()) <= 2, authors
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("limit", ["1", "7", "10", "50"])
@pytest.mark.parametrize("mode", ["for-you", "plain"])
async def test_a_scroll_shows_every_clip_once_and_ends(realm: Realm, mode: str, limit: str) -> None:
    for who in (None, realm.people.carl):
        shown = _ids(await _scroll(realm, who, mode=mode, limit=limit))
        assert len(shown) == len(set(shown)) == ALL


async def test_a_scroll_does_not_repeat_while_clips_come_and_go(realm: Realm) -> None:
    page = await _page(realm)
    shown = _ids(page["items"])
    new = await realm.publish(realm.people.carl)
    next_items = (await _page(realm, cursor=page["next_cursor"]))["items"]
    gone = next(item["video"] for item in next_items if item["video"]["author"]["handle"] in CREATORS)
    owner = Person(
        gone["author"]["handle"], "", await realm.sign_in(gone["author"]["handle"], "a password for tests")
    )
    await realm.client(owner).delete(f"/videos/{gone['id']}")
    while page["next_cursor"]:
        page = await _page(realm, cursor=page["next_cursor"])
        shown += _ids(page["items"])
    assert len(shown) == len(set(shown)) == ALL
    assert new in shown
    assert gone["id"] not in shown


async def test_what_one_has_seen_comes_last_and_says_so(realm: Realm) -> None:
    carl = realm.people.carl
    first = (await _page(realm, carl))["items"]
    await _watch(realm, carl, first)
    second = (await _page(realm, carl))["items"]
    assert not set(_ids(first)) & set(_ids(second))
    assert not set(_ids(first)) & set(_ids(await _scroll(realm, carl))[: ALL - 10])
    await _watch(realm, carl, await _scroll(realm, carl))
    again = (await _page(realm, carl))["items"]
    assert {item["reason"] for item in again} == {"seen_before"}
    assert len(again) == 10
    unseen = (await _page(realm, realm.people.ben))["items"]
    assert "seen_before" not in {item["reason"] for item in unseen}


async def test_a_glance_counts_as_seen_for_whoever_glanced(realm: Realm) -> None:
    carl = realm.people.carl
    first = (await _page(realm, carl))["items"][:1]
    await _watch(realm, carl, first, watched_ms=50)
    assert _ids(first)[0] not in _ids((await _page(realm, carl))["items"])


async def test_the_newest_stands_before_its_equals_and_what_people_liked_before_the_newest(realm: Realm) -> None:
    newest = await realm.publish(realm.people.carl)
    shown = _ids((await _page(realm))["items"])
    assert shown[0] == newest
    last = _ids(await _scroll(realm))[-1]
    realm.clock.advance(timedelta(days=8))  # long enough for their word to count
    for handle in CREATORS:
        fan = Person(handle, "", await realm.sign_in(handle, "a password for tests"))
        await _like(realm, fan, last)
    pages = [(await _page(realm))["items"] for _ in range(10)]
    ranked = [
        page[0] for page in pages if (last, "explore") not in {(one["video"]["id"], one["reason"]) for one in page}
    ]
    assert {(first["video"]["id"], first["reason"]) for first in ranked} == {(last, "popular")}


async def test_a_new_account_counts_little_and_only_where_its_feed_showed_it_the_clip(realm: Realm) -> None:
    video = _ids(await _scroll(realm))[-1]
    fan = Person("creator0", "", await realm.sign_in("creator0", "a password for tests"))
    await realm.client(fan).put(f"/videos/{video}/like")
    await _watch(realm, fan, [{"impression_id": None, "video": {"id": video}}])  # nobody showed it to them
    query = "SELECT likes, views FROM feed_tallies WHERE video_id = $1"
    assert await realm.cell.pool.fetch(query, UUID(video)) == []
    await _like(realm, fan, video)
    await until(lambda: realm.rows(query, UUID(video)), timeout_s=3 * EVERY_S)
    (tally,) = await realm.cell.pool.fetch(query, UUID(video))
    assert [round(one, 3) for one in tally] == [LEAST_TRUST, LEAST_TRUST]


async def test_how_one_stands_to_a_clip_is_told_to_oneself_only(realm: Realm) -> None:
    ben = {item["video"]["id"]: item["you"] for item in await _scroll(realm, realm.people.ben)}
    mine = realm.people.clips["public"]
    assert ben.pop(mine) == {"liked": True, "follows_author": True, "is_author": False}
    assert {str(you) for you in ben.values()} == {str({"liked": False, "follows_author": False, "is_author": False})}
    ana = {item["video"]["id"]: item["you"] for item in await _scroll(realm, realm.people.ana, mode="plain")}
    assert ana[mine] == {"liked": False, "follows_author": False, "is_author": True}


async def test_following_shows_only_whom_one_follows_newest_first(realm: Realm) -> None:
    carl = realm.client(realm.people.carl)
    for handle in CREATORS[:2]:
        await carl.put(f"/accounts/{handle}/follow")
    items = await _scroll(realm, realm.people.carl, mode="following", limit="3")
    assert [item["video"]["caption"] for item in items] == [
        f"{handle} {n}" for handle in reversed(CREATORS[:2]) for n in reversed(range(CLIPS_EACH))
    ]
    assert {item["reason"] for item in items} == {"following"}
    assert all(item["you"]["follows_author"] for item in items)
    await carl.delete(f"/accounts/{CREATORS[0]}/follow")
    items = await _scroll(realm, realm.people.carl, mode="following")
    assert {item["video"]["author"]["handle"] for item in items} == {CREATORS[1]}


async def test_following_is_empty_for_who_follows_nobody_and_refused_to_nobody(realm: Realm) -> None:
    page = await _page(realm, realm.people.carl, mode="following")
    assert page == {"items": [], "next_cursor": None}
    answer = await realm.client().get("/feed?mode=following")
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-signed-in")


async def test_plain_knows_nothing_of_what_one_has_seen_and_liked(realm: Realm) -> None:
    carl = realm.people.carl
    watched = (await _page(realm, carl))["items"]
    await _watch(realm, carl, watched, watched_ms=60_000)
    items = await _scroll(realm, carl, mode="plain", limit="50")
    assert set(_ids(watched)) <= set(_ids(items))
    causes = {part["kind"] for item in items for part in item["why"]["parts"]}
    assert causes <= {"fresh", "popular", "language", "explore"}


async def test_a_cursor_that_was_not_given_out_is_refused(realm: Realm) -> None:
    given = {mode: (await _page(realm, mode=mode))["next_cursor"] for mode in ("for-you", "plain")}
    await realm.client(realm.people.ben).put("/accounts/creator0/follow")
    flipped = given["for-you"][:-2] + ("A" if given["for-you"][-2] != "A" else "B") + given["for-you"][-1]
    made_up = [
        "x", "é", "%00", "[]", "AAAA", "0" * 5000, flipped, given["for-you"] + "AAAA",
        base64.urlsafe_b64encode(b'["2026-01-01T00:00:00+00:00", "0"]').decode(),
    ]  # fmt: skip
    for mode, cursors in {"for-you": [*made_up, given["plain"]], "plain": [*made_up, given["for-you"]]}.items():
        for cursor in cursors:
            answer = await realm.client().get("/feed", params={"mode": mode, "cursor": cursor})
            assert (answer.status_code, answer.json()["type"]) == (400, "/problems/cursor-not-ours"), (mode, cursor)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=0", "request-not-understood"),
        ("limit=51", "request-not-understood"),
        ("limit=-1", "request-not-understood"),
        ("limit=ten", "request-not-understood"),
        ("limit=%C2%B2", "request-not-understood"),
        ("mode=worst", "feed-mode-unknown"),
    ],
)
async def test_a_question_the_feed_does_not_know_is_refused(realm: Realm, query: str, expected: str) -> None:
    answer = await realm.client().get(f"/feed?{query}")
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{expected}")


async def test_a_page_is_not_kept_by_any_cache(realm: Realm) -> None:
    assert (await realm.client().get("/feed")).headers["cache-control"] == "no-store"
