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
DAY_MS = 86_400_000
_NOBODY = bytes(16)
_TIME_BYTES, _CODE_BYTES = 6, 10
_CODE = (1 << 8 * _CODE_BYTES) - 1
# The four bits of the version and the two of the variant, which say nothing.
_FIXED = 0xF000_C000_0000_0000_0000
_VERSION = 0x8000_8000_0000_0000_0000
_OPEN = _CODE & ~_FIXED


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
        return self.towards(viewer).issue(video, unix_ms(at))

    def read(self, showing: UUID, viewer: AccountId | None, video: VideoId) -> datetime | None:
        """When `video` was shown to `viewer` under this id; `None` where it was not."""
        shown_ms = self.towards(viewer).read(showing, video)
        return None if shown_ms is None else _EPOCH + shown_ms * _MS

    def towards(self, viewer: AccountId | None) -> "Showings":
        """Of one viewer many at once: what a page shows, and what a batch tells of."""
        return Showings(self._begun, viewer)


class Showings:
    """The showings of one viewer. Times are Unix milliseconds."""

    def __init__(self, begun: "blake2b", viewer: AccountId | None) -> None:
        who = viewer.bytes if viewer else _NOBODY
        self._is_somebody = viewer is not None
        self._shown, self._outside = begun.copy(), begun.copy()
        self._shown.update(b"s" + who)
        self._outside.update(b"p" + who if viewer else b"n")

    def issue(self, video: VideoId, shown_ms: int) -> ImpressionId:
        """The id of showing `video` at that time."""
        return ImpressionId(_make(self._shown, shown_ms, video.bytes))

    def read(self, showing: UUID, video: VideoId) -> int | None:
        """When it was shown; `None` where it was not. It takes as long wherever a code differs."""
        value = showing.int
        hashed = self._shown.copy()
        hashed.update(showing.bytes[:_TIME_BYTES] + video.bytes)
        code = int.from_bytes(hashed.digest()) & _OPEN | _VERSION
        return value >> 80 if value & _CODE ^ code == 0 else None

    def name_outside(self, told: UUID, video: VideoId, received_ms: int) -> ImpressionId:
        """Under which id a showing counts that is none of ours: one for each person, clip and day.

        Of somebody who is not signed in it is one for each id that they told. It never is the id of a showing.
        """
        what = video.bytes if self._is_somebody else video.bytes + told.bytes
        return ImpressionId(_make(self._outside, received_ms - received_ms % DAY_MS, what))


def _make(begun: "blake2b", at_ms: int, what: bytes) -> UUID:
    hashed = begun.copy()
    hashed.update(at_ms.to_bytes(_TIME_BYTES) + what)
    return UUID(int=at_ms << 80 | int.from_bytes(hashed.digest()) & _OPEN | _VERSION)


def unix_ms(at: datetime) -> int:
    """
    >>> unix_ms(datetime(1970, 1, 1, 0, 0, 1, 999, tzinfo=UTC))
    1000
    """
    return (at - _EPOCH) // _MS
