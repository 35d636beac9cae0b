"""A system that an organisation lets hear of its devices: it asks as such a system does, and reads with PyJWT."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from tests.integration.devices.signallers import Signallers
from tests.integration.devices.tokens import CHANGE, read_told
from tests.integration.world import SITE, Realm

from reelm.devices import Act, reporting
from reelm.devices.reporting import Said

US, THEM = "https://reelm.example", "https://siem.example"
PUSH, POLL = "urn:ietf:rfc:8935", "urn:ietf:rfc:8936"


@dataclass
class Taken:
    """What came of a stream: claims by the number of their token, and whether there are more."""

    sets: dict[str, dict[str, Any]]
    more: bool

    def changes(self) -> list[tuple[str, str, str]]:
        """Device, before and now, in the order in which they came."""
        events = [(one, one["events"][CHANGE]) for one in self.sets.values() if CHANGE in one["events"]]
        return [
            (one["sub_id"]["device"]["sub"], event["previous_status"], event["current_status"])
            for one, event in events
        ]


@dataclass
class Receiver:
    """A system that may hear of the institution's devices, with its token; `realm` is asked as it would be."""

    signallers: Signallers
    token: str
    audience: str = THEM
    jwks: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def realm(self) -> Realm:
        return self.signallers.realm

    @property
    def now(self) -> datetime:
        return self.realm.clock.now()

    async def call(self, method: str, path: str, json: Any = None) -> httpx.Response:
        client = self.realm.client(self.token)
        return await client.request(method, f"{SITE}/signals{path}", json=json)

    async def do(self, method: str, path: str, json: Any = None) -> Any:
        answer = await self.call(method, path, json)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def make(self, **form: Any) -> str:
        """Make a stream; its id."""
        return (await self.do("POST", "/streams", form))["stream_id"]

    async def poll(self, stream: str, **form: Any) -> Taken:
        told = await self.do("POST", f"/streams/{stream}/poll", {"returnImmediately": True, **form})
        return Taken({jti: await self.read(jti, token) for jti, token in told["sets"].items()}, told["moreAvailable"])

    async def read(self, jti: str, token: str) -> dict[str, Any]:
        if not self.jwks:
            self.jwks = (await self.realm.client().get(f"{SITE}/signals/jwks.json")).json()
        claims = read_told(token, self.jwks, audience=self.audience, issuer=US, now=self.now)
        assert claims["jti"] == jti
        return claims

    async def report(self, device: str, *, has_app: bool) -> None:
        """Something that looked says whether a device has the app."""
        async with self.realm.cell.database.write() as unit:
            said = Said(self.signallers.phones[device], UUID(self.signallers.id), has_app, self.now, "agent")
            await reporting.note(Act(unit, self.realm.settings.realm, self.now), [said])

    async def watched(self) -> dict[str, Any]:
        """The stream, as the organisation sees it."""
        (told,) = await self.signallers.institution.do("auditor", "GET", "/signals/receivers")
        return told["stream"]
