"""An institution on a running cell: registered, proven and staffed through the API, with devices, and its decisions.

The cell is known as `reelm.localhost`: a name that a decision can have, which Chromium finds at loopback and where it
lets pages check signatures.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey
from playwright.async_api import BrowserContext, Page
from tests.browser.person import PASSWORD
from tests.integration.devices.directories import USER, managed
from tests.integration.devices.zones import Zones
from tests.integration.world import connect
from tests.unit.devices.examples import draft

from reelm.devices import sign_decision
from reelm.devices.credentials import make_proof

if TYPE_CHECKING:
    from tests.browser.conftest import RunningCell

HOST, NETWORK = "reelm.localhost", "127.1.2.0/24"
ANSWER = "We keep the data of people in the Union in the Union."
STAFF: Mapping[str, str] = {"device-admin": "dina", "decider": "decio", "approver": "axel", "auditor": "audrey"}


def hire(cell: "RunningCell", handle: str, role: str) -> None:
    """An account with a role, as an operator makes one."""
    facts = ("--handle", handle, "--birth-date", "1985-03-09", "--country", "FR", "--role", role)
    command = (sys.executable, "-m", "reelm.cli", "account", "create", *facts, "--password-stdin")
    command = (*command, "--data", str(cell.data))
    subprocess.run(command, input=PASSWORD, text=True, check=True, capture_output=True, timeout=60)


def as_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def stages(notice: datetime, deadline: timedelta, review: timedelta) -> dict[str, str]:
    """Dates of a decision that is issued and noticed at once."""
    told = {"issued_at": notice, "notice_at": notice, "deadline_at": notice + deadline, "review_at": notice + review}
    return {name: as_text(at) for name, at in told.items()}


def about(app: str) -> dict[str, Any]:
    """What a decision says that is about some other app than Reelm."""
    names = {kind: [f"example.{app}.{kind}"] for kind in ("apple", "android")}
    return {
        "app__name": app.capitalize(),
        "app__domains": [f"{app}.example"],
        "app__apple": names["apple"],
        "app__android": names["android"],
    }


@dataclass
class Institution:
    """Its staff are `STAFF`, all with the same password. `zones` is the name server that its cell asks."""

    cell: "RunningCell"
    zones: Zones
    code: str = "institution"
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def domain(self) -> str:
        return f"{self.code}.example"

    async def call(self, duty: str, method: str, path: str, json: Any = None) -> Any:
        """Something that one of its staff asks for, below its address; it works."""
        return await self.ask(method, f"/organisations/{self.code}{path}", json, token=self.tokens[duty])

    async def ask(self, method: str, path: str, json: Any = None, *, token: str = "", **headers: str) -> Any:
        """A call to the API that works."""
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        url = f"http://127.0.0.1:{self.cell.port}/api/v1{path}"
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.request(method, url, json=json, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def sign_in(self, handle: str) -> str:
        return (await self.ask("POST", "/session", {"handle": handle, "password": PASSWORD}))["token"]

    async def prove(self, of: str, value: str) -> None:
        """Ask for a proof, put what it says where it says, and have it looked at."""
        asked = await self.call("device-admin", "POST", "/proofs", {"of": of, "value": value})
        for name in asked["names"]:
            self.zones.texts[name] = [asked["word"]]
        await self.call("device-admin", "POST", f"/proofs/{asked['id']}/check")
        async with asyncio.timeout(60):
            while not await self._holds(asked["id"]):
                await asyncio.sleep(0.1)

    async def _holds(self, proof: str) -> bool:
        found = await self.call("device-admin", "GET", "/proofs")
        return any(one["id"] == proof and one["proven_at"] is not None for one in found)

    async def execute(self, statement: str, *values: Any) -> Any:
        """Straight in the cell's database: the first value of what it answers."""
        settings = json.loads((self.cell.data / "run" / "cell.json").read_text())
        connection = await connect(settings["database_url"])
        try:
            return await connection.fetchval(statement, *values)
        finally:
            await connection.close()

    def sign(self, **changes: Any) -> dict[str, Any]:
        """A signed decision about this realm: noticed now, in force in two days, to be reviewed in 90."""
        now = datetime.now(UTC)
        told: dict[str, Any] = {
            "id": f"urn:uuid:{uuid4()}",
            "authority__domain": self.domain,
            "app__name": "Reelm",
            "app__domains": [HOST],
            "app__apple": ["example.reelm.app"],
            "app__android": ["example.reelm.android"],
            "scope__networks": [],
            "stages": stages(now, timedelta(days=2), timedelta(days=90)),
            "reply__until": as_text(now + timedelta(days=1)),
        }
        return json.loads(sign_decision(json.dumps(draft(**(told | changes))).encode(), self.key))

    async def publish(self, document: dict[str, Any]) -> str:
        """File it, ask the service, and publish it; its id."""
        id = (await self.call("decider", "POST", "/decisions", document))["id"]
        for step in ("ask", "publish"):
            await self.call("decider", "POST", f"/decisions/{id}/{step}")
        return id

    async def add_device(self, code: str, *, locale: str = "en", **told: str) -> UUID:
        """A device of somebody of its own, as the institution's directory puts both in."""
        person = {"schemas": [USER], "userName": f"{code}.person", "preferredLanguage": locale}
        whose = (await self.scim("/Users", person))["id"]
        facts = {"platform": "linux", "enrolment": "agent", "ownership": "corporate"} | told
        device = managed(code, **facts, person={"value": whose})
        return UUID((await self.scim("/Devices", device))["id"])

    async def scim(self, path: str, json: dict[str, Any]) -> dict[str, Any]:
        """Put something into the directory by its token."""
        if "directory" not in self.tokens:
            form = {"purpose": "directory", "days": 1}
            self.tokens["directory"] = (await self.call("device-admin", "POST", "/tokens", form))["token"]
        headers = {"Authorization": f"Bearer {self.tokens['directory']}"}
        url = f"http://127.0.0.1:{self.cell.port}/scim/v2/{self.code}{path}"
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(url, json=json, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def make_code(self, device: UUID) -> str:
        return (await self.call("device-admin", "POST", f"/devices/{device}/code"))["code"]

    async def enrol(self, code: str) -> str:
        """Enrol by a code, as an agent does; the pass that its browser gets as a cookie."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "device")])
        request = x509.CertificateSigningRequestBuilder(name).sign(key, SHA256())
        form = {"code": code, "request": request.public_bytes(Encoding.PEM).decode(), "consents": True}
        await self.ask("POST", "/device/enrol", form)
        own = ECKey(key, cast("Any", key.public_key()))
        proof = make_proof(own, audience=self.cell.base, jti=uuid4().hex, now=datetime.now(UTC))
        return (await self.ask("POST", "/device/pass", {"proof": proof}))["token"]


async def found_institution(
    cell: "RunningCell", zones: Zones, code: str = "institution", *, staff: Mapping[str, str], network: str = ""
) -> Institution:
    """Register it, appoint its staff, whose tokens are given by duty, prove what is its own, and give it a key."""
    one = Institution(cell, zones, code, tokens=dict(staff))
    new = {"code": code, "name": "Example Institution", "domain": one.domain}
    await one.ask("POST", "/organisations", new, token=one.tokens["device-admin"])
    for duty, handle in STAFF.items():
        if duty != "device-admin":
            await one.call("device-admin", "PUT", f"/staff/{handle}", {"duties": [duty]})
    await one.prove("domain", one.domain)
    if network:
        await one.prove("network", network)
    await one.call("decider", "POST", "/keys", dict(one.key.as_dict(private=False)))
    return one


async def hire_staff(cell: "RunningCell") -> dict[str, str]:
    """Accounts for `STAFF`: their tokens, by duty."""
    one = Institution(cell, Zones())
    for duty, handle in STAFF.items():
        if duty == "device-admin":
            hire(cell, handle, "device-admin")
        else:
            born = {"birth_date": "1985-03-09", "country": "FR", "locale": "en"}
            await one.ask("POST", "/accounts", {"handle": handle, "password": PASSWORD, **born})
    return {duty: await one.sign_in(handle) for duty, handle in STAFF.items()}


@dataclass(frozen=True)
class Announced:
    """A decision about Reelm that was answered and reviewed, and the pass of a device that it binds."""

    id: str
    device_pass: str


async def announce(institution: Institution) -> Announced:
    """Publish it two days before its deadline, answer it as the realm's operator, and have it kept for longer."""
    id = await institution.publish(institution.sign())
    hire(institution.cell, "olga.op", "operator")
    operator = await institution.sign_in("olga.op")
    said = await institution.ask("POST", f"/register/{id}/replies", {"words": ANSWER}, token=operator)
    kept = {
        "until": as_text(datetime.now(UTC) + timedelta(days=120)),
        "reason": {"en": "The questions are still open.", "fr-CA": "Les questions restent ouvertes."},
        "answers": {said["id"]: {"en": "Thank you. We look into it.", "fr-CA": "Merci. Nous examinons la chose."}},
    }
    await institution.call("decider", "POST", f"/decisions/{id}/reviews", kept)
    device = await institution.add_device("reader-1", ownership="enrolled-personal")
    return Announced(id, await institution.enrol(await institution.make_code(device)))


async def on_device(context: BrowserContext, base: str, device_pass: str) -> Page:
    """A page of a browser that has the device's pass."""
    await context.add_cookies([{"name": "reelm_device", "value": device_pass, "url": base}])
    return await context.new_page()
