"""Who may say whom an organisation listens to, and who hears of its devices? Its device administrators alone."""

from typing import Any

import pytest
from tests.integration.access.journeys import refusal
from tests.integration.devices.institution import Institution
from tests.integration.devices.tokens import Management

MISSING = "00000000-0000-7000-8000-000000000000"
JWKS = {"jwks": Management().jwks}
CALLS: list[tuple[str, str, Any, int]] = [
    ("POST", "/signals/issuers", {"issuer": "https://mdm.example", **JWKS}, 201),
    ("PUT", f"/signals/issuers/{MISSING}/keys", JWKS, 404),
    ("DELETE", f"/signals/issuers/{MISSING}", None, 404),
    ("POST", "/signals/receivers", {"audience": "https://siem.example"}, 201),
    ("DELETE", f"/signals/receivers/{MISSING}", None, 404),
]


@pytest.mark.parametrize(("method", "path", "form", "done"), CALLS, ids=lambda one: str(one)[:30])
async def test_only_device_administrators_change_who_signals(
    institution: Institution, method: str, path: str, form: Any, done: int
) -> None:
    whole = f"/organisations/institution{path}"
    realm = institution.realm
    assert (await realm.client().request(method, whole, json=form)).status_code == 401
    assert (await realm.client(realm.people.ended_token).request(method, whole, json=form)).status_code == 401
    for stranger in (realm.people.carl, realm.people.olga):
        answer = await realm.client(stranger).request(method, whole, json=form)
        assert refusal(answer) == (403, "not-of-organisation")
    for duty in ("decider", "approver", "auditor"):
        assert refusal(await institution.call(duty, method, path, form)) == (403, "duty-missing")
    assert (await institution.call("device-admin", method, path, form)).status_code == done


@pytest.mark.parametrize("path", ["/signals/issuers", "/signals/receivers"])
async def test_whoever_acts_for_an_organisation_sees_who_signals_and_no_secret(
    institution: Institution, path: str
) -> None:
    polled = {"endpoint": "https://mdm.example/poll", "poll_token": "the-secret-of-polling"}
    form = {"issuer": "https://mdm.example", **JWKS, **polled}
    made = await institution.do("device-admin", "POST", "/signals/issuers", form)
    added = await institution.do("device-admin", "POST", "/signals/receivers", {"audience": "https://siem.example"})
    for duty in institution.staff:
        answer = await institution.call(duty, "GET", path)
        assert len(answer.json()) == 1
        assert "the-secret-of-polling" not in answer.text
        assert added["token"] not in answer.text
    assert "the-secret-of-polling" not in str(made)
    for who in (None, institution.realm.people.carl):
        answer = await institution.realm.client(who).get(f"/organisations/institution{path}")
        assert answer.status_code == (403 if who else 401)
