"""What is kept of a person for ranking? Their last events, what they liked best, and a filter of what they saw.

Clips are known by their keys alone (`catalogue.key_of`): counters of creators, tags and sounds, and the long-term
vector, are worked out of these when a page is made, so that they are never older than the last event. About 3 KB for
most people and never more than 25 KB.
"""

from collections.abc import Sequence
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
_TURNS = np.array([[0], [16], [32], [48]], np.uint64)


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
_ACT_VALUES = np.array([ACT_VALUES.get(signal, 0.0) for signal in Signal], np.float32)
_MARKS_SEEN = np.isin(list(Signal), (Signal.VIEW, Signal.REFUSE, Signal.REPORT))
SKIP_MS, SKIP_SHARE = 2000, 0.3
# A later report is looked for among so many events before it.
_LOOK_BACK = 20


class Happened(NamedTuple):
    """One event as the state takes it. `at` in seconds of the epoch; `again`: a later report of the same showing."""

    key: int
    at: float
    signal: int
    watched_ms: int = 0
    duration_ms: int = 0
    replays: int = 0
    again: bool = False


# Many of them, a field for each of `Happened`.
HAPPENED = np.dtype(
    [("key", "<u8"), ("at", "<f8"), ("signal", "u1")]
    + [(name, "<f4") for name in ("watched_ms", "duration_ms", "replays")]
    + [("again", "?")]
)


def value_of(events: NDArray[np.void]) -> NDArray[np.float32]:
    """How much each of these, of `HAPPENED`, says for more of the same.

    >>> view = Happened(1, 0.0, Signal.VIEW, 8000, 8000)
    >>> said = [view, view._replace(watched_ms=900), view._replace(replays=1), view._replace(signal=Signal.SHARE)]
    >>> value_of(np.array(said, HAPPENED)).tolist()
    [1.0, -0.5, 1.25, 2.0]
    """
    watched, long = events["watched_ms"], events["duration_ms"]
    share = np.divide(watched, long, out=np.zeros(len(events), np.float32), where=long > 0)
    view = np.minimum(share, 1.0) + np.minimum(0.25 * events["replays"], 0.5)
    view[(watched < SKIP_MS) & (share < SKIP_SHARE)] = -0.5
    return np.where(events["signal"] == Signal.VIEW, view, _ACT_VALUES[events["signal"]]).astype(np.float32)


def _no_events() -> NDArray[np.void]:
    return np.zeros(0, _EVENT)


_NO_KEYS = np.zeros(0, np.uint64)


@dataclass(frozen=True)
class SeenFilter:
    """A Bloom filter of keys in two generations of 65,536 bits, four of each key.

    Holds the last 6,000 to 12,000 clips; about one new clip in a hundred is wrongly thought seen.
    """

    bits: bytes = b""
    count: int = 0
    older: bytes = b""

    def add(self, keys: NDArray[np.uint64]) -> "SeenFilter":
        """With these too."""
        bits, count, older = self.bits, self.count, self.older
        new = keys[~self._inside(keys, bits)]
        new = new[np.sort(np.unique(new, return_index=True)[1])]
        while len(new):
            if count >= _FILTER_FULL:
                bits, count, older = b"", 0, bits
            some, new = new[: _FILTER_FULL - count], new[_FILTER_FULL - count :]
            table = np.frombuffer(bits or bytes(_FILTER_BITS // 8), np.uint8).copy()
            places = _places(some)
            np.bitwise_or.at(table, places >> np.uint64(3), _bit(places))
            bits, count = table.tobytes(), count + len(some)
        return SeenFilter(bits, count, older)

    def has(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of these were probably seen; those that were are never missed."""
        return self._inside(keys, self.bits) | self._inside(keys, self.older)

    @staticmethod
    def _inside(keys: NDArray[np.uint64], bits: bytes) -> NDArray[np.bool_]:
        if not bits:
            return np.zeros(len(keys), np.bool_)
        places = _places(keys)
        return (np.frombuffer(bits, np.uint8)[places >> np.uint64(3)] & _bit(places) != 0).all(axis=0)


def _places(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Where the four bits of each key are, [4, keys]."""
    return keys >> _TURNS & np.uint64(_FILTER_BITS - 1)


def _bit(places: NDArray[np.uint64]) -> NDArray[np.uint8]:
    return np.left_shift(1, places & np.uint64(7), dtype=np.uint64).astype(np.uint8)


@dataclass(frozen=True)
class State:
    """`last`: the newest events, oldest first; `best`: those among older ones that were liked."""

    last: NDArray[np.void] = field(default_factory=_no_events)
    best: NDArray[np.void] = field(default_factory=_no_events)
    seen: SeenFilter = SeenFilter()

    @property
    def count_seen(self) -> int:
        """How many clips count as seen, at most."""
        return self.seen.count + (_FILTER_FULL if self.seen.older else 0)


def fold(
    state: State, events: NDArray[np.void] | Sequence[Happened], seen_elsewhere: NDArray[np.uint64] = _NO_KEYS
) -> State:
    """The state after these events, of `HAPPENED`. A later report of a showing takes the place of the one before.

    `seen_elsewhere`: keys of clips that were watched, but say nothing of what is liked.
    """
    happened = np.asarray(events, HAPPENED)
    new = np.empty(len(happened), _EVENT)
    new["key"], new["at"], new["value"] = happened["key"], happened["at"], value_of(happened)
    every = _put_in_place(np.concatenate([state.last, new]), len(state.last), happened["again"])
    dropped, last = every[:-LAST], every[-LAST:]
    liked = dropped[dropped["value"] >= LIKED]
    seen = np.concatenate([happened["key"][_MARKS_SEEN[happened["signal"]]], seen_elsewhere])
    return State(
        last=last,
        best=np.concatenate([state.best, liked])[-BEST:] if len(liked) else state.best,
        seen=state.seen.add(seen) if len(seen) else state.seen,
    )


def _put_in_place(events: NDArray[np.void], begin: int, again: NDArray[np.bool_]) -> NDArray[np.void]:
    """Without those from `begin` on that are reported `again`: each takes the place of the newest of its clip."""
    if not again.any():
        return events
    kept = np.ones(len(events), np.bool_)
    for at in (begin + np.flatnonzero(again)).tolist():
        first = max(0, at - _LOOK_BACK)
        before = np.flatnonzero((events["key"][first:at] == events["key"][at]) & kept[first:at])
        if len(before):
            events[first + before[-1]], kept[at] = events[at], False
    return events[kept]


def encode(state: State) -> bytes:
    """As it is kept: version, lengths, then the parts."""
    parts = (state.last.tobytes(), state.best.tobytes(), state.seen.bits, state.seen.older)
    head = np.array([_VERSION, state.seen.count, *(len(part) for part in parts)], "<u4")
    return head.tobytes() + b"".join(parts)


def describe(state: State) -> dict[str, object]:
    """What it says of a person, for that person: clips by their keys, when, and how much each was taken to be liked.

    >>> describe(State())["clips_that_count_as_seen"]
    0
    """

    def tell(events: NDArray[np.void]) -> list[dict[str, object]]:
        rows = zip(events["key"].tolist(), events["at"].tolist(), events["value"].tolist(), strict=True)
        return [{"clip_key": f"{key:016x}", "at": at, "liked": round(value, 3)} for key, at, value in rows]

    return {
        "last": tell(state.last),
        "liked_most": tell(state.best),
        "clips_that_count_as_seen": state.count_seen,
    }


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
