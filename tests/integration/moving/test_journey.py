"""A person who moves is whole in the new realm, gone from the old one, and told of in both logs."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.gateway.realms import until
from tests.integration.moving.journeys import (
    CANARIES,
    MOVE,
    Journey,
    assert_books_agree,
    find_traces,
    is_over,
    work_until,
)

from reelm import ledger
from reelm.moving import parts


async def _arrive(journey: Journey) -> None:
    await journey.ask()
    await work_until(journey, lambda: is_over(journey))


async def _entry(at: Any, kind: str) -> Any:
    (row,) = await at.realm.rows("SELECT body, log_index, id FROM ledger_entries WHERE kind = $1", kind)
    return row


async def test_a_person_who_has_moved_is_whole_there_and_gone_here(journey: Journey) -> None:
    before = await journey.belongings(journey.eu)
    await _arrive(journey)
    assert await journey.belongings(journey.qc) == before
    assert await find_traces(journey.eu, journey.account, CANARIES[:3]) == []
    for at in journey.realms:
        await assert_books_agree(at)
        assert (await at.realm.faults()).lost_blobs == ()
    me = (await journey.qc.realm.client(await journey.arrived()).get("/me")).json()
    assert (me["handle"], me["realm"], me["country"], me["region"]) == ("ana", "ca-qc", "CA", "QC")


async def test_files_longer_than_a_part_arrive_as_they_were(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "CHUNK_BYTES", 700)
    monkeypatch.setattr(parts, "_ROWS_BYTES", 300)
    home = await journey.eu.realm.video(journey.clips["public"])
    sent = [(await journey.eu.realm.get(made["url"])).content for made in home["renditions"]]
    before = await journey.belongings(journey.eu)
    await _arrive(journey)
    there = await journey.qc.realm.video(journey.clips["public"])
    assert [(await journey.qc.realm.get(made["url"])).content for made in there["renditions"]] == sent
    assert await journey.belongings(journey.qc) == before
    (row,) = await journey.qc.realm.rows("SELECT own_parts FROM moves")
    assert row["own_parts"] > 24


async def test_both_logs_tell_of_it_and_the_receipt_leads_to_both(journey: Journey) -> None:
    await _arrive(journey)
    left, arrived = await _entry(journey.eu, "person-left"), await _entry(journey.qc, "person-arrived")
    gone, come = ledger.decode(left["body"]), ledger.decode(arrived["body"])
    assert gone.fact["to"] == "ca-qc"
    assert come.fact["from"] == "eu"
    assert come.fact["entry"] == left["log_index"]
    assert [gone.fact[name] for name in ("move", "parts", "digest")] == [
        come.fact[name] for name in ("move", "parts", "digest")
    ]
    person = await journey.arrived()
    move = (await journey.qc.realm.client(person).get("/me/move")).json()
    assert move["receipt"] == {
        "move": gone.fact["move"],
        "left_realm": "eu",
        "left_index": left["log_index"],
        "arrived_realm": "ca-qc",
        "arrived_index": arrived["log_index"],
        "digest": gone.fact["digest"],
    }
    proof = await journey.qc.realm.client(person).get(f"/me/ledger/{arrived['id']}/proof")
    assert proof.status_code == 200
    assert proof.text.startswith("c2sp.org/tlog-proof")


async def test_what_the_old_log_says_of_them_can_be_tied_to_nobody(journey: Journey) -> None:
    (row,) = await journey.eu.realm.rows("SELECT key FROM person_keys WHERE person_id = $1", journey.account)
    old = row["key"]
    await _arrive(journey)
    gone = ledger.decode((await _entry(journey.eu, "person-left"))["body"])
    assert gone.subject is not None
    assert ledger.may_open(gone.subject, old, "subject", gone.id, journey.account)
    async with journey.eu.realm.cell.database.read() as unit:
        with pytest.raises(ledger.PersonHasNoKey):
            await ledger.fetch_key(unit, journey.account)
    new = (await journey.qc.realm.client(await journey.arrived()).get("/me/ledger/key")).json()["key"]
    key = base64.urlsafe_b64decode(new + "=")
    assert key != old
    assert not ledger.may_open(gone.subject, key, "subject", gone.id, journey.account)
    come = ledger.decode((await _entry(journey.qc, "person-arrived"))["body"])
    assert come.subject is not None
    assert ledger.may_open(come.subject, key, "subject", come.id, journey.account)
    assert not await find_traces(journey.eu, journey.account, (old.hex(), base64.b64encode(old).decode()))


async def test_whoever_moves_can_look_and_change_nothing_until_they_call_it_off(journey: Journey) -> None:
    client, id = journey.eu.realm.client(journey.ana), journey.clips["beas"]
    await journey.ask()
    for method, path, json in (
        ("PATCH", "/me", {"bio": "another"}),
        ("DELETE", f"/videos/{id}/like", None),
        ("POST", f"/videos/{id}/comments", {"text": "once more"}),
        ("POST", "/me/move", MOVE),
        ("DELETE", f"/videos/{journey.clips['public']}", None),
    ):
        refused = await client.request(method, path, json=json)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/account-moving"), path
    event = {"video_id": id, "kind": "view", "watched_ms": 5000, "at": journey.clock.now().isoformat()}
    seen = "SELECT count(*) AS n FROM impressions WHERE account_id = $1"
    before = await journey.eu.realm.rows(seen, journey.account)
    assert (await client.post("/events", json={"events": [event]})).status_code == 202
    assert await journey.eu.realm.rows(seen, journey.account) == before
    assert (await client.get("/me")).status_code == 200
    await work_until(journey, lambda: _stands_at(journey, "copied"), only="eu")
    assert (await client.delete("/me/move")).json()["step"] == "cancelled"
    assert (await client.patch("/me", json={"bio": "another"})).status_code == 200
    await until(lambda: _is_empty(journey, "moves"))
    assert await _is_empty(journey, "awaited_handles")
    assert (await client.delete("/me/move")).status_code == 404


async def _stands_at(journey: Journey, step: str) -> bool:
    return await journey.step() == step


async def _is_empty(journey: Journey, table: str) -> bool:
    return (await journey.qc.realm.rows(f"SELECT count(*) AS n FROM {table}"))[0]["n"] == 0


async def test_once_handed_over_it_is_too_late_to_call_it_off(journey: Journey) -> None:
    await journey.ask()
    client = journey.eu.realm.client(journey.ana)
    for side, step in (("eu", "copied"), ("ca-qc", "verified"), ("eu", "switched")):
        await work_until(journey, lambda step=step: _stands_at(journey, step), only=side)
    assert (await client.delete("/me/move")).json()["type"] == "/problems/move-too-late"
    await work_until(journey, lambda: is_over(journey))


async def test_a_handle_that_is_taken_there_is_asked_for_again_before_anything_moves(journey: Journey) -> None:
    await journey.qc.realm.sign_up("ana", country="CA", region="QC")
    client = journey.eu.realm.client(journey.ana)
    await journey.ask()
    await until(lambda: _stands_at(journey, "refused"))
    move = (await client.get("/me/move")).json()
    assert (move["problem"], move["parts_done"]) == ("handle-taken", 0)
    assert await _is_empty(journey, "moving_parts")
    await journey.eu.realm.rows("DELETE FROM moves")
    await journey.ask(handle="ana.montreal")
    await work_until(journey, lambda: is_over(journey))
    token = await journey.qc.realm.sign_in("ana.montreal", journey.ana.password)
    assert (await journey.qc.realm.client(token).get("/me")).json()["handle"] == "ana.montreal"


async def test_a_handle_is_kept_free_for_whoever_is_on_the_way(journey: Journey) -> None:
    await journey.ask()
    await work_until(journey, lambda: _stands_at(journey, "copied"), only="eu")
    form = {"handle": "ana", "password": "somebody else", "birth_date": "1990-01-31", "country": "CA", "region": "QC"}
    assert (await journey.qc.realm.client().post("/accounts", json=form)).json()["type"] == "/problems/handle-taken"
    await work_until(journey, lambda: is_over(journey))


async def test_whoever_is_too_young_there_stays(journey: Journey) -> None:
    teen = await journey.eu.realm.sign_up("tom", birth_date="2013-01-31")
    asked = await journey.eu.realm.client(teen).post("/me/move", json=MOVE)
    assert asked.status_code == 202
    await until(lambda: _stands_at(journey, "refused"))
    client = journey.eu.realm.client(teen)
    assert (await client.get("/me/move")).json()["problem"] == "too-young"
    assert (await client.patch("/me", json={"bio": "still here"})).status_code == 200


async def test_a_minor_may_move_and_what_they_said_here_goes(journey: Journey) -> None:
    teen = await journey.eu.realm.sign_up("zoe", birth_date="2010-01-31")
    client, id = journey.eu.realm.client(teen), journey.clips["beas"]
    assert (await client.post(f"/videos/{id}/comments", json={"text": "by a minor"})).status_code == 201
    assert (await client.post("/me/move", json=MOVE)).status_code == 202
    await work_until(journey, lambda: is_over(journey))
    listed = (await journey.eu.realm.client(journey.bea).get(f"/videos/{id}/comments")).json()["items"]
    assert [one["author"]["handle"] for one in listed] == ["ana"]
    (row,) = await journey.qc.realm.rows("SELECT count(*) AS n FROM comments WHERE text = 'by a minor'")
    assert row["n"] == 1


async def test_a_move_needs_the_password_that_they_were_told_and_a_place_of_that_realm(journey: Journey) -> None:
    client = journey.eu.realm.client(journey.ana)
    wrong = await client.post("/me/move", json=MOVE | {"password": "not hers"})
    assert wrong.json()["type"] == "/problems/password-wrong"
    untold = await client.post("/me/move", json=MOVE | {"told": None})
    assert (untold.status_code, untold.json()["type"]) == (409, "/problems/crossing-not-told")
    not_hers = await client.post("/me/move", json=MOVE | {"country": None, "region": None})
    assert (not_hers.status_code, not_hers.json()["type"]) == (422, "/problems/realm-not-theirs")
    assert not_hers.json()["realm"] == "eu"
    for where, slug in (({"country": "XX"}, "country-unknown"), ({"region": None}, "region-required")):
        unknown = await client.post("/me/move", json=MOVE | where)
        assert unknown.json()["type"] == f"/problems/{slug}"
    nowhere = await client.post("/me/move", json=MOVE | {"to": "xx", "told": "xx"})
    assert nowhere.json()["type"] == "/problems/realm-unknown"
    assert (await client.patch("/me", json={"bio": "free"})).status_code == 200


async def test_what_others_did_is_kept_on_both_sides(journey: Journey) -> None:
    """Bea's like, remark and follow stay hers; Ben's become ones of the same realm."""
    await _arrive(journey)
    clip, bea, ben = journey.clips["public"], journey.bea, journey.ben
    there = journey.qc.realm.client(ben)
    said = (await there.get(f"/videos/{clip}/comments")).json()["items"]
    assert sorted((one["author"]["handle"], one["author"]["realm"]) for one in said) == [
        ("ana", "ca-qc"),
        ("bea", "eu"),
        ("ben", "ca-qc"),
    ]
    page = (await there.get("/accounts/ana")).json()
    assert (page["counts"]["followers"], page["you"]["follows"]) == (2, True)
    assert (await journey.qc.realm.video(clip, ben))["counts"]["comments"] == 3
    assert len(await journey.eu.realm.rows("SELECT FROM follows")) == 2
    assert await journey.eu.shop(journey.qc) >= 1
    near = journey.eu.realm.client(bea)
    abroad = (await near.get(f"/videos/{clip}")).json()
    assert (abroad["realm"], abroad["you"]["liked"], abroad["author"]["handle"]) == ("ca-qc", True, "ana")
    assert (await near.get("/accounts/ana@ca-qc")).json()["you"]["follows"]


async def test_remarks_under_clips_that_stay_are_of_somebody_abroad(journey: Journey) -> None:
    await _arrive(journey)
    listed = await journey.eu.realm.client(journey.bea).get(f"/videos/{journey.clips['beas']}/comments")
    (said,) = listed.json()["items"]
    assert (said["author"]["handle"], said["author"]["realm"]) == ("ana", "ca-qc")
    beas = await journey.eu.realm.video(journey.clips["beas"])
    assert (beas["counts"]["likes"], beas["counts"]["comments"]) == (0, 1)
    bens = await journey.qc.realm.video(journey.clips["bens"])
    assert (bens["counts"]["likes"], bens["counts"]["comments"]) == (1, 1)
    told = (await journey.eu.realm.client(journey.bea).get("/notifications")).json()["items"]
    assert sorted((one["kind"], one["actor"]["realm"]) for one in told) == [("comment", "ca-qc"), ("follow", "ca-qc")]


async def test_whom_somebody_does_not_want_to_see_goes_along_and_their_feed_is_set_as_before(
    journey: Journey,
) -> None:
    """Ana blocks Cleo and mutes Ben; Ben and Dora have blocked Ana, one in each realm."""
    eu, qc = journey.eu.realm, journey.qc.realm
    cleo, dora = await eu.sign_up("cleo"), await eu.sign_up("dora")
    client, ben = eu.client(journey.ana), qc.client(journey.ben)
    for path in ("/accounts/cleo/block", "/accounts/ben@ca-qc/mute", "/me/feed/less/creator/bea"):
        assert (await client.put(path)).is_success
    chosen = {"mode": "plain", "hidden_words": ["spoiler"], "languages": ["fr"]}
    assert (await client.patch("/me/feed", json=chosen)).status_code == 200
    assert (await eu.client(dora).put("/accounts/ana/block")).status_code == 200
    assert (await ben.put("/accounts/ana@eu/block")).status_code == 200
    await _arrive(journey)
    there = qc.client(await journey.arrived())
    assert [one["handle"] for one in (await there.get("/me/blocked")).json()["items"]] == ["cleo"]
    assert (await there.get("/accounts/cleo@eu")).status_code == 404
    kept = (await there.get("/me/feed")).json()
    assert {name: kept[name] for name in chosen} == chosen
    assert kept["less"] == [{"kind": "creator", "value": "bea@eu", "handle": "bea@eu"}]
    assert [one["handle"] for one in (await ben.get("/me/blocked")).json()["items"]] == ["ana"]
    assert (await there.get("/accounts/ben")).status_code == 404
    assert (await there.get("/me/muted")).json()["items"] == []  # whoever has blocked her is not there
    assert [row["muted_id"] for row in await qc.rows("SELECT muted_id FROM mutes")] != []
    apart = "SELECT FROM follows f JOIN blocks b ON b.account_id = f.followed_id AND b.blocked_id = f.follower_id"
    assert await qc.rows(apart) == []
    (listed,) = (await eu.client(dora).get("/me/blocked")).json()["items"]
    assert (listed["handle"], listed["realm"]) == ("ana", "ca-qc")
    assert (await eu.client(dora).get("/accounts/ana@ca-qc")).status_code == 404
    assert (await eu.client(cleo).get("/accounts/ana@ca-qc")).status_code == 200  # the block has gone along
    for table in ("blocks", "mutes", "feed_people", "feed_choices", "feed_less_creators"):
        assert await eu.rows(f"SELECT FROM {table} WHERE account_id = $1", journey.account) == [], table


async def test_old_links_lead_to_the_new_realm_and_nothing_else_does(journey: Journey) -> None:
    await _arrive(journey)
    realm, clip = journey.eu.realm, journey.clips["public"]
    for path, to in ((f"/videos/{clip}", f"/v/{clip}"), ("/accounts/ana", "/@ana")):
        answer = await realm.client().get(path)
        assert (answer.status_code, answer.json()["realm"]) == (410, "ca-qc")
        assert answer.json()["url"] == f"http://ca-qc.reelm.test{to}"
        page = await realm.get(to)
        assert (page.status_code, page.headers["location"]) == (308, f"http://ca-qc.reelm.test{to}")
    assert (await realm.client().get(f"/videos/{journey.clips['private']}")).status_code == 404
    assert (await realm.client().get("/accounts/nobody")).status_code == 404
    form = {"handle": "ana", "password": journey.ana.password}
    failed = await realm.client().post("/session", json=form)
    assert (failed.status_code, failed.json()["type"]) == (401, "/problems/sign-in-failed")


async def test_whoever_moves_back_has_everything_again(journey: Journey) -> None:
    before = await journey.belongings(journey.eu)
    await _arrive(journey)
    journey.clock.advance(timedelta(days=1))
    back = {"to": "eu", "told": "eu", "password": journey.ana.password, "country": "FR", "region": None}
    asked = await journey.qc.realm.client(await journey.arrived()).post("/me/move", json=back)
    assert asked.status_code == 202, asked.text

    async def is_back() -> bool:
        rows = [await at.realm.rows("SELECT step FROM moves") for at in journey.realms]
        return [[row["step"] for row in one] for one in rows] == [["done", "done"], ["done"]]

    await work_until(journey, is_back)
    after = await journey.belongings(journey.eu)
    assert after == before
    assert await find_traces(journey.qc, journey.account, CANARIES[:3]) == []
    assert (await journey.eu.realm.client().get("/accounts/ana")).status_code == 200
