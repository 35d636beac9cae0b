"""What has the feed learned, and how does it score every clip for a person?

Three lists of what follows from what, 64 factors of each clip, and what is liked these days. The models are those of
`linear`: EASE over everything that was watched, SLIT over what was liked and when, neighbours for clips outside the
hot set. How much each says was chosen on KuaiRand's days before those that `bench feed-quality` keeps back, and
holds for other logs because each is taken in units that do not depend on how many people there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reelm.feed.training.arrays import Bools, Doubles, Floats, Ints, Names, Sparse, make_rows
from reelm.feed.training.columns import UNKNOWN_MS
from reelm.feed.training.engine import Engine
from reelm.feed.training.factors import Factors, fold_in, train_factors
from reelm.feed.training.interactions import Interactions, find_last_ms
from reelm.feed.training.linear import (
    LONGEST,
    Lists,
    as_matrix,
    find_neighbours,
    shorten,
    solve_ease,
    solve_transitions,
)
from reelm.feed.training.statistics import (
    HOT_ITEMS,
    WATCHED,
    Part,
    Statistics,
    find_ages,
    find_hot,
    split_people,
    sum_trend,
    sum_up,
    weigh,
)

MOST_REGULARISED, REGULARISED = 400.0, 5.0  # at most so much, and so many times an item's usual weight
TRANSITION_DECAY = 10.0  # in likes
TRANSITION_ITEMS = 4096  # most liked; the transitions of rarer ones are noise, and cost the cube of their number
TREND_DAYS = 1.0
TREND_WEIGHT = 0.006
FACTORS_WEIGHT = 0.1
PARTS = 4
EASE, SLIT, SPARSE = "ease", "slit", "sparse"
# Per list: over how many watches a person's taste fades, what the list weighs, what a watch says that was not liked.
CHOSEN = {EASE: (30.0, 1.0, WATCHED), SLIT: (20.0, 0.5, 0.0), SPARSE: (30.0, 0.5, WATCHED)}


@dataclass(frozen=True)
class FollowList:
    """Lists of what follows, and how they are read for a person: see `model_folder`."""

    name: str
    decay: float
    weight: float
    watched: float
    lists: Lists


@dataclass(frozen=True)
class Model:
    """Everything that serves. `trend` [items] is already weighted; `trained_on` says how much and of which time."""

    items: Names
    lists: tuple[FollowList, ...]
    trend: Floats
    factors: Factors | None
    trained_on: dict[str, int | None]


def fit(
    rows: Interactions,
    engine: Engine,
    *,
    longest: int = LONGEST,
    hot_items: int = HOT_ITEMS,
    parts: int = PARTS,
    with_factors: bool = True,
) -> Model:
    """Learn from everything in `rows`. Equal rows and parts give an equal model, wherever the engine runs."""
    last_ms = find_last_ms(rows)
    hot = find_hot(rows, hot_items)
    where = np.flatnonzero(hot >= 0).astype(np.int32)
    shards = [Part(some, hot, TRANSITION_DECAY, last_ms or 0, TREND_DAYS) for some in split_people(rows, parts)]
    sums = sum_up(shards, engine)
    found = {EASE: _learn_ease(sums, where, longest)}
    found[SLIT] = _learn_transitions(sums, where, longest)
    found[SPARSE] = find_neighbours(sums.near, sums.weight, longest)
    lists = tuple(FollowList(name, *CHOSEN[name], one) for name, one in found.items() if (one.ids >= 0).any())
    factors = train_factors(gather_watches(rows), engine) if with_factors else None
    told = {**_describe(rows), "events": sums.events, "people": sums.people}
    return Model(rows.items, lists, find_trend(sums), factors, told)


def refresh(model: Model, rows: Interactions, engine: Engine) -> Model:
    """`model`, whose items are those of `rows`, with what is liked these days and its factors learned anew.

    The factors go on from what they were, so that this takes a tenth of the time of `fit`.
    """
    trend, liked = sum_trend(rows, find_last_ms(rows) or 0, TREND_DAYS)
    start = None if model.factors is None else model.factors.items
    factors = train_factors(gather_watches(rows), engine, start=start)
    return Model(rows.items, model.lists, weigh_trend(trend, liked), factors, _describe(rows))


def find_trend(sums: Statistics) -> Floats:
    """How much each item is liked these days [items]."""
    return weigh_trend(sums.trend, sums.liked)


def weigh_trend(trend: Doubles, liked: Doubles) -> Floats:
    """The logarithm of how often each item is liked above the mean [items], weighted; of decayed likes, or of all.

    Where no row says when it was, all likes are of these days.
    """
    counts = trend if trend.any() else liked
    usual = max(float(counts.mean()), 1e-12) if len(counts) else 1.0
    return (TREND_WEIGHT * np.log1p(counts / usual)).astype(np.float32)


def score_people(model: Model, rows: Interactions, people: Ints) -> Floats:
    """Scores [people, items] by what each of `people` (sorted row numbers) watched last according to `rows`.

    What somebody watched is scored too; whoever asks masks it. Somebody unknown gets the trend.
    """
    mine = rows.keep(np.isin(rows.person, people))
    row = np.searchsorted(people, mine.person).astype(np.int32)
    shape = (len(people), len(model.items))
    scores = np.zeros(shape, np.float32)
    if model.factors is not None:
        watches = make_rows(row, mine.item, weigh(mine.liked, WATCHED), shape)
        scores += np.float32(FACTORS_WEIGHT) * (fold_in(model.factors, watches) @ model.factors.items.T)
    known = np.zeros(len(people))
    for number, one in enumerate(model.lists):
        strength = _fade(mine.person, mine.liked, one)
        known = np.bincount(row, strength, len(people)) if number == 0 else known
        said = strength > 0
        taste = make_rows(row[said], mine.item[said], strength[said], shape)
        scores += np.float32(one.weight) * (taste @ as_matrix(one.lists)).toarray()
    # What many watches say together varies as their square root; with the trend doing so too, neither drowns the oth
    lift: Floats = np.sqrt(np.maximum(known, 1)).astype(np.float32)
    scores += lift[:, None] * model.trend
    return scores


def gather_watches(rows: Interactions) -> Sparse:
    """What each person [people] watched of all items [items]: 1 where they liked it, else `WATCHED`."""
    return make_rows(rows.person, rows.item, weigh(rows.liked, WATCHED), (len(rows.people), len(rows.items)))


def _fade(person: Ints, liked: Bools, how: FollowList) -> Floats:
    """What each row says: exp(-i/decay) × its strength, i counted over the rows that say anything."""
    strength = weigh(liked, how.watched)
    said = np.flatnonzero(strength > 0)
    strength[said] *= np.exp(-find_ages(person[said]) / how.decay).astype(np.float32)
    return strength


def _describe(rows: Interactions) -> dict[str, int | None]:
    known = rows.at_ms[rows.at_ms != UNKNOWN_MS]
    return {
        "events": len(rows),
        "people": len(np.unique(rows.person)),
        "from": int(known.min()) if len(known) else None,
        "to": int(known.max()) if len(known) else None,
    }


def _usual(weights: Doubles | Sequence[float]) -> float:
    return min(MOST_REGULARISED, max(REGULARISED * float(np.mean(weights)), 1.0)) if len(weights) else 1.0


def _learn_ease(sums: Statistics, where: Ints, longest: int) -> Lists:
    matrix = solve_ease(sums.together, _usual(sums.together.diagonal()))
    return shorten(matrix, where, len(sums.trend), longest)


def _learn_transitions(sums: Statistics, where: Ints, longest: int) -> Lists:
    usual = sums.before.diagonal()
    best = np.sort(np.argsort(-usual, kind="stable")[:TRANSITION_ITEMS])
    before, after = sums.before[best][:, best], sums.after[best][:, best]
    return shorten(solve_transitions(before, after, _usual(usual[best])), where[best], len(sums.trend), longest)
