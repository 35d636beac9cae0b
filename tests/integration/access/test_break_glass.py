"""Break-glass is possible, loud, and reviewed by somebody else within 72 hours, or it alarms."""

from datetime import timedelta

import pytest
from tests.conftest import Log
from tests.integration.access.journeys import LOCATION, Office, refusal
from tests.integration.ledger.running import Ledger
from tests.integration.world import Realm

from reelm import access
from reelm.cli import doctor
from reelm.kernel.time import HandClock


async def alarms(realm: Realm) -> tuple[int, int]:
    async with realm.cell.database.read() as unit:
        found = await access.count_alarms(unit, realm.clock.now())
    return found.open, found.overdue


async def test_breaking_the_glass_shows_at_once_and_is_told(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    answer = await realm.client(cast.olga).post("/access/break-glass", json=office.form("ben", minutes=60))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["state"], made["break_glass"], made["may"]["read"]) == ("open", True, True)
    assert made["review"]["overdue"] is False
    await office.see(cast.olga, made["id"])
    told = await office.entries()
    assert [entry["kind"] for entry in told] == ["break-glass", "access-read"]
    assert told[0]["fact"]["classes"] == [LOCATION]
    assert await alarms(realm) == (1, 0)
    await office.assert_balanced()


@pytest.mark.parametrize("minutes", [4, 61])
async def test_the_glass_is_broken_for_an_hour_at_most(realm: Realm, office: Office, minutes: int) -> None:
    answer = await realm.client(realm.people.olga).post("/access/break-glass", json=office.form(minutes=minutes))
    assert refusal(answer) == (422, "minutes-not-allowed")
    assert answer.json()["maximum"] == 60


async def test_somebody_else_reviews_it_once_it_has_ended(
    realm: Realm, office: Office, running: Ledger, clock: HandClock
) -> None:
    cast, judged = realm.people, {"finding": "not-justified"}
    id = await office.break_glass(cast.olga)
    assert refusal(await office.act(cast.otto, id, "review", judged)) == (409, "review-not-due")
    clock.advance(timedelta(minutes=31))
    assert refusal(await office.act(cast.olga, id, "review", judged)) == (403, "second-person-needed")
    assert refusal(await office.act(cast.mia, id, "review", judged)) == (403, "role-may-not")
    reviewed = await office.do(cast.aude, id, "review", judged)
    assert (reviewed["review"]["finding"], reviewed["review"]["reviewed_by"]["handle"]) == ("not-justified", "aude")
    assert refusal(await office.act(cast.otto, id, "review", judged)) == (409, "review-not-due")
    clock.advance(timedelta(hours=72))
    await realm.workshop.jobs["cell.sweep"]({})
    assert await office.kinds() == {"break-glass": 1, "access-ended": 1, "break-glass-reviewed": 1}
    assert await alarms(realm) == (0, 0)
    await office.assert_balanced()


async def test_what_nobody_reviews_in_time_alarms_once_and_until_somebody_does(
    realm: Realm, office: Office, running: Ledger, clock: HandClock, log: Log
) -> None:
    cast = realm.people
    id = await office.break_glass(cast.olga)
    clock.advance(timedelta(hours=72) - timedelta(seconds=1))
    await realm.workshop.jobs["cell.sweep"]({})
    assert (await office.kinds())["break-glass-overdue"] == 0
    clock.advance(timedelta(seconds=1))
    for _ in range(2):
        await realm.workshop.jobs["cell.sweep"]({})
    assert (await office.kinds())["break-glass-overdue"] == 1
    assert await alarms(realm) == (1, 1)
    assert "not reviewed in time" in log.text
    page = (await realm.client(cast.aude).get("/access/requests")).json()
    assert (page["overdue"], page["items"][0]["review"]["overdue"]) == (1, True)
    await office.do(cast.otto, id, "review", {"finding": "justified"})
    assert await alarms(realm) == (0, 0)
    await office.assert_balanced()


async def test_the_doctor_tells_of_reviews_that_are_overdue_and_of_books_that_do_not_balance(
    realm: Realm, office: Office, running: Ledger, clock: HandClock
) -> None:
    clock.advance(-timedelta(hours=73))  # the doctor has a clock of its own, which stands at now
    await office.break_glass(realm.people.olga)
    await realm.rows("DELETE FROM ledger_entries WHERE kind = 'break-glass'")
    said = {finding.name: finding for finding in await doctor.look_at_cell(realm.settings)}
    assert not said["break-glass reviews"].ok
    assert said["break-glass reviews"].what.startswith("1 overdue")
    assert not said["staff access"].ok
    assert said["staff access"].what.startswith("1: act without its entry")


async def test_only_a_break_glass_access_is_reviewed(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    id = await office.open(cast.olga, cast.otto)
    await office.do(cast.olga, id, "end")
    assert refusal(await office.act(cast.aude, id, "review", {"finding": "justified"})) == (409, "review-not-due")


async def test_an_operator_made_moderator_sees_nothing_through_broken_glass(
    realm: Realm, office: Office, running: Ledger
) -> None:
    id = await office.break_glass(realm.people.olga)
    await realm.rows("UPDATE accounts SET role = 'moderator' WHERE handle = 'olga'")
    assert refusal(await office.look(realm.people.olga, id)) == (403, "role-may-not")
    assert (await office.kinds())["access-ended"] == 1
