"""What would plainer recommenders have put first? Popularity, item-kNN, iALS and EASE, each given its best settings.

Each is fitted with every setting of its grid on the days before the last two that may be learned from, and keeps the
one with the best NDCG@10 on those two. `watches` tells what counts: only what was liked, or what was watched, too, by
half.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from reelm.feed.training.arrays import Floats, Ints, Sparse, make_rows, sparse
from reelm.feed.training.columns import UNKNOWN_MS
from reelm.feed.training.engine import InProcess
from reelm.feed.training.factors import fold_in, train_factors
from reelm.feed.training.interactions import Interactions, find_last_ms
from reelm.feed.training.linear import solve_ease
from reelm.feed.training.statistics import DAY_MS, weigh

Score = Callable[[Ints], Floats]  # people to scores [people, items]


class Baseline(NamedTuple):
    """A method with its grid; `fit` learns with one setting."""

    name: str
    fit: Callable[[Interactions, Any], Score]
    settings: Sequence[Any]


def gather(rows: Interactions, watches: bool) -> Sparse:
    """[people, items], 1 for a like, and one half for another watch where these count."""
    strength = weigh(rows.liked, 0.5 if watches else 0.0)
    made = make_rows(rows.person, rows.item, strength, (len(rows.people), len(rows.items)))
    made.eliminate_zeros()
    return made


def fit_popularity(rows: Interactions, days: float | None) -> Score:
    """How often each item was liked; with `days`, decayed by e in so many."""
    likes = rows.keep(rows.liked)
    weight = np.ones(len(likes))
    if days is not None:
        known = likes.at_ms != UNKNOWN_MS
        age = ((find_last_ms(rows) or 0) - np.where(known, likes.at_ms, 0)) / DAY_MS
        weight = np.where(known, np.exp(-age / days), 0)
    counts = np.bincount(likes.item, weight, len(rows.items)).astype(np.float32)
    return lambda people: np.tile(counts, (len(people), 1))


def fit_neighbours(rows: Interactions, how: tuple[bool, float, int]) -> Score:
    """Cosine of items by who watched them, shrunk, the k nearest of each."""
    watches, shrinkage, nearest = how
    x = gather(rows, watches)
    gram = (x.T @ x).tocoo()
    size = np.sqrt(np.asarray(x.power(2).sum(0)).ravel())
    alike = gram.data / (size[gram.row] * size[gram.col] + shrinkage)
    off = gram.row != gram.col
    dense = (
        sparse.csr_matrix((alike[off], (gram.row[off], gram.col[off])), shape=gram.shape).toarray().astype(np.float32)
    )
    for row in dense:
        row[row < np.partition(row, -nearest)[-nearest]] = 0
    return lambda people: x[people] @ dense.T


def fit_ials(rows: Interactions, how: tuple[bool, float]) -> Score:
    """The factors of `reelm.feed.training.factors`, without anything else."""
    watches, regularisation = how
    x = gather(rows, watches)
    factors = train_factors(x, InProcess(), regularisation=regularisation)
    return lambda people: fold_in(factors, x[people]) @ factors.items.T


def fit_ease(rows: Interactions, how: tuple[bool, float]) -> Score:
    """EASE as published, on all that each person did, whenever it was."""
    watches, regularisation = how
    x = gather(rows, watches)
    used = np.flatnonzero(np.asarray(x.sum(0)).ravel())
    matrix = np.ascontiguousarray(solve_ease((x[:, used].T @ x[:, used]).tocsr(), regularisation))

    def score(people: Ints) -> Floats:
        found = np.zeros((len(people), x.shape[1]), np.float32)
        found[:, used] = x[people][:, used] @ matrix
        return found

    return score


BASELINES = (
    Baseline("popularity", fit_popularity, (None, 0.5, 1.0, 3.0)),
    Baseline(
        "item-kNN", fit_neighbours, [(w, s, k) for w in (False, True) for s in (1.0, 20.0) for k in (100, 1000)]
    ),
    Baseline("iALS", fit_ials, [(w, r) for w in (False, True) for r in (20.0, 100.0)]),
    Baseline("EASE", fit_ease, [(w, r) for w in (False, True) for r in (200.0, 500.0)]),
)
