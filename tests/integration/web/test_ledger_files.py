"""What the web role promises below `/ledger` where no nginx is: the log's files, their types, and nothing else."""

import httpx
import pytest
from tests.integration.access.journeys import Office, refusal
from tests.integration.ledger.books import read_log
from tests.integration.web.published import wait_for_log
from tests.integration.world import SITE, Realm

from reelm.ledger import decode, entry_schema
from reelm.ledger.tiles import bundles_of, tiles_of

CHANGES, STAYS = "no-cache", "public, max-age=31536000, immutable"
TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"


async def fetch(realm: Realm, path: str) -> httpx.Response:
    return await realm.client().get(f"{SITE}/ledger/{path}")


def headers(answer: httpx.Response) -> tuple[int, str, str, str]:
    told = answer.headers
    return answer.status_code, told["content-type"], told["cache-control"], told["access-control-allow-origin"]


async def test_each_file_of_the_log_has_its_type_its_caching_and_is_open_to_other_sites(realm: Realm) -> None:
    async with realm.ledger_running() as ledger:
        await Office(realm).ask(realm.people.mia)
        size = await wait_for_log(realm)
    for name in ("checkpoint", "vkey", "witness-vkey"):
        answer = await fetch(realm, name)
        assert headers(answer) == (200, TEXT, CHANGES, "*"), name
        assert answer.content == ledger.folder.read(name)
        assert "etag" not in answer.headers
    assert headers(await fetch(realm, "hand-overs")) == (200, "application/json", CHANGES, "*")
    for file in (*tiles_of(size), *bundles_of(size)):
        answer = await fetch(realm, file.path)
        assert headers(answer) == (200, BYTES, STAYS, "*"), file.path
        assert answer.content == ledger.folder.read(file.path)


async def test_a_part_of_a_tile_can_be_asked_for(realm: Realm) -> None:
    async with realm.ledger_running() as ledger:
        size = await wait_for_log(realm)
    path = f"tile/0/000.p/{size}"
    answer = await realm.client(Range="bytes=32-63").get(f"{SITE}/ledger/{path}")
    assert (answer.status_code, answer.content) == (206, (ledger.folder.read(path) or b"")[32:64])


async def test_every_entry_that_is_served_is_of_the_schema_that_is_served(realm: Realm) -> None:
    async with realm.ledger_running() as ledger:
        await Office(realm).break_glass(realm.people.olga)
        await wait_for_log(realm)
    answer = await fetch(realm, "schema/entry-1.json")
    assert headers(answer)[:2] == (200, "application/schema+json")
    schema = answer.json()
    assert schema == entry_schema()
    kinds = {one["properties"]["kind"]["const"] for one in schema["oneOf"]}
    _, entries = read_log(ledger.folder.path)
    assert {decode(entry).kind for entry in entries} <= kinds


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/000.p",
        "tile/0/000.p/200",
        "tile/..%2Fcheckpoint",
        "tile/%2E%2E/%2E%2E/signer/keys.json",
        "tile/..%2f..%2fsigner%2fkeys.json",
        "tile//etc/passwd",
        "tile/%2Fetc%2Fpasswd",
        "tile/%00",
        "tile/" + 300 * "a",
        "..%2Fsigner%2Fkeys.json",
        ".checkpoint.1",
        "schema/entry-2.json",
        "Checkpoint",
    ],
)
async def test_nothing_but_the_logs_public_files_is_served(realm: Realm, path: str) -> None:
    async with realm.ledger_running() as ledger:
        await wait_for_log(realm)
        (ledger.folder.path / ".checkpoint.1").write_text("half written")
        (ledger.folder.path / "tile" / "away").symlink_to(realm.settings.data / "signer")
    assert refusal(await fetch(realm, path)) == (404, "page-not-found")
    assert refusal(await fetch(realm, "tile/away/keys.json")) == (404, "page-not-found")


async def test_before_the_log_is_opened_there_is_no_file_of_it(realm: Realm) -> None:
    for name in ("checkpoint", "vkey", "hand-overs", "tile/0/000.p/1"):
        assert refusal(await fetch(realm, name)) == (404, "page-not-found")
