"""Organisations with a directory of their own, and calls to it as an identity provider makes them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from tests.integration.world import SITE, Realm, connect

from reelm import devices
from reelm.kernel.ids import OrganisationId, new_uuid

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
DEVICE = "urn:ietf:params:scim:schemas:core:2.0:Device"
MANAGEMENT = "urn:reelm:params:scim:schemas:extension:management:1.0:Device"


async def insert_organisation(realm: Realm, code: str) -> OrganisationId:
    """An organisation as registering makes one."""
    id = OrganisationId(new_uuid())
    connection = await connect(realm.settings.database_url)
    try:
        await connection.execute(
            "INSERT INTO organisations (id, code, name, domain, registered_at) VALUES ($1, $2, $2, $3, $4)",
            *(id, code, f"{code}.example", realm.clock.now()),
        )
    finally:
        await connection.close()
    return id


@dataclass
class Provider:
    """The identity provider of one organisation, with a token for its directory."""

    realm: Realm
    organisation: OrganisationId
    code: str
    token: str

    @property
    def url(self) -> str:
        return f"{SITE}/scim/v2/{self.code}"

    async def call(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        client = self.realm.client(self.token, **headers)
        return await client.request(method, self.url + path, json=json)

    async def get(self, path: str, **headers: str) -> Any:
        answer = await self.call("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def make(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.call("POST", path, body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def patch(self, path: str, *operations: dict[str, Any]) -> httpx.Response:
        return await self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    async def person(self, user_name: str, **told: Any) -> dict[str, Any]:
        return await self.make("/Users", {"schemas": [USER], "userName": user_name, **told})

    async def group(self, name: str, *members: str) -> dict[str, Any]:
        listed = [{"value": one} for one in members]
        return await self.make("/Groups", {"schemas": [GROUP], "displayName": name, "members": listed})

    async def device(self, name: str, **told: Any) -> dict[str, Any]:
        return await self.make("/Devices", managed(name, **told))


def managed(name: str | None, **told: Any) -> dict[str, Any]:
    """A device as it is sent; `told` is of how it is managed."""
    management = {"platform": "ios", "enrolment": "supervised", "ownership": "corporate", **told}
    named = {"displayName": name} if name else {}
    return {"schemas": [DEVICE, MANAGEMENT], "active": True, **named, MANAGEMENT: management}


async def open_directory(realm: Realm, code: str = "institution") -> Provider:
    """An organisation whose staff have made a token for its directory."""
    organisation = await insert_organisation(realm, code)
    async with realm.cell.database.write() as unit:
        token = await devices.make_token(
            unit, organisation, devices.TokenPurpose.DIRECTORY, lasts=timedelta(days=90), at=realm.clock.now()
        )
    return Provider(realm, organisation, code, token)
