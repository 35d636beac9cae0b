"""What must be known of many people's watches to learn from them? Sums, taken part by part and added up.

A part holds some people, each with everything they did; `train_shard` sums it, `merge` adds two sums. Adding is
associative and commutative (exactly for counts, to rounding for decayed sums), so parts may lie on many machines, in
many regions, and a region may give its sums without giving its people.

Memory: `together`, `before` and `after` are sparse over the hot items, at most 8 bytes a cell: 3 × 8 × 8192² = 1.5
GiB at the most, a fifth of it on real logs. `near` has rows of other items only, at most `MOST_ROWS` cells a watch.
"""

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from reelm.feed.training.arrays import Bools, Doubles, Floats, Ints, Longs, Sparse, make_rows
from reelm.feed.training.columns import UNKNOWN_MS
from reelm.feed.training.engine import Engine
from reelm.feed.training.interactions import Interactions

HOT_ITEMS = 8192  # of these every pair is learnt, of others the nearest
MOST_ROWS = 200  # of a person's watches, the newest
TEACHING_DECAY = 60.0  # in watches: what lies k watches back teaches exp(-k/decay)
WATCHED = 0.5  # how much a watch that was not liked says, next to one that was
REACH = 30  # how many likes back a transition looks
DAY_MS = 86_400_000


class Part(NamedTuple):
    """Some people's rows. `hot` [items] is the place of an item among the hot ones, -1 for others.

    A like at `now_ms` counts 1 for the trend, one `trend_days` earlier 1/e, one whose time is not known nothing.
    """

    rows: Interactions
    hot: Ints
    transition_decay: float
    now_ms: int
    trend_days: float


@dataclass(frozen=True)
class Statistics:
    """Sums over people.

    `together` [hot, hot]: Σ xᵀx, x what a person watched: 1 for what they liked, `WATCHED` for the rest, decayed.
    `before` [hot, hot]: Σ pᵀp, `after` [hot, hot]: Σ pᵀy, where y is one thing liked and p what was liked before it,
    decayed. `near` [items, items], with rows of other items only: as `together`, each person weighing 1 ÷ √(how many
    they watched). Of each item [items]: `trend`, its decayed likes, `weight`, the sum of its x², and how often it
    was `liked`.
    """

    people: int
    events: int
    together: Sparse
    before: Sparse
    after: Sparse
    near: Sparse
    trend: Doubles
    weight: Doubles
    liked: Doubles


def train_shard(part: Part) -> Statistics:
    """The sums of one part."""
    ages = find_ages(part.rows.person)
    rows = part.rows.keep(ages < MOST_ROWS)
    items, hot_items = len(rows.items), int(part.hot.max(initial=-1)) + 1
    person = np.unique(rows.person, return_inverse=True)[1].astype(np.int32)
    place = part.hot[rows.item]
    shape = (int(person.max(initial=-1)) + 1, hot_items)
    strength = weigh(rows.liked, WATCHED) * np.exp(-ages[ages < MOST_ROWS] / TEACHING_DECAY).astype(np.float32)
    hot = make_rows(person[place >= 0], place[place >= 0], strength[place >= 0], shape)
    likes = rows.liked & (place >= 0)
    before, after = _sum_transitions(person[likes], place[likes], hot_items, part.transition_decay)
    return Statistics(
        shape[0],
        len(rows),
        (hot.T @ hot).tocsr(),
        before,
        after,
        _sum_near(person, rows.item, strength, place < 0, (shape[0], items)),
        _sum_by(rows.item, rows.liked * _freshness(rows.at_ms, part.now_ms, part.trend_days), items),
        _sum_by(rows.item, strength.astype(np.float64) ** 2, items),
        _sum_by(rows.item, rows.liked.astype(np.float64), items),
    )


def sum_trend(rows: Interactions, now_ms: int, trend_days: float) -> tuple[Doubles, Doubles]:
    """Of each item [items] its decayed likes and all of them, as `Statistics` has them, without the rest."""
    kept = rows.keep(find_ages(rows.person) < MOST_ROWS)
    fresh = kept.liked * _freshness(kept.at_ms, now_ms, trend_days)
    items = len(rows.items)
    return _sum_by(kept.item, fresh, items), _sum_by(kept.item, kept.liked.astype(np.float64), items)


def weigh(liked: Bools, watched: float) -> Floats:
    """How much each watch says of a person: 1 where they liked it, else `watched`."""
    return np.where(liked, np.float32(1), np.float32(watched))


def merge(one: Statistics, other: Statistics) -> Statistics:
    """Of both together."""
    return Statistics(
        one.people + other.people,
        one.events + other.events,
        one.together + other.together,
        one.before + other.before,
        one.after + other.after,
        one.near + other.near,
        one.trend + other.trend,
        one.weight + other.weight,
        one.liked + other.liked,
    )


def sum_up(parts: list[Part], engine: Engine) -> Statistics:
    """Of all parts (at least one), wherever the engine has them summed; merged in their order."""
    return reduce(merge, engine.map(train_shard, parts))


def split_people(rows: Interactions, parts: int) -> list[Interactions]:
    """So many parts of about equally many people."""
    bounds = np.linspace(0, len(rows.people), parts + 1).astype(np.int64)
    return [rows.keep((rows.person >= low) & (rows.person < high)) for low, high in pairwise(bounds)]


def find_hot(rows: Interactions, most: int = HOT_ITEMS) -> Ints:
    """The place [items] of each of the `most` most watched items among them, in order of the items; -1 for others."""
    counts = np.bincount(rows.item, minlength=len(rows.items))
    best = np.sort(np.argsort(-counts, kind="stable")[:most])
    best = best[counts[best] > 0]
    hot = np.full(len(counts), -1, np.int32)
    hot[best] = np.arange(len(best), dtype=np.int32)
    return hot


def find_ages(person: Ints) -> Longs:
    """How many rows of the same person come after each; rows lie person by person.

    >>> find_ages(np.array([4, 4, 4, 7], np.int32)).tolist()
    [2, 1, 0, 0]
    """
    ends = np.append(np.flatnonzero(np.diff(person)), len(person) - 1)
    return np.repeat(ends, np.diff(np.append(-1, ends))) - np.arange(len(person)) if len(person) else ends[:0]


def _sum_by(item: Ints, values: Doubles, items: int) -> Doubles:
    return np.bincount(item, values, items).astype(np.float64)


def _freshness(at_ms: Longs, now_ms: int, trend_days: float) -> Doubles:
    known = at_ms != UNKNOWN_MS
    days = np.where(known, np.maximum(now_ms - np.where(known, at_ms, 0), 0), 0) / DAY_MS
    return np.where(known, np.exp(-days / trend_days), 0)


def _sum_transitions(person: Ints, item: Ints, items: int, decay: float) -> tuple[Sparse, Sparse]:
    """Σ pᵀp and Σ pᵀy: p holds exp(-(k-1)/decay) for what was liked k likes before y, k = 1…`REACH`."""
    row: list[Longs] = []
    column: list[Ints] = []
    weight: list[Floats] = []
    for back in range(1, min(REACH, len(person) - 1) + 1):
        later = np.flatnonzero(person[back:] == person[:-back])
        row.append(later + back)
        column.append(item[later])
        weight.append(np.full(len(later), np.exp((1 - back) / decay), np.float32))
    if not row:
        nothing = make_rows(item[:0], item[:0], np.zeros(0, np.float32), (items, items))
        return nothing, nothing
    past = make_rows(np.concatenate(row), np.concatenate(column), np.concatenate(weight), (len(person), items))
    target = make_rows(np.arange(len(person)), item, np.ones(len(person), np.float32), (len(person), items))
    return (past.T @ past).tocsr(), (past.T @ target).tocsr()


def _sum_near(person: Ints, item: Ints, strength: Floats, is_tail: Bools, shape: tuple[int, int]) -> Sparse:
    share = (strength / np.maximum(np.bincount(person, minlength=shape[0]), 1)[person] ** 0.25).astype(np.float32)
    tail = make_rows(person[is_tail], item[is_tail], share[is_tail], shape)
    return (tail.T @ make_rows(person, item, share, shape)).tocsr()
