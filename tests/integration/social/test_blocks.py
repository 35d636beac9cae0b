"""Blocks and mutes: across a block everything of the other is as if it was not there; a mute nobody notices.

Ben and carl; ana is the third, under whose clip both have said something.
"""

import asyncio
from typing import Any

import httpx
import pytest
from tests.integration.world import Person, Realm

from reelm.web.guard import SESSION_COOKIE

GONE = "00000000-0000-7000-8000-000000000000"


async def _block(realm: Realm, who: Person, handle: str) -> None:
    answer = await realm.client(who).put(f"/accounts/{handle}/block")
    assert (answer.status_code, answer.json()) == (200, {"blocked": True})


def _told(answer: httpx.Response) -> dict[str, Any]:
    """What a refusal says, without the address that was asked for."""
    return {"status": answer.status_code, **answer.json()}


async def _listed(realm: Realm, who: Person, what: str = "blocked") -> list[str]:
    page = (await realm.client(who).get(f"/me/{what}")).json()
    return [item["handle"] for item in page["items"]]


async def _comments(realm: Realm, who: Person | None, video: str) -> tuple[list[str], int]:
    page = (await realm.client(who).get(f"/videos/{video}/comments")).json()
    return [item["author"]["handle"] for item in page["items"]], page["total"]


async def _actors(realm: Realm, who: Person) -> tuple[list[str], int]:
    page = (await realm.client(who).get("/notifications")).json()
    return [item["actor"]["handle"] for item in page["items"]], page["unread"]


@pytest.fixture
async def clips(realm: Realm) -> dict[str, str]:
    """A clip of ben's and one of carl's, and a remark of carl's under ana's, beside ben's."""
    cast = realm.people
    made = {"ben": await realm.publish(cast.ben), "carl": await realm.publish(cast.carl)}
    public = f"/videos/{cast.clips['public']}/comments"
    assert (await realm.client(cast.carl).post(public, json={"text": "Ici ?"})).status_code == 201
    return made


async def test_across_a_block_everything_is_refused_as_if_it_was_not_there(
    realm: Realm, clips: dict[str, str]
) -> None:
    cast = realm.people
    await _block(realm, cast.ben, "carl")
    for one, other in (("ben", "carl"), ("carl", "ben")):
        client = realm.client(getattr(cast, one))
        calls = [
            ("GET", f"/videos/{clips[other]}", f"/videos/{GONE}", None),
            ("GET", f"/videos/{clips[other]}/comments", f"/videos/{GONE}/comments", None),
            ("PUT", f"/videos/{clips[other]}/like", f"/videos/{GONE}/like", None),
            ("DELETE", f"/videos/{clips[other]}/like", f"/videos/{GONE}/like", None),
            ("POST", f"/videos/{clips[other]}/comments", f"/videos/{GONE}/comments", {"text": "hey"}),
            ("DELETE", f"/videos/{clips[other]}/comments/{GONE}", f"/videos/{GONE}/comments/{GONE}", None),
            ("GET", f"/accounts/{other}", "/accounts/zoe", None),
            ("GET", f"/accounts/{other}/videos", "/accounts/zoe/videos", None),
            ("PUT", f"/accounts/{other}/follow", "/accounts/zoe/follow", None),
            ("DELETE", f"/accounts/{other}/follow", "/accounts/zoe/follow", None),
            ("PUT", f"/me/feed/less/creator/{other}", "/me/feed/less/creator/zoe", None),
        ]
        for method, path, missing, json in calls:
            there = await client.request(method, path, json=json)
            nowhere = await client.request(method, missing, json=json)
            assert _told(there) == _told(nowhere), (method, path)
            assert there.status_code == 404
    third = realm.client(cast.ana)
    for path in (*(f"/videos/{id}" for id in clips.values()), "/accounts/ben", "/accounts/carl"):
        assert (await third.get(path)).status_code == 200


async def test_the_pages_of_the_two_are_not_there_for_each_other_either(realm: Realm, clips: dict[str, str]) -> None:
    cast = realm.people
    await _block(realm, cast.ben, "carl")
    cookie = f"{SESSION_COOKIE}={cast.carl.token}"
    for path, missing in (("/@ben", "/@zoe"), (f"/v/{clips['ben']}", f"/v/{GONE}")):
        assert (await realm.get(path)).status_code == 200
        there, nowhere = await realm.get(path, Cookie=cookie), await realm.get(missing, Cookie=cookie)
        assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text) == (404, there.text)


async def test_whoever_has_blocked_somebody_is_told_so_and_whoever_is_blocked_that_nobody_is_there(
    realm: Realm,
) -> None:
    cast = realm.people
    assert (await realm.client(cast.ben).get("/accounts/carl/block")).json() == {"blocked": False}
    await _block(realm, cast.ben, "carl")
    assert (await realm.client(cast.ben).get("/accounts/carl/block")).json() == {"blocked": True}
    carl = realm.client(cast.carl)
    assert _told(await carl.get("/accounts/ben/block")) == _told(await carl.get("/accounts/zoe/block"))
    await realm.client(cast.ana).put("/accounts/carl/mute")
    for who, muted in ((cast.ana, True), (cast.olga, False)):
        assert (await realm.client(who).get("/accounts/carl")).json()["you"]["muted"] is muted


async def test_whoever_is_blocked_can_not_find_out_by_blocking_back(realm: Realm) -> None:
    cast = realm.people
    await _block(realm, cast.ben, "carl")
    carl = realm.client(cast.carl)
    for what in ("block", "mute"):
        for method in ("PUT", "DELETE"):
            there = await carl.request(method, f"/accounts/ben/{what}")
            assert _told(there) == _told(await carl.request(method, f"/accounts/zoe/{what}"))
    assert (await _listed(realm, cast.carl), await _listed(realm, cast.ben)) == ([], ["carl"])


async def test_a_block_ends_follows_both_ways_with_the_word_of_them(realm: Realm) -> None:
    cast = realm.people
    for who, whom in ((cast.ben, "carl"), (cast.carl, "ben")):
        assert (await realm.client(who).put(f"/accounts/{whom}/follow")).status_code == 200
    assert (await _actors(realm, cast.ben))[0] == ["carl"]
    await _block(realm, cast.ben, "carl")
    assert await _actors(realm, cast.ben) == ([], 0)
    assert await _actors(realm, cast.carl) == ([], 0)
    await realm.client(cast.ben).delete("/accounts/carl/block")
    for handle in ("ben", "carl"):
        assert (await realm.client(cast.ana).get(f"/accounts/{handle}")).json()["counts"]["followers"] == 0


async def test_comments_and_notifications_of_a_blocked_person_are_hidden_from_the_two_only(
    realm: Realm, clips: dict[str, str]
) -> None:
    cast, public = realm.people, realm.people.clips["public"]
    said = await realm.client(cast.carl).post(f"/videos/{clips['ben']}/comments", json={"text": "salut"})
    assert said.status_code == 201
    assert await _actors(realm, cast.ben) == (["carl"], 1)
    await _block(realm, cast.ben, "carl")
    assert await _comments(realm, cast.ben, public) == (["ben"], 1)
    assert await _comments(realm, cast.carl, public) == (["carl"], 1)
    assert await _comments(realm, cast.ana, public) == (["carl", "ben"], 2)
    assert await _comments(realm, None, public) == (["carl", "ben"], 2)
    assert await _actors(realm, cast.ben) == ([], 0)
    await realm.client(cast.ben).delete("/accounts/carl/block")
    assert await _comments(realm, cast.ben, public) == (["carl", "ben"], 2)
    assert await _actors(realm, cast.ben) == (["carl"], 1)


async def test_a_mute_hides_comments_and_notifications_from_the_muter_and_changes_nothing_else(
    realm: Realm, clips: dict[str, str]
) -> None:
    cast, public = realm.people, realm.people.clips["public"]
    carl = realm.client(cast.carl)
    before = [(await carl.get(path)).json() for path in ("/accounts/ben", f"/videos/{clips['ben']}", "/me")]
    muted = await realm.client(cast.ben).put("/accounts/carl/mute")
    assert (muted.status_code, muted.json()) == (200, {"muted": True})
    assert (await carl.put("/accounts/ben/follow")).status_code == 200
    assert (await carl.delete("/accounts/ben/follow")).status_code == 200
    assert (await carl.post(f"/videos/{clips['ben']}/comments", json={"text": "salut"})).status_code == 201
    assert await _comments(realm, cast.ben, public) == (["ben"], 1)
    assert await _comments(realm, cast.carl, clips["ben"]) == (["carl"], 1)
    assert await _actors(realm, cast.ben) == ([], 0)
    assert (await realm.client(cast.ben).get(f"/videos/{clips['carl']}")).status_code == 200
    assert (await realm.client(cast.ben).get("/accounts/carl")).status_code == 200
    after = [(await carl.get(path)).json() for path in ("/accounts/ben", f"/videos/{clips['ben']}", "/me")]
    after[1]["counts"]["comments"] = 0
    assert after == before
    assert (await _listed(realm, cast.ben, "muted"), await _listed(realm, cast.carl, "muted")) == (["carl"], [])
    taken_back = await realm.client(cast.ben).delete("/accounts/carl/mute")
    assert taken_back.json() == {"muted": False}
    assert await _actors(realm, cast.ben) == (["carl"], 1)


async def test_who_is_muted_and_blocks_back_leaves_the_muted_list(realm: Realm) -> None:
    cast = realm.people
    await realm.client(cast.ben).put("/accounts/carl/mute")
    await _block(realm, cast.carl, "ben")
    assert await _listed(realm, cast.ben, "muted") == []


async def test_blocking_twice_is_blocking_once_and_nobody_blocks_themselves_or_nobody(realm: Realm) -> None:
    ben = realm.client(realm.people.ben)
    for _ in range(2):
        await _block(realm, realm.people.ben, "Carl")
    assert await _listed(realm, realm.people.ben) == ["carl"]
    for _ in range(2):
        assert (await ben.delete("/accounts/carl/block")).json() == {"blocked": False}
    for what in ("block", "mute"):
        assert (await ben.put(f"/accounts/ben/{what}")).json()["type"] == "/problems/own-account"
        assert (await ben.put(f"/accounts/zoe/{what}")).json()["type"] == "/problems/account-not-found"


async def test_the_list_of_blocked_people_pages_newest_first_and_is_ones_own(realm: Realm) -> None:
    cast = realm.people
    for handle in ("ana", "carl", "olga"):
        await _block(realm, cast.ben, handle)
    ben = realm.client(cast.ben)
    first = (await ben.get("/me/blocked?limit=2")).json()
    rest = (await ben.get(f"/me/blocked?limit=2&cursor={first['next_cursor']}")).json()
    assert [one["handle"] for one in first["items"] + rest["items"]] == ["olga", "carl", "ana"]
    assert rest["next_cursor"] is None
    stolen = await realm.client(cast.carl).get(f"/me/blocked?cursor={first['next_cursor']}")
    assert (stolen.status_code, stolen.json()["type"]) == (400, "/problems/cursor-not-ours")
    other = await ben.get(f"/me/muted?cursor={first['next_cursor']}")
    assert other.status_code == 400


async def test_a_follow_at_the_same_time_does_not_outlive_a_block(realm: Realm) -> None:
    cast = realm.people
    for _ in range(8):
        ben, carl = realm.client(cast.ben), realm.client(cast.carl)
        calls = [ben.put("/accounts/carl/block"), carl.put("/accounts/ben/follow"), ben.put("/accounts/carl/follow")]
        await asyncio.gather(*calls)
        (left,) = await realm.rows(
            "SELECT count(*) AS n FROM follows f JOIN people a ON a.id = f.follower_id JOIN accounts x"
            " ON x.id = a.account_id JOIN accounts y ON y.id = f.followed_id WHERE x.handle <> 'ana'"
            " AND y.handle <> 'ana'"
        )
        assert left["n"] == 0
        await ben.delete("/accounts/carl/block")
