"""Who may do what to an organisation's directory: every route of it, for each kind of caller."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.devices.directories import PATCH, USER, Provider, open_directory
from tests.integration.world import SITE, Realm

from reelm import devices

NOBODY, ENDED, MEMBER, STAFF = "nobody", "expired token of a member", "member", "operator"
ELSEWHERE, REVOKED, OWN = "another organisation", "revoked token of its own", "the organisation"
# In this order: those who are refused first, so that what they leave behind would show.
WHO = (NOBODY, ENDED, MEMBER, STAFF, REVOKED, ELSEWHERE, OWN)


@dataclass(frozen=True)
class Call:
    """What the organisation itself is answered, and what is sent. `{id}` is of somebody in its directory."""

    ok: int
    json: dict[str, Any] | None = None


RENAME = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": "Eve"}]}
ROOT = "/scim/v2/{organisation}"
DIRECTORY_TABLE: dict[str, Call] = {
    f"GET {ROOT}/ServiceProviderConfig": Call(200),
    f"GET {ROOT}/ResourceTypes": Call(200),
    f"GET {ROOT}/ResourceTypes/{{id}}": Call(200),
    f"GET {ROOT}/Schemas": Call(200),
    f"GET {ROOT}/Schemas/{{id}}": Call(200),
    f"GET {ROOT}/Me": Call(501),
    f"POST {ROOT}/Bulk": Call(501),
    f"POST {ROOT}/.search": Call(501),
    f"GET {ROOT}/{{endpoint}}": Call(200),
    f"POST {ROOT}/{{endpoint}}": Call(201, {"schemas": [USER], "userName": "new"}),
    f"GET {ROOT}/{{endpoint}}/{{id}}": Call(200),
    f"PUT {ROOT}/{{endpoint}}/{{id}}": Call(200, {"schemas": [USER], "userName": "eve"}),
    f"PATCH {ROOT}/{{endpoint}}/{{id}}": Call(200, RENAME),
    f"DELETE {ROOT}/{{endpoint}}/{{id}}": Call(204),
    f"GET {ROOT}/{{rest:path}}": Call(404),
}


@pytest.mark.parametrize("route", DIRECTORY_TABLE)
async def test_who_may_keep_a_directory(route: str, realm: Realm) -> None:
    call, cast = DIRECTORY_TABLE[route], realm.people
    own, elsewhere = await open_directory(realm), await open_directory(realm, "elsewhere")
    tokens = {NOBODY: None, ENDED: cast.ended_token, MEMBER: cast.ana, STAFF: cast.olga}
    tokens |= {REVOKED: await _revoked(realm, own), ELSEWHERE: elsewhere.token, OWN: own.token}
    person = (await own.person("eve"))["id"]
    id = {"ResourceTypes": "User", "Schemas": USER}.get(route.split("/")[-2], person)
    method, _, path = route.partition(" ")
    address = SITE + path.replace(":path", "").format(organisation=own.code, endpoint="Users", id=id, rest="a/b/c")
    answers = {who: await realm.client(tokens[who]).request(method, address, json=call.json) for who in WHO}
    refused = dict.fromkeys((NOBODY, ENDED, MEMBER, STAFF, REVOKED), 401)
    expected = {**refused, ELSEWHERE: 404, OWN: call.ok}
    assert {who: answer.status_code for who, answer in answers.items()} == expected


async def _revoked(realm: Realm, own: Provider) -> str:
    """Another token of the organisation, which it has revoked."""
    at = realm.clock.now() + timedelta(seconds=1)
    async with realm.cell.database.write() as unit:
        token = await devices.make_token(
            unit, own.organisation, devices.TokenPurpose.DIRECTORY, lasts=timedelta(days=1), at=at
        )
        newest = (await devices.list_tokens(unit, own.organisation))[0]
        await devices.revoke_token(unit, own.organisation, newest.id, at=at)
    return token


async def test_who_has_no_directory_here_is_not_told(realm: Realm) -> None:
    """Whoever has a token elsewhere can't tell an organisation that is here from one that isn't."""
    await open_directory(realm)
    elsewhere = await open_directory(realm, "elsewhere")
    answers = [
        await realm.client(elsewhere.token).get(f"{SITE}/scim/v2/{code}/Users") for code in ("institution", "nowhere")
    ]
    assert answers[0].status_code == answers[1].status_code == 404
    assert answers[0].json() == answers[1].json()
