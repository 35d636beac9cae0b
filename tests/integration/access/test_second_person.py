"""Who may take which step, and what happens when two take it at once."""

import asyncio
from datetime import timedelta

import pytest
from tests.integration.access.journeys import LOCATION, Office, refusal
from tests.integration.ledger.running import Ledger
from tests.integration.world import Realm

from reelm.kernel.time import HandClock


async def test_the_second_person_is_another_person(realm: Realm, office: Office) -> None:
    cast = realm.people
    id = await office.ask(cast.olga)
    for step in ("approve", "refuse"):
        assert refusal(await office.act(cast.olga, id, step)) == (403, "second-person-needed")
        for who in (cast.mia, cast.aude, cast.ben):
            assert refusal(await office.act(who, id, step)) == (403, "role-may-not")
    approved = await office.do(cast.otto, id, "approve")
    assert (approved["state"], approved["decided_by"]["handle"]) == ("approved", "otto")
    assert await office.kinds() == {"access-requested": 1, "access-approved": 1}


async def test_people_are_told_their_role(realm: Realm) -> None:
    cast = realm.people
    for who, role in ((cast.olga, "operator"), (cast.mia, "moderator"), (cast.aude, "auditor"), (cast.ben, "viewer")):
        assert (await realm.client(who).get("/me")).json()["role"] == role


async def test_nobody_makes_themselves_staff(realm: Realm, office: Office) -> None:
    form = {
        "handle": "eve",
        "password": "ten or more",
        "birth_date": "1990-01-31",
        "country": "FR",
        "role": "operator",
    }
    assert (await realm.client().post("/accounts", json=form)).status_code == 201
    eve = realm.client(await realm.sign_in("eve", form["password"]))
    await eve.patch("/me", json={"role": "operator"})
    assert (await eve.get("/me")).json()["role"] == "viewer"
    assert refusal(await eve.post("/access/requests", json=office.form())) == (403, "role-may-not")


async def test_nobody_asks_or_decides_about_their_own_data(realm: Realm, office: Office) -> None:
    cast = realm.people
    for path in ("requests", "break-glass"):
        answer = await realm.client(cast.olga).post(f"/access/{path}", json=office.form("olga"))
        assert refusal(answer) == (403, "own-data-not-here")
    id = await office.ask(cast.otto, "olga")
    for step in ("approve", "refuse", "end"):
        assert refusal(await office.act(cast.olga, id, step)) == (403, "own-data-not-here")


async def test_a_refused_request_stays_refused(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    id = await office.ask(cast.mia)
    assert (await office.do(cast.olga, id, "refuse"))["state"] == "refused"
    assert refusal(await office.act(cast.otto, id, "approve")) == (409, "access-decided")
    assert refusal(await office.act(cast.mia, id, "open")) == (409, "access-not-approved")
    assert refusal(await office.look(cast.mia, id)) == (403, "access-not-open")
    assert await office.kinds() == {"access-requested": 1, "access-refused": 1}


async def test_viewers_and_auditors_ask_for_nothing(realm: Realm, office: Office) -> None:
    cast = realm.people
    for who in (cast.ana, cast.aude):
        for path in ("requests", "break-glass"):
            answer = await realm.client(who).post(f"/access/{path}", json=office.form("ben"))
            assert refusal(answer) == (403, "role-may-not")
    assert refusal(await realm.client(cast.mia).post("/access/break-glass", json=office.form())) == (
        403,
        "role-may-not",
    )
    assert await office.kinds() == {}


async def test_operators_and_auditors_see_every_request_and_moderators_their_own(
    realm: Realm, office: Office
) -> None:
    cast = realm.people
    of_mia, of_otto = await office.ask(cast.mia), await office.ask(cast.otto)
    for who, seen in ((cast.olga, [of_otto, of_mia]), (cast.aude, [of_otto, of_mia]), (cast.mia, [of_mia])):
        assert [one["id"] for one in await office.requests(who)] == seen
    assert refusal(await realm.client(cast.ben).get("/access/requests")) == (403, "role-may-not")


async def test_the_list_says_what_each_caller_may_do(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people

    async def may(who: object) -> set[str]:
        listed = await office.requests(who)  # pyright: ignore[reportArgumentType]
        return {name for name, allowed in listed[0]["may"].items() if allowed}

    id = await office.ask(cast.mia)
    assert await may(cast.mia) == {"end"}
    assert await may(cast.olga) == {"approve", "refuse", "end"}
    assert await may(cast.aude) == set()
    await office.do(cast.olga, id, "approve")
    assert await may(cast.mia) == {"open", "end"}
    await office.do(cast.mia, id, "open")
    assert await may(cast.mia) == {"read", "end"}
    assert await may(cast.olga) == {"end"}
    await office.do(cast.olga, id, "end")
    assert await may(cast.mia) == await may(cast.olga) == set()


async def test_the_list_pages(realm: Realm, office: Office) -> None:
    cast = realm.people
    asked = [await office.ask(cast.mia) for _ in range(3)]
    client = realm.client(cast.mia)
    first = (await client.get("/access/requests", params={"limit": 2})).json()
    rest = (await client.get("/access/requests", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == asked[::-1]
    assert rest["next_cursor"] is None


async def test_any_operator_may_take_an_access_back(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    id = await office.open(cast.mia, cast.olga)
    assert refusal(await office.act(cast.aude, id, "end")) == (403, "role-may-not")
    assert (await office.do(cast.otto, id, "end"))["end_cause"] == "revoked"
    assert (await office.do(cast.otto, id, "end"))["end_cause"] == "revoked"
    assert refusal(await office.look(cast.mia, id)) == (403, "access-over")
    assert (await office.kinds())["access-ended"] == 1


async def test_of_two_decisions_at_once_one_counts(realm: Realm, office: Office) -> None:
    cast = realm.people
    id = await office.ask(cast.mia)
    answers = await asyncio.gather(
        *(office.act(who, id, step) for who in (cast.olga, cast.otto) for step in ("approve", "refuse"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    kinds = await office.kinds()
    assert kinds["access-approved"] + kinds["access-refused"] == 1
    await office.assert_balanced()


async def test_opening_twice_at_once_opens_once(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    id = await office.ask(cast.mia)
    await office.do(cast.olga, id, "approve")
    answers = await asyncio.gather(*(office.act(cast.mia, id, "open") for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json()["ends_at"] for answer in answers}) == 1
    assert (await office.kinds())["access-opened"] == 1
    await office.assert_balanced()


async def test_two_sweeps_at_once_end_an_access_once(
    realm: Realm, office: Office, running: Ledger, clock: HandClock
) -> None:
    await office.open(realm.people.mia, realm.people.olga)
    clock.advance(timedelta(hours=1))
    await asyncio.gather(*(realm.workshop.jobs["cell.sweep"]({}) for _ in range(4)))
    assert (await office.kinds())["access-ended"] == 1
    await office.assert_balanced()


async def test_an_access_belongs_to_the_sign_in_that_opened_it(realm: Realm, office: Office, running: Ledger) -> None:
    mia = realm.people.mia
    id = await office.open(mia, realm.people.olga)
    elsewhere = realm.client(await realm.sign_in(mia.handle, mia.password))
    for answer in (
        await elsewhere.get(f"/access/requests/{id}/data/profile"),
        await elsewhere.post(f"/access/requests/{id}/open"),
    ):
        assert refusal(answer) == (403, "access-opened-elsewhere")
    assert (await office.kinds())["access-read"] == 0
    await office.see(mia, id)


@pytest.mark.parametrize("path", ["/session", "/sessions"])
async def test_signing_out_ends_what_was_open(realm: Realm, office: Office, running: Ledger, path: str) -> None:
    mia = realm.people.mia
    id = await office.open(mia, realm.people.olga)
    assert (await realm.client(mia).delete(path)).status_code == 204
    told = await office.entries("access-ended")
    assert [entry["fact"]["cause"] for entry in told] == ["closed"]
    again = realm.client(await realm.sign_in(mia.handle, mia.password))
    assert refusal(await again.get(f"/access/requests/{id}/data/profile")) == (403, "access-over")
    await office.assert_balanced()


async def test_a_new_password_ends_what_other_sign_ins_have_open(
    realm: Realm, office: Office, running: Ledger
) -> None:
    mia = realm.people.mia
    await office.open(mia, realm.people.olga)
    elsewhere = realm.client(await realm.sign_in(mia.handle, mia.password))
    form = {"current": mia.password, "new": "une autre phrase longue"}
    assert (await elsewhere.post("/me/password", json=form)).status_code == 204
    assert [entry["fact"]["cause"] for entry in await office.entries("access-ended")] == ["closed"]
    await office.assert_balanced()


async def test_who_loses_the_role_loses_the_access(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    id = await office.open(cast.mia, cast.olga, "ana", [LOCATION])
    assert refusal(await office.look(cast.ben, id)) == (403, "role-may-not")
    await office.see(cast.mia, id)  # somebody else's try changes nothing
    await realm.rows("UPDATE accounts SET role = 'viewer' WHERE handle = 'mia'")
    assert refusal(await office.look(cast.mia, id)) == (403, "role-may-not")
    await realm.rows("UPDATE accounts SET role = 'moderator' WHERE handle = 'mia'")
    assert refusal(await office.look(cast.mia, id)) == (403, "access-over")
    assert [entry["fact"]["cause"] for entry in await office.entries("access-ended")] == ["revoked"]
    assert (await office.kinds())["access-read"] == 1
    await office.assert_balanced()
