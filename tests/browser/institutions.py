"""An institution on a running cell: registered, proven and staffed through the API, with devices, and its decisions.

The cell is known as `reelm.localhost`: a name that a decision can have, which Chromium finds at loopback and where it
lets pages check signatures.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey
from tests.browser.conftest import RunningCell
from tests.browser.person import PASSWORD
from tests.integration.world import connect
from tests.unit.devices.examples import draft

from reelm.devices import sign_decision
from reelm.devices.credentials import make_proof

HOST, CODE, DOMAIN, NETWORK = "reelm.localhost", "institution", "institution.example", "127.1.2.0/24"
STAFF: Mapping[str, str] = {"device-admin": "dina", "decider": "decio", "approver": "axel", "auditor": "audrey"}


def hire(cell: RunningCell, handle: str, role: str) -> None:
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


@dataclass
class Institution:
    """Its staff are `STAFF`, all with the same password."""

    cell: RunningCell
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    async def call(self, duty: str, method: str, path: str, json: Any = None) -> Any:
        """Something that one of its staff asks for, below its address; it works."""
        return await self.ask(method, f"/organisations/{CODE}{path}", json, token=self.tokens[duty])

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
        """Ask for a proof, and have it found: nothing of a cell asks the DNS but through its own network."""
        asked = await self.call("device-admin", "POST", "/proofs", {"of": of, "value": value})
        found = "UPDATE organisation_proofs SET looked_at = $2, proven_at = $2 WHERE id = $1"
        await self.execute(found, UUID(asked["id"]), datetime.now(UTC))

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
            "app__name": "Reelm",
            "app__domains": [HOST],
            "app__apple": ["example.reelm.app"],
            "app__android": ["example.reelm.android"],
            "scope__networks": [NETWORK],
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

    async def add_device(self, code: str, **facts: Any) -> UUID:
        """A device of somebody of its own, as its directory puts both in."""
        person, id, now = uuid4(), uuid4(), datetime.now(UTC)
        facts = {"platform": "linux", "enrolment": "agent", "ownership": "corporate", "locale": "en"} | facts
        whose = await self.execute("SELECT id FROM organisations WHERE code = $1", CODE)
        await self.execute(
            "INSERT INTO directory_people (id, organisation_id, user_name, locale, created_at, changed_at)"
            " VALUES ($1, $2, $3, $4, $5, $5)",
            *(person, whose, f"{code}.person", facts["locale"], now),
        )
        kind = (facts["platform"], facts["enrolment"], facts["ownership"])
        await self.execute(
            "INSERT INTO managed_devices (id, organisation_id, code, platform, enrolment, ownership, person_id,"
            " assurance, ledger_key, created_at, changed_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, 'self-declared', $8, $9, $9)",
            *(id, whose, code, *kind, person, bytes(32), now),
        )
        return id

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


async def found_institution(cell: RunningCell) -> Institution:
    """Register it, appoint its staff, prove its domain and network, and give it a key."""
    one = Institution(cell)
    hire(cell, STAFF["device-admin"], "device-admin")
    for duty, handle in STAFF.items():
        if duty != "device-admin":
            hire(cell, handle, "viewer")
        one.tokens[duty] = await one.sign_in(handle)
    new = {"code": CODE, "name": "Example Institution", "domain": DOMAIN}
    await one.ask("POST", "/organisations", new, token=one.tokens["device-admin"])
    for duty, handle in STAFF.items():
        if duty != "device-admin":
            await one.call("device-admin", "PUT", f"/staff/{handle}", {"duties": [duty]})
    await one.prove("domain", DOMAIN)
    await one.prove("network", NETWORK)
    await one.call("decider", "POST", "/keys", dict(one.key.as_dict(private=False)))
    return one
