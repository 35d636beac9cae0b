"""What goes with what this person watched? By the model that `feed/training` made, and by its formula.

The score of a clip is the sum of three parts: of the neighbour lists of EASE (Steck 2019) and a decayed transition
model; of the product of its vector with the person's, folded in as iALS solves it for somebody new (Hu, Koren and
Volinsky 2008, eq. 4); and of the trend. `training/model_folder.py` has the formula.
"""

from typing import NamedTuple

import numpy as np

from reelm.feed.candidates.gathering import NOTHING, Found, Gathered, Source
from reelm.feed.catalogue import NOBODY, Numbers, Rows, no_rows
from reelm.feed.models import Model, Neighbours
from reelm.feed.taste import Taste

MOST = 150
ANCHORS = 60
# What was played to its end or more counts as liked.
_LIKED = 1.0


class Following(NamedTuple):
    """Pairs: an item of what was watched last, `anchors` [n], an item next to it, `items` [n], -1 for none, and how
    strongly that follows, `weights` [n], less for what is longer ago.
    """

    anchors: Rows
    items: Rows
    weights: Numbers


def read_following(model: Model, taste: Taste) -> Following:
    """All that the lists say of what was watched last."""
    items, worth, age = _anchors(model, taste, ANCHORS)
    parts: list[Following] = []
    for one in model.lists:
        fade = one.weight * _fade(one, worth, age)
        says = np.flatnonzero((one.ids[items, 0] >= 0) & (fade > 0))
        mine = items[says]
        ids, weights = one.ids[mine], (one.weights[mine] * fade[says, None]).astype(np.float32, copy=False)
        parts.append(Following(np.repeat(mine, ids.shape[1]), ids.ravel(), weights.ravel()))
    none = Following(no_rows(), no_rows(), np.zeros(0, np.float32))
    return Following(*(np.concatenate(columns) for columns in zip(*(parts or [none]), strict=True)))


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
    near = factors.vectors[items]
    trust = factors.confidence * np.where(worth >= _LIKED, 1.0, factors.watched).astype(np.float32)
    left = factors.fold + (near * trust[:, None]).T @ near
    right = ((1.0 + trust)[:, None] * near).sum(axis=0)
    return np.asarray(np.linalg.solve(left, right), np.float32)


def complete(model: Model, taste: Taste, vector: Numbers | None, gathered: Gathered) -> Gathered:
    """With the parts of vector and trend for every candidate, whoever named it."""
    items = model.item_of(gathered.rows)
    known, scores, order = items != NOBODY, gathered.scores.copy(), list(Source)
    if vector is not None and model.factors is not None:
        products = model.factors.vectors[items[known]] @ vector
        scores[known, order.index(Source.FACTORS)] = model.factors.weight * products
    _, worth, age = _anchors(model, taste, ANCHORS)
    watched = float(_fade(model.lists[0], worth, age).sum()) if model.lists else 0.0
    scores[known, order.index(Source.TREND)] = np.sqrt(max(1.0, watched)) * model.trend[items[known]]
    return Gathered(gathered.rows, scores)


def explain_neighbour(model: Model, following: Following, row: int) -> list[tuple[int, float]]:
    """Which of what was watched put this row among the neighbours, and how much each added, most first."""
    at = np.flatnonzero(following.items == model.item_of(np.array([row], np.int32))[0])
    items, place = np.unique(following.anchors[at], return_inverse=True)
    added = np.bincount(place, following.weights[at], len(items))
    order = np.argsort(-added, kind="stable")
    return [(int(model.rows[items[at]]), float(added[at])) for at in order.tolist() if added[at] > 0]


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
    if len(good) > MOST:
        good = good[np.argpartition(-scores[good], MOST)[:MOST]]
    return Found(rows[good].astype(np.int32), scores[good])
