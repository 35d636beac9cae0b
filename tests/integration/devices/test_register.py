"""A decision from its draft to its end, and what nobody can do with one."""

from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey
from tests.integration.access.journeys import refusal
from tests.integration.devices.institution import DOMAIN, NETWORK, Institution, as_text, stages

DAY = timedelta(days=1)


async def test_a_decision_goes_from_draft_to_lapsed_by_its_dates_alone(institution: Institution) -> None:
    id = await institution.file()
    nobody, clock = institution.realm.client(), institution.realm.clock
    assert (await nobody.get(f"/register/{id}")).status_code == 404
    assert (await institution.do("decider", "GET", "/decisions"))[0]["state"] == "draft"
    assert (await institution.do("decider", "POST", f"/decisions/{id}/ask"))["state"] == "heard"
    await institution.do("decider", "POST", f"/decisions/{id}/publish")
    assert await institution.state(id) == "published"
    clock.advance(2 * DAY)
    assert await institution.state(id) == "in-force"
    clock.advance(58 * DAY)
    assert await institution.state(id) == "under-review"
    clock.advance(30 * DAY)
    assert await institution.state(id) == "lapsed"


async def test_the_service_reads_what_it_is_asked_about_and_nobody_else_does(institution: Institution) -> None:
    id, realm = await institution.file(), institution.realm
    olga, decio = realm.client(realm.people.olga), institution.client("decider")
    assert (await olga.get("/register/asked")).json() == []
    assert (await olga.get(f"/register/{id}")).status_code == 404
    await institution.do("decider", "POST", f"/decisions/{id}/ask")
    assert [one["id"] for one in (await olga.get("/register/asked")).json()] == [id]
    assert (await olga.get(f"/register/{id}")).json()["line"]["state"] == "heard"
    answer = await olga.get(f"/register/{id}/document")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    assert (await decio.get("/register/asked")).json() == []
    for other in (realm.client(), decio):
        for path in ("", "/document", "/differences?before=1&after=1"):
            assert refusal(await other.get(f"/register/{id}{path}")) == (404, "decision-not-found")
    await institution.do("decider", "POST", f"/decisions/{id}/publish")
    assert (await olga.get("/register/asked")).json() == []


async def test_what_nobody_was_asked_about_is_not_published(institution: Institution) -> None:
    id = await institution.file()
    answer = await institution.call("decider", "POST", f"/decisions/{id}/publish")
    assert refusal(answer) == (409, "decision-not-asked")


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"authority__domain": "another.example"}, "decision-of-another"),
        ({"scope__networks": ["127.1.0.0/16"]}, "network-not-proven"),
        ({"scope__networks": [NETWORK, "192.0.2.0/24"]}, "network-not-proven"),
        ({"scope__networks": ["::/19"]}, "network-not-proven"),
        ({"reason": None}, "decision-malformed"),
        ({"stages__review_at": None}, "decision-malformed"),
        ({"authority": None}, "decision-malformed"),
        ({"app__domains": ["co.uk"]}, "decision-malformed"),
        ({"version": 2, "replaces_sha256": "0" * 64}, "version-not-next"),
    ],
)
async def test_what_an_organisation_may_not_decide(
    institution: Institution, changes: dict[str, Any], slug: str
) -> None:
    document = institution.decide() if slug == "decision-malformed" else institution.decide(**changes)
    if slug == "decision-malformed":
        for path, value in changes.items():
            *parents, name = path.split("__")
            place = document
            for parent in parents:
                place = place[parent]
            place.pop(name)
            if value is not None:
                place[name] = value
    answer = await institution.call("decider", "POST", "/decisions", document)
    assert answer.json()["type"] == f"/problems/{slug}", answer.text
    assert await institution.do("decider", "GET", "/decisions") == []


async def test_what_a_stranger_has_signed_is_not_filed(institution: Institution) -> None:
    document = institution.decide(key=ECKey.generate_key("P-256"))
    answer = await institution.call("decider", "POST", "/decisions", document)
    assert refusal(answer) == (422, "decision-signature-wrong")


async def test_a_revoked_key_signs_no_more(institution: Institution) -> None:
    document = institution.decide()
    await institution.do("decider", "DELETE", f"/keys/{institution.key.thumbprint()}")
    answer = await institution.call("decider", "POST", "/decisions", document)
    assert refusal(answer) == (422, "decision-signature-wrong")


async def test_a_decision_is_not_back_dated(institution: Institution) -> None:
    now = institution.realm.clock.now()
    answer = await institution.call("decider", "POST", "/decisions", institution.decide(stages=stages(now - DAY)))
    assert refusal(answer) == (422, "decision-back-dated")


async def test_what_is_published_too_late_is_not_published(institution: Institution) -> None:
    id = await institution.file()
    await institution.do("decider", "POST", f"/decisions/{id}/ask")
    institution.realm.clock.advance(2 * DAY)
    answer = await institution.call("decider", "POST", f"/decisions/{id}/publish")
    assert refusal(answer) == (422, "decision-back-dated")


async def test_two_decisions_do_not_suspend_the_same_app(institution: Institution) -> None:
    first = await institution.publish()
    answer = await institution.call("decider", "POST", "/decisions", institution.decide())
    assert refusal(answer) == (409, "decision-overlaps")
    await institution.do("decider", "POST", f"/decisions/{first}/lift", {"reason": {"en": "A better one follows."}})
    assert await institution.state(first) == "lifted"
    await institution.publish()


async def test_only_deciders_decide(institution: Institution) -> None:
    for duty in ("device-admin", "approver", "auditor"):
        answer = await institution.call(duty, "POST", "/decisions", institution.decide())
        assert refusal(answer) == (403, "duty-missing")
    stranger = institution.realm.client(institution.realm.people.carl)
    answer = await stranger.post("/organisations/institution/decisions", json=institution.decide())
    assert refusal(answer) == (403, "not-of-organisation")


async def test_a_review_keeps_a_decision_and_answers_everybody_who_replied(institution: Institution) -> None:
    id = await institution.file()
    await institution.do("decider", "POST", f"/decisions/{id}/ask")
    olga = institution.realm.client(institution.realm.people.olga)
    said = await olga.post(f"/register/{id}/replies", json={"words": "Our data map is public; look at it."})
    assert said.status_code == 201, said.text
    await institution.do("decider", "POST", f"/decisions/{id}/publish")
    await institution.pass_days(70)
    clock = institution.realm.clock
    until = as_text(clock.now() + 120 * DAY)
    review = {"until": until, "reason": {"en": "Nothing has changed."}}
    answer = await institution.call("decider", "POST", f"/decisions/{id}/reviews", review)
    assert refusal(answer) == (422, "review-leaves-out")
    answers = {said.json()["id"]: {"en": "We looked, and want an audit of it."}}
    await institution.do("decider", "POST", f"/decisions/{id}/reviews", review | {"answers": answers})
    clock.advance(30 * DAY)
    assert await institution.state(id) == "in-force"
    told = (await institution.realm.client().get(f"/register/{id}")).json()
    assert [one["by"] for one in told["replies"]] == ["service"]
    assert told["reviews"][0]["answers"] == answers


async def test_only_the_service_answers_for_the_service(institution: Institution) -> None:
    id = await institution.publish()
    for who in (institution.realm.people.carl, institution.realm.people.mia, institution.staff["decider"]):
        answer = await institution.realm.client(who).post(f"/register/{id}/replies", json={"words": "It is fine."})
        assert refusal(answer) == (403, "not-the-service")


async def test_a_new_version_takes_the_place_of_the_old_at_its_deadline(institution: Institution) -> None:
    id = await institution.publish()
    clock, nobody = institution.realm.clock, institution.realm.client()
    clock.advance(10 * DAY)
    old = (await nobody.get(f"/register/{id}")).json()["line"]["sha256"]
    changed: dict[str, Any] = {"version": 2, "replaces_sha256": old, "id": f"urn:uuid:{id}"}
    await institution.publish(**changed, measures=["refuse-service"])
    versions = await institution.do("decider", "GET", "/decisions")
    assert [(one["version"], one["state"]) for one in versions] == [(1, "in-force"), (2, "published")]
    clock.advance(2 * DAY)
    versions = await institution.do("decider", "GET", "/decisions")
    assert [(one["version"], one["state"]) for one in versions] == [(1, "lifted"), (2, "in-force")]
    differences = (await nobody.get(f"/register/{id}/differences?before=1&after=2")).json()
    assert {"path": "measures.0", "before": "remove", "after": "refuse-service"} in differences


async def test_every_step_is_an_entry_of_the_log_that_names_nobody(institution: Institution) -> None:
    id = await institution.publish()
    await institution.do("decider", "POST", f"/decisions/{id}/lift", {"reason": {"en": "The audit is done."}})
    rows = await institution.realm.rows(
        "SELECT kind, convert_from(body, 'UTF8') AS body FROM ledger_entries"
        " WHERE kind LIKE 'organisation%' OR kind LIKE 'suspension%' ORDER BY queue_no"
    )
    kinds = [row["kind"] for row in rows]
    assert kinds == ["organisation-proof"] * 2 + ["organisation-key"] + ["suspension-step"] * 3
    assert not [row for row in rows if DOMAIN in row["body"] or NETWORK in row["body"] or "decio" in row["body"]]


@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("GET", "/organisations/a%00b", None),
        ("GET", "/organisations/institution/people?named=a%00b", None),
        ("GET", "/organisations/institution/devices?named=%00", None),
        ("DELETE", "/organisations/institution/tokens/%00", None),
        ("DELETE", "/organisations/institution/keys/%00", None),
        ("PUT", "/organisations/institution/staff/%00", {"duties": []}),
        ("GET", "/organisations/institution/artefacts/rpz/%00", None),
        ("GET", "/organisations/institution/artefacts/%00", None),
        ("POST", "/organisations", {"code": "another", "name": "a\0b", "domain": "another.example"}),
        ("POST", "/organisations/institution/proofs", {"of": "domain", "value": "a\0b.example"}),
    ],
)
async def test_what_no_database_can_hold_is_refused(
    institution: Institution, method: str, path: str, json: dict[str, Any] | None
) -> None:
    answer = await institution.client("device-admin").request(method, path, json=json)
    assert 400 <= answer.status_code < 500, answer.text


async def test_a_reply_that_no_database_can_hold_is_refused(institution: Institution) -> None:
    id = await institution.publish()
    olga = institution.realm.client(institution.realm.people.olga)
    assert refusal(await olga.post(f"/register/{id}/replies", json={"words": "a\0b"})) == (422, "reply-not-taken")


async def test_another_sites_page_does_nothing_with_a_devices_cookie(institution: Institution) -> None:
    cookie = {"Cookie": "reelm_device=whatever", "Sec-Fetch-Site": "cross-site"}
    answer = await institution.realm.client(**cookie).delete("/device")
    assert refusal(answer) == (403, "cross-site-refused")
