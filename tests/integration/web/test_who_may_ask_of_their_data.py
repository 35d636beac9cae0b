"""Who may ask what of whose data: every route of `/me/rights` and `/me/sessions`, on ana's."""

from typing import Any

import pytest
from tests.integration.world import PASSWORDS, Realm

OWN = "ana"
# What ana is answered; everybody else who is signed in finds no such request, nobody who is not gets that far.
RIGHTS_TABLE: dict[str, tuple[int, dict[str, Any] | None]] = {
    "GET /api/v1/me/sessions": (200, None),
    "DELETE /api/v1/me/sessions/{id}": (204, None),
    "GET /api/v1/me/rights": (200, None),
    "POST /api/v1/me/rights": (202, {"right": "erasure", "password": PASSWORDS["ana"]}),
    "DELETE /api/v1/me/rights/{id}": (204, None),
    "GET /api/v1/me/rights/{id}/archive": (409, None),  # it is not made yet
}


@pytest.mark.parametrize("route", RIGHTS_TABLE)
async def test_who_may_ask_of_their_data(route: str, realm: Realm) -> None:
    ok, json = RIGHTS_TABLE[route]
    cast = realm.people
    asked = (await realm.client(cast.ana).post("/me/rights", json={"right": "access"})).json()
    method, _, path = route.partition(" ")
    await realm.sign_in("ana", PASSWORDS["ana"])
    sessions = (await realm.client(cast.ana).get("/me/sessions")).json()["items"]
    another = next(one["id"] for one in sessions if not one["is_this"])
    address = path.removeprefix("/api/v1").format(id=another if "sessions" in path else asked["id"])
    answers: dict[str, int] = {}
    callers: dict[str, Any] = {
        "nobody": None,
        "ended": cast.ended_token,
        "ben": cast.ben,
        "olga": cast.olga,
        OWN: cast.ana,
    }
    for who, caller in callers.items():
        answers[who] = (await realm.client(caller).request(method, address, json=json)).status_code
    own = dict.fromkeys(("GET /api/v1/me/rights", "GET /api/v1/me/sessions"), 200)
    others = (own | {"POST /api/v1/me/rights": 403}).get(route, 404)  # 403: it is another's password
    assert answers == {"nobody": 401, "ended": 401, "ben": others, "olga": others, OWN: ok}
