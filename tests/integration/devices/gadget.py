"""A managed device that enrols, shows its key, asks what binds it, and reports."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import ECKey
from tests.integration.world import Person, Realm

from reelm.devices import make_proof
from reelm.web.guard import Guard

ANYWHERE = "203.0.113.9"


@dataclass
class Gadget:
    """`id` is that of the directory; `token` is the pass that it got."""

    realm: Realm
    id: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    token: str = ""

    def request(self) -> str:
        """A request for a certificate. What it says of its name is not taken."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "whatever")])
        made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(self.key, SHA256())
        return made.public_bytes(Encoding.PEM).decode()

    async def enrol(self, code: str, *, consents: bool = True) -> httpx.Response:
        form = {"code": code, "request": self.request(), "consents": consents}
        return await self.realm.client().post("/device/enrol", json=form)

    def proof(self, **told: Any) -> str:
        key = ECKey.import_key(self.key)
        facts: dict[str, Any] = {
            "audience": self.realm.settings.public_url,
            "jti": uuid4().hex,
            "now": self.realm.clock.now(),
        }
        return make_proof(key, **(facts | told))

    async def show_key(self, session: Person | None = None) -> httpx.Response:
        """Get a pass; with a session, that one is on this device from then on."""
        answer = await self.realm.client(session).post("/device/pass", json={"proof": self.proof()})
        if answer.status_code == 200:
            self.token = answer.json()["token"]
        return answer

    async def call(self, method: str, path: str, *, address: str = ANYWHERE, **more: Any) -> httpx.Response:
        """Something that is asked for on this device, from an address."""
        transport = httpx.ASGITransport(Guard(self.realm.app), client=(address, 50_000), raise_app_exceptions=False)
        headers = {"Reelm-Device": self.token, **more.pop("headers", {})}
        async with httpx.AsyncClient(transport=transport, base_url="http://reelm.test", headers=headers) as client:
            return await client.request(method, path, **more)

    async def report(self, *apps: str) -> httpx.Response:
        """Which of the suspended apps it has."""
        at = self.realm.clock.now().isoformat()
        return await self.call("POST", "/api/v1/device/reports", json={"apps": list(apps), "at": at})
