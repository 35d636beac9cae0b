"""The realm over real TLS, under its own name, as devices reach it: a certificate of a test's own, on a free port."""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.integration.devices.institution import HOST
from tests.integration.world import Realm

from reelm.infra.doorway import Server
from reelm.web.guard import Guard


@dataclass(frozen=True)
class Site:
    """Where it is: `base` by its name, which leads to loopback only here. `certificate` is what to trust."""

    base: str
    port: int
    certificate: Path
    _clients: list[httpx.AsyncClient] = field(default_factory=list[httpx.AsyncClient])

    def client(self, **headers: str) -> httpx.AsyncClient:
        """Somebody who calls it over TLS and checks its certificate."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        transport = _Named(verify=context)
        base = f"https://127.0.0.1:{self.port}"
        told = {"Host": f"{HOST}:{self.port}", **headers}
        client = httpx.AsyncClient(transport=transport, base_url=base, headers=told, trust_env=False)
        self._clients.append(client)
        return client

    async def close(self) -> None:
        """Hang up."""
        for client in self._clients:
            await client.aclose()


class _Named(httpx.AsyncHTTPTransport):
    """Goes to loopback, and expects the site's name there."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": HOST}
        return await super().handle_async_request(request)


def listen() -> socket.socket:
    """A free port of loopback."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


@asynccontextmanager
async def serving(realm: Realm, listening: socket.socket, folder: Path) -> AsyncGenerator[Site]:
    """Until the block ends."""
    certificate, key = _make_certificate(folder)
    config = uvicorn.Config(
        Guard(realm.app),
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        ssl_certfile=str(certificate),
        ssl_keyfile=str(key),
    )
    web = Server(config)
    serving = asyncio.create_task(web.serve(sockets=[listening]))
    site = Site(realm.settings.public_url, listening.getsockname()[1], certificate)
    try:
        yield site
    finally:
        await site.close()
        web.should_exit = web.force_exit = True
        await serving
        listening.close()


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = builder.add_extension(names, critical=False).sign(key, SHA256())
    paths = folder / "site.pem", folder / "site-key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths
