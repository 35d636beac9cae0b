"""An institution whose devices others tell of, and hear of: its devices, its device management, and its receivers."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import httpx
from tests.integration.devices.institution import CODE, Institution
from tests.integration.devices.machines import LOOPBACK, Machine
from tests.integration.devices.tokens import ISSUER, Management
from tests.integration.world import SITE, Realm

from reelm.infra.names import Names

EVENTS = f"{SITE}/signals/{CODE}/events"


@dataclass
class Signallers:
    """`id` is of the decision in force; `token` is what the device management shows; `phones` are by code."""

    institution: Institution
    id: str
    management: Management = field(default_factory=Management)
    token: str = ""
    phones: dict[str, UUID] = field(default_factory=dict[str, UUID])

    @property
    def realm(self) -> Realm:
        return self.institution.realm

    async def listen(self, **told: Any) -> dict[str, Any]:
        """Have the device management believed."""
        form = {"issuer": ISSUER, "jwks": self.management.jwks} | told
        added = await self.institution.do("device-admin", "POST", "/signals/issuers", form)
        self.token = added["token"] or ""
        return added

    async def push(self, token: str | bytes, url: str = EVENTS, **headers: str) -> httpx.Response:
        """Send us a token."""
        content = token.encode() if isinstance(token, str) else token
        told = {"Content-Type": "application/secevent+jwt", "Authorization": f"Bearer {self.token}"} | headers
        return await self.realm.client().post(url, content=content, headers=told)

    async def tell(self, device: str, now: str) -> None:
        """Push that a device has come to stand otherwise; it is taken."""
        answer = await self.push(self.management.change(device, now, self.realm.clock.now()))
        assert (answer.status_code, answer.content) == (202, b""), answer.text

    async def states(self, id: str = "") -> dict[str, tuple[str | None, str | None]]:
        """How each device stands to the decision, and what said so last, by its code."""
        told = await self.institution.do("device-admin", "GET", f"/decisions/{id or self.id}/devices")
        codes = {str(id): code for code, id in self.phones.items()}
        return {codes[one["device"]]: (one["state"], one["source"]) for one in told["items"]}

    async def count_entries(self) -> int:
        """How many changes of state the log tells of."""
        rows = await self.realm.rows("SELECT count(*) AS n FROM ledger_entries WHERE kind = 'device-state'")
        return rows[0]["n"]

    def reach(self, *machines: Machine) -> None:
        """Let the workers reach machines on loopback, by their names; of all of them one is trusted at a time."""
        for one in machines:
            self.institution.zones.addresses[one.host] = [LOOPBACK]
        trust = machines[0].trust
        for one in machines[1:]:
            trust.load_verify_locations(str(one.folder / "certificate.pem"))
        names = Names(self.institution.zones.server, may_reach=lambda _: True, trust=trust)
        self.realm.workshop = replace(self.realm.workshop, names=names)


async def list_phones(institution: Institution, *codes: str, organisation: str = CODE) -> dict[str, UUID]:
    """Put supervised iPhones into an organisation's directory; their ids by code."""
    dina, path = institution.client("device-admin"), f"/organisations/{organisation}"
    lines = ["code,platform,enrolment,ownership", *(f"{code},ios,supervised,corporate" for code in codes)]
    answer = await dina.post(f"{path}/inventory", content="\n".join(lines))
    assert answer.json()["made"] == len(codes), answer.text
    return {one["code"]: UUID(one["id"]) for one in (await dina.get(f"{path}/devices")).json()}
