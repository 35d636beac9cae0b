"""Two whole realms that a browser can reach: each at an address of its own, with a gateway between them."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from tests.integration.abroad.neighbours import Neighbour, neighbour
from tests.postgres import DatabaseServer

from reelm.infra.doorway import Server
from reelm.kernel.time import HandClock
from reelm.web.guard import Guard

DECISION = """[[decision]]
at = 2026-01-01T00:00:00Z
realms = ["eu", "ca-qc"]
by = "operator"
reason = "a test"
"""
CLIENT = Path(__file__).parents[2] / "client" / "dist"


@dataclass(frozen=True)
class Reachable:
    """A realm and where a browser finds it. Hosts under `localhost` lead here and keep their cookies apart."""

    neighbour: Neighbour
    base: str


@asynccontextmanager
async def reachable(
    code: str, folder: Path, server: DatabaseServer, template: str, clock: HandClock
) -> AsyncGenerator[Reachable]:
    """A realm, served over HTTP with the built client."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    base = f"http://{code}.localhost:{listening.getsockname()[1]}"
    deployment = folder / "deployment.toml"
    deployment.write_text(DECISION)
    changed = {"public_url": base, "client_dist": CLIENT, "deployment_file": deployment}
    async with neighbour(code, folder, server, template, clock, **changed) as one:
        config = uvicorn.Config(Guard(one.realm.app), ws="none", lifespan="off", access_log=False, log_config=None)
        web = Server(config)
        serving = asyncio.create_task(web.serve(sockets=[listening]))
        try:
            yield Reachable(one, base)
        finally:
            web.should_exit = web.force_exit = True
            await serving
            listening.close()


@asynccontextmanager
async def paris_and_quebec(
    folder: Path, server: DatabaseServer, template: str
) -> AsyncGenerator[tuple[Reachable, Reachable]]:
    """The realms of the European Union and of Québec."""
    clock = HandClock(datetime.now(UTC))
    async with (
        reachable("eu", folder, server, template, clock) as eu,
        reachable("ca-qc", folder, server, template, clock) as qc,
    ):
        yield eu, qc
