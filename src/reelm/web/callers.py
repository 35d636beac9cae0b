"""From where does a request come? Behind nginx, and so on a Unix socket, X-Real-IP is the caller's address."""

from starlette.datastructures import Headers
from starlette.types import Scope

from reelm.infra.settings import Settings


def address_of(scope: Scope, headers: Headers, settings: Settings) -> str:
    """The caller's address; empty where nobody tells it."""
    if settings.listen.startswith("unix:"):
        return headers.get("x-real-ip", "")
    client = scope.get("client")
    return client[0] if client else ""
