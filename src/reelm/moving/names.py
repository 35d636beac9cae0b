"""Where has somebody, or a clip, gone? Only the new realm is kept, under a keyed hash of the old address."""

import hashlib
import hmac

from reelm import gateway
from reelm.infra.db import ReadUnit
from reelm.moving.errors import MovedToRealm
from reelm.moving.store import find_name


def hash_clip(secret: bytes, clip: str) -> bytes:
    """Under what the address of a clip is kept."""
    return _hash(secret, "clip", clip)


def hash_handle(secret: bytes, handle: str) -> bytes:
    """Under what somebody's handle is kept."""
    return _hash(secret, "handle", handle.removeprefix("@").lower())


def _hash(secret: bytes, what: str, address: str) -> bytes:
    """Nobody can tell the address from this without the realm's secret."""
    return hmac.digest(secret, f"reelm-moved/1\n{what}\n{address}".encode(), hashlib.sha256)


async def find_moved(unit: ReadUnit, cards: gateway.Cards, name: bytes, path: str) -> MovedToRealm | None:
    """Where what had this name has gone, with the address of `path` there; `None` for what never moved."""
    realm = await find_name(unit, name)
    if realm is None:
        return None
    card = cards.all().get(realm)
    return MovedToRealm(realm=realm, url=f"{card.public_url}{path}" if card else "")
