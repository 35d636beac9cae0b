"""What is true of every answer: strict headers, refusals as problems in the caller's language, no other site's acts.

`tests/conformance/answers.py` checks the headers and the shape of refusals on every answer of every test.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.conftest import Log
from tests.integration.world import SITE, Realm

from reelm.kernel.words import catalogue
from reelm.web.guard import BODY_LIMIT, CONTENT_SECURITY_POLICY, EVENTS_LIMIT, SESSION_COOKIE

MISSING = "00000000-0000-7000-8000-000000000000"


async def test_pages_and_files_and_refusals_carry_the_policy(realm: Realm) -> None:
    clip = await realm.video(realm.people.clips["public"])
    for path in ("/", "/v/nothing", "/missing.js", clip["poster"], "/api/v1/feed", "/api/openapi.json"):
        answer = await realm.get(path)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "//" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(("asked", "given"), [("en", "en"), ("fr-CA,fr;q=0.9,en;q=0.1", "fr-CA"), ("de", "en")])
async def test_a_refusal_speaks_the_callers_language(realm: Realm, asked: str, given: Any) -> None:
    answer = await realm.client(**{"Accept-Language": asked}).get(f"/videos/{MISSING}")
    assert answer.status_code == 404
    assert answer.headers["content-language"] == given
    words = catalogue(given)["video-not-visible"]
    assert answer.json() == {
        "type": "/problems/video-not-visible", "title": words.title, "status": 404, "detail": words.detail
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/nothing", (404, "page-not-found")),
        ("GET", "/nothing.js", (404, "page-not-found")),
        ("GET", "/..%2F..%2Fetc%2Fpasswd", (404, "page-not-found")),
        ("GET", "/%00", (404, "page-not-found")),
        ("PUT", "/api/v1/feed", (405, "method-not-allowed")),
        ("GET", "/api/v1/videos/not-an-id", (422, "request-not-understood")),
        ("GET", f"/api/v1/videos/{MISSING}/comments?limit=0", (422, "request-not-understood")),
        ("GET", "/media/clips/not-an-id/480.mp4", (404, "page-not-found")),
        ("GET", f"/media/clips/{MISSING}/480.mp4", (404, "video-not-visible")),
        ("GET", f"/media/clips/{MISSING}/source.mov", (404, "file-not-served")),
        ("GET", "/api/oembed?url=http://[", (404, "video-not-visible")),
        ("GET", "/api/oembed?url=%00", (404, "video-not-visible")),
    ],
)
async def test_an_address_that_leads_nowhere_is_a_problem(
    realm: Realm, method: str, path: str, expected: tuple[int, str]
) -> None:
    answer = await realm.client().request(method, SITE + path)
    assert (answer.status_code, answer.json()["type"]) == (expected[0], f"/problems/{expected[1]}")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"\\ud800"', b'{"handle": "\\ud800"}', b"\xff\xfe"])
async def test_a_body_that_is_not_what_the_call_takes_is_refused_without_a_trace(realm: Realm, body: bytes) -> None:
    before = await realm.count_rows()
    for path in ("/accounts", "/session", "/events"):
        answer = await realm.client(**{"Content-Type": "application/json"}).post(path, content=body)
        assert (path, answer.status_code) == (path, 422)
    assert await realm.count_rows() == before


async def test_a_body_beyond_the_limit_is_refused_however_it_comes(realm: Realm, log: Log) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 65536 + 1):
            yield bytes(65536)

    client = realm.client(realm.people.ana, **{"Content-Type": "application/json"})
    for path, limit in (("/videos", BODY_LIMIT), ("/events", EVENTS_LIMIT)):
        for content in (bytes(limit + 1), drip()):
            answer = await client.post(path, content=content)
            assert (answer.status_code, answer.json()["limit_bytes"]) == (413, limit)
    assert len(log.refusals()) == 4


@pytest.mark.parametrize(
    ("headers", "is_refused"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": SITE}, False),
        ({}, False),
    ],
)
async def test_another_sites_page_cannot_act_with_a_persons_cookie(
    realm: Realm, headers: dict[str, str], is_refused: bool
) -> None:
    cookie = f"{SESSION_COOKIE}={realm.people.carl.token}"
    client, clip = realm.client(Cookie=cookie, **headers), realm.people.clips["public"]
    answers = [
        await client.put(f"/videos/{clip}/like"),
        await client.post("/events", json={"events": []}),
        await client.delete("/sessions"),
    ]
    assert [a.status_code == 403 for a in answers] == [is_refused] * 3
    likes = (await realm.video(clip))["counts"]["likes"]
    assert likes == (1 if is_refused else 2)
    assert (await realm.client(realm.people.carl).get("/me")).status_code == (200 if is_refused else 401)


async def test_a_bearer_token_acts_from_anywhere_and_reading_is_free(realm: Realm) -> None:
    abroad = {"Sec-Fetch-Site": "cross-site", "Origin": "https://app.example"}
    clip, carl = realm.people.clips["public"], realm.people.carl
    assert (await realm.client(carl, **abroad).put(f"/videos/{clip}/like")).status_code == 200
    reader = realm.client(Cookie=f"{SESSION_COOKIE}={carl.token}", **abroad)
    assert (await reader.get("/me")).status_code == 200


async def test_a_refusal_is_logged_once_by_its_route_and_without_who_or_what(realm: Realm, log: Log) -> None:
    secrets = ["zoe.secret", "her password is long", realm.people.ana.token, realm.people.clips["private"]]
    await realm.client().post("/session", json={"handle": secrets[0], "password": secrets[1]})
    await realm.client().get(f"/accounts/{secrets[0]}")
    await realm.client(realm.people.ben).get(f"/videos/{secrets[3]}")
    assert len(log.refusals()) == len(log.lines) == 3
    assert '"route":"/accounts/{handle}"' in log.lines[1]
    assert not [secret for secret in secrets if secret in log.text]


async def test_a_defect_is_answered_500_and_logged_once_without_what_people_wrote(realm: Realm, log: Log) -> None:
    await realm.rows("ALTER TABLE accounts ADD CONSTRAINT broken CHECK (handle <> 'dora.secret')")
    form = {"handle": "dora.secret", "password": "a very secret one", "birth_date": "1990-01-31", "country": "FR"}
    answer = await realm.client().post("/accounts", json=form)
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/server-failed")
    assert len(log.lines) == 1
    assert "CheckViolationError" in log.text
    assert "insert_account" in log.text
    assert not [secret for secret in ("dora.secret", "very secret", "$argon2id", "1990") if secret in log.text]


async def test_a_shared_clip_and_profile_have_their_preview_and_nothing_more(realm: Realm) -> None:
    ana, clip = realm.people.ana, realm.people.clips["public"]
    await realm.client(ana).patch("/me", json={"display_name": "<script>Ana", "bio": '"><img src=x>'})
    for path, words in ((f"/v/{clip}", "Place de la République"), ("/@ana", "&lt;script&gt;Ana")):
        page = await realm.get(path)
        assert page.status_code == 200
        assert 'property="og:title" content="&lt;script&gt;Ana (@ana) · Reelm"' in page.text
        assert words in page.text
        assert "<script>" not in page.text
        assert "<img" not in page.text
    shown = (await realm.client().get(f"{SITE}/api/oembed?url={SITE}/v/{clip}")).json()
    assert (shown["title"], shown["author_name"]) == ("Place de la République", "<script>Ana")
    assert shown["thumbnail_url"].endswith("/poster.webp")


async def test_a_hidden_clips_page_gives_nothing_away(realm: Realm) -> None:
    for state in ("private", "failed", "removed"):
        page = await realm.get(f"/v/{realm.people.clips[state]}", realm.people.ana)
        assert page.status_code == 404
        assert "og:" not in page.text
