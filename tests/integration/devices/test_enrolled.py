"""Devices: how they come in and leave, that a decision binds them wherever they are, and who is excepted."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.access.journeys import refusal
from tests.integration.devices.gadget import ANYWHERE, Gadget
from tests.integration.devices.institution import Institution, as_text
from tests.integration.devices.test_refused import DEADLINE, INSIDE, calling_from, surfaces

CORPORATE = {"platform": "linux", "enrolment": "agent", "ownership": "corporate"}
PERSONAL = {"platform": "ios", "enrolment": "user", "ownership": "enrolled-personal"}


async def make_device(institution: Institution, code: str = "laptop-1", **told: Any) -> str:
    """In the directory; its id."""
    directory = await institution.open_directory()
    return (await directory.device(code, **(CORPORATE | told)))["id"]


async def personal_device(institution: Institution, user_name: str = "eve", locale: str = "fr-CA") -> str:
    """Somebody's own phone; its id."""
    directory = await institution.open_directory()
    person = await directory.person(user_name, preferredLanguage=locale)
    return (await directory.device(f"phone-of-{user_name}", **PERSONAL, person={"value": person["id"]}))["id"]


async def test_an_enrolled_device_is_refused_wherever_it_is(institution: Institution) -> None:
    realm = institution.realm
    gadget = await institution.enrol(await make_device(institution))
    everything = await surfaces(realm)
    await institution.publish()
    assert (await gadget.call("GET", "/api/v1/feed")).headers["reelm-suspension"]
    realm.clock.advance(DEADLINE)
    await gadget.show_key()
    for method, path in everything:
        answer = await gadget.call(method, path)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/organisation-suspension"), path
    async with calling_from(realm, ANYWHERE) as nobody:
        assert (await nobody.get("/api/v1/feed")).status_code == 200


async def test_a_session_on_the_device_ends_and_the_same_person_elsewhere_is_served(institution: Institution) -> None:
    realm, ben = institution.realm, institution.realm.people.ben
    elsewhere = await realm.sign_in("ben", ben.password)
    gadget = await institution.enrol(await make_device(institution))
    await gadget.show_key(session=ben)
    await institution.publish()
    assert (await realm.client(ben).get("/feed")).status_code == 200
    realm.clock.advance(DEADLINE)
    assert refusal(await realm.client(ben).get("/feed")) == (403, "organisation-suspension")
    assert (await realm.client(elsewhere).get("/feed")).status_code == 200


async def test_an_excepted_device_is_served_on_the_organisations_own_network(institution: Institution) -> None:
    realm = institution.realm
    excepted = await make_device(institution, "laptop-1")
    gadget = await institution.enrol(excepted)
    other = await institution.enrol(await make_device(institution, "laptop-2"))
    id = await institution.publish()
    exception = await institution.except_device(id, excepted)
    realm.clock.advance(DEADLINE)
    for one in (gadget, other):
        await one.show_key()
    assert (await gadget.call("GET", "/api/v1/feed", address=INSIDE)).status_code == 200
    assert (await gadget.call("GET", "/api/v1/feed")).status_code == 200
    assert (await other.call("GET", "/api/v1/feed", address=INSIDE)).status_code == 403
    await institution.do("approver", "POST", f"/exceptions/{exception}/revoke")
    assert (await gadget.call("GET", "/api/v1/feed", address=INSIDE)).status_code == 403
    assert (await gadget.call("GET", "/api/v1/feed")).status_code == 403


async def test_an_exception_ends_by_itself(institution: Institution) -> None:
    device = await make_device(institution)
    gadget = await institution.enrol(device)
    id = await institution.publish()
    await institution.except_device(id, device, days=5)
    for days, status in ((3, 200), (3, 403)):
        institution.realm.clock.advance(timedelta(days=days))
        await gadget.show_key()
        assert (await gadget.call("GET", "/api/v1/feed")).status_code == status


async def test_whoever_asks_for_an_exception_does_not_grant_it(institution: Institution) -> None:
    device = await make_device(institution)
    id = await institution.publish()
    await institution.do("device-admin", "PUT", "/staff/decio", {"duties": ["decider", "approver"]})
    until = as_text(institution.realm.clock.now() + timedelta(days=30))
    wish = {"device": device, "purpose": "supervision", "mitigations": [0], "until": until}
    asked = await institution.do("decider", "POST", f"/decisions/{id}/exceptions", wish)
    answer = await institution.call("decider", "POST", f"/exceptions/{asked['id']}/grant")
    assert refusal(answer) == (403, "second-approver-needed")
    await institution.do("approver", "POST", f"/exceptions/{asked['id']}/grant")
    answer = await institution.call("approver", "POST", f"/exceptions/{asked['id']}/refuse")
    assert refusal(answer) == (409, "exception-decided")


@pytest.mark.parametrize(
    "wrong",
    [
        {"device": None},
        {"person": "019aa000-0000-7000-8000-000000000000"},
        {"purpose": "because"},
        {"mitigations": []},
        {"mitigations": [7]},
        {"until": "2040-01-01T00:00:00Z"},
        {"until": "2020-01-01T00:00:00Z"},
    ],
)
async def test_what_the_decision_does_not_allow_is_not_excepted(
    institution: Institution, wrong: dict[str, Any]
) -> None:
    device = await make_device(institution)
    id = await institution.publish()
    until = as_text(institution.realm.clock.now() + timedelta(days=30))
    wish = {"device": device, "purpose": "supervision", "mitigations": [0], "until": until} | wrong
    answer = await institution.call("device-admin", "POST", f"/decisions/{id}/exceptions", wish)
    assert refusal(answer) == (422, "exception-not-allowed")


async def test_a_code_is_good_once_for_its_own_device_and_for_a_week(institution: Institution) -> None:
    device = await make_device(institution)
    code = (await institution.do("device-admin", "POST", f"/devices/{device}/code"))["code"]
    first, second = Gadget(institution.realm, device), Gadget(institution.realm, device)
    assert (await first.enrol(code.lower().replace("-", " "))).status_code == 201
    assert refusal(await second.enrol(code)) == (404, "enrolment-code-not-good")
    late = (await institution.do("device-admin", "POST", f"/devices/{device}/code"))["code"]
    institution.realm.clock.advance(timedelta(days=7))
    assert refusal(await second.enrol(late)) == (404, "enrolment-code-not-good")


async def test_two_devices_do_not_share_a_key(institution: Institution) -> None:
    gadget = await institution.enrol(await make_device(institution, "laptop-1"))
    other = await make_device(institution, "laptop-2")
    code = (await institution.do("device-admin", "POST", f"/devices/{other}/code"))["code"]
    assert refusal(await gadget.enrol(code)) == (409, "device-key-taken")


async def test_a_personal_device_comes_in_with_consent_and_leaves_at_will(institution: Institution) -> None:
    device = await personal_device(institution)
    code = (await institution.do("device-admin", "POST", f"/devices/{device}/code"))["code"]
    gadget = Gadget(institution.realm, device)
    told = (await institution.realm.client().post("/device/code", json={"code": code})).json()
    assert told["visible"]["not_seen"][0] == "suspended-apps"
    assert refusal(await gadget.enrol(code, consents=False)) == (409, "consent-missing")
    assert (await gadget.enrol(code)).status_code == 201
    await gadget.show_key()
    await institution.publish()
    institution.realm.clock.advance(DEADLINE)
    await gadget.show_key()
    assert (await gadget.call("GET", "/api/v1/feed")).status_code == 403
    assert (await gadget.call("DELETE", "/api/v1/device")).status_code == 204
    assert (await gadget.call("GET", "/api/v1/feed")).status_code == 200
    assert (await gadget.show_key()).status_code == 401
    counted = await institution.realm.count_rows()
    assert counted["managed_devices"] == counted["device_states"] == 0


async def test_a_device_of_the_organisation_does_not_leave_by_itself(institution: Institution) -> None:
    gadget = await institution.enrol(await make_device(institution))
    assert refusal(await gadget.call("DELETE", "/api/v1/device")) == (403, "device-not-personal")


async def test_what_a_device_shows_is_fresh_its_own_and_shown_once(institution: Institution) -> None:
    gadget = await institution.enrol(await make_device(institution))
    stranger = Gadget(institution.realm, gadget.id)
    now = institution.realm.clock.now()
    good = gadget.proof()
    client = institution.realm.client()
    assert (await client.post("/device/pass", json={"proof": good})).status_code == 200
    for wrong in (
        good,
        stranger.proof(),
        gadget.proof(audience="https://elsewhere.example"),
        gadget.proof(now=now - timedelta(minutes=6)),
        gadget.proof(now=now + timedelta(minutes=6)),
        good[:-4] + "AAAA",
        "not a token",
    ):
        answer = await client.post("/device/pass", json={"proof": wrong})
        assert refusal(answer) == (401, "device-proof-wrong")


async def test_a_forged_or_expired_pass_is_none(institution: Institution) -> None:
    gadget = await institution.enrol(await make_device(institution))
    for token in (gadget.token[:-2] + "AA", "A" * len(gadget.token), "é", ""):
        forged = Gadget(institution.realm, gadget.id, token=token if token.isascii() else "%")
        assert refusal(await forged.call("GET", "/api/v1/device")) == (401, "device-proof-wrong")
    institution.realm.clock.advance(timedelta(hours=12))
    assert refusal(await gadget.call("GET", "/api/v1/device")) == (401, "device-proof-wrong")


async def test_people_are_told_in_their_language_and_acknowledge(institution: Institution) -> None:
    eve = await institution.enrol(await personal_device(institution, "eve", "fr"))
    await institution.enrol(await personal_device(institution, "bob", "en"))
    id = await institution.publish()
    before = await institution.do("decider", "GET", f"/decisions/{id}/told")
    assert (before["people"], before["told"], before["acknowledged"]) == (2, 0, 0)
    shown = (await eve.call("GET", "/api/v1/device")).json()["decisions"][0]
    assert shown["language"] == "fr-CA"
    assert shown["reason"].startswith("Il n’a pas été possible")
    assert (await eve.call("POST", f"/api/v1/device/decisions/{id}/acknowledge")).status_code == 204
    after = await institution.do("decider", "GET", f"/decisions/{id}/told")
    assert (after["told"], after["acknowledged"], len(after["not_told"])) == (1, 1, 1)


async def test_somebody_who_is_bound_replies_and_is_not_named(institution: Institution) -> None:
    eve = await institution.enrol(await personal_device(institution))
    id = await institution.file()
    words = {"words": "I follow our press office there."}
    early = await eve.call("POST", f"/api/v1/device/decisions/{id}/replies", json=words)
    assert refusal(early) == (404, "not-told")
    await institution.do("decider", "POST", f"/decisions/{id}/ask")
    said = await eve.call("POST", f"/api/v1/device/decisions/{id}/replies", json=words)
    assert said.status_code == 201, said.text
    await institution.do("decider", "POST", f"/decisions/{id}/publish")
    shown = (await institution.realm.client().get(f"/register/{id}")).text
    assert "I follow our press office there." in shown
    assert not [name for name in ("phone-of-eve", eve.id) if name in shown]


async def test_one_device_does_not_fill_the_register_with_replies(institution: Institution) -> None:
    eve = await institution.enrol(await personal_device(institution))
    id = await institution.publish()
    path, words = f"/api/v1/device/decisions/{id}/replies", {"words": "No, and no again."}
    assert [(await eve.call("POST", path, json=words)).status_code for _ in range(6)] == [201] * 5 + [429]
    institution.realm.clock.advance(timedelta(days=1))
    await eve.show_key()
    assert (await eve.call("POST", path, json=words)).status_code == 201


async def test_what_a_device_reports_changes_its_state_and_each_change_is_in_the_log(
    institution: Institution,
) -> None:
    realm = institution.realm
    gadget = await institution.enrol(await make_device(institution, enrolment="supervised", platform="ios"))
    id = await institution.publish()
    realm.clock.advance(DEADLINE)
    await gadget.show_key()
    for apps, state in (((), "compliant"), (("example.reelm.app",), "not-compliant"), (("other.app",), "compliant")):
        realm.clock.advance(timedelta(minutes=1))
        assert (await gadget.report(*apps)).status_code == 200
        listed = (await institution.do("auditor", "GET", f"/decisions/{id}/devices"))["items"]
        assert [one["state"] for one in listed] == [state]
    long = await gadget.call("POST", "/api/v1/device/reports", content=b" " * (2 * 1024 * 1024 + 1))
    assert (long.status_code, long.json()["type"]) == (413, "/problems/body-too-large")
    realm.clock.advance(timedelta(hours=25))
    await realm.workshop.look_over_devices()
    states = (await institution.do("auditor", "GET", f"/decisions/{id}/states"))["states"]
    assert states["stale"] == 1
    assert sum(states.values()) == 1
    rows = await realm.rows("SELECT body FROM ledger_entries WHERE kind = 'device-state' ORDER BY queue_no")
    assert [b'"state":"stale"' in row["body"] for row in rows] == [False, False, False, True]
    assert not [row for row in rows if b"laptop" in row["body"] or gadget.id.encode() in row["body"]]
