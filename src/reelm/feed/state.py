"""What is kept of a person for ranking? Their last events, what they liked best, and a filter of what they saw.

Clips are known by their keys alone (`catalogue.key_of`): counters of creators, tags and sounds, and the long-term
vector, are worked out of these when a page is made, so that they are never older than the last event. About 3 KB for
most people and never more than 25 KB.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LAST, BEST = 100, 300
# What counts as liked, and so as something to find more of.
LIKED = 0.5
_VERSION = 1
_EVENT = np.dtype([("key", "<u8"), ("at", "<u4"), ("value", "<f4")])
_FILTER_BITS, _FILTER_FULL = 1 << 16, 6000


class Signal(IntEnum):
    """What a person did with a clip."""

    VIEW = 0
    LIKE = 1
    COMMENT = 2
    SHARE = 3
    FOLLOW = 4
    REFUSE = 5
    REPORT = 6


# How much each act says beside a view, which says between -0.5 (skipped at once) and 1 (to the end).
ACT_VALUES = {
    Signal.LIKE: 1.5,
    Signal.COMMENT: 1.5,
    Signal.SHARE: 2.0,
    Signal.FOLLOW: 2.0,
    Signal.REFUSE: -2.0,
    Signal.REPORT: -3.0,
}
SKIP_MS, SKIP_SHARE = 2000, 0.3


class Happened(NamedTuple):
    """One event as the state takes it. `at` in seconds of the epoch; `again`: a later report of the same showing."""

    key: int
    at: float
    signal: Signal
    watched_ms: int = 0
    duration_ms: int = 0
    replays: int = 0
    again: bool = False


def value_of(event: Happened) -> float:
    """How much an event says for more of the same.

    >>> view = Happened(1, 0.0, Signal.VIEW, 8000, 8000)
    >>> value_of(view), value_of(view._replace(watched_ms=900)), value_of(view._replace(replays=1))
    (1.0, -0.5, 1.25)
    """
    if event.signal is not Signal.VIEW:
        return ACT_VALUES[event.signal]
    share = event.watched_ms / event.duration_ms if event.duration_ms > 0 else 0.0
    if event.watched_ms < SKIP_MS and share < SKIP_SHARE:
        return -0.5
    return min(share, 1.0) + min(0.25 * event.replays, 0.5)


def _no_events() -> NDArray[np.void]:
    return np.zeros(0, _EVENT)


@dataclass(frozen=True)
class SeenFilter:
    """A Bloom filter of keys in two generations of 65,536 bits, four of each key.

    Holds the last 6,000 to 12,000 clips; about one new clip in a hundred is wrongly thought seen.
    """

    bits: bytes = b""
    count: int = 0
    older: bytes = b""

    def add(self, keys: Iterable[int]) -> "SeenFilter":
        """With these too."""
        bits, count, older = bytearray(self.bits or bytes(_FILTER_BITS // 8)), self.count, self.older
        for key in keys:
            if count >= _FILTER_FULL:
                bits, count, older = bytearray(_FILTER_BITS // 8), 0, bytes(bits)
            for turn in (0, 16, 32, 48):
                place = key >> turn & 0xFFFF
                bits[place >> 3] |= 1 << (place & 7)
            count += 1
        return SeenFilter(bytes(bits), count, older)

    def has(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of these were probably seen; those that were are never missed."""
        seen = np.zeros(len(keys), np.bool_)
        for bits in filter(None, (self.bits, self.older)):
            table = np.frombuffer(bits, np.uint8)
            inside = np.ones(len(keys), np.bool_)
            for turn in (0, 16, 32, 48):
                place = (keys >> np.uint64(turn)) & np.uint64(0xFFFF)
                inside &= (table[place >> np.uint64(3)] >> (place & np.uint64(7)).astype(np.uint8)) & 1 == 1
            seen |= inside
        return seen


@dataclass(frozen=True)
class State:
    """`last`: the newest events, oldest first; `best`: those among older ones that were liked."""

    last: NDArray[np.void] = field(default_factory=_no_events)
    best: NDArray[np.void] = field(default_factory=_no_events)
    seen: SeenFilter = SeenFilter()

    @property
    def is_empty(self) -> bool:
        return len(self.last) == 0


def fold(state: State, events: Iterable[Happened]) -> State:
    """The state after these events. A later report of a showing takes the place of the one before."""
    last: list[tuple[int, int, float]] = state.last.tolist()
    dropped: list[tuple[int, int, float]] = []
    seen: dict[int, None] = {}
    for event in events:
        told = (event.key, int(event.at), value_of(event))
        if event.signal in (Signal.VIEW, Signal.REFUSE, Signal.REPORT):
            seen[event.key] = None
        before = _find(last, event.key) if event.again else None
        if before is not None:
            last[before] = told
            continue
        last.append(told)
        if len(last) > LAST:
            dropped.append(last.pop(0))
    liked = [one for one in dropped if one[2] >= LIKED]
    return State(
        last=np.array(last, _EVENT),
        best=np.concatenate([state.best, np.array(liked, _EVENT)])[-BEST:] if liked else state.best,
        seen=state.seen.add(seen) if seen else state.seen,
    )


def _find(last: Sequence[tuple[int, int, float]], key: int) -> int | None:
    """Where the newest event of a clip stands, among the last 20."""
    return next((at for at in range(len(last) - 1, max(-1, len(last) - 21), -1) if last[at][0] == key), None)


def encode(state: State) -> bytes:
    """As it is kept: version, lengths, then the parts."""
    parts = (state.last.tobytes(), state.best.tobytes(), state.seen.bits, state.seen.older)
    head = np.array([_VERSION, state.seen.count, *(len(part) for part in parts)], "<u4")
    return head.tobytes() + b"".join(parts)


def decode(data: bytes | None) -> State:
    """What `encode` wrote; the empty state for nothing, and for another version."""
    if not data or len(data) < 24:
        return State()
    head = np.frombuffer(data, "<u4", 6).tolist()
    if head[0] != _VERSION or len(data) != 24 + sum(head[2:]):
        return State()
    at, parts = 24, list[bytes]()
    for length in head[2:]:
        parts.append(data[at : at + length])
        at += length
    return State(
        np.frombuffer(parts[0], _EVENT), np.frombuffer(parts[1], _EVENT), SeenFilter(parts[2], head[1], parts[3])
    )
