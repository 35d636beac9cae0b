"""A canary is looked at every day as staff look at people; what should be in the log then, and is not, is loud."""

import json
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import Log
from tests.integration.access.journeys import Office
from tests.integration.ledger.books import read_log
from tests.integration.ledger.running import Ledger
from tests.integration.web.published import wait_for_log
from tests.integration.world import Realm

from reelm import access, accounts, ledger, probing
from reelm.bootstrap import COLLECTIONS
from reelm.bootstrap.probers import open_prober
from reelm.bootstrap.workshop import PROBE
from reelm.cli.finding import Finding
from reelm.cli.probe_health import look_at_probes
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import EntryId
from reelm.kernel.time import HandClock
from reelm.web.kept import Kept

STEPS = ("access-requested", "access-approved", "access-opened", "access-ended")
EXPECTED = Counter([*STEPS, *["access-read"] * len(COLLECTIONS)])
LOUD = "a log does not tell of all that was done to a canary"


async def probe(realm: Realm) -> None:
    await realm.workshop.jobs[PROBE]({})


@asynccontextmanager
async def log_running(realm: Realm) -> AsyncGenerator[Ledger]:
    """The realm's log at work, and opened."""
    async with realm.ledger_running() as running:
        await wait_for_log(realm)
        yield running


async def doctor(realm: Realm) -> Finding:
    async with realm.cell.database.read() as unit:
        return await look_at_probes(realm.settings, unit, realm.clock)


async def told(realm: Realm) -> dict[str, Any]:
    """What `/trust` says now, and not a second ago."""
    realm.app.state.trust = Kept[bytes](0.0)
    return (await realm.client().get("/trust")).json()["probes"]


async def list_results(realm: Realm) -> list[dict[str, Any]]:
    rows = await realm.rows("SELECT body FROM ledger_entries WHERE kind = 'canary-probe' ORDER BY queue_no")
    return [json.loads(row["body"])["fact"] for row in rows]


@pytest.fixture
def withhold(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have entries of a kind left out by whoever should write them, who is told of an entry all the same."""
    append, append_all = ledger.append, ledger.append_all

    def begin(realm: Realm, kind: type[ledger.AccessRead | ledger.AccessApproved], collection: str = "") -> None:
        async def find_another(unit: WriteUnit) -> list[EntryId]:
            return (await ledger.list_ids(unit, ["log-opened"]))[:1]

        def is_withheld(fact: object) -> bool:
            return isinstance(fact, kind) and collection in ("", getattr(fact, "collection", ""))

        async def skip(unit: WriteUnit, fact: Any, **given: Any) -> EntryId:
            return (await find_another(unit))[0] if is_withheld(fact) else await append(unit, fact, **given)

        async def skip_some(unit: WriteUnit, drafts: Sequence[ledger.Draft], **given: Any) -> list[EntryId]:
            withheld = any(is_withheld(draft.fact) for draft in drafts)
            return await find_another(unit) if withheld else await append_all(unit, drafts, **given)

        monkeypatch.setattr(ledger, "append", skip)
        monkeypatch.setattr(ledger, "append_all", skip_some)

    return begin


async def test_a_look_at_a_canary_leaves_just_the_entries_of_a_look_by_staff(realm: Realm) -> None:
    async with log_running(realm) as running:
        before = len(read_log(running.folder.path)[1])
        await probe(realm)
        await wait_for_log(realm)
        _, entries = read_log(running.folder.path)
    (result,) = await list_results(realm)
    total = EXPECTED.total()
    assert (result["expected"], result["found"], result["missing"]) == (total, total, 0)
    of_probe = [ledger.decode(entry) for entry in entries[before:]]
    kinds = Counter(one.kind for one in of_probe if one.fact.get("request") == result["request"])
    assert kinds - Counter(["canary-probe"]) == EXPECTED
    async with realm.cell.database.read() as unit:
        assert await access.find_faults(unit) == []
    shown = await told(realm)
    day = realm.clock.now().date().isoformat()
    assert shown["newest"] == [{"realm": "eu", "day": day, "expected": total, "found": total, "missing": []}]
    assert (shown["failed"], shown["late"]) == ([], False)
    assert (await doctor(realm)) == Finding("canaries", True, f"eu {total} of {total} entries found, {day}")


async def test_a_realm_is_probed_once_a_day(realm: Realm, clock: HandClock) -> None:
    async with log_running(realm):
        for _ in range(2):
            await probe(realm)
        assert len(await list_results(realm)) == 1
        clock.advance(timedelta(days=1))
        await probe(realm)
    assert len({one["day"] for one in await list_results(realm)}) == 2


@pytest.mark.parametrize(
    ("kind", "collection", "missing"),
    [
        (ledger.AccessRead, "profile", "access-read profile"),
        (ledger.AccessRead, "watch-history", "access-read watch-history"),
        (ledger.AccessApproved, "", "access-approved"),
    ],
)
async def test_an_entry_that_was_withheld_is_noticed_and_loud(
    realm: Realm, clock: HandClock, log: Log, withhold: Any, kind: Any, collection: str, missing: str
) -> None:
    async with log_running(realm):
        withhold(realm, kind, collection)
        await probe(realm)
    assert LOUD in log.text
    (result,) = await list_results(realm)
    assert (result["found"], result["missing"]) == (result["expected"] - 1, 1)
    (failed,) = (await told(realm))["failed"]
    assert failed["missing"] == [missing]
    finding = await doctor(realm)
    assert not finding.ok
    assert missing in finding.what
    clock.advance(timedelta(days=6))
    assert not (await doctor(realm)).ok
    clock.advance(timedelta(days=1))
    assert "missing" not in (await doctor(realm)).what


class Tampered:
    """A log whose files of entries were changed by whoever serves them."""

    name = "tampered"

    def __init__(self, source: ledger.Source) -> None:
        self._source = source

    async def fetch(self, path: str, limit_bytes: int) -> bytes | None:
        content = await self._source.fetch(path, limit_bytes)
        return content.replace(b"access-read", b"access-ends") if content and "entries" in path else content


async def test_entries_that_are_served_otherwise_than_they_were_signed_are_not_found(realm: Realm, log: Log) -> None:
    async with (
        log_running(realm),
        open_prober(realm.settings, realm.cell.database, realm.clock) as prober,
    ):
        await probing.probe_what_is_due(replace(prober, served=Tampered(prober.served)))
    assert LOUD in log.text
    (result,) = await list_results(realm)
    assert (result["found"], result["missing"]) == (0, EXPECTED.total())


async def test_where_nothing_can_be_logged_nothing_is_shown_and_the_doctor_says_so_after_two_days(
    realm: Realm, clock: HandClock
) -> None:
    async with log_running(realm):
        await probe(realm)
    clock.advance(timedelta(days=1))
    await probe(realm)  # nobody writes the log any more
    assert len(await list_results(realm)) == 1
    assert (await doctor(realm)).ok
    clock.advance(timedelta(days=1))
    assert not (await doctor(realm)).ok
    assert (await told(realm))["late"]


async def test_canaries_are_in_no_page_list_or_count(realm: Realm) -> None:
    office, people = Office(realm), realm.people
    residents = await realm.rows("SELECT count(*) AS n FROM people")
    async with log_running(realm):
        await probe(realm)
        canaries = await realm.rows("SELECT handle, id FROM accounts WHERE id IN (SELECT account_id FROM canaries)")
        assert len(canaries) == 4
        for row in canaries:
            assert (await realm.client().get(f"/accounts/{row['handle']}")).status_code == 404
            assert (await realm.client(people.ben).put(f"/accounts/{row['handle']}/follow")).status_code == 404
            asked = await realm.client(people.mia).post("/access/requests", json=office.form(row["handle"]))
            assert asked.status_code == 404
        assert await office.requests(people.olga) == []
        assert await office.requests(people.aude) == []
    assert await realm.rows("SELECT count(*) AS n FROM people") == residents
    async with realm.cell.database.read() as unit:
        from_here = {id for id, _, _ in await accounts.list_residences(unit)}
    assert not from_here & {row["id"] for row in canaries}


async def test_nobody_takes_the_name_that_other_realms_ask_for(realm: Realm) -> None:
    form = {"handle": "Reelm.Canary", "password": "a password for tests", "birth_date": "1990-01-31"}
    made = await realm.client().post("/accounts", json=form | {"country": "FR", "locale": "en"})
    assert (made.status_code, made.json()["type"]) == (422, "/problems/handle-not-allowed")
