"""What the realm says of its log to everybody agrees with the log, and names nobody."""

import json
from collections import Counter
from datetime import timedelta

from tests.integration.access.journeys import Office
from tests.integration.ledger.books import read_log
from tests.integration.web.published import wait_for_log
from tests.integration.world import SITE, Realm

from reelm.ledger import decode
from reelm.ledger.note import COSIGNATURE, SigningKey
from reelm.web.kept import Kept


async def test_the_trust_page_counts_what_is_in_the_log(realm: Realm) -> None:
    cast, office = realm.people, Office(realm)
    async with realm.ledger_running() as ledger:
        await office.open(cast.mia, cast.olga, "ben")
        await office.break_glass(cast.olga)
        await wait_for_log(realm)
    checkpoint, entries = read_log(ledger.folder.path)
    told = (await realm.client().get("/trust")).json()
    counted = Counter(decode(entry).kind for entry in entries)
    assert {one["kind"]: one["count"] for one in told["entries_by_kind"]} == counted
    assert sum(one["count"] for one in told["entries_by_day"]) == told["size"] == checkpoint.size
    assert told["checkpoint"].encode() == ledger.folder.read("checkpoint")
    assert told["root"] == checkpoint.format().split("\n")[2]
    assert (told["origin"], told["waiting"]) == (checkpoint.origin, 0)
    assert told["break_glass"] == {"open": 1, "overdue": 0}
    running = next(one for one in map(decode, entries) if one.kind == "running-digest")
    assert told["running"] == {"version": running.fact["version"], "code": running.fact["code"]}


async def test_what_was_queued_and_is_not_published_is_told_as_waiting(realm: Realm) -> None:
    async with realm.ledger_running():
        size = await wait_for_log(realm)
    await Office(realm).ask(realm.people.mia)
    told = (await realm.client().get("/trust")).json()
    assert (told["size"], told["waiting"]) == (size, 1)


async def test_the_key_is_the_same_wherever_it_is_told(realm: Realm) -> None:
    async with realm.ledger_running() as ledger:
        await wait_for_log(realm)
        state = await ledger.signer.client.state()
    trust = (await realm.client().get("/trust")).json()
    known = (await realm.client().get(f"{SITE}/.well-known/reelm.json")).json()
    here = (await realm.client().get("/realms")).json()["items"][0]
    file = (await realm.client().get(f"{SITE}/ledger/vkey")).text
    assert [trust["vkey"], known["ledger"]["vkey"], here["vkey"], file.strip()] == [state.vkeys[0]] * 4
    assert trust["witness_vkey"] == state.witness_vkey
    assert known["ledger"] == {"origin": state.origin, "url": trust["url"], "vkey": state.vkeys[0]}
    assert known["gateway"] is None
    assert known["privacy_officer"].keys() == {"title", "contact"}


async def test_a_witness_is_not_fresh_for_ever_when_nobody_asks_it_any_more(realm: Realm) -> None:
    folder = realm.cell.log
    key = str(SigningKey.generate("witness.test", COSIGNATURE).verifier)
    seen = {"name": "w", "vkey": key, "size": 7, "fault": None, "state": "fresh"}
    policy = f"witness w {key}\nquorum w\n"
    for minutes, state in ((1, "fresh"), (6, "stale")):
        at = (realm.clock.now() - timedelta(minutes=minutes)).isoformat()
        told = {"needed": 1, "have": 1, "met": True, "policy": policy}
        text = json.dumps({"witnesses": [seen | {"cosigned_at": at}], "quorum": told})
        folder.replace("witnesses.json", text.encode())
        realm.app.state.trust = Kept[bytes](keep_s=-1)
        shown = (await realm.client().get("/trust")).json()
        assert shown["witnesses"][0]["state"] == state
        is_fresh = state == "fresh"
        assert shown["quorum"] == {"needed": 1, "have": int(is_fresh), "met": is_fresh, "policy": policy}


async def test_a_realm_whose_log_is_not_open_yet_says_so(realm: Realm) -> None:
    told = (await realm.client().get("/trust")).json()
    assert (told["size"], told["checkpoint"], told["vkey"], told["published_at"]) == (0, "", "", None)
    known = (await realm.client().get(f"{SITE}/.well-known/reelm.json")).json()
    assert known["ledger"]["vkey"] == ""


async def test_nothing_that_everybody_may_see_of_the_log_names_a_person(realm: Realm) -> None:
    cast, office = realm.people, Office(realm)
    async with realm.ledger_running() as ledger:
        await office.see(cast.mia, await office.open(cast.mia, cast.olga, "ben"))
        await wait_for_log(realm)
    ids = [str(row["id"]) for row in await realm.rows("SELECT id FROM accounts")]
    handles = [row["handle"] for row in await realm.rows("SELECT handle FROM accounts")]
    _, entries = read_log(ledger.folder.path)
    shown = (await realm.client().get("/trust")).text + b"".join(entries).decode()
    for one in (*ids, *(f'"{handle}"' for handle in handles)):
        assert one not in shown
