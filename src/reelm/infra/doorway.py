"""How is the gateway served to other realms? By uvicorn over TLS, to clients whose certificate is pinned."""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from reelm.infra.meter import Meter

_CONNECTIONS = 256


class Doorway:
    """Who is at the other end of each connection, and how many bytes left by it.

    `recognise` tells the realm of a certificate (DER); `realm_at` that of a connection's address and port.
    """

    def __init__(self, recognise: Callable[[bytes], str | None], meter: Meter) -> None:
        self._recognise, self._meter = recognise, meter
        self._at: dict[tuple[str, int], tuple[str, int]] = {}

    def realm_at(self, client: tuple[str, int] | None) -> str | None:
        known = self._at.get(client) if client else None
        return known[0] if known else None

    def protocol(self) -> type[asyncio.Protocol]:
        """uvicorn's, which tells us of each connection."""
        doorway = self

        class Watched(H11Protocol):
            def connection_made(self, transport: Any) -> None:
                super().connection_made(transport)
                self.came_from = _address(transport)  # a connection that was reset no longer tells
                doorway.opened(transport, self.came_from)

            def connection_lost(self, exc: Exception | None) -> None:
                doorway.closed(self.came_from)
                super().connection_lost(exc)

        return cast("type[asyncio.Protocol]", Watched)

    def opened(self, transport: Any, address: tuple[str, int]) -> None:
        shown = transport.get_extra_info("ssl_object")
        realm = self._recognise(shown.getpeercert(binary_form=True) or b"") if shown is not None else None
        if realm is None:
            transport.close()
            return
        fd = transport.get_extra_info("socket").fileno()
        self._at[address] = realm, fd
        self._meter.watch(realm, fd)

    def closed(self, address: tuple[str, int]) -> None:
        known = self._at.pop(address, None)
        if known is not None:
            self._meter.end(*known)

    def note_answer(self, realm: str, parts: int = 1) -> None:
        """An answer goes to this realm, with so many parts in it."""
        self._meter.note_exchange(realm, parts)

    def note_excused(self, realm: str, size_bytes: int) -> None:
        """Bytes go to this realm that need no entry."""
        self._meter.note_excused(realm, size_bytes)


def _address(transport: Any) -> tuple[str, int]:
    """Address and port of the other end."""
    host, port = (transport.get_extra_info("peername") or ("", 0))[:2]
    return str(host), int(port)


class Server(uvicorn.Server):
    """uvicorn's server, which leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def make_server(app: Any, listen: str, context: ssl.SSLContext, doorway: Doorway) -> Server:
    """A server at HOST:PORT; run it with `serve`, end it with `should_exit`."""
    host, _, port = listen.rpartition(":")

    def use_context(config: uvicorn.Config, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        del config, make
        return context

    config = uvicorn.Config(
        app,
        host=host,
        port=int(port),
        http=doorway.protocol(),
        ws="none",
        lifespan="off",
        ssl_context_factory=use_context,
        ssl_certfile="pinned",  # the context above is what counts; uvicorn speaks TLS where this is set
        access_log=False,
        log_config=None,
        proxy_headers=False,  # a connection is known by its certificate; a header must not rename it
        server_header=False,
        date_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=75,
    )
    return Server(config)


def make_local_server(app: Any) -> Server:
    """A server for our own realm: give `serve` the socket of `open_local_socket`."""
    return Server(
        uvicorn.Config(app, ws="none", lifespan="off", access_log=False, log_config=None, date_header=False)
    )


def open_local_socket(path: Path) -> socket.socket:
    """A Unix socket at `path` that the user we run as may use, and nobody else: it speaks for this realm."""
    path.unlink(missing_ok=True)
    opened = socket.socket(socket.AF_UNIX)
    made = path.with_name(f"{path.name}.{os.getpid()}")
    opened.bind(str(made))
    made.chmod(0o600)
    made.replace(path)
    return opened
