"""From where does a request come? Behind nginx, and so on a Unix socket, X-Real-IP is the caller's address."""

from starlette.types import Scope

from reelm.infra.settings import Settings


def address_of(scope: Scope, real_ip: bytes, settings: Settings) -> str:
    """The caller's address; empty where nobody tells it. `real_ip` is what its header X-Real-IP says."""
    if settings.listen.startswith("unix:"):
        return real_ip.decode("latin-1")
    client = scope.get("client")
    return client[0] if client else ""
