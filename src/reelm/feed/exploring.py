"""How does a new clip find its first people, and a new creator theirs? By a share of each page that is theirs.

Every clip is owed `OWED` showings, unless people turn away from it early. One slot in two goes to the clip that was
shown least, the oldest of those, whatever is expected of it: no clip waits for ever
(`tests/unit/feed/test_exploring.py`). The others are drawn by Thompson sampling (Thompson 1933; Chapelle and Li 2011)
among those this viewer is likely to care for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import Numbers, Rows, Tally

OWED = 100
LEAST_SHARE, MOST_SHARE = 0.05, 0.20
# Of a page of ten so many slots are for exploring while any clip is owed something.
SLOTS_OF_TEN = 1
# After so many showings a clip that nearly everybody skips, or several refuse, is owed no more.
TRIED, MOST_SKIPPED, MOST_REFUSED = 20, 0.9, 0.1
DRAWS = 8
# What decides about a slot: who was shown least, or nothing but chance; else the draws.
_SHOWN_LEAST, _ANY = 0.5, 0.05
_CONSIDERED = 64
# New creators: their clips count for more until they were shown so often together.
NEW_CREATOR_SHOWN, NEW_CREATOR_LIFT = 500.0, 0.5


class Explored(NamedTuple):
    """A row chosen to be tried, and how probable that was."""

    row: int
    propensity: float


def is_owed(shown: Numbers, tally: Numbers) -> NDArray[np.bool_]:
    """Which clips still have first showings to come.

    >>> tally = np.array([Tally(), Tally(views=50), Tally(views=1, skips=19)], np.float32)
    >>> is_owed(np.array([0, 100, 20], np.float32), tally).tolist()
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

    >>> count_slots(10, 0.5), count_slots(50, 0.5), count_slots(5, 0.2), count_slots(5, 0.7)
    (1, 5, 1, 0)
    """
    exact = limit * SLOTS_OF_TEN / 10
    return int(exact) + (draw < exact - int(exact))


def explore(young: Rows, care: Numbers, tally: Numbers, slots: int, rng: np.random.Generator) -> list[Explored]:
    """Choose `slots` clips to be tried, of those that are owed showings, the least shown first.

    `care` [young]: how likely this viewer is to care, from 0 on; `tally` [young, fields of `Tally`].
    """
    chosen: list[Explored] = []
    open_ = np.ones(len(young), np.bool_)
    for _ in range(min(slots, len(young))):
        left = np.flatnonzero(open_)
        at, propensity = _choose(left[:_CONSIDERED], care, tally, rng)
        open_[at] = False
        chosen.append(Explored(int(young[at]), propensity))
    return chosen


def _choose(left: NDArray[np.intp], care: Numbers, tally: Numbers, rng: np.random.Generator) -> tuple[int, float]:
    """One of `left` and its probability given the draws made here, never 0 for any of them."""
    of = Tally._fields.index
    good = tally[left, of("completions")] + tally[left, of("likes")]
    bad = tally[left, of("skips")] + 5 * tally[left, of("refusals")]
    drawn = rng.beta(1 + good, 1 + bad, size=(DRAWS, len(left))) * (0.2 + care[left])
    winners: NDArray[np.intp] = np.argmax(drawn, axis=1)
    draw = rng.random()
    if draw < _SHOWN_LEAST:
        place = 0
    elif draw < 1 - _ANY:
        place = int(winners[0])
    else:
        place = int(rng.integers(len(left)))
    share = np.count_nonzero(np.equal(winners, place)) / DRAWS
    by_draws = (1 - _SHOWN_LEAST - _ANY) * share
    return int(left[place]), _SHOWN_LEAST * (place == 0) + by_draws + _ANY / len(left)
