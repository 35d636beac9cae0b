"""Is this showing one of ours? Impression ids carry their time and a code that only this realm can make.

An id is a UUID of version 8 (RFC 9562 §5.8): 48 bits of Unix milliseconds as in version 7; 12 random bits, so that
two who are nobody get two ids for the same clip in the same millisecond; and 62 bits of keyed BLAKE2b (RFC 7693) over
all of these, whom it was shown to, and which clip. To guess one takes 2^61 tries on average, each of them a request;
a code that fits one viewer and clip fits no other.
"""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from secrets import randbelow
from uuid import UUID

from reelm.kernel.ids import AccountId, ImpressionId, VideoId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
DAY_MS = 86_400_000
_NOBODY = bytes(16)
# The first half of an id is when and which of several, the second the code.
_HALF_BYTES = 8
_HALF, _VERSION, _VARIANT = (1 << 64) - 1, 0x8 << 12, 0b10 << 62
_APART = 1 << 12


class ShowingKey:
    """Makes and checks impression ids with a key of the realm."""

    def __init__(self, secret: bytes) -> None:
        self._begun = blake2b(key=blake2b(secret, person=b"reelm showings").digest(), digest_size=_HALF_BYTES)

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
        return ImpressionId(_make(self._shown, shown_ms, randbelow(_APART), video.bytes))

    def read(self, showing: UUID, video: VideoId) -> int | None:
        """When it was shown; `None` where it was not. It takes as long wherever a code differs."""
        value = showing.int
        hashed = self._shown.copy()
        hashed.update(showing.bytes[:_HALF_BYTES] + video.bytes)
        return value >> 80 if value & _HALF ^ _code(hashed) == 0 else None

    def name_outside(self, told: UUID, video: VideoId, received_ms: int) -> ImpressionId:
        """Under which id a showing counts that is none of ours: one for each person, clip and day.

        Of somebody who is not signed in it is one for each id that they told. It never is the id of a showing.
        """
        what = video.bytes if self._is_somebody else video.bytes + told.bytes
        return ImpressionId(_make(self._outside, received_ms - received_ms % DAY_MS, 0, what))


def _make(begun: "blake2b", at_ms: int, apart: int, what: bytes) -> UUID:
    first, hashed = at_ms << 16 | _VERSION | apart, begun.copy()
    hashed.update(first.to_bytes(_HALF_BYTES) + what)
    return UUID(int=first << 64 | _code(hashed))


def _code(hashed: "blake2b") -> int:
    return int.from_bytes(hashed.digest()) & _HALF >> 2 | _VARIANT


def unix_ms(at: datetime) -> int:
    """
    >>> unix_ms(datetime(1970, 1, 1, 0, 0, 1, 999, tzinfo=UTC))
    1000
    """
    return (at - _EPOCH) // _MS
