"""What somebody chooses for their feed, what it may store of them, and how a reset takes it back."""

from datetime import date
from typing import Any

import pytest
from tests.integration.world import Person, Realm

from reelm.kernel.ids import AccountId

NEW: dict[str, Any] = {
    "mode": "for-you",
    "profiled": True,
    "profiled_why": "learns",
    "learns_since": None,
    "languages": [],
    "topics": [],
    "hidden_words": [],
    "hidden_tags": [],
    "less": [],
}
PATH = "/me/feed"


async def _settings(realm: Realm, who: Person) -> dict[str, Any]:
    answer = await realm.client(who).get(PATH)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _id(realm: Realm, who: Person) -> AccountId:
    return AccountId((await realm.rows("SELECT id FROM accounts WHERE handle = $1", who.handle))[0]["id"])


async def _watch(realm: Realm, who: Person, watched_ms: int = 900) -> None:
    clip = realm.people.clips["public"]
    event = {"video_id": clip, "kind": "view", "watched_ms": watched_ms, "at": realm.clock.now().isoformat()}
    assert (await realm.client(who).post("/events", json={"events": [event]})).status_code == 202


async def _pseudonym(realm: Realm, who: Person, watched_ms: int = 900) -> Any:
    """Under which name ranking keeps something of this person, once they have watched."""
    await _watch(realm, who, watched_ms)
    found = await realm.rows("SELECT pseudonym FROM feed_people WHERE account_id = $1", await _id(realm, who))
    return found[0]["pseudonym"] if found else None


async def test_whoever_has_chosen_nothing_has_the_feed_of_somebody_new_and_no_row(realm: Realm) -> None:
    before = await realm.count_rows()
    assert await _settings(realm, realm.people.carl) == NEW
    assert await realm.count_rows() == before


async def test_choices_are_kept_as_they_are_compared(realm: Realm) -> None:
    ben = realm.client(realm.people.ben)
    chosen = {
        "languages": ["fr-CA", "EN", "fr"],
        "topics": ["#Cuisine"],
        "hidden_words": ["Spoiler  Alert", "ÉTÉ", "été"],
        "hidden_tags": ["#Foot", "＃猫"],
    }
    answer = await ben.patch(PATH, json=chosen)
    expected = NEW | {
        "languages": ["en", "fr"],
        "topics": ["cuisine"],
        "hidden_words": ["spoiler alert", "été"],
        "hidden_tags": ["foot", "猫"],
    }
    assert (answer.status_code, answer.json()) == (200, expected)
    shorter = await ben.patch(PATH, json={"hidden_words": []})
    assert shorter.json() == expected | {"hidden_words": []}
    assert await _settings(realm, realm.people.carl) == NEW


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"mode": "following"}, "feed-mode-unknown"),
        ({"mode": "best"}, "feed-mode-unknown"),
        ({"hidden_words": [" \u200b"]}, "choice-not-taken"),
        ({"hidden_words": ["x" * 101]}, "choice-not-taken"),
        ({"hidden_tags": ["two words"]}, "choice-not-taken"),
        ({"languages": ["klingon"]}, "choice-not-taken"),
        ({"topics": [str(n) for n in range(201)]}, "too-many-choices"),
        ({"topics": "cats"}, "request-not-understood"),
    ],
)
async def test_what_can_not_be_chosen_is_refused_and_changes_nothing(
    realm: Realm, form: dict[str, Any], expected: str
) -> None:
    ben = realm.client(realm.people.ben)
    answer = await ben.patch(PATH, json={"languages": ["en"]} | form)
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{expected}")
    assert await _settings(realm, realm.people.ben) == NEW


async def test_less_of_something_can_be_asked_for_and_taken_back(realm: Realm) -> None:
    ben = realm.client(realm.people.ben)
    wanted = [("creator", "Ana", "ana"), ("tag", "%23Foot", "foot"), ("sound", "s-1", "s-1")]
    for kind, value, _ in wanted * 2:
        assert (await ben.put(f"{PATH}/less/{kind}/{value}")).status_code == 204
    assert (await _settings(realm, realm.people.ben))["less"] == [
        {"kind": kind, "value": value, "handle": value if kind == "creator" else None} for kind, _, value in wanted
    ]
    for kind, value, _ in wanted * 2:
        assert (await ben.delete(f"{PATH}/less/{kind}/{value}")).status_code == 204
    assert (await _settings(realm, realm.people.ben))["less"] == []


async def test_nobody_sees_less_of_themselves_nobody_or_nothing(realm: Realm) -> None:
    ben = realm.client(realm.people.ben)
    for path, expected in (
        ("creator/ben", "own-account"),
        ("creator/zoe", "account-not-found"),
        ("tag/two%20words", "choice-not-taken"),
        ("person/ana", "request-not-understood"),
    ):
        assert (await ben.put(f"{PATH}/less/{path}")).json()["type"] == f"/problems/{expected}"


async def test_a_creator_who_goes_is_in_nobodys_list(realm: Realm) -> None:
    await realm.client(realm.people.ben).put(f"{PATH}/less/creator/carl")
    await realm.rows("DELETE FROM accounts WHERE handle = 'carl'")
    assert (await _settings(realm, realm.people.ben))["less"] == []


async def test_a_pseudonym_is_made_once_and_in_plain_mode_never(realm: Realm) -> None:
    ben, carl = realm.people.ben, realm.people.carl
    made = await _pseudonym(realm, ben)
    assert made is not None
    assert made == await _pseudonym(realm, ben)
    assert made != await _id(realm, ben)
    plain = await realm.client(carl).patch(PATH, json={"mode": "plain"})
    assert (plain.json()["mode"], plain.json()["profiled_why"]) == ("plain", "plain")
    assert await _pseudonym(realm, carl) is None
    assert await realm.rows("SELECT FROM feed_people WHERE pseudonym IS NOT NULL AND mode = 'plain'") == []
    await realm.client(ben).patch(PATH, json={"mode": "plain"})
    kept = await realm.rows("SELECT * FROM feed_states")
    await _watch(realm, ben)
    assert await realm.rows("SELECT * FROM feed_states") == kept
    await realm.client(ben).patch(PATH, json={"mode": "for-you"})
    assert await _pseudonym(realm, ben) == made


async def test_a_minor_is_not_profiled_until_the_age_their_place_names(realm: Realm) -> None:
    born = date(realm.clock.now().year - 14, 1, 1).isoformat()
    lea = await realm.sign_up("lea", birth_date=born, country="FR")  # 15 there
    told = await _settings(realm, lea)
    assert (told["profiled"], told["profiled_why"], told["mode"]) == (False, "under-age", "for-you")
    assert await _pseudonym(realm, lea) is None
    luis = await realm.sign_up("luis", birth_date=born, country="ES")  # 14 there
    assert (await _settings(realm, luis))["profiled"]
    assert await _pseudonym(realm, luis) is not None


async def test_a_reset_forgets_what_was_learned_and_keeps_what_was_chosen(realm: Realm) -> None:
    ben = realm.people.ben
    client = realm.client(ben)
    await _watch(realm, ben)
    await client.patch(PATH, json={"hidden_words": ["spoiler"]})
    await client.put(f"{PATH}/less/creator/ana")
    old = await _pseudonym(realm, ben)
    answer = await client.post(f"{PATH}/reset", json={})
    now = realm.clock.now().isoformat().replace("+00:00", "Z")
    assert answer.json() == {"learns_since": now, "clips_seen": 1, "choices_removed": 0}
    assert await realm.rows("SELECT FROM feed_people WHERE pseudonym = $1", old) == []
    kept = await _settings(realm, ben)
    assert (kept["hidden_words"], len(kept["less"]), kept["learns_since"]) == (["spoiler"], 1, now)
    assert (await realm.video(realm.people.clips["public"], ben))["you"]["liked"]
    whole = await client.post(f"{PATH}/reset", json={"choices": True})
    assert (whole.json()["clips_seen"], whole.json()["choices_removed"]) == (0, 2)
    assert await _settings(realm, ben) == NEW | {"learns_since": now}
    assert await _pseudonym(realm, ben, watched_ms=901) not in (None, old)


async def test_a_reset_keeps_the_mode(realm: Realm) -> None:
    client = realm.client(realm.people.ben)
    await client.patch(PATH, json={"mode": "plain"})
    await client.post(f"{PATH}/reset", json={"choices": True})
    assert (await _settings(realm, realm.people.ben))["mode"] == "plain"
    assert await _pseudonym(realm, realm.people.ben) is None
