"""How much of what was watched can be learned from in the memory a round has? Estimated before anything is summed.

The sums over pairs of clips grow with the square of what each person watched, of which `MOST_ROWS` count. Among hot
clips they are no more than the square of their number, so that where the estimate is high fewer clips are hot; pairs
with others have no such limit, and so the oldest half of the watches is left out until the estimate is low enough.
A made-up log of 15,000 people with 200 watches each took 1.5 GiB at the most; the kernel enforces
`rounds.MOST_BYTES`.
"""

import numpy as np

from reelm.feed.training.arrays import Bools, Doubles
from reelm.feed.training.interactions import Interactions
from reelm.feed.training.statistics import HOT_ITEMS, MOST_ROWS, find_ages, find_hot

FEWER_HOT_ITEMS = 4096
MOST_HOT_PAIRS, MOST_OTHER_PAIRS = 60_000_000, 25_000_000


def bound(rows: Interactions) -> tuple[Interactions, int]:
    """The rows to learn from, and how many clips may be hot."""
    while True:
        counted = rows.keep(find_ages(rows.person) < MOST_ROWS)
        every = _count(counted, np.ones(len(counted), np.bool_))
        hot_items = HOT_ITEMS if float((every**2).sum()) <= MOST_HOT_PAIRS else FEWER_HOT_ITEMS
        others = _count(counted, find_hot(rows, hot_items)[counted.item] < 0)
        if float((every * others).sum()) <= MOST_OTHER_PAIRS:
            return rows, hot_items
        rows = rows.keep(rows.at_ms > np.median(rows.at_ms))


def _count(rows: Interactions, which: Bools) -> Doubles:
    """How many of these rows each person has [people]."""
    return np.bincount(rows.person[which], minlength=len(rows.people)).astype(np.float64)
