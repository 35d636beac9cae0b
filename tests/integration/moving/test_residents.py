"""A decision moves people: told at once, moved when it says so, some at a time, and asked once only."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import Log
from tests.integration.abroad.neighbours import Neighbour
from tests.integration.moving.towns import HOUR, Towns
from tests.integration.world import Person

from reelm import accounts
from reelm.bootstrap import open_workshop
from reelm.cli.resettling import add_up, look_at_residents
from reelm.ledger.note import Note
from reelm.moving import residents

QUEBEC = {"country": "CA", "region": "QC"}


async def _residence(at: Neighbour, who: Person) -> dict[str, Any]:
    answer = await at.realm.client(who).get("/me/residence")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _settle(towns: Towns, number: int) -> list[Person]:
    return [await towns.eu.realm.sign_up(f"q{n}", **QUEBEC) for n in range(number)]


async def test_who_lives_where_another_realm_serves_is_told_at_once_and_moves_in_time(towns: Towns) -> None:
    eu, now = towns.eu.realm, towns.clock.now()
    ada, fay = await eu.sign_up("ada", **QUEBEC), await eu.sign_up("fay")
    await eu.sign_up("bob", country="CA", region="ON")
    mia = await eu.hire("mia", accounts.Role.MODERATOR, **QUEBEC)
    assert (await _residence(towns.eu, ada))["due"] is None
    towns.decide("eu", "ca-qc", at=now + HOUR, moving_at=now + 2 * HOUR)
    for _ in range(2):
        await towns.sweep()
    assert await towns.notices() == {"ada": 1, "bob": 1}
    due = {"realm": "ca-qc", "at": (now + 2 * HOUR).isoformat().replace("+00:00", "Z")}
    assert (await _residence(towns.eu, ada))["due"] == due
    assert [(await _residence(towns.eu, one))["due"] for one in (fay, mia)] == [None, None]
    inbox = (await eu.client(ada).get("/notifications")).json()
    assert inbox["unread"] == 1
    assert [(one["kind"], one["due"]) for one in inbox["items"]] == [("move", due)]

    towns.clock.advance(HOUR)
    await towns.sweep()
    assert await towns.steps() == {"announced": 2}
    told = await _residence(towns.eu, ada)
    assert told["due"] == due
    assert "realm eu\n" in Note.parse(told["note"].encode()).text
    assert (await eu.client(ada).get("/me/move")).status_code == 404
    assert (await eu.client(ada).patch("/me", json={"bio": "still free"})).status_code == 200

    towns.clock.advance(HOUR)
    await towns.sweep()
    assert await towns.steps() == {"asked": 2}
    await towns.work_until(lambda steps: steps == {"done": 2})
    assert await towns.handles(towns.qc) == {"ada", "bob"}
    assert await towns.handles(towns.eu) == {"fay", "mia"}
    there = Person("ada", ada.password, await towns.qc.realm.sign_in("ada", ada.password))
    assert (await _residence(towns.qc, there))["due"] is None
    await towns.sweep()
    assert await towns.steps() == {"done": 2}


async def test_without_a_date_nobody_moves_and_nobody_is_told(towns: Towns) -> None:
    now = towns.clock.now()
    (person,) = await _settle(towns, 1)
    towns.decide("eu", "ca-qc", at=now + timedelta(seconds=1))
    await towns.sweep()
    assert (await towns.steps(), await towns.notices()) == ({}, {})
    assert (await towns.eu.realm.client(person).get("/me/residence")).status_code == 421
    (progress,) = (await towns.progress()).values()
    assert (progress.waiting, progress.at) == (1, None)


async def test_a_decision_that_is_taken_back_in_time_moves_nobody(towns: Towns) -> None:
    now = towns.clock.now()
    (person,) = await _settle(towns, 1)
    towns.decide("eu", "ca-qc", at=now + HOUR, moving_at=now + 3 * HOUR)
    await towns.sweep()
    towns.decide("eu", at=now + 2 * HOUR)
    towns.clock.advance(4 * HOUR)
    await towns.sweep()
    assert await towns.steps() == {"announced": 1}
    assert (await _residence(towns.eu, person))["due"] is None
    (said,) = (await towns.eu.realm.client(person).get("/notifications")).json()["items"]
    assert (said["kind"], said["due"]) == ("move", None)


async def test_who_is_refused_is_not_asked_again_but_by_another_decision(towns: Towns) -> None:
    now = towns.clock.now()
    (person,) = await _settle(towns, 1)
    towns.decide("eu", "ca-qc", at=now + HOUR, moving_at=now + HOUR)
    towns.clock.advance(HOUR)
    await towns.qc.realm.sign_up("q0", **QUEBEC)
    await towns.sweep()
    await towns.work_until(lambda steps: steps == {"refused": 1})
    for _ in range(3):
        await towns.sweep()
        await towns.work()
    assert (await towns.steps(), await towns.notices()) == ({"refused": 1}, {"q0": 1})
    client = towns.eu.realm.client(person)
    assert (await client.get("/me/move")).json()["problem"] == "handle-taken"
    assert (await client.patch("/me", json={"bio": "still here"})).status_code == 200
    settings, clock = towns.eu.realm.settings, towns.clock
    found = await look_at_residents(settings, towns.eu.realm.cell.database, clock)
    assert not found.ok
    assert "1 refused by ca-qc (handle-taken 1)" in found.what

    towns.decide("eu", "ca-qc", at=clock.now(), moving_at=clock.now())
    await towns.sweep()
    await towns.work_until(lambda steps: steps == {"refused": 2})
    await towns.sweep()
    assert (await towns.steps(), await towns.notices()) == ({"refused": 2}, {"q0": 2})


async def test_who_calls_it_off_stays_until_they_ask_themselves(towns: Towns) -> None:
    now = towns.clock.now()
    (person,) = await _settle(towns, 1)
    towns.decide("eu", "ca-qc", at=now, moving_at=now)
    await towns.sweep()
    client = towns.eu.realm.client(person)
    assert (await client.delete("/me/move")).json()["step"] == "cancelled"
    await towns.sweep()
    assert await towns.steps() == {"cancelled": 1}
    (progress,) = (await towns.progress()).values()
    assert (progress.cancelled, progress.waiting) == (1, 0)
    form = {"to": "ca-qc", "told": "ca-qc", "password": person.password}
    assert (await client.post("/me/move", json=form)).status_code == 202
    await towns.work_until(lambda steps: steps.get("done") == 1)
    assert await towns.handles(towns.qc) == {"q0"}


async def test_only_so_many_are_under_way_and_each_that_is_over_lets_the_next_one_begin(
    towns: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(residents, "MOST_AT_A_TIME", 2)
    now = towns.clock.now()
    await _settle(towns, 5)
    towns.decide("eu", "ca-qc", at=now, moving_at=now)
    await towns.sweep()
    for _ in range(2):
        await towns.sweep()
        assert await towns.steps() == {"announced": 3, "asked": 2}
    seen: list[int] = []

    def is_over(steps: dict[str, int]) -> bool:
        seen.append(sum(n for step, n in steps.items() if step not in ("announced", "done")))
        (away,) = {steps.get("done", 0)}
        return away == 5

    await towns.work_until(is_over)
    assert max(seen) == 2
    assert await towns.handles(towns.qc) == {f"q{n}" for n in range(5)}


async def test_a_worker_that_starts_anew_goes_on_and_two_of_them_do_each_thing_once(
    towns: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(residents, "MOST_AT_A_TIME", 3)
    now = towns.clock.now()
    await _settle(towns, 5)
    towns.decide("eu", "ca-qc", at=now, moving_at=now)
    real, left = residents.ask, [1]

    async def die(*args: Any, **how: Any) -> Any:
        if not left:
            raise RuntimeError("the worker is gone")
        left.pop()
        return await real(*args, **how)

    with monkeypatch.context() as dying:
        dying.setattr(residents, "ask", die)
        with pytest.raises(RuntimeError):
            await towns.sweep()
    assert await towns.steps() == {"announced": 4, "asked": 1}
    settings, clock = towns.eu.realm.settings, towns.clock
    async with open_workshop(settings, clock) as one, open_workshop(settings, clock) as other:
        await asyncio.gather(towns.sweep(one), towns.sweep(other), towns.sweep(one))
    assert await towns.steps() == {"announced": 2, "asked": 3}
    assert await towns.notices() == {f"q{n}": 1 for n in range(5)}
    await towns.work_until(lambda steps: steps == {"done": 5})


async def test_how_far_it_is_can_be_seen_for_all_cells_together(towns: Towns) -> None:
    now = towns.clock.now()
    await _settle(towns, 3)
    await towns.eu.realm.sign_up("fay")
    cells = [towns.eu.realm.settings, towns.qc.realm.settings]
    assert await add_up(cells, towns.clock) == {}
    towns.decide("eu", "ca-qc", at=now, moving_at=now + HOUR)
    await towns.qc.realm.sign_up("q1", **QUEBEC)
    counted = {"waiting": 3, "under_way": 0, "moved": 0, "refused": 0, "cancelled": 0}
    assert await add_up(cells, towns.clock) == {"ca-qc": {"move_at": (now + HOUR).isoformat(), **counted}}
    assert (await look_at_residents(cells[0], towns.eu.realm.cell.database, towns.clock)).ok
    towns.clock.advance(HOUR)
    await towns.sweep()
    assert (await add_up(cells, towns.clock))["ca-qc"]["under_way"] == 3
    await towns.work_until(lambda steps: steps == {"done": 2, "refused": 1})
    told = (await add_up(cells, towns.clock))["ca-qc"]
    assert {name: told[name] for name in counted} == counted | {"waiting": 0, "moved": 2, "refused": 1}


async def test_a_realm_that_nobody_may_move_to_is_said_and_nobody_is_frozen(towns: Towns, log: Log) -> None:
    now = towns.clock.now()
    person = await towns.eu.realm.sign_up("una", country="US")
    towns.decide("eu", "us", at=now, moving_at=now)
    await towns.sweep()
    assert await towns.steps() == {"announced": 1}
    assert (await towns.eu.realm.client(person).patch("/me", json={"bio": "free"})).status_code == 200
    assert "residents can't move now" in log.text
    found = await look_at_residents(towns.eu.realm.settings, towns.eu.realm.cell.database, towns.clock)
    assert not found.ok
    assert "nobody can move to us" in found.what


async def test_somebody_who_can_not_even_ask_is_refused_and_the_others_go_on(
    towns: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = towns.clock.now()
    people = await _settle(towns, 2)
    towns.decide("eu", "ca-qc", at=now, moving_at=now)
    real = accounts.clean_handle

    def clean(handle: str) -> str:
        if handle == "q0":
            raise accounts.HandleNotAllowed
        return real(handle)

    monkeypatch.setattr(accounts, "clean_handle", clean)
    await towns.sweep()
    await towns.work_until(lambda steps: steps == {"refused": 1, "done": 1})
    move = (await towns.eu.realm.client(people[0]).get("/me/move")).json()
    assert (move["step"], move["problem"]) == ("refused", "handle-not-allowed")
