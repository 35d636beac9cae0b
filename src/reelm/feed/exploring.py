"""How does a new clip find its first people, and a new creator theirs? By a share of each page that is theirs.

Every clip is owed `OWED` showings, unless people turn away from it early. One of these slots in ten goes to the clip
that was shown least, the oldest of those, whatever is expected of it: no clip waits for ever
(`tests/unit/feed/test_exploring.py`). The others are drawn by Thompson sampling (Thompson 1933; Chapelle and Li 2011)
among those this viewer is likely to care for (`caring.py`): some among those shown least, most among all that promise
something, so that a clip that was liked early is shown to more of its audience while it is owed showings.
`bench/simulate.py` measures it.
"""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import Numbers, Rows, Tally

OWED = 30
LEAST_SHARE, MOST_SHARE = 0.05, 0.20
# Of a page of ten so many slots are for exploring while any clip is owed something.
SLOTS_OF_TEN = 2
# After so many showings a clip that nearly everybody skips, or several refuse, is owed no more.
TRIED, MOST_SKIPPED, MOST_REFUSED = 20, 0.9, 0.1
DRAWS = 4
# What decides about a slot: who waits longest, nothing but chance, or the draws among those that were shown least;
# else those among the most promising.
_LANES = (0.1, 0.05, 0.25, 0.6)
_UP_TO = tuple(accumulate(_LANES[:-1]))
# So many of those that promise most are drawn for; `care` of 0 counts for so much.
_CONSIDERED, _LEAST_CARE = 64, 0.005
# What is thought of a clip before anybody has seen it, in showings (KuaiRand's clips differ in long views as much as
# 7 would make them); what a like counts beside being watched to the end, and a refusal beside being skipped.
_USUALLY_TRIED, _USUAL = 8.0, Tally(completions=2.8, likes=0.64)
_LIKE, _REFUSAL = 3.0, 5.0
# New creators: their clips count for more until they were shown so often together.
NEW_CREATOR_SHOWN, NEW_CREATOR_LIFT = 500.0, 0.5

Places = NDArray[np.intp]


class Explored(NamedTuple):
    """A row chosen to be tried, and how probable that was."""

    row: int
    propensity: float


def is_owed(shown: Numbers, tally: Numbers) -> NDArray[np.bool_]:
    """Which clips still have first showings to come.

    >>> tally = np.array([Tally(), Tally(views=50), Tally(views=1, skips=19)], np.float32)
    >>> is_owed(np.array([0, 30, 20], np.float32), tally).tolist()
    [True, False, False]
    """
    return (shown < OWED) & ~is_turned_down(shown, tally)


def is_turned_down(shown: Numbers, tally: Numbers) -> NDArray[np.bool_]:
    """Which clips were tried and people turned away from, [clips]."""
    of = Tally._fields.index
    tried = np.maximum(np.maximum(shown, tally[:, of("views")] + tally[:, of("skips")]), 1.0)
    skipped, refused = tally[:, of("skips")] / tried, tally[:, of("refusals")] / tried
    return (tried >= TRIED) & ((skipped > MOST_SKIPPED) | (refused > MOST_REFUSED))


def lift_of_creator(shown: Numbers) -> Numbers:
    """What is added to the score of a clip whose creator was shown so often, all clips together.

    >>> lift_of_creator(np.array([0, 250, 500, 9000], np.float32)).tolist()
    [0.5, 0.25, 0.0, 0.0]
    """
    return (NEW_CREATOR_LIFT * np.clip(1 - shown / NEW_CREATOR_SHOWN, 0, 1)).astype(np.float32)


def count_slots(limit: int, draw: float) -> int:
    """How many of `limit` places are for exploring; `draw` from [0, 1) rounds what is left over.

    >>> count_slots(10, 0.5), count_slots(50, 0.5), count_slots(3, 0.2), count_slots(3, 0.7)
    (2, 10, 1, 0)
    """
    exact = limit * SLOTS_OF_TEN / 10
    return int(exact) + (draw < exact - int(exact))


def explore(
    young: Rows, authors: Rows, care: Numbers, tally: Numbers, *, slots: int, rng: np.random.Generator
) -> list[Explored]:
    """Choose up to `slots` clips to be tried, each of another creator, of those that are owed showings, `young`, the
    least shown first.

    `authors` [young]; `care` [young]: how likely this viewer is to care, from 0 on; `tally` [young, fields of
    `Tally`].
    """
    chosen: list[Explored] = []
    count = _read_counts(tally)
    care = _LEAST_CARE + care
    hope = care * (count.through / count.tried + _LIKE * count.likes / count.tried)
    promising = np.argsort(-hope, kind="stable")[:_CONSIDERED]
    some = np.union1d(np.arange(min(_CONSIDERED, len(young))), promising)
    worth = _draw(_Counts(*(part[some] for part in count)), rng) * care[some]
    groups, open_ = (some < _CONSIDERED, np.isin(some, promising)), np.ones(len(young), np.bool_)
    while len(chosen) < slots and len(left := np.flatnonzero(open_)):
        winners = [some[np.argmax(np.where(group & open_[some], worth, -1.0), axis=1)] for group in groups]
        at, propensity = _choose(left, winners, rng)
        open_ &= authors != authors[at]
        chosen.append(Explored(int(young[at]), propensity))
    return chosen


def _choose(left: Places, winners: Sequence[Places], rng: np.random.Generator) -> tuple[int, float]:
    """One of `left` and its probability given the draws made here, never 0 for any of them.

    `winners` [`DRAWS`] of those shown least, and of those that promise most.
    """
    draw = rng.integers(DRAWS)
    firsts = int(left[0]), int(left[rng.integers(len(left))]), *(int(one[draw]) for one in winners)
    at = firsts[bisect(_UP_TO, rng.random())]
    shares = at == left[0], 1 / len(left), *(np.count_nonzero(one == at) / DRAWS for one in winners)
    return at, float(sum(part * share for part, share in zip(_LANES, shares, strict=True)))


class _Counts(NamedTuple):
    """How often clips were tried, watched to their end and liked, what is usual counted in, [clips]."""

    tried: Numbers
    through: Numbers
    likes: Numbers


def _read_counts(tally: Numbers) -> _Counts:
    of = Tally._fields.index
    tried = tally[:, of("views")] + tally[:, of("skips")] + _REFUSAL * tally[:, of("refusals")]
    through, likes = (np.minimum(tally[:, of(name)], tried) for name in ("completions", "likes"))
    known = np.stack([tried + _USUALLY_TRIED, through + _USUAL.completions, likes + _USUAL.likes])
    return _Counts(*known.astype(np.float32))


def _draw(count: _Counts, rng: np.random.Generator) -> NDArray[np.float64]:
    """What a showing may be worth, [`DRAWS`, clips]: rates drawn out of what is known of each."""
    size = (DRAWS, len(count.tried))
    through = rng.beta(count.through, count.tried - count.through, size=size)
    return through + _LIKE * rng.beta(count.likes, count.tried - count.likes, size=size)
