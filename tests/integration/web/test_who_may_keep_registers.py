"""Who may read and write the realm's own registers: every route, for each kind of caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.world import Realm

READERS, WRITERS = frozenset({"auditor", "operator"}), frozenset({"operator"})


@dataclass(frozen=True)
class Call:
    """What those who may are answered; all others who are signed in, 403."""

    may: frozenset[str]
    ok: int = 200
    json: Mapping[str, Any] | None = None


REGISTER_TABLE = {
    "GET /api/v1/incidents": Call(READERS),
    "POST /api/v1/incidents": Call(WRITERS, 201, {"{facts}": ""}),
    "GET /api/v1/incidents/{code}": Call(READERS),
    "PUT /api/v1/incidents/{code}": Call(WRITERS, 200, {"{facts}": ""}),
    "GET /api/v1/incidents/{code}/draft/{law}": Call(READERS),
    "PUT /api/v1/incidents/{code}/told/{law}": Call(WRITERS, 200, {"at": "{now}"}),
    "PUT /api/v1/incidents/{code}/people-told": Call(WRITERS, 200, {"at": "{now}"}),
    "GET /api/v1/rights/due": Call(READERS),
    "GET /api/v1/holds": Call(READERS),
    "POST /api/v1/holds": Call(WRITERS, 201, {"{hold}": ""}),
    "DELETE /api/v1/holds/{id}": Call(WRITERS, 204),
}


@pytest.mark.parametrize("route", REGISTER_TABLE)
async def test_who_may_keep_registers(route: str, realm: Realm) -> None:
    call, cast = REGISTER_TABLE[route], realm.people
    made = await realm.client(cast.olga).post("/incidents", json=_facts(realm))
    held = await realm.client(cast.olga).post("/holds", json=_hold(realm, "a case"))
    names = {
        "code": made.json()["code"],
        "law": "gdpr",
        "now": realm.clock.now().isoformat(),
        "id": held.json()["id"],
    }
    callers = {"nobody": None, "ended": cast.ended_token, "viewer": cast.ben, "moderator": cast.mia}
    callers |= {"auditor": cast.aude, "operator": cast.otto}
    answers: dict[str, int] = {}
    for who, caller in callers.items():
        method, _, path = route.partition(" ")
        whole = {"{facts}": _facts(realm), "{hold}": _hold(realm, f"of {who}")}
        body = next((whole[key] for key in call.json or () if key in whole), dict(call.json or {}))
        body = {key: value.format(**names) if isinstance(value, str) else value for key, value in body.items()}
        address = path.removeprefix("/api/v1").format(**names)
        answers[who] = (await realm.client(caller).request(method, address, json=body)).status_code
    assert answers == {who: _expect(call, who) for who in callers}


def _expect(call: Call, who: str) -> int:
    if who in ("nobody", "ended"):
        return 401
    return call.ok if who in call.may else 403


def _hold(realm: Realm, case: str) -> dict[str, Any]:
    until = (realm.clock.now() + timedelta(days=9)).isoformat()
    return {"case": case, "reason": "Asked.", "handles": ["ana"], "classes": ["user.behavior"], "until": until}


def _facts(realm: Realm) -> dict[str, Any]:
    now = realm.clock.now()
    return {
        "information": ["user.contact.email"],
        "circumstances": "A list was sent to the wrong address.",
        "began_on": (now - timedelta(days=1)).date().isoformat(),
        "noticed_at": now.isoformat(),
        "people": {"FR": 3},
        "risk": "Little.",
        "measures": "It was deleted there.",
        "is_serious": True,
    }
