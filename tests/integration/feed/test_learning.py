"""The feed learns from the last swipe, says truly why, forgets when asked to, and learns nothing in plain mode."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.world import Person, Realm

TOPICS = ("ski", "cats")
EACH = 14
# What ranking keeps of people, and what it counts of what they did.
FOR_RANKING = ("feed_people", "feed_states")


@pytest.fixture
async def newcomer(realm: Realm) -> Person:
    """Somebody new, where four people have posted clips of two topics by turns."""
    creators = [await realm.sign_up(f"topical{n}") for n in range(4)]
    for number in range(EACH):
        for place, topic in enumerate(TOPICS):
            realm.clock.advance(timedelta(seconds=20))
            await realm.publish(creators[(number + place) % 4], caption=f"number {number} #{topic}")
    return await realm.sign_up("newcomer")


async def _page(realm: Realm, who: Person | None, **query: str) -> dict[str, Any]:
    answer = await realm.client(who).get("/feed", params={"limit": "50", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def _topic(item: dict[str, Any]) -> str:
    return item["video"]["caption"].rpartition("#")[2]


def _ranked(page: dict[str, Any]) -> list[str]:
    return [item["video"]["id"] for item in page["items"] if not item["why"]["explored"]]


async def _watch(realm: Realm, who: Person, mode: str = "for-you") -> list[str]:
    """Watch five clips of the first topic to their end and skip five of the other; the ids of the first."""
    items = (await _page(realm, who, mode=mode))["items"]
    realm.clock.advance(timedelta(minutes=2))
    told: list[dict[str, Any]] = []
    for topic, share in ((TOPICS[0], 1.0), (TOPICS[1], 0.05)):
        for item in [one for one in items if _topic(one) == topic][:5]:
            video = item["video"]
            told.append({
                "impression_id": item["impression_id"], "video_id": video["id"], "kind": "view",
                "watched_ms": int(video["duration_ms"] * share),
                "at": (realm.clock.now() - timedelta(seconds=110 - 10 * len(told))).isoformat(),
            })  # fmt: skip
    assert len(told) == 10
    assert (await realm.client(who).post("/events", json={"events": told})).status_code == 202
    return [one["video_id"] for one in told[:5]]


async def test_after_five_of_one_topic_and_five_skipped_of_another_the_next_ten_are_of_the_first_and_say_why(
    realm: Realm, newcomer: Person
) -> None:
    await _watch(realm, newcomer)
    items = (await _page(realm, newcomer, limit="10"))["items"]
    topics = Counter(_topic(item) for item in items)
    assert topics[TOPICS[0]] >= 6, topics
    for item in items:
        kinds = {part["kind"]: part for part in item["why"]["parts"]}
        if item["why"]["explored"]:
            assert kinds.keys() == {"explore"}
        elif _topic(item) == TOPICS[0]:
            assert kinds["tag"]["tag"] == TOPICS[0]
            assert item["why"]["parts"][0]["kind"] == "tag"
        else:
            assert "tag" not in kinds
        assert sum(part["share"] for part in item["why"]["parts"]) <= 1.01


async def test_where_a_creator_is_the_cause_it_says_which(realm: Realm, newcomer: Person) -> None:
    await _watch(realm, newcomer)
    named = {
        (part["handle"], item["video"]["author"]["handle"])
        for item in (await _page(realm, newcomer))["items"]
        for part in item["why"]["parts"]
        if part["kind"] == "creator"
    }
    assert named
    assert all(told == author for told, author in named)


async def test_a_reset_feed_is_that_of_somebody_new(realm: Realm, newcomer: Person) -> None:
    watched = await _watch(realm, newcomer)
    assert (await realm.client(newcomer).post("/me/feed/reset", json={})).status_code == 200
    other = await realm.sign_up("another")
    mine, theirs = await _page(realm, newcomer), await _page(realm, other)
    assert _ranked(mine)[:8] == _ranked(theirs)[:8]
    assert set(watched) <= {item["video"]["id"] for item in mine["items"]}
    assert not any(part["kind"] in ("tag", "creator", "watched") for i in mine["items"] for part in i["why"]["parts"])
    assert await realm.rows("SELECT FROM feed_states") == []


@pytest.mark.parametrize("remembered", [True, False])
async def test_in_plain_mode_nothing_new_about_them_is_kept_for_ranking(
    realm: Realm, newcomer: Person, remembered: bool
) -> None:
    me = (await realm.client(newcomer).get("/me")).json()["id"]
    if remembered:
        await realm.client(newcomer).patch("/me/feed", json={"mode": "plain"})
    before = {table: await realm.rows(f"SELECT * FROM {table}") for table in FOR_RANKING}
    await _watch(realm, newcomer, mode="plain")
    await realm.cell.feed.aclose()
    assert {table: await realm.rows(f"SELECT * FROM {table}") for table in FOR_RANKING} == before
    assert await realm.rows("SELECT FROM impressions WHERE account_id = $1", UUID(me)) == []
    assert await realm.rows("SELECT FROM showings WHERE pseudonym IS NOT NULL") == []
    assert len(await realm.rows("SELECT FROM showings")) >= 10
    assert len(await realm.rows("SELECT FROM impressions")) >= 10  # counted, as of nobody


async def test_somebody_below_the_age_for_a_profile_has_none(realm: Realm, newcomer: Person) -> None:
    young = await realm.sign_up("young", birth_date="2012-01-01", country="DE")
    me = (await realm.client(young).get("/me")).json()["id"]
    await _watch(realm, young)
    assert await realm.rows("SELECT FROM feed_people WHERE account_id = $1", UUID(me)) == []
    assert await realm.rows("SELECT FROM impressions WHERE account_id = $1", UUID(me)) == []
    topics = Counter(_topic(item) for item in (await _page(realm, young, limit="10"))["items"])
    assert 2 <= topics[TOPICS[0]] <= 8, topics


async def test_what_was_shown_is_written_down_with_how_probable_it_was(realm: Realm, newcomer: Person) -> None:
    await _watch(realm, newcomer)
    page = await _page(realm, newcomer, limit="10")
    await realm.cell.feed.aclose()
    rows = {str(row["id"]): row for row in await realm.rows("SELECT * FROM showings")}
    (person,) = await realm.rows("SELECT pseudonym FROM feed_people")
    for place, item in enumerate(page["items"]):
        row = rows[item["impression_id"]]
        assert (str(row["video_id"]), row["place"]) == (item["video"]["id"], place)
        assert row["pseudonym"] == person["pseudonym"]
        assert 0 < row["propensity"] <= 1
        assert (row["features"] is None) is item["why"]["explored"]


async def test_blocked_muted_hidden_and_less_of_are_in_no_page(realm: Realm, newcomer: Person) -> None:
    client = realm.client(newcomer)
    assert (await client.put("/accounts/topical0/block")).status_code in (200, 204)
    assert (await client.put("/accounts/topical1/mute")).status_code in (200, 204)
    await client.patch("/me/feed", json={"hidden_tags": ["cats"], "hidden_words": ["number 3"]})
    await client.put("/me/feed/less/creator/topical2")
    for mode, left in (("for-you", {"topical3"}), ("plain", {"topical2", "topical3"})):
        items = (await _page(realm, newcomer, mode=mode))["items"]
        of_topics = [item for item in items if item["video"]["author"]["handle"].startswith("topical")]
        assert {item["video"]["author"]["handle"] for item in of_topics} == left
        assert {_topic(item) for item in of_topics} == {"ski"}
        assert not any("number 3 " in item["video"]["caption"] for item in items)


async def test_one_can_choose_a_topic_before_anything_is_learned(realm: Realm, newcomer: Person) -> None:
    await realm.client(newcomer).patch("/me/feed", json={"topics": ["ski"]})
    items = (await _page(realm, newcomer, limit="10"))["items"]
    # Two places are tried, and each takes one of the two that its creator may have.
    assert Counter(_topic(item) for item in items)["ski"] >= 6


async def test_the_main_parameters_are_those_in_force(realm: Realm, newcomer: Person) -> None:
    await _page(realm, newcomer)
    await realm.cell.feed.aclose()
    told = (await realm.client().get("/feed/parameters")).json()
    assert told["model"] is None
    assert {one["head"]: one["weight"] for one in told["weights"]}["refused"] < -5
    assert sum(one["share"] for one in told["sources"]) == pytest.approx(1)
    assert told["exploration"] == {"least": 0.05, "most": 0.2}
