"""How often may something be tried? Fixed windows, keyed by a hash that only this realm can make."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from reelm.accounts.errors import TooManyTries
from reelm.accounts.store import count_hit
from reelm.infra.db import WriteUnit


@dataclass(frozen=True)
class Limit:
    """At most `hits` of `what` in one `window`."""

    what: str
    hits: int
    window: timedelta

    def key(self, secret: bytes, *who: str) -> bytes:
        """HMAC-SHA-256 of what is limited and who is: addresses and handles are not stored."""
        return hmac.new(secret, "\0".join((self.what, *who)).encode(), hashlib.sha256).digest()


async def count_try(unit: WriteUnit, limit: Limit, key: bytes, at: datetime) -> None:
    """Count one try. Raises `TooManyTries` above the limit, until the window ends."""
    hits, ends_at = await count_hit(unit, key, at, at + limit.window)
    if hits > limit.hits:
        raise TooManyTries(retry_after_s=max(1, int((ends_at - at).total_seconds())))
