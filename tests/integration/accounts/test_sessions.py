"""Signing in and out: what a session is worth, and what nobody learns from a refusal."""

import asyncio
import time
from datetime import timedelta

import httpx
import pytest
from tests.integration.world import SITE, Realm

from reelm.accounts.sessions import SESSION_LASTS
from reelm.kernel.time import HandClock
from reelm.web.guard import SESSION_COOKIE


async def _try(realm: Realm, handle: str, password: str) -> httpx.Response:
    return await realm.client().post("/session", json={"handle": handle, "password": password})


async def test_signing_in_gives_a_token_and_a_cookie_that_scripts_cannot_read(realm: Realm) -> None:
    ana = realm.people.ana
    answer = await _try(realm, "@Ana", ana.password)
    assert answer.status_code == 200
    assert answer.json()["account"]["handle"] == "ana"
    name, _, rest = answer.headers["set-cookie"].partition("=")
    value, *flags = [part.strip() for part in rest.split(";")]
    assert (name, value) == (SESSION_COOKIE, answer.json()["token"])
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(flags)
    assert f"Max-Age={int(SESSION_LASTS.total_seconds())}" in flags


async def test_the_cookie_is_secure_where_the_site_is(realm: Realm) -> None:
    object.__setattr__(realm.cell, "settings", realm.settings.model_copy(update={"public_url": "https://reelm.test"}))
    answer = await _try(realm, "ana", realm.people.ana.password)
    assert "Secure" in answer.headers["set-cookie"]


async def test_both_the_token_and_the_cookie_authenticate(realm: Realm) -> None:
    token = realm.people.ben.token
    by_cookie = await realm.client(Cookie=f"{SESSION_COOKIE}={token}").get("/me")
    by_token = await realm.client(token).get("/me")
    assert by_cookie.json() == by_token.json()
    assert by_token.json()["handle"] == "ben"
    assert (by_token.json()["country"], by_token.json()["region"]) == ("CA", "QC")


async def test_a_token_is_stored_only_as_its_hash(realm: Realm) -> None:
    rows = await realm.rows("SELECT sessions::text AS everything FROM sessions")
    assert rows
    assert not any(realm.people.ana.token in row["everything"] for row in rows)


async def test_a_wrong_password_and_an_unknown_handle_are_answered_alike(realm: Realm) -> None:
    wrong, unknown = await _try(realm, "ana", "not her password"), await _try(realm, "zoe", "not her password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.headers == unknown.headers
    assert (await _try(realm, "a\0na", "not her password")).content == wrong.content


async def test_a_wrong_password_and_an_unknown_handle_take_as_long(realm: Realm) -> None:
    client, took = realm.client(), {"ana": list[float](), "zoe": list[float]()}
    for _ in range(6):
        for handle, times in took.items():
            started = time.perf_counter()
            await client.post("/session", json={"handle": handle, "password": "not her password"})
            times.append(time.perf_counter() - started)
    wrong, unknown = (min(times) for times in took.values())  # the least is what other work disturbs least
    assert abs(wrong - unknown) < wrong / 3  # hashing takes more than half


@pytest.mark.parametrize("handle", ["ana", "zoe"])
async def test_failed_sign_ins_are_limited_whether_or_not_the_handle_exists(
    realm: Realm, clock: HandClock, handle: str
) -> None:
    tries = [(await _try(realm, handle, "not her password")).status_code for _ in range(11)]
    assert tries == [401] * 10 + [429]
    refused = await _try(realm, handle, realm.people.ana.password)
    assert refused.status_code == 429
    wait = int(refused.headers["retry-after"])
    assert 0 < wait <= 900
    assert refused.json()["retry_after_s"] == wait
    assert (await _try(realm, "ben", realm.people.ben.password)).status_code == 200
    clock.advance(timedelta(seconds=wait + 1))
    assert (await _try(realm, "ana", realm.people.ana.password)).status_code == 200


async def test_a_good_sign_in_forgives_the_failures_before_it(realm: Realm) -> None:
    for _ in range(9):
        await _try(realm, "ana", "not her password")
    assert (await _try(realm, "ana", realm.people.ana.password)).status_code == 200
    assert (await _try(realm, "ana", "not her password")).status_code == 401
    assert (await _try(realm, "ana", realm.people.ana.password)).status_code == 200


async def test_no_address_and_no_handle_is_stored_for_the_limits(realm: Realm) -> None:
    await _try(realm, "zoe", "not her password")
    text = " ".join(str(row["row"]) for row in await realm.rows("SELECT rate_limits::text AS row FROM rate_limits"))
    assert text
    assert "zoe" not in text
    assert b"zoe".hex() not in text
    assert "127.0.0.1" not in text


async def test_an_expired_token_is_refused_and_an_expired_cookie_may_still_watch(realm: Realm) -> None:
    ended, clip = realm.people.ended_token, realm.people.clips["public"]
    by_token, by_cookie = realm.client(ended), realm.client(Cookie=f"{SESSION_COOKIE}={ended}")
    for path in ("/me", "/feed", f"/videos/{clip}"):
        refused = await by_token.get(path)
        assert (refused.status_code, refused.json()["type"]) == (401, "/problems/session-ended")
        assert refused.headers["www-authenticate"] == "Bearer"
    assert (await by_cookie.get("/me")).status_code == 401
    assert (await by_cookie.get("/feed")).json()["items"]
    shown = await by_cookie.get(f"/videos/{clip}")
    assert shown.status_code == 200
    assert (await by_cookie.get(SITE + shown.json()["renditions"][0]["url"])).status_code == 200
    assert (await by_cookie.put(f"/videos/{clip}/like")).status_code == 401


async def test_a_session_lasts_its_time_and_no_longer(realm: Realm, clock: HandClock) -> None:
    token = await realm.sign_in("ana", realm.people.ana.password)
    clock.advance(SESSION_LASTS - timedelta(seconds=1))
    assert (await realm.client(token).get("/me")).status_code == 200
    clock.advance(timedelta(seconds=1))
    assert (await realm.client(token).get("/me")).status_code == 401


async def test_signing_out_ends_this_session_only(realm: Realm) -> None:
    other = await realm.sign_in("ana", realm.people.ana.password)
    answer = await realm.client(realm.people.ana).delete("/session")
    assert answer.status_code == 204
    assert f'{SESSION_COOKIE}=""' in answer.headers["set-cookie"]
    assert (await realm.client(realm.people.ana).get("/me")).status_code == 401
    assert (await realm.client(other).get("/me")).status_code == 200


async def test_signing_out_everywhere_ends_every_session_of_this_person_only(realm: Realm) -> None:
    other = await realm.sign_in("ana", realm.people.ana.password)
    assert (await realm.client(realm.people.ana).delete("/sessions")).status_code == 204
    for token in (realm.people.ana.token, other):
        assert (await realm.client(token).get("/me")).status_code == 401
    assert (await realm.client(realm.people.ben).get("/me")).status_code == 200


async def test_changing_the_password_ends_every_other_session(realm: Realm) -> None:
    ana = realm.people.ana
    other = await realm.sign_in("ana", ana.password)
    form = {"current": ana.password, "new": "une autre phrase longue"}
    assert (await realm.client(ana).post("/me/password", json=form)).status_code == 204
    assert (await realm.client(ana).get("/me")).status_code == 200
    assert (await realm.client(other).get("/me")).status_code == 401
    assert (await _try(realm, "ana", ana.password)).status_code == 401
    assert (await _try(realm, "ana", form["new"])).status_code == 200


async def test_the_password_changes_only_against_the_current_one_and_for_a_good_one(realm: Realm) -> None:
    ana = realm.people.ana
    wrong = await realm.client(ana).post("/me/password", json={"current": "not hers", "new": "long enough it is"})
    weak = await realm.client(ana).post("/me/password", json={"current": ana.password, "new": "short"})
    assert [(a.status_code, a.json()["type"]) for a in (wrong, weak)] == [
        (403, "/problems/password-wrong"),
        (422, "/problems/password-too-weak"),
    ]
    assert (await _try(realm, "ana", ana.password)).status_code == 200


async def test_two_of_one_handle_at_once_make_one_account(realm: Realm) -> None:
    form = {"handle": "dora", "password": "ten or more", "birth_date": "1990-01-31", "country": "FR"}
    answers = await asyncio.gather(*(realm.client().post("/accounts", json=form) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_what_has_ended_is_swept_away(realm: Realm, clock: HandClock) -> None:
    await _try(realm, "zoe", "not her password")
    before = await realm.count_rows()
    clock.advance(timedelta(minutes=16))
    await realm.workshop.jobs["cell.sweep"]({})
    after = await realm.count_rows()
    assert after["rate_limits"] < before["rate_limits"]
    assert after["sessions"] == before["sessions"] - 1  # ana's old one
    assert (await realm.client(realm.people.ana).get("/me")).status_code == 200
