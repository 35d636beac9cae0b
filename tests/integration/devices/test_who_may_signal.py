"""Who may say whom an organisation listens to, and who hears of its devices? Its device administrators alone."""

import json
from hashlib import sha256
from typing import Any

import pytest
from joserfc.jwk import ECKey
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


async def test_whom_we_are_to_believe_is_in_the_log_and_by_which_keys(institution: Institution) -> None:
    first, second = Management(), Management()
    form = {"issuer": "https://mdm.example", "jwks": first.jwks}
    made = (await institution.do("device-admin", "POST", "/signals/issuers", form))["issuer"]["id"]
    taken = await institution.call("device-admin", "POST", "/signals/issuers", form)
    assert refusal(taken) == (409, "issuer-taken")
    await institution.do("device-admin", "PUT", f"/signals/issuers/{made}/keys", {"jwks": second.jwks})
    await institution.do("device-admin", "DELETE", f"/signals/issuers/{made}")
    rows = await institution.realm.rows(
        "SELECT convert_from(body, 'UTF8') AS body FROM ledger_entries WHERE kind = 'signal-issuer' ORDER BY queue_no"
    )
    facts = [json.loads(row["body"])["fact"] for row in rows]
    assert [one["step"] for one in facts] == ["added", "changed", "removed"]
    assert {one["issuer"] for one in facts} == {sha256(b"https://mdm.example").hexdigest()}
    keys = [sha256(thumbprint(one).encode()).hexdigest() for one in (first, second)]
    assert [one.get("keys") for one in facts] == [*keys, None]
    assert not [row for row in rows if "mdm.example" in row["body"] or "dina" in row["body"]]


def thumbprint(of: Management) -> str:
    """Of its only key."""
    (jwk,) = of.jwks["keys"]
    return ECKey.import_key(jwk).thumbprint()


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
