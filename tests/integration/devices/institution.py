"""An institution and its staff, as they go through the API: registered, proven, and about to suspend this very realm.

dina administers its devices, decio decides, axel and anna approve exceptions, aude2 audits.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from joserfc.jwk import ECKey
from tests.integration.devices.directories import Provider
from tests.integration.devices.gadget import Gadget
from tests.integration.devices.zones import Zones
from tests.integration.world import Person, Realm
from tests.unit.devices.examples import draft

from reelm import accounts
from reelm.devices import sign_decision
from reelm.kernel.ids import OrganisationId

CODE, DOMAIN, HOST, NETWORK = "institution", "institution.example", "reelm.example", "127.1.2.0/24"


@dataclass
class Institution:
    """`staff` are those who act for it, by duty."""

    realm: Realm
    zones: Zones
    staff: dict[str, Person]
    network: str = NETWORK
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    async def open_directory(self) -> Provider:
        """Its identity provider, with a token for its directory."""
        made = await self.do("device-admin", "POST", "/tokens", {"purpose": "directory"})
        rows = await self.realm.rows("SELECT id FROM organisations WHERE code = $1", CODE)
        return Provider(self.realm, OrganisationId(rows[0]["id"]), CODE, made["token"])

    async def enrol(self, device: str, *, consents: bool = True) -> Gadget:
        """Enrol a device of the directory by a code, as the device does."""
        code = (await self.do("device-admin", "POST", f"/devices/{device}/code"))["code"]
        gadget = Gadget(self.realm, device)
        answer = await gadget.enrol(code, consents=consents)
        assert answer.status_code == 201, answer.text
        await gadget.show_key()
        return gadget

    async def except_device(self, decision: str, device: str, days: int = 30) -> str:
        """An exception, asked for by one and granted by another; its id."""
        until = as_text(self.realm.clock.now() + timedelta(days=days))
        wish = {"device": device, "purpose": "supervision", "mitigations": [0], "until": until}
        asked = await self.do("device-admin", "POST", f"/decisions/{decision}/exceptions", wish)
        await self.do("approver", "POST", f"/exceptions/{asked['id']}/grant")
        return asked["id"]

    def client(self, duty: str) -> httpx.AsyncClient:
        return self.realm.client(self.staff[duty])

    async def call(self, duty: str, method: str, path: str, json: Any = None) -> httpx.Response:
        """Something that one of its staff asks for, below its address."""
        return await self.client(duty).request(method, f"/organisations/{CODE}{path}", json=json)

    async def do(self, duty: str, method: str, path: str, json: Any = None) -> Any:
        """The same, and it works."""
        answer = await self.call(duty, method, path, json)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def prove(self, of: str, value: str) -> dict[str, Any]:
        """Ask for a proof, put what it says where it says, and have it looked at."""
        asked = await self.do("device-admin", "POST", "/proofs", {"of": of, "value": value})
        for name in asked["names"]:
            self.zones.texts[name] = [asked["word"]]
        await self.do("device-admin", "POST", f"/proofs/{asked['id']}/check")
        await self.realm.work_outside()
        return next(one for one in await self.do("auditor", "GET", "/proofs") if one["id"] == asked["id"])

    def decide(self, key: ECKey | None = None, **changes: Any) -> dict[str, Any]:
        """A signed decision about this realm: noticed now, in force in two days, reviewed in 90."""
        now = self.realm.clock.now()
        told: dict[str, Any] = {
            "id": f"urn:uuid:{uuid4()}",
            "app__name": "Reelm",
            "app__domains": [HOST],
            "app__apple": ["example.reelm.app"],
            "app__android": ["example.reelm.android"],
            "scope__networks": [self.network],
            "stages": stages(now),
            "reply__until": as_text(now + timedelta(days=1)),
        }
        document = draft(**(told | changes))
        return json.loads(sign_decision(json.dumps(document).encode(), key or self.key))

    async def file(self, **changes: Any) -> str:
        """A draft; its id."""
        return (await self.do("decider", "POST", "/decisions", self.decide(**changes)))["id"]

    async def publish(self, **changes: Any) -> str:
        """A decision that the service was asked about and that is published; its id."""
        id = await self.file(**changes)
        await self.do("decider", "POST", f"/decisions/{id}/ask")
        await self.do("decider", "POST", f"/decisions/{id}/publish")
        return id

    async def pass_days(self, days: int) -> None:
        """Let time go by, longer than sessions last, and sign everybody in again."""
        self.realm.clock.advance(timedelta(days=days))
        for duty, who in self.staff.items():
            self.staff[duty] = replace(who, token=await self.realm.sign_in(who.handle, who.password))

    async def state(self, id: str) -> str:
        answer = await self.realm.client().get(f"/register/{id}")
        assert answer.status_code == 200, answer.text
        return answer.json()["line"]["state"]


def as_text(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def stages(now: datetime, *, deadline: timedelta = timedelta(days=2), review: timedelta = timedelta(days=90)) -> Any:
    """Dates of a decision that is issued and noticed now."""
    return {
        "issued_at": as_text(now),
        "notice_at": as_text(now),
        "deadline_at": as_text(now + deadline),
        "review_at": as_text(now + review),
    }


async def found_institution(realm: Realm, zones: Zones, network: str = NETWORK) -> Institution:
    """Register it, appoint its staff, prove its domain and network, and give it a key."""
    dina = await realm.hire("dina", accounts.Role.DEVICE_ADMIN)
    others = {"decider": "decio", "approver": "axel", "auditor": "audrey"}
    staff = {"device-admin": dina} | {duty: await realm.sign_up(handle) for duty, handle in others.items()}
    institution = Institution(realm, zones, staff, network)
    made = await realm.client(dina).post(
        "/organisations", json={"code": CODE, "name": "Example Institution", "domain": DOMAIN}
    )
    assert made.status_code == 201, made.text
    for duty, handle in others.items():
        await institution.do("device-admin", "PUT", f"/staff/{handle}", {"duties": [duty]})
    await institution.prove("domain", DOMAIN)
    await institution.prove("network", network)
    await institution.do("decider", "POST", "/keys", dict(institution.key.as_dict(private=False)))
    return institution
