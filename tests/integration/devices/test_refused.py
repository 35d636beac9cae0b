"""Reelm honours a decision against itself, on every surface, for whom it binds and for nobody else."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from tests.integration.devices.institution import Institution
from tests.integration.world import SITE, Person, Realm

from reelm.web.guard import Guard

INSIDE, OUTSIDE, MAPPED = "127.1.2.77", "127.1.3.77", "::ffff:127.1.2.77"
DEADLINE = timedelta(days=2)
PAGE = {"Accept": "text/html,application/xhtml+xml"}


@asynccontextmanager
async def calling_from(realm: Realm, address: str, who: Person | None = None) -> AsyncGenerator[httpx.AsyncClient]:
    """A caller at an address."""
    transport = httpx.ASGITransport(Guard(realm.app), client=(address, 50_000), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {who.token}"} if who else {}
    async with httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers) as client:
        yield client


async def surfaces(realm: Realm) -> list[tuple[str, str]]:
    """One address of each kind."""
    clip = realm.people.clips["public"]
    video = await realm.video(clip)
    return [
        ("GET", "/"),
        ("GET", f"/v/{clip}"),
        ("GET", "/@ana"),
        ("GET", "/api/v1/feed"),
        ("POST", "/api/v1/events"),
        ("GET", f"/api/v1/videos/{clip}"),
        ("GET", video["renditions"][0]["url"]),
        ("GET", video["poster"]),
        ("GET", f"/api/oembed?url={SITE}/v/{clip}"),
        ("OPTIONS", "/api/v1/uploads"),
        ("POST", "/api/v1/uploads"),
        ("POST", "/api/v1/accounts"),
        ("GET", "/api/v1/notifications"),
        ("PUT", f"/api/v1/videos/{clip}/like"),
        ("GET", "/upload"),
        ("GET", "/settings"),
        ("GET", "/no-such-page"),
    ]


async def test_on_the_organisations_network_every_surface_refuses(institution: Institution) -> None:
    realm = institution.realm
    await institution.publish()
    realm.clock.advance(DEADLINE)
    for address in (INSIDE, MAPPED):
        async with calling_from(realm, address, realm.people.ben) as ben:
            for method, path in await surfaces(realm):
                answer = await ben.request(method, path)
                assert answer.status_code == 403, (method, path, answer.text)
                assert answer.headers["content-type"] == "application/problem+json"
                told = answer.json()
                assert told["type"] == "/problems/organisation-suspension"
                assert told["organisation"] == "Example Institution"
                assert told["contact"] == "app-decisions@institution.example"
                assert told["decision"].startswith("https://reelm.example/register/")


async def test_the_same_person_elsewhere_is_served(institution: Institution) -> None:
    realm = institution.realm
    paths = [path for method, path in await surfaces(realm) if method == "GET" and path != "/no-such-page"]
    await institution.publish()
    realm.clock.advance(DEADLINE)
    async with calling_from(realm, OUTSIDE, realm.people.ben) as ben:
        for path in paths:
            assert (await ben.get(path)).status_code == 200, path


async def test_before_the_deadline_there_is_a_notice_and_no_refusal(institution: Institution) -> None:
    realm = institution.realm
    id = await institution.publish()
    async with calling_from(realm, INSIDE) as inside, calling_from(realm, OUTSIDE) as outside:
        here, there = await inside.get("/api/v1/feed"), await outside.get("/api/v1/feed")
        assert (here.status_code, here.headers["reelm-suspension"]) == (200, id)
        assert there.status_code == 200
        assert "reelm-suspension" not in there.headers


async def test_a_browser_gets_a_page_that_names_who_why_since_and_until(institution: Institution) -> None:
    realm = institution.realm
    id = await institution.publish()
    realm.clock.advance(DEADLINE)
    async with calling_from(realm, INSIDE) as inside:
        english = await inside.get("/", headers=PAGE)
        french = await inside.get(f"/v/{realm.people.clips['public']}", headers=PAGE | {"Accept-Language": "fr-CA"})
    assert english.status_code == french.status_code == 403
    for page in (english, french):
        assert "text/html" in page.headers["content-type"]
        assert f"https://reelm.example/register/{id}" in page.text
        assert "app-decisions@institution.example" in page.text
        assert "Secretary-General" in page.text
        assert not re.search(r"\{\w+\}|\$\w+", page.text)
    assert "It could not be verified where data" in english.text
    assert "Il n’a pas été possible de vérifier" in french.text


async def test_what_a_statute_demands_is_answered_451(institution: Institution) -> None:
    realm = institution.realm
    statute = {"kind": "statute", "title": "No App Act", "citation": "s. 2"}
    await institution.publish(legal_basis=[statute])
    realm.clock.advance(DEADLINE)
    async with calling_from(realm, INSIDE) as inside:
        answer, page = await inside.get("/api/v1/feed"), await inside.get("/", headers=PAGE)
    assert (answer.status_code, answer.json()["type"]) == (451, "/problems/suspension-by-law")
    assert page.status_code == 451
    assert '<https://reelm.example>; rel="blocked-by"' in answer.headers["link"]


@pytest.mark.parametrize("address", [INSIDE, OUTSIDE])
async def test_the_decision_and_the_log_stay_open(institution: Institution, address: str) -> None:
    realm = institution.realm
    id = await institution.publish()
    realm.clock.advance(DEADLINE)
    async with calling_from(realm, address, institution.staff["decider"]) as decider:
        for path in ("/api/v1/register", f"/api/v1/register/{id}", "/api/v1/organisations/mine", "/api/v1/health"):
            assert (await decider.get(path)).status_code == 200, path
        lifted = await decider.post(
            f"/api/v1/organisations/institution/decisions/{id}/lift", json={"reason": {"en": "Done."}}
        )
        assert lifted.status_code == 200
        assert (await decider.get("/api/v1/feed")).status_code == 200


async def test_a_suspension_that_lapses_or_loses_its_proof_refuses_nobody(institution: Institution) -> None:
    realm = institution.realm
    await institution.publish()
    realm.clock.advance(DEADLINE)
    async with calling_from(realm, INSIDE) as inside:
        assert (await inside.get("/api/v1/feed")).status_code == 403
        institution.zones.texts.clear()
        for _ in range(9):
            await realm.workshop.look_again()
            realm.clock.advance(timedelta(days=1))
        assert (await inside.get("/api/v1/feed")).status_code == 200
    rows = await realm.rows(
        "SELECT convert_from(body, 'UTF8') AS body FROM ledger_entries WHERE kind = 'organisation-proof'"
    )
    assert [row["body"].count('"lost"') for row in rows] == [0, 0, 1, 1]


async def test_a_decision_nobody_reviewed_ends_and_the_log_says_so(institution: Institution) -> None:
    realm = institution.realm
    id = await institution.publish()
    async with calling_from(realm, INSIDE) as inside:
        realm.clock.advance(timedelta(days=89))
        assert (await inside.get("/api/v1/feed")).status_code == 403
        realm.clock.advance(timedelta(days=1))
        assert (await inside.get("/api/v1/feed")).status_code == 200
    await realm.workshop.note_lapsed()
    await realm.workshop.note_lapsed()
    rows = await realm.rows("SELECT body FROM ledger_entries WHERE kind = 'suspension-step' AND actor_id IS NULL")
    assert [b'"lapsed"' in row["body"] for row in rows] == [True]
    assert await institution.state(id) == "lapsed"


async def test_a_decision_about_another_app_is_none_of_ours(institution: Institution) -> None:
    realm = institution.realm
    await institution.publish(app__domains=["shortvideo.example"])
    realm.clock.advance(DEADLINE)
    async with calling_from(realm, INSIDE) as inside:
        answer = await inside.get("/api/v1/feed")
    assert answer.status_code == 200
    assert "reelm-suspension" not in answer.headers
