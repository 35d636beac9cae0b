"""What goes with what this person watched? By the model that `feed/training` made, and by its formula.

The score of a clip is the sum of three parts: of the neighbour lists of EASE (Steck 2019) and a decayed transition
model; of the product of its vector with the person's, folded in as iALS solves it for somebody new (Hu, Koren and
Volinsky 2008, eq. 4); and of the trend. `training/model_folder.py` has the formula.
"""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from reelm.feed.candidates.gathering import COLUMNS, MOST, NOTHING, Found, Gathered, Source, find_highest
from reelm.feed.catalogue import NOBODY, Numbers, Rows, no_rows
from reelm.feed.models import Model, Neighbours
from reelm.feed.taste import Taste

ANCHORS = 60
# What was played to its end or more counts as liked.
_LIKED = 1.0


class Following(NamedTuple):
    """Pairs: an item of what was watched last, `anchors` [n], an item next to it, `items` [n], -1 for none, and how
    strongly that follows, `weights` [n], less for what is longer ago. `watched` is how much of it there was.
    """

    anchors: Rows
    items: Rows
    weights: Numbers
    watched: float


def read_following(model: Model, taste: Taste) -> Following:
    """All that the lists say of what was watched last."""
    items, worth, age = _anchors(model, taste, ANCHORS)
    parts = [(no_rows(), no_rows(), np.zeros(0, np.float32))]
    fades = [_fade(one, worth, age) for one in model.lists]
    for one, fade in zip(model.lists, fades, strict=True):
        says = np.flatnonzero((one.ids[items, 0] >= 0) & (fade > 0))
        mine = items[says]
        ids, counts = one.ids.take(mine, axis=0), (one.weight * fade[says, None]).astype(np.float32, copy=False)
        weights = one.weights.take(mine, axis=0) * counts
        parts.append((np.repeat(mine, ids.shape[1]), ids.ravel(), weights.ravel()))
    anchors, next_, weights = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Following(anchors, next_, weights, float(fades[0].sum()) if fades else 0.0)


def find_neighbours(model: Model, following: Following) -> Found:
    """The sum over what was watched last of what each has next to it."""
    sums = np.bincount(following.items + 1, following.weights, len(model.trend) + 1)[1:]  # without that of no item
    found = np.flatnonzero(sums > 0)
    return _best(model.rows[found], sums[found].astype(np.float32))


def find_near(model: Model, vector: Numbers | None) -> Found:
    """The nearest to a person's vector, by inner product."""
    if vector is None or model.factors is None:
        return NOTHING
    products, items = model.factors.index.search(vector[None, :], MOST)
    found = items[0] >= 0
    return _best(model.rows[items[0][found]], model.factors.weight * products[0][found].astype(np.float32))


def find_trending(model: Model) -> Found:
    """What is liked more these days than before, for everybody."""
    return _best(model.rows[model.trending], model.trend[model.trending])


def fold_in(model: Model, taste: Taste) -> Numbers | None:
    """A person's vector out of what they watched; `None` where the model knows none of it."""
    items, worth, _ = _anchors(model, taste, len(taste.liked))
    factors = model.factors
    if not len(items) or factors is None:
        return None
    near = factors.vectors.take(items, axis=0)
    trust = factors.confidence * np.where(worth >= _LIKED, 1.0, factors.watched).astype(np.float32)
    left = factors.fold + (near * trust[:, None]).T @ near
    right = ((1.0 + trust)[:, None] * near).sum(axis=0)
    return np.asarray(np.linalg.solve(left, right), np.float32)


def complete(model: Model, following: Following, vector: Numbers | None, gathered: Gathered) -> Gathered:
    """With the parts of vector and trend for every candidate, whoever named it."""
    items = model.item_of(gathered.rows)
    known, scores = np.flatnonzero(items != NOBODY), gathered.scores.copy()
    items = items[known]
    if vector is not None and model.factors is not None:
        products = model.factors.vectors.take(items, axis=0) @ vector
        scores[known, COLUMNS[Source.FACTORS]] = model.factors.weight * products
    scores[known, COLUMNS[Source.TREND]] = np.sqrt(max(1.0, following.watched)) * model.trend[items]
    return Gathered(gathered.rows, scores)


def explain_neighbours(model: Model, following: Following, rows: Rows) -> list[list[tuple[int, float]]]:
    """Of each row: which of what was watched put it among the neighbours, and how much each added, most first."""
    items = model.item_of(rows)
    known = np.flatnonzero(items != NOBODY)
    places = model.places.of(following.items, items[known])
    at = np.flatnonzero(places != NOBODY)
    added = [defaultdict[int, float](float) for _ in rows]
    for place, anchor, weight in zip(
        known[places[at]].tolist(), following.anchors[at].tolist(), following.weights[at].tolist(), strict=True
    ):
        added[place][anchor] += weight
    return [
        sorted(((int(model.rows[item]), sum_) for item, sum_ in one.items() if sum_ > 0), key=lambda told: -told[1])
        for one in added
    ]


def _fade(one: Neighbours, worth: Numbers, age: Numbers) -> Numbers:
    """How much each of what was watched counts in a list."""
    strength = np.where(worth >= _LIKED, 1.0, one.watched)
    return np.asarray(np.exp(-age / one.decay) * strength, np.float32)


def _anchors(model: Model, taste: Taste, most: int) -> tuple[Rows, Numbers, Numbers]:
    items = model.item_of(taste.liked)
    known = np.flatnonzero(items != NOBODY)[:most]
    return items[known], taste.worth[known], taste.age[known]


def _best(rows: Rows, scores: Numbers) -> Found:
    good = np.flatnonzero((rows != NOBODY) & (scores > 0))
    good = good[find_highest(scores[good], MOST)]
    return Found(rows[good].astype(np.int32), scores[good])
