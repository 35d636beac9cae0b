"""In which spellings can a value lie somewhere, and where does any of many lie in a stream of bytes?

A value is looked for as it is, in UTF-16, in hexadecimal, in base64 wherever it begins in a longer text, escaped as
in an address and in JSON; an id also as its text, a moment also as PostgreSQL and `isoformat` write it. One automaton
(Aho and Corasick 1975) looks for all of them at once.
"""

import base64
import json
import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from urllib.parse import quote, quote_plus
from uuid import UUID

from ahocorasick_rs import BytesAhoCorasick, Implementation

CHUNK = 8 * 1024 * 1024
LEAST_BYTES = 7
LEAST_TEXT = 8
LEAST_NUMBER = 10_000_000
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Value = str | bytes | int | UUID | date | datetime


def spell(value: Value) -> frozenset[bytes]:
    """Every spelling of a value that is looked for; none for one that is too common to be told from chance.

    >>> spell(b"\x01" + bytes(95))
    frozenset()
    """
    match value:
        case datetime():
            return _spell_moment(value)
        case date():
            return frozenset(_in_words(value.isoformat()))
        case UUID():
            text = str(value)
            return frozenset({*_in_words(text), *_in_bytes(value.bytes), text.upper().encode()})
        case bytes():
            return frozenset(_in_bytes(value)) if len(set(value)) > LEAST_BYTES else frozenset()
        case str():
            return frozenset(_in_words(value)) if len(value) >= LEAST_TEXT else frozenset()
        case int():
            return frozenset(_in_words(str(value))) if abs(value) >= LEAST_NUMBER else frozenset()


def _in_words(text: str) -> Iterator[bytes]:
    """
    >>> b"ein K%C3%B6der hier" in set(_in_words("ein Köder hier"))
    False
    >>> b"ein%20K%C3%B6der%20hier" in set(_in_words("ein Köder hier"))
    True
    """
    raw = text.encode()
    yield from _in_bytes(raw)
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield quote(text, safe="").encode()
    yield quote_plus(text, safe="").encode()
    yield json.dumps(text)[1:-1].encode()
    yield json.dumps(text, ensure_ascii=False)[1:-1].encode()


def _in_bytes(raw: bytes) -> Iterator[bytes]:
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for before in range(3):
        inside = _base64_inside(raw, before)
        yield inside
        yield inside.translate(bytes.maketrans(b"+/", b"-_"))


def _base64_inside(raw: bytes, before: int) -> bytes:
    """What is always the same of the base64 of a text in which `raw` begins at 3 n + `before`.

    >>> all(_base64_inside(b"canary", n % 3) in base64.b64encode(bytes(n) + b"canary" + b"!?") for n in range(7))
    True
    """
    bits = before * 8, (before + len(raw)) * 8
    whole = base64.b64encode(bytes(before) + raw + bytes(3))
    return whole[-(-bits[0] // 6) : bits[1] // 6]


def _spell_moment(at: datetime) -> frozenset[bytes]:
    """None for one without microseconds: such are not told apart."""
    at = at.astimezone(UTC)
    if at.microsecond == 0:
        return frozenset()
    since = (at - _POSTGRES_EPOCH) // (at.resolution)
    text = at.replace(tzinfo=None).isoformat(timespec="microseconds")
    words = {text.encode(), text.replace("T", " ").encode(), text.replace("T", " ").rstrip("0").encode()}
    return frozenset({*words, struct.pack("<q", since), struct.pack(">q", since)})


class Net:
    """Looks for the spellings of many values at once. `values` are told by their place."""

    def __init__(self, values: Iterable[Value]) -> None:
        whose: dict[bytes, set[int]] = {}
        for place, value in enumerate(values):
            for one in spell(value):
                if len(one) >= LEAST_BYTES:
                    whose.setdefault(one, set()).add(place)
        self._whose = list(whose.values())
        self._longest = max(map(len, whose), default=1)
        self._automaton = BytesAhoCorasick(list(whose), implementation=Implementation.ContiguousNFA)
        self.searched_bytes = 0

    @property
    def spellings(self) -> int:
        return len(self._whose)

    def find(self, pieces: Iterable[bytes]) -> dict[int, int]:
        """How often each value lies in a stream; one that lies across two pieces is found too.

        >>> Net(["canary-0815"]).find([b"... cana", b"ry-0815 ...", b"canary-0815"])
        {0: 2}
        """
        found: dict[int, int] = {}
        kept = b""
        for piece in pieces:
            self.searched_bytes += len(piece)
            text = kept + piece
            for place, _, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
                if end > len(kept):
                    for value in self._whose[place]:
                        found[value] = found.get(value, 0) + 1
            kept = text[-(self._longest - 1) :] if self._longest > 1 else b""
        return found
