"""Where does the next page start? A signed, opaque position that only this realm can make."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import ClassVar

import orjson

from reelm.kernel.errors import Problem

_TAG_BYTES = 12


@dataclass(eq=False)
class CursorNotOurs(Problem):
    """The cursor was not made by this realm for this list, or was changed on the way."""

    status: ClassVar[int] = 400


@dataclass(frozen=True)
class CursorKey:
    """Signs positions with HMAC-SHA-256 cut to 96 bits (RFC 2104 §5), bound to the name of their list."""

    secret: bytes

    def seal(self, listing: str, position: object) -> str:
        """`position` (anything JSON can hold) as URL-safe text."""
        body = orjson.dumps(position)
        return base64.urlsafe_b64encode(self._tag(listing, body) + body).rstrip(b"=").decode()

    def open(self, listing: str, cursor: str) -> object:
        """The sealed position. Raises `CursorNotOurs`.

        >>> key = CursorKey(b"secret")
        >>> key.open("comments", key.seal("comments", [1, "a"]))
        [1, 'a']
        """
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        except (ValueError, binascii.Error):
            raise CursorNotOurs from None
        tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(listing, body)):
            raise CursorNotOurs
        return orjson.loads(body)

    def _tag(self, listing: str, body: bytes) -> bytes:
        return hmac.new(self.secret, listing.encode() + b"\0" + body, hashlib.sha256).digest()[:_TAG_BYTES]
