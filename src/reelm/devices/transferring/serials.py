"""Which serial has a zone now? One that went up if anything in it changed, and is the same if nothing did. Pure.

Secondaries fetch a zone where its serial is higher than theirs (RFC 1982). A clock alone does not give that: two
changes come within a second, and a device that is taken out leaves no time behind. So what was served last is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True)
class Served:
    """What was served last: the serial, and the digest of all but it."""

    serial: int
    digest: str


def serve(last: Served | None, content: bytes, now: datetime) -> Served:
    """The serial of a content at `now`.

    >>> from datetime import UTC
    >>> first = serve(None, b"a", datetime.fromtimestamp(100, UTC))
    >>> again = serve(first, b"a", datetime.fromtimestamp(105, UTC))
    >>> other = serve(again, b"b", datetime.fromtimestamp(100, UTC))
    >>> first.serial, again.serial, other.serial
    (100, 100, 101)
    """
    digest = sha256(content).hexdigest()
    if last is not None and last.digest == digest:
        return last
    moment = int(now.timestamp())
    return Served(moment if last is None else max(moment, last.serial + 1), digest)


def read_served(told: Mapping[str, tuple[int, str]]) -> dict[str, Served]:
    """From a file, by zone."""
    return {name: Served(*one) for name, one in told.items()}
