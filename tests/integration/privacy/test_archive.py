"""An archive has everything that is held of a person, says so, and is given to nobody else."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests import hostile
from tests.integration.world import Person, Realm

WHOLE_ROW = "SELECT to_jsonb(t)::text AS row FROM {table} t"
TABLES = """
SELECT relname AS name FROM pg_class
WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
"""


async def live(realm: Realm) -> Person:
    """Somebody who has done everything that there is to do here."""
    cast = realm.people
    ana = realm.client(cast.ana)
    await ana.patch("/me", json={"bio": "a canary's bio"})
    await ana.put("/me/avatar", content=hostile.png(64, 64))
    clip = await realm.publish(cast.ana, caption="mine")
    theirs = await realm.publish(cast.ben, caption="his")
    await ana.put(f"/videos/{theirs}/like")
    await ana.post(f"/videos/{theirs}/comments", json={"text": "a remark of hers"})
    await realm.client(cast.ben).post(f"/videos/{clip}/comments", json={"text": "a remark of his"})
    await realm.client(cast.ben).put("/accounts/ana/follow")
    await ana.put("/accounts/ben/follow")
    await ana.put("/me/feed", json={"hidden_words": ["spoiler"]})
    await watch(realm, cast.ana)
    await ask_to_look(realm)
    return cast.ana


async def ask_to_look(realm: Realm) -> None:
    """A member of staff asks to see something of hers."""
    wish = {"handle": "ana", "reason": "abuse-report", "classes": ["user.location"], "minutes": 30}
    answer = await realm.client(realm.people.olga).post("/access/requests", json=wish)
    assert answer.status_code == 201, answer.text


async def watch(realm: Realm, who: Person) -> None:
    """Open the feed and watch its first clip to the end."""
    page = (await realm.client(who).get("/feed?limit=5")).json()["items"]
    shown = page[0]
    told = {
        "impression_id": shown["impression_id"],
        "video_id": shown["video"]["id"],
        "kind": "view",
        "watched_ms": shown["video"]["duration_ms"],
        "at": realm.clock.now().isoformat(),
    }
    answer = await realm.client(who).post("/events", json={"events": [told]})
    assert answer.status_code == 202, answer.text


async def ask(realm: Realm, who: Person, **wish: str) -> dict[str, Any]:
    answer = await realm.client(who).post("/me/rights", json={"right": "access"} | wish)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def work(realm: Realm) -> None:
    """Do what is queued, whenever it is due."""
    while rows := await realm.rows(
        "SELECT id, args FROM procrastinate_jobs WHERE task_name = 'privacy.rights' ORDER BY id LIMIT 1"
    ):
        await realm.rows("DELETE FROM procrastinate_jobs WHERE id = $1", rows[0]["id"])
        args = rows[0]["args"]
        await realm.workshop.jobs["privacy.rights"](json.loads(args) if isinstance(args, str) else args)


async def take(realm: Realm, who: Person | None, id: str) -> httpx.Response:
    return await realm.client(who).get(f"/me/rights/{id}/archive")


async def make(realm: Realm, who: Person) -> zipfile.ZipFile:
    """The archive of somebody, with the log at work."""
    async with realm.ledger_running():
        asked = await ask(realm, who)
        await work(realm)
        answer = await take(realm, who, asked["id"])
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def test_every_table_with_a_row_about_somebody_is_in_their_archive(realm: Realm) -> None:
    """Checked against every row of the database as text, and not against any list of ours."""
    ana = await live(realm)
    archive = await make(realm, ana)
    told = json.loads(archive.read("tables.json"))
    listed = {one["table"] for one in told["tables"] if one["rows"]}
    withheld = {one["column"].split(".")[0] for one in told["withheld"]}
    account = (await realm.rows("SELECT id FROM accounts WHERE handle = 'ana'"))[0]["id"]
    pseudonym = (await realm.rows("SELECT pseudonym FROM feed_people WHERE account_id = $1", account))[0][0]
    traces = [str(account), "a canary's bio", "a remark of hers", str(pseudonym)]
    holding = set[str]()
    for table in await realm.rows(TABLES):
        rows = await realm.rows(WHOLE_ROW.format(table=table["name"]))
        if any(trace in row["row"] for row in rows for trace in traces):
            holding.add(table["name"])
    assert len(holding) > 12
    jobs = {name for name in holding if name.startswith("procrastinate")}
    assert holding - listed - withheld - jobs == set()


async def test_what_was_given_is_apart_from_what_was_worked_out(realm: Realm) -> None:
    archive = await make(realm, await live(realm))
    names = archive.namelist()
    assert {"inferred/feed_states.json", "inferred/showings.json", "collected/impressions.json"} <= set(names)
    (learned,) = json.loads(archive.read("inferred/feed_states.json"))
    assert learned["state"]["clips_that_count_as_seen"] == 1
    (profile,) = json.loads(archive.read("collected/accounts.json"))
    assert (profile["handle"], profile["bio"]) == ("ana", "a canary's bio")
    follows = json.loads(archive.read("collected/follows.json"))
    assert [one["followed_id_handle"] for one in follows] == ["ben"]


async def test_secrets_are_named_and_not_given(realm: Realm) -> None:
    archive = await make(realm, await live(realm))
    everything = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".json"))
    (profile,) = json.loads(archive.read("collected/accounts.json"))
    assert profile["password_hash"] == "kept secret"
    assert b"$argon2" not in everything
    assert all(one["token_hash"] == "kept secret" for one in json.loads(archive.read("collected/sessions.json")))


async def test_the_manifest_has_the_digest_of_each_file_and_the_log_that_of_the_archive(realm: Realm) -> None:
    ana = await live(realm)
    async with realm.ledger_running():
        asked = await ask(realm, ana)
        await work(realm)
        content = (await take(realm, ana, asked["id"])).content
        shown = (await realm.client(ana).get("/me/rights")).json()["items"][0]
    archive = zipfile.ZipFile(io.BytesIO(content))
    files = json.loads(archive.read("manifest.json"))["files"]
    assert files.keys() == set(archive.namelist()) - {"manifest.json"}
    for name, told in files.items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == told["sha256"], name
    digest = hashlib.sha256(content).hexdigest()
    assert (shown["sha256"], shown["state"], shown["bytes"]) == (digest, "ready", len(content))
    (entry,) = await realm.rows("SELECT body, log_index FROM ledger_entries WHERE kind = 'export'")
    assert digest.encode() in entry["body"]
    assert entry["log_index"] is not None


async def test_the_clips_of_somebody_are_in_their_archive_as_they_are_served(realm: Realm) -> None:
    ana = await live(realm)
    archive = await make(realm, ana)
    media = [name for name in archive.namelist() if name.startswith("media/")]
    assert any(name.endswith(".mp4") for name in media)
    assert any("avatars/" in name for name in media)
    for name in media:
        assert archive.read(name) == realm.cell.blobs.path(name.removeprefix("media/")).read_bytes()


async def test_recipients_are_the_entries_of_the_log_with_their_proofs(realm: Realm) -> None:
    ana = await live(realm)
    async with realm.ledger_running():
        archive_of = await ask(realm, ana)
        await work(realm)
        await work(realm)
        own = (await realm.client(ana).get("/me/ledger?limit=50")).json()["items"]
        content = (await take(realm, ana, archive_of["id"])).content
    archive = zipfile.ZipFile(io.BytesIO(content))
    told = json.loads(archive.read("recipients.json"))
    kinds = [one["entry"]["kind"] for one in told]
    assert "access-requested" in kinds
    assert kinds == [one["kind"] for one in own if one["kind"] != "export"]
    for one in told:
        if one["index"] is not None:
            assert archive.read(one["proof"]).startswith(b"c2sp.org/tlog-proof@v1")
    (request,) = json.loads(archive.read("collected/access_requests.json"))
    assert request["asked_by"] == "somebody of the staff"


async def test_an_archive_is_its_persons_alone_and_for_seven_days(realm: Realm) -> None:
    cast = realm.people
    async with realm.ledger_running():
        asked = await ask(realm, cast.ana)
        early = await take(realm, cast.ana, asked["id"])
        assert (early.status_code, early.json()["type"].rsplit("/", 1)[-1]) == (409, "archive-not-ready")
        await work(realm)
        assert (await take(realm, None, asked["id"])).status_code == 401
        for other in (cast.ben, cast.olga, cast.aude):
            assert (await take(realm, other, asked["id"])).status_code == 404
        assert (await take(realm, cast.ana, asked["id"])).status_code == 200
        realm.clock.advance(timedelta(days=7))
        assert (await take(realm, cast.ana, asked["id"])).status_code == 409
        await realm.workshop.jobs["privacy.wake"]({})
        await work(realm)
    assert list(realm.settings.archives_dir.iterdir()) == []
    assert (await realm.client(cast.ana).get("/me/rights")).json()["items"][0]["state"] == "done"


async def test_an_archive_of_nobody_is_deleted(realm: Realm) -> None:
    """Whoever moves away takes their requests' rows with them; what was made for them goes within minutes."""
    folder = realm.settings.archives_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "0199c0de-0000-7000-8000-000000000000.zip").write_bytes(b"PK")
    (folder / "0199c0de-0000-7000-8000-000000000001.making").write_bytes(b"PK")
    asked = await ask(realm, realm.people.ana)
    (folder / f"{asked['id']}.zip").write_bytes(b"PK")
    await realm.workshop.jobs["privacy.wake"]({})
    assert [path.name for path in folder.iterdir()] == [f"{asked['id']}.zip"]


async def test_asked_a_thousand_times_it_is_one_request(realm: Realm) -> None:
    ids = {(await ask(realm, realm.people.ana))["id"] for _ in range(100)}
    assert len(ids) == 1
    (count,) = await realm.rows("SELECT count(*) AS n FROM procrastinate_jobs WHERE task_name = 'privacy.rights'")
    assert count["n"] == 1
    async with realm.ledger_running():
        await work(realm)
    assert (await ask(realm, realm.people.ana))["id"] not in ids


async def test_without_the_log_there_is_no_archive(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log does not answer: nothing can be taken, nothing lies about, and the request goes on later."""
    asked = await ask(realm, realm.people.ana)
    monkeypatch.setattr(realm.workshop.engine.durability, "_wait_s", 0.05)
    (job,) = await realm.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'privacy.rights'")
    await realm.workshop.jobs["privacy.rights"](json.loads(job["args"]))
    assert (await take(realm, realm.people.ana, asked["id"])).status_code == 409
    assert [path.name for path in realm.settings.archives_dir.iterdir()] == []
    jobs = await realm.rows("SELECT count(*) AS n FROM procrastinate_jobs WHERE task_name = 'privacy.rights'")
    assert jobs[0]["n"] == 2
