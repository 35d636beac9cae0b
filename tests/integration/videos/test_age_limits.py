"""A clip for adults: nobody is shown it, or anything of it, who is not signed in and 18 on that day."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.integration.world import Person, Realm

from reelm.feed import stockroom


def _born(realm: Realm, years: int, *, birthday_in_days: int = 0) -> str:
    """The birth date of somebody who becomes `years` old in so many days."""
    day = realm.clock.now().date() + timedelta(days=birthday_in_days)
    return date(day.year - years, day.month, day.day).isoformat()


async def _feed(realm: Realm, who: Person | None, mode: str) -> list[str]:
    answer = await realm.client(who).get("/feed", params={"mode": mode, "limit": 50})
    assert answer.status_code == 200, answer.text
    return [item["video"]["id"] for item in answer.json()["items"]]


async def _profile(realm: Realm, who: Person | None) -> tuple[list[str], int]:
    """The clips of ana's grid, and how many her page says that there are."""
    client = realm.client(who)
    grid = (await client.get("/accounts/ana/videos")).json()["items"]
    return [clip["id"] for clip in grid], (await client.get("/accounts/ana")).json()["counts"]["videos"]


def _refusal(answer: Any) -> tuple[int, str, int]:
    told = answer.json()
    return answer.status_code, told["type"], told["age_limit"]


AGE_NOT_KNOWN, NOT_OLD_ENOUGH = (403, "/problems/age-not-known", 18), (403, "/problems/not-old-enough", 18)


async def test_a_clip_for_adults_is_shown_to_them_only(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stockroom, "FRESH_S", 0.0)
    child = await realm.sign_up("kim", birth_date=_born(realm, 18, birthday_in_days=1))
    adult = await realm.sign_up("lea", birth_date=_born(realm, 18))
    for who in (child, adult):
        assert (await realm.client(who).put("/accounts/ana/follow")).status_code == 200
    id = await realm.publish(realm.people.ana, caption="for adults", age_limit=18)
    shown = await realm.video(id, adult)
    assert shown["age_limit"] == 18
    for who, refusal in ((None, AGE_NOT_KNOWN), (child, NOT_OLD_ENOUGH)):
        for mode in ("for-you", "plain", *(["following"] if who else [])):
            ids = await _feed(realm, who, mode)
            assert id not in ids
            assert realm.people.clips["public"] in ids
        assert _refusal(await realm.client(who).get(f"/videos/{id}")) == refusal
        assert _refusal(await realm.client(who).get(f"/videos/{id}/comments")) == refusal
        assert _refusal(await realm.get(shown["renditions"][0]["url"], who)) == refusal
        assert _refusal(await realm.get(shown["poster"], who)) == refusal
        assert await _profile(realm, who) == ([realm.people.clips["public"]], 1)
    assert _refusal(await realm.client(child).put(f"/videos/{id}/like")) == NOT_OLD_ENOUGH
    for mode in ("for-you", "plain", "following"):
        assert id in await _feed(realm, adult, mode)
    played = await realm.get(shown["renditions"][0]["url"], adult)
    assert (played.status_code, played.headers["cache-control"]) == (200, "private, no-store")
    assert await _profile(realm, adult) == ([id, realm.people.clips["public"]], 2)


async def test_on_their_birthday_somebody_is_old_enough(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stockroom, "FRESH_S", 0.0)
    child = await realm.sign_up("kim", birth_date=_born(realm, 18, birthday_in_days=1))
    id = await realm.publish(realm.people.ana, age_limit=18)
    assert id not in await _feed(realm, child, "for-you")
    realm.clock.advance(timedelta(days=1))
    assert id in await _feed(realm, child, "for-you")
    assert (await realm.client(child).get(f"/videos/{id}")).status_code == 200


async def test_a_limit_set_later_holds_from_the_next_page_on(realm: Realm) -> None:
    """The feed has read the clip before: the page is looked over once more before it is shown."""
    child = await realm.sign_up("kim", birth_date=_born(realm, 16))
    ana, id = realm.client(realm.people.ana), realm.people.clips["public"]
    assert id in await _feed(realm, child, "for-you")
    assert (await ana.patch(f"/videos/{id}", json={"age_limit": 18})).json()["age_limit"] == 18
    for who in (None, child):
        assert id not in await _feed(realm, who, "for-you")
    assert id in await _feed(realm, realm.people.carl, "for-you")
    assert (await ana.patch(f"/videos/{id}", json={"caption": "still for adults"})).json()["age_limit"] == 18
    assert (await ana.patch(f"/videos/{id}", json={"age_limit": 0})).json()["age_limit"] is None
    assert id in await _feed(realm, realm.people.carl, "for-you")
    assert id in await _feed(realm, child, "for-you")


async def test_a_preview_of_a_clip_for_adults_shows_no_picture_and_no_words_of_it(realm: Realm) -> None:
    id = await realm.publish(realm.people.ana, caption="the words of it", age_limit=18)
    page = (await realm.get(f"/v/{id}")).text
    assert 'og:description" content="18+"' in page
    assert "og:image" not in page
    assert "the words of it" not in page
    told = (await realm.get(f"/api/oembed?url={realm.settings.public_url}/v/{id}")).json()
    assert (told["title"], told["thumbnail_url"], told["thumbnail_width"]) == ("18+", None, None)


async def test_its_author_sees_it_whatever_their_age(realm: Realm) -> None:
    child = await realm.sign_up("kim", birth_date=_born(realm, 16))
    id = await realm.publish(child, age_limit=18)
    assert (await realm.video(id, child))["age_limit"] == 18
    assert [clip["id"] for clip in (await realm.client(child).get("/accounts/kim/videos")).json()["items"]] == [id]


@pytest.mark.parametrize("years", [1, 16, 21, -18])
async def test_another_age_is_not_taken(realm: Realm, years: int) -> None:
    upload = await realm.upload(realm.people.ana, b"x")
    refused = await realm.client(realm.people.ana).post("/videos", json={"upload_id": upload, "age_limit": years})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/age-limit-unknown")
    id = realm.people.clips["public"]
    refused = await realm.client(realm.people.ana).patch(f"/videos/{id}", json={"age_limit": years})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/age-limit-unknown")
