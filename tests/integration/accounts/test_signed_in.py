"""Where somebody is signed in: what they see of it, and what they can end."""

from datetime import timedelta
from uuid import uuid4

from tests.integration.access.journeys import Office
from tests.integration.world import PASSWORDS, Person, Realm

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


async def sign_in(realm: Realm, agent: str) -> Person:
    form = {"handle": "ana", "password": PASSWORDS["ana"]}
    answer = await realm.client(**{"User-Agent": agent}).post("/session", json=form)
    return Person("ana", PASSWORDS["ana"], answer.json()["token"])


async def test_each_session_is_listed_by_what_it_runs_on_and_no_address(realm: Realm) -> None:
    there = await sign_in(realm, FIREFOX)
    listed = (await realm.client(there).get("/me/sessions")).json()["items"]
    assert [(one["device"], one["is_this"]) for one in listed if one["is_this"]] == [("Firefox, Linux", True)]
    assert len(listed) >= 2
    assert sum(one["is_this"] for one in listed) == 1
    kept = await realm.rows("SELECT to_jsonb(s)::text AS row FROM sessions s")
    assert not any("127.0.0.1" in row["row"] or "Gecko" in row["row"] for row in kept)


async def test_a_session_that_is_ended_is_over_at_once(realm: Realm) -> None:
    lost, ana = await sign_in(realm, FIREFOX), realm.client(realm.people.ana)
    (there,) = [one for one in (await ana.get("/me/sessions")).json()["items"] if one["device"] == "Firefox, Linux"]
    assert (await ana.delete(f"/me/sessions/{there['id']}")).status_code == 204
    assert (await realm.client(lost).get("/me")).status_code == 401
    assert (await ana.get("/me")).status_code == 200
    assert (await ana.delete(f"/me/sessions/{there['id']}")).status_code == 404


async def test_nobody_ends_or_sees_anothers(realm: Realm) -> None:
    await sign_in(realm, FIREFOX)
    (row,) = await realm.rows("SELECT id FROM sessions WHERE device = 'Firefox, Linux'")
    ben = realm.client(realm.people.ben)
    for id in (row["id"], uuid4()):
        assert (await ben.delete(f"/me/sessions/{id}")).status_code == 404
    assert str(row["id"]) not in (await ben.get("/me/sessions")).text
    assert len(await realm.rows("SELECT 1 FROM sessions WHERE device = 'Firefox, Linux'")) == 1


async def test_staff_access_ends_with_the_session_it_was_open_in(realm: Realm) -> None:
    office, cast = Office(realm), realm.people
    async with realm.ledger_running():
        id = await office.open(cast.olga, cast.otto, "ben")
        (session,) = await realm.rows(
            "SELECT s.id FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE a.handle = 'olga'"
        )
        token = await realm.sign_in("olga", cast.olga.password)
        assert (await realm.client(token).delete(f"/me/sessions/{session['id']}")).status_code == 204
        requests = (await realm.client(token).get("/access/requests")).json()["items"]
    assert next(one for one in requests if one["id"] == id)["state"] == "ended"


async def test_what_has_ended_is_not_listed(realm: Realm) -> None:
    await sign_in(realm, FIREFOX)
    realm.clock.advance(timedelta(days=61))
    again = await sign_in(realm, "curl/8.5")
    assert [one["device"] for one in (await realm.client(again).get("/me/sessions")).json()["items"]] == ["curl"]
