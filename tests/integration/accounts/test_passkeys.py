"""Signing in by what one has: added with the password, used once a challenge, at this realm's name only."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.integration.access.journeys import refusal
from tests.integration.accounts.authenticator import PRESENT, VERIFIED, Authenticator
from tests.integration.world import Person, Realm

NAMED = "https://reelm.example"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def named(realm: Realm) -> Realm:
    """The realm by a name that passkeys can be made for."""
    object.__setattr__(realm.cell, "settings", realm.settings.model_copy(update={"public_url": NAMED}))
    return realm


async def ask_new(realm: Realm, who: Person) -> httpx.Response:
    return await realm.client(who).post("/me/passkeys/options", json={"password": who.password})


async def add(realm: Realm, who: Person, device: Authenticator, name: str = "My phone") -> httpx.Response:
    made = device.make((await ask_new(realm, who)).json())
    return await realm.client(who).post("/me/passkeys", json={"name": name, "credential": made})


async def ask_any(realm: Realm) -> dict[str, Any]:
    answer = await realm.client().post("/session/passkey/options")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def enter(realm: Realm, credential: object) -> httpx.Response:
    return await realm.client().post("/session/passkey", json={"credential": credential})


@pytest.fixture
async def phone(named: Realm) -> Authenticator:
    """With a passkey of ana's."""
    device = Authenticator(NAMED)
    assert (await add(named, named.people.ana, device)).status_code == 201
    return device


async def test_a_passkey_is_added_and_signs_in_without_a_handle(named: Realm, phone: Authenticator) -> None:
    asked = await ask_any(named)
    assert (asked["rpId"], asked["userVerification"], asked["timeout"]) == ("reelm.example", "required", 300_000)
    assert not asked.get("allowCredentials")
    entered = await enter(named, phone.answer(asked))
    assert entered.status_code == 200, entered.text
    assert entered.json()["account"]["handle"] == "ana"
    assert "Secure" in entered.headers["set-cookie"]
    ana = replace(named.people.ana, token=entered.json()["token"])
    (listed,) = (await named.client(ana).get("/me/passkeys")).json()
    assert (listed["name"], listed["used_at"] is not None) == ("My phone", True)


async def test_what_a_new_passkey_is_told_of_its_holder_is_random_and_the_same_for_all_of_theirs(
    named: Realm, phone: Authenticator
) -> None:
    ana, ben = named.people.ana, named.people.ben
    again, other = (await ask_new(named, ana)).json(), (await ask_new(named, ben)).json()
    assert again["user"]["id"] == phone.user != other["user"]["id"]
    assert [one["id"] for one in again["excludeCredentials"]] == [phone.make(again)["id"]]
    assert again["authenticatorSelection"] | {"requireResidentKey": True} == {
        "residentKey": "required", "requireResidentKey": True, "userVerification": "required"
    }  # fmt: skip
    assert again.get("attestation") in (None, "none")


async def test_adding_takes_the_password(named: Realm) -> None:
    answer = await named.client(named.people.ana).post("/me/passkeys/options", json={"password": "another"})
    assert refusal(answer) == (403, "password-wrong")


async def test_what_is_signed_is_signed_once_and_within_five_minutes(named: Realm, phone: Authenticator) -> None:
    signed = phone.answer(await ask_any(named))
    assert (await enter(named, signed)).status_code == 200
    assert refusal(await enter(named, signed)) == (409, "passkey-too-late")
    late = phone.answer(await ask_any(named))
    named.clock.advance(timedelta(minutes=5, seconds=1))
    assert refusal(await enter(named, late)) == (409, "passkey-too-late")


async def test_of_two_at_the_same_time_with_one_challenge_one_gets_in(named: Realm, phone: Authenticator) -> None:
    signed = phone.answer(await ask_any(named))
    answers = await asyncio.gather(*(enter(named, signed) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_challenge_of_adding_does_not_sign_in_and_is_nobody_elses(named: Realm, phone: Authenticator) -> None:
    ana, ben = named.people.ana, named.people.ben
    options = (await ask_new(named, ana)).json()
    taken = phone.answer({"rpId": options["rp"]["id"], "challenge": options["challenge"]})
    assert refusal(await enter(named, taken)) == (409, "passkey-too-late")
    made = Authenticator(NAMED).make((await ask_new(named, ana)).json())
    answer = await named.client(ben).post("/me/passkeys", json={"name": "x", "credential": made})
    assert refusal(answer) == (409, "passkey-too-late")
    assert (await named.client(ben).get("/me/passkeys")).json() == []


@pytest.mark.parametrize(
    "origin", ["https://reelm.example.org", "https://evil.example", "http://reelm.example", "https://x.reelm.example"]
)
async def test_another_site_gets_nothing_of_it(named: Realm, phone: Authenticator, origin: str) -> None:
    phone.origin = origin
    assert refusal(await enter(named, phone.answer(await ask_any(named)))) == (401, "passkey-unknown")
    made = await add(named, named.people.ben, Authenticator(origin))
    assert refusal(made) == (422, "passkey-not-taken")


@pytest.mark.parametrize("flags", [PRESENT, VERIFIED, 0])
async def test_its_holder_has_to_show_themselves(named: Realm, phone: Authenticator, flags: int) -> None:
    phone.flags = flags
    assert refusal(await enter(named, phone.answer(await ask_any(named)))) == (401, "passkey-unknown")
    made = await add(named, named.people.ben, Authenticator(NAMED, flags=flags))
    assert refusal(made) == (422, "passkey-not-taken")


async def test_a_copy_that_counts_backwards_is_not_let_in(named: Realm, phone: Authenticator) -> None:
    for _ in range(3):
        assert (await enter(named, phone.answer(await ask_any(named)))).status_code == 200
    phone.uses = 1
    assert refusal(await enter(named, phone.answer(await ask_any(named)))) == (401, "passkey-unknown")


async def test_one_that_does_not_count_is_let_in_each_time(named: Realm) -> None:
    synced = Authenticator(NAMED, counts=False)
    assert (await add(named, named.people.ana, synced)).status_code == 201
    for _ in range(2):
        assert (await enter(named, synced.answer(await ask_any(named)))).status_code == 200


async def test_another_key_another_holder_and_an_unknown_one_are_refused_alike(
    named: Realm, phone: Authenticator
) -> None:
    forged = Authenticator(NAMED, id=phone.id, user=phone.user, uses=9)
    renamed = replace(phone, user=Authenticator(NAMED).make((await ask_new(named, named.people.ben)).json())["id"])
    for device in (forged, renamed, Authenticator(NAMED)):
        assert refusal(await enter(named, device.answer(await ask_any(named)))) == (401, "passkey-unknown")


async def test_a_passkey_is_of_one_person_only(named: Realm, phone: Authenticator) -> None:
    copy = Authenticator(NAMED, id=phone.id)
    assert refusal(await add(named, named.people.ben, copy)) == (422, "passkey-not-taken")


async def test_removing_one_ends_what_it_opened_and_nothing_else(named: Realm, phone: Authenticator) -> None:
    ana, ben = named.people.ana, named.people.ben
    token = (await enter(named, phone.answer(await ask_any(named)))).json()["token"]
    (listed,) = (await named.client(ana).get("/me/passkeys")).json()
    path = f"/me/passkeys/{listed['id']}"
    assert refusal(await named.client(ben).delete(path)) == (404, "passkey-not-found")
    assert (await named.client(ana).delete(path)).status_code == 204
    assert refusal(await named.client(token).get("/me")) == (401, "session-ended")
    assert (await named.client(ana).get("/me")).status_code == 200
    assert refusal(await enter(named, phone.answer(await ask_any(named)))) == (401, "passkey-unknown")
    assert refusal(await named.client(ana).delete(path)) == (404, "passkey-not-found")


async def test_there_is_a_most(named: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelm.accounts.passkeys.keeping.MOST", 2)
    ana = named.people.ana
    waiting = [Authenticator(NAMED).make((await ask_new(named, ana)).json()) for _ in range(2)]
    assert (await add(named, ana, Authenticator(NAMED))).status_code == 201
    answers = await asyncio.gather(*(
        named.client(ana).post("/me/passkeys", json={"name": "both", "credential": made}) for made in waiting
    ))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert refusal(await ask_new(named, ana)) == (409, "too-many-passkeys")


NONSENSE: dict[str, Change] = {
    "nothing": lambda one: one.clear(),
    "no response": lambda one: one.pop("response"),
    "a list": lambda one: one.update(response=[]),
    "no base64": lambda one: one["response"].update(clientDataJSON="%%%"),
    "no JSON": lambda one: one["response"].update(clientDataJSON="AAAA"),
    "JSON of another kind": lambda one: one["response"].update(clientDataJSON="W10"),
    "numbers": lambda one: one.update(rawId=5, id=5),
    "another type": lambda one: one.update(type="password"),
    "deep CBOR": lambda one: one["response"].update(attestationObject="gYGB" * 2000, authenticatorData="gYGB" * 2000),
    "a short one": lambda one: one["response"].update(attestationObject="oA", authenticatorData="oA", signature=""),
}


@pytest.mark.parametrize("what", NONSENSE)
async def test_nonsense_is_refused_in_words(named: Realm, phone: Authenticator, what: str) -> None:
    answer = phone.answer(await ask_any(named))
    NONSENSE[what](answer)
    assert (await enter(named, answer)).status_code in (401, 422)
    made = Authenticator(NAMED).make((await ask_new(named, named.people.ana)).json())
    NONSENSE[what](made)
    said = await named.client(named.people.ana).post("/me/passkeys", json={"name": "x", "credential": made})
    assert refusal(said) == (422, "passkey-not-taken")


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\nb"])
async def test_names_are_one_line(named: Realm, name: str) -> None:
    assert (await add(named, named.people.ana, Authenticator(NAMED), name)).status_code == 422


async def test_a_bare_address_has_none(realm: Realm) -> None:
    assert refusal(await realm.client().post("/session/passkey/options")) == (409, "passkeys-need-name")
    assert refusal(await ask_new(realm, realm.people.ana)) == (409, "passkeys-need-name")


async def test_challenges_are_limited_and_swept(named: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelm.web.v1.session.PASSKEYS_ASKED", 3)
    tries = [(await named.client().post("/session/passkey/options")).status_code for _ in range(4)]
    assert tries == [200, 200, 200, 429]
    assert len(await named.rows("SELECT FROM passkey_challenges")) == 3
    named.clock.advance(timedelta(hours=2))
    await named.workshop.jobs["cell.sweep"]({})
    assert await named.rows("SELECT FROM passkey_challenges") == []


async def test_nothing_secret_is_kept(named: Realm, phone: Authenticator) -> None:
    asked = await ask_any(named)
    for table in ("passkeys", "passkey_challenges"):
        for row in await named.rows(f"SELECT {table}::text AS everything FROM {table}"):
            assert asked["challenge"] not in row["everything"]
            assert phone.key.private_numbers().private_value.to_bytes(32, "big").hex() not in row["everything"]
