"""A move that is interrupted at any step, on either side, ends as if nothing had happened: in one realm, whole."""

import asyncio
import json
import multiprocessing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from tests.integration.abroad.neighbours import Neighbour
from tests.integration.faults.interrupted import How, Interrupted
from tests.integration.gateway.realms import until
from tests.integration.moving.interrupted import Interruption, serve_and_die, work_and_die
from tests.integration.moving.journeys import (
    Journey,
    assert_in_one_realm,
    assert_moved,
    is_over,
    join,
    work_some,
    work_until,
)

from reelm.gateway import Correspondence, RealmNotAnswering

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.integration.moving.interrupted"])
_SIGKILLED = -9
HOUR = timedelta(hours=1)
TRIES = 5


def _workers(journey: Journey) -> dict[int, str]:
    return {
        id(journey.eu.realm.workshop.database): "eu worker",
        id(journey.qc.realm.workshop.database): "qc worker",
    }


def _doors(journey: Journey) -> dict[int, str]:
    return {id(journey.eu.door.office.database): "eu door", id(journey.qc.door.office.database): "qc door"}


async def _move(journey: Journey, interruption: Interruption) -> None:
    """Move somebody; a worker whose job failed tries it again."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        interruption.install(monkeypatch)
        before = await journey.belongings(journey.eu)
        await journey.ask()

        async def look() -> bool:
            for one in journey.realms:
                with suppress(Interrupted):
                    await work_some(one)
            return await is_over(journey)

        await until(look, 60)
    await assert_moved(journey, before)


async def _list_steps(journey: Journey, roles: Mapping[int, str]) -> list[str]:
    """The steps of a move that nothing interrupts, but for the asking.

    Of two moves: what a role does in one of them only is a matter of who comes first.
    """
    first, second = Interruption(roles), Interruption(roles)
    for number, whole in ((900, first), (901, second)):
        await _move(await join(journey, number), whole)
    steps = [step for step in first.steps if step in second.steps]
    assert steps
    return steps


async def _interrupt_each(journey: Journey, roles: Mapping[int, str], steps: Sequence[str], how: How) -> None:
    """Move one person after the other, each with another step interrupted."""
    people = count(1)
    for step in steps:

        async def interrupt(step: str = step) -> bool:
            interruption = Interruption(roles, step, how)
            await _move(await join(journey, next(people)), interruption)
            return interruption.fired

        await _reach(step, interrupt)


async def _reach(step: str, interrupt: Callable[[], Awaitable[bool]]) -> None:
    """Interrupt a move at `step`; again where another role took it: that is a matter of who comes first."""
    for _ in range(TRIES):
        if await interrupt():
            return
    raise AssertionError(step)


@pytest.mark.parametrize("how", [How.FAILS, How.REPORTED])
async def test_a_worker_that_fails_at_any_step_leaves_nobody_behind(journey: Journey, how: How) -> None:
    roles = _workers(journey)
    steps = await _list_steps(journey, roles)
    assert len(steps) >= 10, steps
    await _interrupt_each(journey, roles, steps, how)


@pytest.mark.parametrize("how", [How.FAILS, How.REPORTED])
async def test_a_gateway_that_fails_at_any_step_leaves_nobody_behind(journey: Journey, how: How) -> None:
    roles = _doors(journey)
    steps = [step for step in await _list_steps(journey, roles) if " door: " in step]
    assert len(steps) >= 7, steps
    await _interrupt_each(journey, roles, steps, how)


async def _work_in_a_child(at: Neighbour, step: str) -> bool:
    """Do the queued jobs in processes of their own; whether one of them was killed at `step`."""
    query = "SELECT id, args FROM procrastinate_jobs WHERE task_name = 'moving.advance' ORDER BY id"
    for row in await at.realm.rows(query):
        args: Any = json.loads(row["args"]) if isinstance(row["args"], str) else row["args"]
        realm = at.realm
        child = _processes.Process(target=work_and_die, args=(realm.settings, step, args, realm.clock))
        child.start()
        await asyncio.to_thread(child.join, 60)
        assert child.exitcode in (0, _SIGKILLED)
        if child.exitcode == _SIGKILLED:
            return True
        await at.realm.rows("DELETE FROM procrastinate_jobs WHERE id = $1", row["id"])
    return False


async def _move_with_a_death(journey: Journey, step: str) -> bool:
    """Whether the worker came to `step`, and died."""
    before = await journey.belongings(journey.eu)
    await journey.ask()
    dying = journey.qc if step.startswith("qc") else journey.eu
    dead = False

    async def look() -> bool:
        nonlocal dead
        for one in journey.realms:
            if one is dying and not dead:
                dead = await _work_in_a_child(one, step)
            else:
                await work_some(one)
        return await is_over(journey)

    await until(look, 90)
    await assert_moved(journey, before)
    return dead


@pytest.mark.parametrize("side", ["eu", "qc"])
async def test_a_worker_that_is_killed_at_any_step_leaves_nobody_behind(journey: Journey, side: str) -> None:
    steps = await _list_steps(journey, _workers(journey))
    people = count(1)
    for step in [one for one in steps if one.startswith(side)]:

        async def interrupt(step: str = step) -> bool:
            return await _move_with_a_death(await join(journey, next(people)), step)

        await _reach(step, interrupt)


async def _move_with_a_dead_gateway(journey: Journey, at: Neighbour, step: str) -> bool:
    """The gateway of one side is a process of its own, which dies at `step`; another one takes its place.

    Returns whether it came to that step.
    """

    def open_door(dies_at: str) -> Any:
        started = _processes.Process(target=serve_and_die, args=(at.realm.settings, dies_at, journey.clock))
        started.start()
        return started

    before = await journey.belongings(journey.eu)
    doors = [open_door(step)]
    try:
        await journey.ask()

        async def look() -> bool:
            if doors[-1].exitcode is not None:
                assert (doors[-1].exitcode, len(doors)) == (_SIGKILLED, 1)
                doors.append(open_door(""))
            for one in journey.realms:
                await work_some(one)
            return await is_over(journey)

        await until(look, 90)
        await assert_moved(journey, before)
        return len(doors) == 2
    finally:
        doors[-1].kill()
        await asyncio.to_thread(doors[-1].join, 60)


@pytest.mark.parametrize("side", ["eu", "qc"])
async def test_a_gateway_that_is_killed_at_any_step_leaves_nobody_behind(journey: Journey, side: str) -> None:
    steps = [one for one in await _list_steps(journey, _doors(journey)) if f"{side} door: " in one]
    assert steps
    at = journey.qc if side == "qc" else journey.eu
    await at.close_door()
    people = count(1)
    for step in steps:

        async def interrupt(step: str = step) -> bool:
            return await _move_with_a_dead_gateway(await join(journey, next(people)), at, step)

        await _reach(step, interrupt)


@pytest.mark.timeout(600)  # after a cut couriers wait up to half a minute before they try again
async def test_a_link_that_is_cut_for_an_hour_at_any_step_only_delays(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = False
    real_send = Correspondence.send

    async def send(self: Correspondence, to: Any, *args: Any, **how: Any) -> Any:
        if cut:
            raise RealmNotAnswering(realm=to)
        return await real_send(self, to, *args, **how)

    steps = await _list_steps(journey, {**_workers(journey), **_doors(journey)})
    monkeypatch.setattr(Correspondence, "send", send)
    for number, step in enumerate((one for one in steps if "→" in one), start=1):
        person = await join(journey, number)
        before = await person.belongings(person.eu)
        seen = Interruption({**_workers(journey), **_doors(journey)})
        with monkeypatch.context() as patched:
            seen.install(patched)
            await person.ask()
            await work_until(person, lambda seen=seen, step=step: step in seen.steps, 150)
            cut = True
            for _ in range(3):
                await work_some(person.eu)
                await work_some(person.qc)
            journey.clock.advance(HOUR)
            await assert_in_one_realm(person)
            cut = False
            await work_until(person, lambda person=person: is_over(person), 150)
        await assert_moved(person, before)
