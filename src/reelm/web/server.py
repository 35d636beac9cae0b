"""How is the web role served? By granian inside this very process, so that nothing outlives it."""

import asyncio
import gc
import signal
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server

from reelm.infra.settings import Settings
from reelm.web.app import build_guarded


def _spare_what_stays() -> None:
    """What start-up made stays until the end: the collector of cycles need not look at it again and again.

    A page or a batch of reports makes thousands of tuples at once, none of them in a cycle, so it looks less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


async def serve_web(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    app = build_guarded(settings)
    if settings.listen.startswith("unix:"):
        path = Path(settings.listen.removeprefix("unix:"))
        await asyncio.to_thread(path.unlink, missing_ok=True)
        server = Server(app, uds=path, interface=Interfaces.ASGI, log_access=False)
        server.uds_permissions = 0o666  # nginx runs as another user; the folder decides who gets here
    else:
        host, _, port = settings.listen.rpartition(":")
        server = Server(app, address=host, port=int(port), interface=Interfaces.ASGI, log_access=False)
    _spare_what_stays()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, server.stop)
    await server.serve()
