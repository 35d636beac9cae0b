"""Is this showing one of ours? Impression ids carry their time and a code that only this realm can make.

An id is a UUID of version 8 (RFC 9562 §5.8): 48 bits of Unix milliseconds as in version 7, then 74 bits of keyed
BLAKE2b (RFC 7693) over whom it was shown to, which clip, and when. To guess one takes 2^73 tries on average, each of
them a request; a code that fits one viewer and clip fits no other.
"""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from reelm.kernel.ids import AccountId, ImpressionId, VideoId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_DAY_MS = 86_400_000
_NOBODY = bytes(16)
_CODE_BYTES = 10
# The four bits of the version and the two of the variant, which say nothing.
_FIXED = 0xF000_C000_0000_0000_0000
_VERSION = 0x8000_8000_0000_0000_0000


class ShowingKey:
    """Makes and checks impression ids with a key of the realm."""

    def __init__(self, secret: bytes) -> None:
        self._begun = blake2b(key=blake2b(secret, person=b"reelm showings").digest(), digest_size=_CODE_BYTES)

    def issue(self, viewer: AccountId | None, video: VideoId, at: datetime) -> ImpressionId:
        """The id of showing `video` to `viewer` (`None`: nobody signed in) at that time.

        >>> from reelm.kernel.ids import new_uuid
        >>> key, clip, now = ShowingKey(b"secret"), VideoId(new_uuid()), datetime(2026, 11, 30, tzinfo=UTC)
        >>> showing = key.issue(None, clip, now)
        >>> showing.version, key.read(showing, None, clip) == now, key.read(showing, None, VideoId(new_uuid()))
        (8, True, None)
        """
        return ImpressionId(UUID(int=self._make(b"s", viewer.bytes if viewer else _NOBODY, video, _unix_ms(at))))

    def read(self, showing: UUID, viewer: AccountId | None, video: VideoId) -> datetime | None:
        """When `video` was shown to `viewer` under this id; `None` where it was not. In constant time."""
        unix_ms = int.from_bytes(showing.bytes[:6])
        made = self._make(b"s", viewer.bytes if viewer else _NOBODY, video, unix_ms)
        return _EPOCH + unix_ms * _MS if _is_same(made, showing.int) else None

    def name_outside(self, viewer: AccountId | None, told: UUID, video: VideoId, at: datetime) -> ImpressionId:
        """Under which id a showing counts that is none of ours: one for each person, clip and day.

        Of somebody who is not signed in it is one for each id that they told. It never is the id of a showing.
        """
        who = viewer.bytes if viewer else told.bytes
        unix_ms = _unix_ms(at)
        return ImpressionId(UUID(int=self._make(b"p" if viewer else b"n", who, video, unix_ms - unix_ms % _DAY_MS)))

    def _make(self, sort: bytes, who: bytes, video: UUID, unix_ms: int) -> int:
        hashed = self._begun.copy()
        hashed.update(sort + who + video.bytes + unix_ms.to_bytes(6))
        return unix_ms << 80 | int.from_bytes(hashed.digest()) & ~_FIXED | _VERSION


def _is_same(made: int, told: int) -> bool:
    """In a time that does not depend on where they differ: one operation on all the bits."""
    return made ^ told == 0


def _unix_ms(at: datetime) -> int:
    return (at - _EPOCH) // _MS
