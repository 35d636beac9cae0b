"""What a person is told of the log: every entry that names them and no other, and proofs that hold without us."""

import base64
import json
from typing import Any

import httpx
import pytest
from tests.integration.access.journeys import Office, refusal
from tests.integration.web.published import wait_for_log
from tests.integration.world import Person, Realm

from reelm.kernel.ids import AccountId
from reelm.ledger import may_open
from reelm.ledger.merkle import leaf_hash
from reelm.ledger.note import VerifierKey
from reelm.ledger.proof import TlogProof


async def fetch(realm: Realm, who: Person, path: str = "", **query: Any) -> httpx.Response:
    return await realm.client(who).get(f"/me/ledger{path}", params=query)


async def entries(realm: Realm, who: Person) -> list[dict[str, Any]]:
    answer = await fetch(realm, who)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return answer.json()["items"]


async def test_a_person_sees_every_entry_that_names_them_and_no_other(realm: Realm) -> None:
    cast, office = realm.people, Office(realm)
    async with realm.ledger_running():
        id = await office.open(cast.mia, cast.olga, "ben")
        await office.see(cast.mia, id)
        await wait_for_log(realm)
    about_ben = await entries(realm, cast.ben)
    kinds = ["access-read", "access-opened", "access-approved", "access-requested"]
    assert [(one["kind"], one["role"], one["state"]) for one in about_ben] == [
        (kind, "subject", "published") for kind in kinds
    ]
    assert [one["index"] for one in about_ben] == sorted((one["index"] for one in about_ben), reverse=True)
    assert {one["kind"] for one in await entries(realm, cast.mia)} == set(kinds) - {"access-approved"}
    assert [(one["kind"], one["role"]) for one in await entries(realm, cast.olga)] == [("access-approved", "actor")]
    for nobody_asked_about in (cast.ana, cast.carl):
        assert await entries(realm, nobody_asked_about) == []


async def test_the_list_pages_and_its_cursor_is_of_no_use_to_others(realm: Realm) -> None:
    cast, office = realm.people, Office(realm)
    for _ in range(5):
        await office.ask(cast.mia)
    seen: list[str] = []
    cursor = None
    while True:
        page = (await fetch(realm, cast.ana, limit=2, **({"cursor": cursor} if cursor else {}))).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert refusal(await fetch(realm, cast.ben, cursor=cursor)) == (400, "cursor-not-ours")
    assert (len(seen), len(set(seen))) == (5, 5)
    assert refusal(await fetch(realm, cast.ana, cursor="x")) == (400, "cursor-not-ours")


async def test_an_entry_waits_until_a_checkpoint_covers_it_and_has_no_proof_before(realm: Realm) -> None:
    cast = realm.people
    await Office(realm).ask(cast.mia)
    waiting = (await entries(realm, cast.ana))[0]
    assert (waiting["state"], waiting["index"]) == ("waiting", None)
    early = await fetch(realm, cast.ana, f"/{waiting['id']}/proof")
    assert refusal(early) == (409, "entry-not-published")
    async with realm.ledger_running():
        await wait_for_log(realm)
    published = (await entries(realm, cast.ana))[0]
    assert published == waiting | {"state": "published", "index": published["index"]}
    assert (await fetch(realm, cast.ana, f"/{waiting['id']}/proof")).status_code == 200


async def test_a_proof_holds_with_nothing_but_the_logs_key(realm: Realm) -> None:
    cast = realm.people
    async with realm.ledger_running() as ledger:
        await Office(realm).break_glass(cast.olga)
        await wait_for_log(realm)
        key = VerifierKey.parse((ledger.folder.read("vkey") or b"").decode().strip())
    entry = (await entries(realm, cast.ana))[0]
    answer = await fetch(realm, cast.ana, f"/{entry['id']}/proof")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="reelm-eu-{entry["index"]}.tlog-proof"'
    proof = TlogProof.parse(answer.content)
    assert (proof.index, proof.extra) == (entry["index"], entry["entry"].encode())
    assert proof.verify(leaf_hash(proof.extra or b""), [key]).size > proof.index


async def test_with_their_key_a_person_finds_out_which_place_of_an_entry_is_theirs(realm: Realm) -> None:
    cast = realm.people
    await Office(realm).ask(cast.mia)
    told = await fetch(realm, cast.ana, "/key")
    assert told.headers["cache-control"] == "no-store"
    key = base64.urlsafe_b64decode(told.json()["key"] + "=")
    person = AccountId(told.json()["account_id"])
    entry = json.loads((await entries(realm, cast.ana))[0]["entry"])
    assert may_open(entry["subject"], key, "subject", entry["id"], person)
    assert not may_open(entry["actor"], key, "actor", entry["id"], person)


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("AAAAAAAAAAAAAAAAAAAAAA", (404, "entry-not-found")),
        ("0", (422, "request-not-understood")),
        ("%00", (422, "request-not-understood")),
        ("x" * 300, (422, "request-not-understood")),
        ("a%2Fb", (404, "page-not-found")),
    ],
)
async def test_there_is_no_proof_of_what_is_no_entry(realm: Realm, id: str, expected: tuple[int, str]) -> None:
    assert refusal(await fetch(realm, realm.people.ana, f"/{id}/proof")) == expected
