"""Staff see private data only after asking, with a second person's word, for a while, and with an entry each time."""

from datetime import timedelta

import pytest
from tests.conftest import Log
from tests.integration.access.journeys import ALL, BEHAVIOR, BIRTH_DATE, EMAIL, LOCATION, SOCIAL, Office, refusal
from tests.integration.ledger.running import Ledger
from tests.integration.world import BIRTH_DATE as BORN
from tests.integration.world import Realm

from reelm import ledger
from reelm.kernel.time import HandClock

COLLECTIONS = (
    *("profile", "sign-ins", "watch-history", "feed-choices", "likes-and-follows", "blocks-and-mutes"),
    "private-clips",
)


async def test_nobody_has_standing_access(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    for who in (cast.olga, cast.mia, cast.aude, cast.ben):
        missing = await office.look(who, "018f3c1e-0000-7000-8000-000000000001")
        staff = who in (cast.olga, cast.mia)
        assert refusal(missing) == ((404, "access-not-found") if staff else (403, "role-may-not"))
    id = await office.ask(cast.mia)
    assert refusal(await office.look(cast.mia, id)) == (403, "access-not-open")
    assert refusal(await office.act(cast.mia, id, "open")) == (409, "access-not-approved")
    await office.do(cast.olga, id, "approve")
    assert refusal(await office.look(cast.mia, id)) == (403, "access-not-open")
    assert refusal(await office.look(cast.olga, id)) == (403, "access-not-yours")
    assert (await office.kinds())["access-read"] == 0
    await office.assert_balanced()


async def test_ask_approve_open_read_end(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    id = await office.open(cast.mia, cast.olga, "ben", [LOCATION, BEHAVIOR])
    shown = await office.look(cast.mia, id)
    assert shown.status_code == 200, shown.text
    seen = shown.json()
    fields = {field["name"]: field["value"] for field in seen["fields"]}
    assert (fields["country"], fields["region"]) == ("CA", "QC")
    assert fields.keys() == {"country", "region", "signed_up_at"}
    assert seen["person"]["handle"] == "ben"
    assert shown.headers["reelm-ledger-index"] == str(seen["index"])
    assert shown.headers["cache-control"] == "no-store"
    ended = await office.do(cast.mia, id, "end")
    assert (ended["state"], ended["end_cause"], ended["reads"]) == ("ended", "closed", 1)
    assert refusal(await office.look(cast.mia, id)) == (403, "access-over")
    kinds = [entry["kind"] for entry in await office.entries()]
    assert kinds == ["access-requested", "access-approved", "access-opened", "access-read", "access-ended"]
    await office.assert_balanced()


async def test_every_look_is_one_entry_with_the_classes_it_showed(
    realm: Realm, office: Office, running: Ledger
) -> None:
    cast = realm.people
    id = await office.open(cast.olga, cast.otto, "ben", ALL)
    for collection in COLLECTIONS:
        seen = await office.see(cast.olga, id, collection)
        told = (await office.entries("access-read"))[-1]
        rows = [seen["fields"]] if seen["fields"] is not None else seen["rows"]
        shown = {field["class"] for row in rows for field in row if field["class"] != "system.operations"}
        assert told["id"] == seen["entry_id"]
        assert told["fact"]["collection"] == collection
        assert shown <= set(told["fact"]["classes"]) <= set(ALL)
        assert all(len(row) <= told["fact"]["fields"] for row in rows)
    assert (await office.kinds())["access-read"] == len(COLLECTIONS)
    mine = {entry["subject"] for entry in await office.entries("access-read")}
    assert len(mine) == len(COLLECTIONS), "commitments to one person differ from entry to entry"
    await office.assert_balanced()


async def test_what_is_shown_is_what_the_person_has(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    clip = cast.clips["public"]
    watched = {"kind": "view", "video_id": clip, "watched_ms": 900, "at": realm.clock.now().isoformat()}
    impression = {"impression_id": "018f3c1e-0000-7000-8000-000000000009"}
    sent = await realm.client(cast.ben).post("/events", json={"events": [watched | impression]})
    assert sent.status_code == 202, sent.text
    id = await office.open(cast.olga, cast.otto, "ben", ALL)
    history = (await office.see(cast.olga, id, "watch-history"))["rows"]
    assert {f["name"]: f["value"] for f in history[0]}["video_id"] == clip
    likes = (await office.see(cast.olga, id, "likes-and-follows"))["rows"]
    assert [row[0]["name"] for row in likes] == ["liked_video_id", "followed_account_id"]
    assert likes[0][0]["value"] == clip
    assert len((await office.see(cast.olga, id, "sign-ins"))["rows"]) == 1
    assert (await office.see(cast.olga, id, "private-clips"))["rows"] == []
    other = await office.open(cast.olga, cast.otto, "ana", ALL)
    clips = (await office.see(cast.olga, other, "private-clips"))["rows"]
    assert [{f["name"]: f["value"] for f in row}["caption"] for row in clips] == ["for nobody else"]
    profile = {f["name"]: f["value"] for f in (await office.see(cast.olga, other))["fields"]}
    assert (profile["birth_date"], profile["locale"], profile["email"]) == (BORN, "fr-CA", None)


async def test_nothing_outside_the_scope_is_shown(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    id = await office.open(cast.mia, cast.olga, "ana", [BIRTH_DATE])
    assert [field["name"] for field in (await office.see(cast.mia, id))["fields"]] == ["birth_date"]
    for collection in COLLECTIONS[1:]:
        answer = await office.look(cast.mia, id, collection)
        assert refusal(answer) == (403, "outside-the-scope")
        assert answer.json()["asked_for"] == BIRTH_DATE
    unknown = await office.look(cast.mia, id, "passwords")
    assert refusal(unknown) == (404, "collection-unknown")
    assert (await office.kinds())["access-read"] == 1
    await office.assert_balanced()


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"reason": "curiosity"}, "reason-not-listed"),
        ({"classes": ["user.authorization.credentials"]}, "classes-not-listed"),
        ({"classes": ["user.device", EMAIL]}, "classes-not-listed"),
        ({"classes": []}, "classes-not-listed"),
        ({"minutes": 4}, "minutes-not-allowed"),
        ({"minutes": 241}, "minutes-not-allowed"),
    ],
)
async def test_only_what_is_listed_can_be_asked_for(
    realm: Realm, office: Office, change: dict[str, object], slug: str
) -> None:
    answer = await realm.client(realm.people.mia).post("/access/requests", json=office.form() | change)
    assert refusal(answer) == (422, slug)
    assert await office.kinds() == {}


async def test_an_access_ends_by_itself(realm: Realm, office: Office, running: Ledger, clock: HandClock) -> None:
    cast = realm.people
    id = await office.open(cast.mia, cast.olga)
    clock.advance(timedelta(minutes=30) - timedelta(seconds=1))
    await office.see(cast.mia, id)
    clock.advance(timedelta(seconds=1))
    assert refusal(await office.look(cast.mia, id)) == (403, "access-over")
    told = await office.entries("access-ended")
    assert [entry["fact"] | {"request": ""} for entry in told] == [{"request": "", "cause": "expired", "reads": 1}]
    assert "actor" not in told[0]
    assert (await office.kinds())["access-read"] == 1
    clock.advance(-timedelta(hours=1))  # a clock that is set back opens nothing again
    assert refusal(await office.look(cast.mia, id)) == (403, "access-over")
    assert refusal(await office.act(cast.mia, id, "open")) == (403, "access-over")
    await office.assert_balanced()


async def test_a_clock_set_back_gives_no_time_back(
    realm: Realm, office: Office, running: Ledger, clock: HandClock
) -> None:
    cast = realm.people
    id = await office.open(cast.mia, cast.olga)
    clock.advance(timedelta(minutes=29))
    await office.see(cast.mia, id)
    clock.advance(-timedelta(seconds=30))  # as another machine's clock may stand
    await office.see(cast.mia, id)
    clock.advance(-timedelta(minutes=28))
    assert refusal(await office.look(cast.mia, id)) == (403, "access-over")
    clock.advance(timedelta(minutes=28))
    assert refusal(await office.look(cast.mia, id)) == (403, "access-over")
    assert (await office.kinds())["access-ended"] == 1


async def test_what_nobody_looks_at_ends_too(realm: Realm, office: Office, running: Ledger, clock: HandClock) -> None:
    cast = realm.people
    opened = await office.open(cast.mia, cast.olga)
    approved = await office.ask(cast.mia)
    await office.do(cast.olga, approved, "approve")
    clock.advance(timedelta(hours=24))
    await realm.workshop.jobs["cell.sweep"]({})
    await realm.workshop.jobs["cell.sweep"]({})
    ended = await office.entries("access-ended")
    assert [entry["fact"]["cause"] for entry in ended] == ["expired", "expired"]
    states = {one["id"]: (one["state"], one["end_cause"]) for one in await office.requests(cast.olga)}
    assert states == {opened: ("ended", "expired"), approved: ("ended", "expired")}
    assert refusal(await office.act(cast.mia, approved, "open")) == (403, "access-over")
    await office.assert_balanced()


async def test_looking_at_the_list_writes_down_what_has_ended(
    realm: Realm, office: Office, running: Ledger, clock: HandClock
) -> None:
    id = await office.open(realm.people.mia, realm.people.olga)
    clock.advance(timedelta(minutes=30))
    listed = await office.requests(realm.people.mia)
    assert [(one["id"], one["state"], one["may"]["read"]) for one in listed] == [(id, "ended", False)]
    assert (await office.kinds())["access-ended"] == 1


async def test_personal_data_is_in_no_entry_and_no_line_of_the_log(
    realm: Realm, office: Office, running: Ledger, log: Log
) -> None:
    cast = realm.people
    id = await office.open(cast.olga, cast.otto, "ben", ALL)
    await office.see(cast.olga, id)
    await office.look(cast.mia, id)
    ids = [str(row["id"]) for row in await realm.rows("SELECT id FROM accounts")]
    bodies = " ".join(str(entry) for entry in await office.entries())
    assert bodies
    for secret in (*ids, "ben", "olga", "QC", BORN, cast.ben.token):
        assert f"'{secret}'" not in bodies
        assert f'"{secret}"' not in log.text
    for line in log.text.splitlines():
        assert not any(id in line for id in ids), line


async def test_the_person_and_the_staff_find_their_entries(realm: Realm, office: Office, running: Ledger) -> None:
    cast = realm.people
    id = await office.open(cast.olga, cast.otto, "ben", [SOCIAL])
    await office.see(cast.olga, id, "likes-and-follows")
    rows = await realm.rows("SELECT id FROM accounts WHERE handle = 'ben'")
    async with realm.cell.database.read() as unit:
        about = await ledger.list_about(unit, rows[0]["id"])
    assert [entry.kind for entry in reversed(about)] == [
        "access-requested", "access-approved", "access-opened", "access-read",
    ]  # fmt: skip
    assert {entry.place for entry in about} == {"subject"}
    assert about[0].index is not None
