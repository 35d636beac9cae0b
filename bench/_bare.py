"""The ceiling of a Python route: Starlette that returns the same bytes each time, under the same granian."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bench._cell import free_port
from bench._servers import running

_BARE = """
import sys
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
import uvloop
body = open(sys.argv[2], "rb").read()
async def page(request):
    return Response(body, media_type="application/json")
app = Starlette(routes=[Route("/page", page)])
server = Server(app, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI, log_enabled=False)
uvloop.run(server.serve())
"""


@contextmanager
def bare_route(body: bytes, folder: Path) -> Generator[tuple[int, int]]:
    """A server whose `/page` is this body, until the block ends: its port and pid."""
    (folder / "page.json").write_bytes(body)
    port = free_port()
    with running(
        (sys.executable, "-c", _BARE, str(port), str(folder / "page.json")), port, "/page", os.environ
    ) as pid:
        yield port, pid
