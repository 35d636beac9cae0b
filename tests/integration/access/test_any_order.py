"""Whatever staff try, in whatever order and at whatever time: the log alone shows that the rules were kept."""

import json
from collections import defaultdict
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from tests.integration.access.journeys import ALL, KINDS, Office
from tests.integration.world import Person, Realm

from reelm import access, accounts
from reelm.bootstrap import COLLECTIONS, look_at
from reelm.kernel.errors import Problem
from reelm.kernel.ids import AccessId, AccountId
from reelm.kernel.time import HandClock

TRIES = 400
TRIED = ("ask", "break-glass", "approve", "refuse", "open", "look", "end", "review")
WEIGHTS = (4, 3, 8, 1, 8, 20, 2, 3)


class Staffroom:
    """People who try anything."""

    def __init__(self, realm: Realm, chance: Random) -> None:
        self.realm, self.desk, self.chance = realm, realm.cell.desk, chance
        self.callers: list[access.Caller] = []
        self.people: list[AccountId] = []
        self.requests: list[tuple[AccessId, access.Caller]] = []

    async def enter(self, *who: Person) -> None:
        for person in who:
            async with self.realm.cell.database.read() as unit:
                viewer = await accounts.recognise(unit, person.token, at=self.realm.clock.now())
            self.callers.append(access.Caller(viewer.id, viewer.session))
            self.people.append(viewer.id)

    async def try_something(self) -> None:
        chance, desk = self.chance, self.desk
        caller, kind = chance.choice(self.callers), chance.choices(TRIED, WEIGHTS)[0]
        if kind in ("ask", "break-glass") or not self.requests:
            ask = access.break_glass if kind == "break-glass" else access.ask
            wish: dict[str, Any] = {"subject": chance.choice(self.people), "reason": "security-incident"}
            classes, minutes = chance.sample(ALL, 5), chance.choice([5, 30, 60])
            made = await ask(desk, caller, **wish, classes=classes, minutes=minutes)
            self.requests.append((made.id, caller))
            return
        id, asker = chance.choice(self.requests[-3:])
        if kind in ("look", "open") and chance.random() < 0.7:
            caller = asker
        if kind == "look":
            await look_at(chance.choice(COLLECTIONS).name, await access.staff_eyes(desk, caller, id))
        elif kind == "review":
            await access.review(desk, caller, id, access.Finding.JUSTIFIED)
        else:
            steps = {
                "approve": access.approve,
                "refuse": access.refuse,
                "open": access.open_access,
                "end": access.end,
            }
            await steps[kind](desk, caller, id)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def read_log(realm: Realm) -> dict[str, list[dict[str, Any]]]:
    """The entries of each request in order, with the people that only this realm can tell."""
    rows = await realm.rows(
        "SELECT body, actor_id, subject_id FROM ledger_entries WHERE kind = ANY($1) ORDER BY queue_no", KINDS
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        entry = json.loads(row["body"]) | {"who": row["actor_id"], "whom": row["subject_id"]}
        found[entry["fact"]["request"]].append(entry)
    return found


def assert_lawful(entries: list[dict[str, Any]]) -> int:
    """The entries of one request keep the rules; returns how many looks there were."""
    first, kinds = entries[0], [entry["kind"] for entry in entries]
    told = {entry["kind"]: entry for entry in entries}
    assert first["kind"] in ("access-requested", "break-glass")
    for kind in set(kinds) - {"access-read"}:
        assert kinds.count(kind) == 1, kinds
    assert all(entry["whom"] == first["whom"] != entry["who"] for entry in entries)
    reads = [entry for entry in entries if entry["kind"] == "access-read"]
    if "access-opened" in told:
        assert told["access-approved"]["who"] != first["who"] == told["access-opened"]["who"]
        assert kinds.index("access-requested") < kinds.index("access-approved") < kinds.index("access-opened")
    if reads:
        opened = told.get("access-opened", first if first["kind"] == "break-glass" else None)
        assert opened
        assert all(instant(opened["at"]) <= instant(one["at"]) < instant(opened["fact"]["until"]) for one in reads)
        assert all(one["who"] == first["who"] for one in reads)
        assert all(set(one["fact"]["classes"]) <= set(first["fact"]["classes"]) for one in reads)
    if "access-ended" in told:
        assert told["access-ended"]["fact"]["reads"] == len(reads)
        assert "access-read" not in kinds[kinds.index("access-ended") :]
    if "break-glass-reviewed" in told:
        assert told["break-glass-reviewed"]["who"] != first["who"]
    return len(reads)


@pytest.mark.parametrize("seed", range(3))
async def test_the_log_alone_shows_that_the_rules_were_kept(
    realm: Realm, office: Office, clock: HandClock, seed: int
) -> None:
    chance = Random(seed)
    cast, staff = realm.people, Staffroom(realm, chance)
    await staff.enter(cast.olga, cast.otto, cast.mia, cast.aude, cast.ben)
    async with realm.ledger_running():
        for _ in range(TRIES):
            with suppress(Problem):
                await staff.try_something()
            clock.advance(timedelta(minutes=chance.choice([0, 0, 0, 1, 3])))
        clock.advance(timedelta(hours=73))
        await realm.workshop.jobs["cell.sweep"]({})
    log = await read_log(realm)
    assert sum(assert_lawful(entries) for entries in log.values()) > 5
    async with realm.cell.database.read() as unit:
        alarms = await access.count_alarms(unit, clock.now())
    assert alarms.overdue == alarms.open == (await office.kinds())["break-glass-overdue"]
    await office.assert_balanced()
