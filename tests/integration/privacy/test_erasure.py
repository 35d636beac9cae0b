"""After an erasure nothing of the person is left, whatever fails in between, and what is in the way is waited for."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.integration.privacy.test_archive import live, work
from tests.integration.world import Person, Realm

from reelm import accounts
from reelm.cli.rights_health import look_at_rights
from reelm.infra.blobs import FileBlobs

WEEK = timedelta(days=7)


async def ask(realm: Realm, who: Person, password: str | None = None) -> tuple[int, dict[str, Any]]:
    wish = {"right": "erasure", "password": password or who.password}
    answer = await realm.client(who).post("/me/rights", json=wish)
    return answer.status_code, answer.json()


async def find_traces(realm: Realm, *wanted: str) -> list[str]:
    """Where in the realm's rows and files any of these still is."""
    found: list[str] = []
    tables = await realm.rows(
        "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace"
    )
    for table in tables:
        for row in await realm.rows(f'SELECT to_jsonb(t)::text AS text FROM "{table["name"]}" t'):
            found += [f"{table['name']}: {one}" for one in wanted if one in row["text"]]
    for path in Path(realm.settings.data).rglob("*"):
        if path.is_file():
            found += [f"{path}: name" for one in wanted if one in path.as_posix()]
            content = path.read_bytes()
            found += [f"{path}: content" for one in wanted if one.encode() in content]
    return found


async def account_of(realm: Realm, handle: str) -> str:
    return str((await realm.rows("SELECT id FROM accounts WHERE handle = $1", handle))[0]["id"])


async def state_of(realm: Realm) -> str:
    rows = await realm.rows("SELECT state FROM rights_requests WHERE \"right\" = 'erasure' ORDER BY asked_at DESC")
    return rows[0]["state"]


async def test_an_erased_person_is_in_no_row_and_no_file(realm: Realm) -> None:
    ana = await live(realm)
    account = await account_of(realm, "ana")
    clips = [str(row["id"]) for row in await realm.rows("SELECT id FROM videos WHERE author_id = $1", account)]
    assert clips
    status, asked = await ask(realm, ana)
    assert status == 202
    assert datetime.fromisoformat(asked["starts_at"]) == realm.clock.now() + WEEK
    await work(realm)
    assert await state_of(realm) == "asked"  # its time has not come
    realm.clock.advance(WEEK)
    await realm.workshop.jobs["privacy.wake"]({})
    await work(realm)
    assert await state_of(realm) == "done"
    assert await find_traces(realm, account, "a canary's bio", "a remark of hers", '"ana"', *clips) == []
    assert (await realm.client().get("/accounts/ana")).status_code == 404
    assert (
        await realm.client().post("/session", json={"handle": "ana", "password": ana.password})
    ).status_code == 401
    rows = await realm.rows("SELECT body FROM ledger_entries WHERE kind = 'erasure-tombstone'")
    assert len(rows) == 1
    assert (await realm.rows("SELECT account_id, told FROM rights_requests"))[0]["account_id"] is None


async def test_what_others_have_stays_and_counts_right(realm: Realm) -> None:
    ana = await live(realm)
    counts = "SELECT c.likes, c.comments, v.id FROM video_counts c JOIN videos v ON v.id = c.video_id"
    (before,) = await realm.rows(f"{counts} WHERE caption = 'his'")
    assert (before["likes"], before["comments"]) == (1, 1)
    await erase_now(realm, ana)
    (after,) = await realm.rows("SELECT likes, comments FROM video_counts WHERE video_id = $1", before["id"])
    assert (after["likes"], after["comments"]) == (0, 0)
    assert (await realm.client().get("/accounts/ben")).status_code == 200
    follows = await realm.rows("SELECT 1 FROM follows f JOIN accounts a ON a.id = f.follower_id AND a.handle = 'ben'")
    assert follows == []


async def erase_now(realm: Realm, who: Person) -> None:
    await ask(realm, who)
    realm.clock.advance(WEEK)
    await realm.workshop.jobs["privacy.wake"]({})
    await work(realm)


async def test_it_is_the_person_who_asks_and_they_can_call_it_off(realm: Realm) -> None:
    ana = realm.people.ana
    assert (await ask(realm, ana, "not the password"))[0] == 403
    assert await realm.rows("SELECT 1 FROM rights_requests") == []
    _, asked = await ask(realm, ana)
    assert (await ask(realm, ana))[1]["id"] == asked["id"]
    refused = await realm.client(ana).patch("/me", json={"bio": "still here?"})
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "account-moving")
    other = await realm.client(realm.people.ben).delete(f"/me/rights/{asked['id']}")
    assert other.status_code == 404
    assert (await realm.client(ana).delete(f"/me/rights/{asked['id']}")).status_code == 204
    assert (await realm.client(ana).patch("/me", json={"bio": "still here"})).status_code == 200
    realm.clock.advance(WEEK)
    await realm.workshop.jobs["privacy.wake"]({})
    await work(realm)
    assert (await realm.client().get("/accounts/ana")).status_code == 200
    late = await realm.client(ana).delete(f"/me/rights/{asked['id']}")
    assert (late.status_code, late.json()["type"].rsplit("/", 1)[-1]) == (409, "too-late-to-call-off")


async def test_a_case_that_begins_meanwhile_is_waited_for(realm: Realm) -> None:
    ana, olga = realm.people.ana, realm.client(realm.people.olga)
    _, asked = await ask(realm, ana)
    until = (realm.clock.now() + timedelta(days=20)).isoformat()
    hold = {"case": "x", "reason": "y", "handles": ["ana"], "classes": ["user.behavior"], "until": until}
    assert (await olga.post("/holds", json=hold)).status_code == 201
    realm.clock.advance(WEEK)
    await realm.workshop.jobs["privacy.wake"]({})
    (job, *_) = await realm.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'privacy.rights'")
    await realm.workshop.jobs["privacy.rights"](json.loads(job["args"]))
    shown = (await realm.client(ana).get("/me/rights")).json()["items"][0]
    assert (shown["state"], shown["problem"]) == ("waiting", "held-for-case")
    realm.clock.advance(timedelta(days=13))
    await realm.workshop.jobs["privacy.wake"]({})
    await work(realm)
    assert await state_of(realm) == "done"
    assert (await realm.client().get("/accounts/ana")).status_code == 404
    assert asked["id"]


async def test_whoever_is_held_is_told_at_once(realm: Realm) -> None:
    until = (realm.clock.now() + timedelta(days=20)).isoformat()
    hold = {"case": "x", "reason": "y", "handles": ["ana"], "classes": ["user.behavior"], "until": until}
    await realm.client(realm.people.olga).post("/holds", json=hold)
    status, problem = await ask(realm, realm.people.ana)
    assert (status, problem["type"].rsplit("/", 1)[-1]) == (409, "held-for-case")
    assert (await realm.client(realm.people.ana).patch("/me", json={"bio": "not frozen"})).status_code == 200


async def test_a_clip_that_is_being_made_is_waited_for(realm: Realm) -> None:
    ana = realm.people.ana
    clip = await realm.post(ana)
    await ask(realm, ana)
    realm.clock.advance(WEEK)
    (job, *_) = await realm.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'privacy.rights'")
    await realm.workshop.jobs["privacy.rights"](json.loads(job["args"]))
    assert await state_of(realm) == "waiting"
    assert (await realm.client(ana).get(f"/videos/{clip}")).status_code == 200
    await realm.rows("UPDATE assets SET finished_at = now() WHERE finished_at IS NULL")
    await realm.workshop.jobs["privacy.wake"]({})
    await work(realm)
    assert await state_of(realm) == "done"


async def _boom(*_: object, **__: object) -> None:
    raise OSError("the disk is gone")


STEPS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "rows": lambda patch: patch.setattr(accounts, "delete_account", _boom),
    "key": lambda patch: patch.setattr("reelm.access.forget_person", _boom),
    "copies": lambda patch: patch.setattr("reelm.social.take_back_all", _boom),
}


@pytest.mark.parametrize("step", STEPS)
async def test_what_fails_before_the_commit_leaves_everything_and_goes_on_later(step: str, realm: Realm) -> None:
    ana = await live(realm)
    account = await account_of(realm, "ana")
    before = await realm.count_rows()
    await ask(realm, ana)
    realm.clock.advance(WEEK)
    with pytest.MonkeyPatch.context() as patch:
        STEPS[step](patch)
        (job, *_) = await realm.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'privacy.rights'")
        with pytest.raises(OSError, match="disk"):
            await realm.workshop.jobs["privacy.rights"](json.loads(job["args"]))
    after = await realm.count_rows()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"procrastinate_jobs", "procrastinate_events", "rights_requests"}
    await realm.workshop.jobs["privacy.wake"]({})
    await work(realm)
    assert await find_traces(realm, account, "a canary's bio") == []


async def test_files_that_could_not_be_deleted_are_deleted_later(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await live(realm)
    account = await account_of(realm, "ana")
    await ask(realm, ana)
    realm.clock.advance(WEEK)
    (job, *_) = await realm.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'privacy.rights'")
    with monkeypatch.context() as patch:

        def fail(*_: object) -> None:
            raise OSError("the disk is gone")

        patch.setattr(FileBlobs, "delete_below", fail)
        with pytest.raises(OSError, match="disk"):
            await realm.workshop.jobs["privacy.rights"](json.loads(job["args"]))
    assert (await realm.client().get("/accounts/ana")).status_code == 404
    assert await state_of(realm) == "working"
    await realm.workshop.jobs["privacy.wake"]({})
    await work(realm)
    assert await state_of(realm) == "done"
    assert await find_traces(realm, account) == []


# What the law of each place allows at the longest for an erasure, and for an archive; days of 2026.
PLACES: dict[tuple[str, str | None], str] = {
    ("CA", "QC"): "law-25",
    ("CA", "ON"): "pipeda",
    ("CA", "BC"): "bc-pipa",
    ("CA", "AB"): "ab-pipa",
    ("FR", None): "gdpr",
    ("GB", None): "uk-gdpr",
    ("US", None): "reelm",
}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: "-".join(filter(None, place)))
async def test_the_day_before_each_deadline_is_an_alarm_and_then_it_is_a_breach(
    place: tuple[str, str | None], realm: Realm
) -> None:
    country, region = place
    form = {"country": country} | ({"region": region} if region else {})
    eve = await realm.sign_up("eve.new", **form)
    answer = await realm.client(eve).post("/me/rights", json={"right": "access"})
    asked = answer.json()
    due, by_law = (datetime.fromisoformat(asked[name]) for name in ("due_at", "by_law"))
    assert asked["law"] == PLACES[place]
    assert due <= by_law
    zone = ZoneInfo(realm.cell.laws.of(country, region).zone)
    assert (due.astimezone(zone) - timedelta(seconds=1)).strftime("%H:%M:%S") == "23:59:59"
    seen: list[tuple[bool, str]] = []
    for hours in (30, 24, 0):
        realm.clock.advance(due - timedelta(hours=hours) - realm.clock.now())
        async with realm.cell.database.read() as unit:
            finding = await look_at_rights(unit, realm.clock.now())
        seen.append((finding.ok, finding.what))
    assert [ok for ok, _ in seen] == [True, False, False]
    assert "due by" in seen[1][1]
    assert "overdue since" in seen[2][1]
    boss = await realm.hire("boss", accounts.Role.OPERATOR)
    (told,) = (await realm.client(boss).get("/rights/due")).json()["items"]
    assert (told["standing"], told["law"]) == ("overdue", PLACES[place])
    assert "eve" not in json.dumps(told)


async def test_the_list_of_what_is_due_is_for_operators_and_auditors(realm: Realm) -> None:
    cast = realm.people
    answers = {
        name: (await realm.client(who).get("/rights/due")).status_code
        for name, who in {
            "nobody": None,
            "ben": cast.ben,
            "mia": cast.mia,
            "aude": cast.aude,
            "olga": cast.olga,
        }.items()
    }
    assert answers == {"nobody": 401, "ben": 403, "mia": 403, "aude": 200, "olga": 200}


async def test_those_who_ask_at_once_get_one_request(realm: Realm) -> None:
    ana = realm.client(realm.people.ana)
    answers = await asyncio.gather(*(ana.post("/me/rights", json={"right": "access"}) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
