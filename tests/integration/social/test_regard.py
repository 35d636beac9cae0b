"""Likes, follows, comments, and word of them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.world import Person, Realm


async def _told(realm: Realm, who: Person) -> list[tuple[str, str]]:
    """What `who` was told, newest first: kind and actor."""
    page = (await realm.client(who).get("/notifications")).json()
    return [(item["kind"], item["actor"]["handle"]) for item in page["items"]]


async def test_liking_twice_is_liking_once(realm: Realm) -> None:
    carl, id = realm.client(realm.people.carl), realm.people.clips["public"]
    answers = [(await carl.put(f"/videos/{id}/like")).json() for _ in range(3)]
    assert answers == [{"liked": True, "likes": 2}] * 3
    shown = await realm.video(id, realm.people.carl)
    assert (shown["counts"]["likes"], shown["you"]["liked"]) == (2, True)
    assert await _told(realm, realm.people.ana) == [
        ("like", "carl"),
        ("comment", "ben"),
        ("like", "ben"),
        ("follow", "ben"),
    ]
    answers = [(await carl.delete(f"/videos/{id}/like")).json() for _ in range(3)]
    assert answers == [{"liked": False, "likes": 1}] * 3
    assert ("like", "carl") not in await _told(realm, realm.people.ana)


async def test_likes_at_once_count_each_person_once(realm: Realm) -> None:
    id, people = realm.people.clips["public"], (realm.people.carl, realm.people.ana)
    calls = [realm.client(who).put(f"/videos/{id}/like") for who in people for _ in range(4)]
    assert {answer.status_code for answer in await asyncio.gather(*calls)} == {200}
    assert (await realm.video(id))["counts"]["likes"] == 3
    calls = [realm.client(who).delete(f"/videos/{id}/like") for who in people for _ in range(4)]
    await asyncio.gather(*calls)
    assert (await realm.video(id))["counts"]["likes"] == 1


async def test_following_twice_is_following_once(realm: Realm) -> None:
    carl = realm.client(realm.people.carl)
    answers = [(await carl.put("/accounts/Ana/follow")).json() for _ in range(2)]
    assert answers == [{"following": True, "followers": 2}] * 2
    assert (await _told(realm, realm.people.ana)).count(("follow", "carl")) == 1
    assert (await carl.get("/accounts/carl")).json()["counts"]["following"] == 1
    assert (await realm.video(realm.people.clips["public"], realm.people.carl))["you"]["follows_author"]
    answers = [(await carl.delete("/accounts/ana/follow")).json() for _ in range(2)]
    assert answers == [{"following": False, "followers": 1}] * 2
    assert ("follow", "carl") not in await _told(realm, realm.people.ana)


async def test_nobody_follows_themselves_or_nobody(realm: Realm) -> None:
    ana = realm.client(realm.people.ana)
    assert (await ana.put("/accounts/ana/follow")).json()["type"] == "/problems/not-yourself"
    assert (await ana.put("/accounts/zoe/follow")).status_code == 404
    assert (await ana.delete("/accounts/zoe/follow")).status_code == 404


async def test_nobody_is_told_of_what_they_did_themselves(realm: Realm) -> None:
    before = await _told(realm, realm.people.ana)
    ana, id = realm.client(realm.people.ana), realm.people.clips["public"]
    await ana.put(f"/videos/{id}/like")
    await ana.post(f"/videos/{id}/comments", json={"text": "my own"})
    assert await _told(realm, realm.people.ana) == before


async def test_a_comment_is_shown_newest_first_with_who_may_remove_it(realm: Realm) -> None:
    people, path = realm.people, f"/videos/{realm.people.clips['public']}/comments"
    said = await realm.client(people.carl).post(path, json={"text": " Où est-ce ?\u202e\0 "})
    assert (said.status_code, said.json()["text"]) == (201, "Où est-ce ?")
    page = (await realm.client(people.carl).get(path)).json()
    assert [(item["author"]["handle"], item["you"]) for item in page["items"]] == [
        ("carl", {"is_author": True, "may_delete": True}),
        ("ben", {"is_author": False, "may_delete": False}),
    ]
    assert page["total"] == (await realm.video(people.clips["public"]))["counts"]["comments"] == 2
    mine = (await realm.client(people.ana).get(path)).json()["items"]
    assert [item["you"]["may_delete"] for item in mine] == [True, True]
    assert not [item for item in (await realm.client().get(path)).json()["items"] if item["you"]["may_delete"]]


async def test_a_comment_goes_with_the_word_of_it(realm: Realm) -> None:
    path = f"/videos/{realm.people.clips['public']}/comments"
    calls = [realm.client(realm.people.ana).delete(f"{path}/{realm.people.comment}") for _ in range(3)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*calls)) == [204, 404, 404]
    page = (await realm.client().get(path)).json()
    assert (page["items"], page["total"]) == ([], 0)
    assert (await realm.video(realm.people.clips["public"]))["counts"]["comments"] == 0
    assert ("comment", "ben") not in await _told(realm, realm.people.ana)


async def test_a_comment_is_not_removed_through_another_clip(realm: Realm) -> None:
    other = await realm.publish(realm.people.carl)
    answer = await realm.client(realm.people.carl).delete(f"/videos/{other}/comments/{realm.people.comment}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/comment-not-found")
    assert (await realm.video(realm.people.clips["public"]))["counts"]["comments"] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "comment-empty"),
        (" \u200b\n", "comment-empty"),
        ("x" * 501, "text-too-long"),
        (None, "request-not-understood"),
    ],
)
async def test_a_comment_that_says_nothing_or_too_much_is_refused(realm: Realm, text: Any, expected: str) -> None:
    path = f"/videos/{realm.people.clips['public']}/comments"
    answer = await realm.client(realm.people.carl).post(path, json={"text": text})
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{expected}")
    assert (await realm.client().get(path)).json()["total"] == 1


async def test_where_comments_are_off_none_is_taken_and_those_there_stay(realm: Realm) -> None:
    id = realm.people.clips["public"]
    await realm.client(realm.people.ana).patch(f"/videos/{id}", json={"allow_comments": False})
    answer = await realm.client(realm.people.carl).post(f"/videos/{id}/comments", json={"text": "still?"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/comments-closed")
    assert (await realm.client().get(f"/videos/{id}/comments")).json()["total"] == 1


async def test_comments_page_without_repeating_and_their_cursor_is_of_this_clip_only(realm: Realm) -> None:
    id, carl = realm.people.clips["public"], realm.client(realm.people.carl)
    for n in range(4):
        await carl.post(f"/videos/{id}/comments", json={"text": str(n)})
    seen: list[str] = []
    first = page = (await carl.get(f"/videos/{id}/comments?limit=2")).json()
    while True:
        seen += [item["text"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        page = (await carl.get(f"/videos/{id}/comments?limit=2&cursor={page['next_cursor']}")).json()
    assert seen == ["3", "2", "1", "0", "Magnifique !"]
    other = await realm.publish(realm.people.carl)
    stolen = await carl.get(f"/videos/{other}/comments?cursor={first['next_cursor']}")
    assert (stolen.status_code, stolen.json()["type"]) == (400, "/problems/cursor-not-ours")


async def test_the_creator_is_told_of_like_comment_and_follow_until_they_have_read_it(realm: Realm) -> None:
    ana = realm.client(realm.people.ana)
    page = (await ana.get("/notifications")).json()
    assert [item["kind"] for item in page["items"]] == ["comment", "like", "follow"]
    assert (page["unread"], {item["read"] for item in page["items"]}) == (3, {False})
    comment = page["items"][0]
    assert (comment["text"], comment["video_id"]) == ("Magnifique !", realm.people.clips["public"])
    assert comment["poster"] == (await realm.video(comment["video_id"]))["poster"]
    assert (await ana.post("/notifications/read")).status_code == 204
    page = (await ana.get("/notifications")).json()
    assert (page["unread"], {item["read"] for item in page["items"]}) == (0, {True})
    realm.clock.advance(timedelta(minutes=1))
    await realm.client(realm.people.carl).put("/accounts/ana/follow")
    page = (await ana.get("/notifications")).json()
    assert (page["unread"], [item["read"] for item in page["items"]]) == (1, [False, True, True, True])


async def test_word_pages_and_is_nobody_elses(realm: Realm) -> None:
    ana = realm.client(realm.people.ana)
    first = (await ana.get("/notifications?limit=2")).json()
    second = (await ana.get(f"/notifications?limit=2&cursor={first['next_cursor']}")).json()
    kinds = [item["kind"] for page in (first, second) for item in page["items"]]
    assert kinds == ["comment", "like", "follow"]
    assert second["next_cursor"] is None
    stolen = await realm.client(realm.people.ben).get(f"/notifications?cursor={first['next_cursor']}")
    assert stolen.status_code == 400
    assert (await realm.client(realm.people.ben).get("/notifications")).json()["items"] == []


async def test_word_of_a_removed_clip_shows_no_picture_of_it(realm: Realm) -> None:
    id, ana = realm.people.clips["public"], realm.client(realm.people.ana)
    await ana.delete(f"/videos/{id}")
    for _ in range(2):
        page = (await ana.get("/notifications")).json()
        assert [item["poster"] for item in page["items"]] == [None, None, None]
        await realm.work()
