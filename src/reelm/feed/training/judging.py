"""Which ranker serves: one that was just trained, the one that does, or none, so that the published weights decide?

Judged on showings that neither has learned from, by how well it orders what the same people were shown: GAUC, and
NDCG within a page, beside the linear score on the same rows. A plain AUC would flatter whoever knows which people
like everything. What was shown was chosen by the ranking of that day, so that this compares orders of what was good
enough to be shown; it is no estimate of what other clips would have earned.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from reelm.feed.ranking import FEATURES, score_heads, score_linear
from reelm.feed.training.arrays import Floats
from reelm.feed.training.heads import Judged, Ranker, train_ranker
from reelm.feed.training.metrics import gauc, ndcg, rank_relevant, split_by
from reelm.feed.training.reactions import Reactions
from reelm.feed.training.statistics import DAY_MS

# Rows with a report, before the last day and within it, with which a ranker is trained from nothing.
LEAST_ROWS, LEAST_HELD, LEAST_PEOPLE = 2000, 200, 20
# New rows that are worth going on with, and the part of them, the newest, on which the outcome is judged.
LEAST_NEW, HELD_SHARE = 1000, 5
MAY_LOSE = 0.01  # by this share at most NDCG may be worse where GAUC is better


class Figures(NamedTuple):
    """GAUC, and the mean NDCG@10 of pages on which people took to some and not to others."""

    gauc: float
    ndcg: float


class Verdict(NamedTuple):
    """Who serves, if any, and why."""

    ranker: Judged | None
    reason: str


def measure(rows: Reactions, scores: Floats) -> Figures:
    """How well scores [n] order these rows."""
    found: list[float] = []
    for some in split_by(rows.page):
        took = np.flatnonzero(rows.took[some]).astype(np.int32)
        if 0 < len(took) < len(some):
            found.append(ndcg(rank_relevant(scores[some], took), 10))
    return Figures(gauc(rows.person, scores, rows.took), float(np.mean(found)) if found else 0.0)


def is_better(ours: Figures, theirs: Figures) -> bool:
    """
    >>> is_better(Figures(0.62, 0.5), Figures(0.6, 0.5)), is_better(Figures(0.62, 0.4), Figures(0.6, 0.5))
    (True, False)
    """
    return ours.gauc > theirs.gauc and ours.ndcg >= theirs.ndcg * (1 - MAY_LOSE)


def choose_ranker(rows: Reactions, serving: Judged | None, *, anew: bool) -> Verdict:
    """The ranker of the next model. `anew`: from nothing, on what came before the last day, judged on it.

    Else the one that serves goes on with what is new. What serves is dropped where it is no better than the linear
    score any more, or means other features than ranking makes.
    """
    if serving is not None and serving.ranker.features != FEATURES:
        serving = None
    if anew or serving is None:
        return _train_anew(rows, serving)
    return _go_on(rows, serving)


def _train_anew(rows: Reactions, serving: Judged | None) -> Verdict:
    last_ms = int(rows.at_ms.max(initial=0))
    held = rows.at_ms > last_ms - DAY_MS
    before, day = rows.keep(~held), rows.keep(held)
    if len(before) < LEAST_ROWS or len(day) < LEAST_HELD or len(np.unique(day.person)) < LEAST_PEOPLE:
        told = f"{len(before)} showings before the last day and {len(day)} on it are too few for a ranker"
        return Verdict(serving, told)
    made = train_ranker(FEATURES, before.x, before.labels)
    ours, linear = measure(day, _score(made)(day.x)), measure(day, score_linear(day.x))
    told = _compare(ours, linear)
    if not is_better(ours, linear):
        return Verdict(None, f"no ranker: {told}")
    whole = train_ranker(FEATURES, day.x, day.labels, start=made, epochs=1)
    return Verdict(Judged(whole, _figures(last_ms, ours, linear)), f"a new ranker: {told}")


def _go_on(rows: Reactions, serving: Judged) -> Verdict:
    """The ranker that serves has learned from nothing after its `to`."""
    new = np.flatnonzero(rows.at_ms > serving.told["to"])
    if len(new) < LEAST_NEW:
        return Verdict(serving, f"the ranker stays: {len(new)} new showings are too few to go on with")
    from_ms = np.sort(rows.at_ms[new])[-(len(new) // HELD_SHARE)]
    held = rows.at_ms >= from_ms
    learned = rows.keep(~held & (rows.at_ms > from_ms - DAY_MS))
    later = rows.keep(held)
    made = train_ranker(FEATURES, learned.x, learned.labels, start=serving.ranker, epochs=1)
    ours, theirs = (measure(later, _score(one)(later.x)) for one in (made, serving.ranker))
    linear = measure(later, score_linear(later.x))
    told = f"{_compare(ours, linear)}, of the one that serves {theirs.gauc:.4f}"
    if is_better(ours, linear) and is_better(ours, theirs):
        to = int(learned.at_ms.max(initial=0))
        return Verdict(Judged(made, _figures(to, ours, linear)), f"the ranker has gone on: {told}")
    if is_better(theirs, linear):
        return Verdict(serving, f"the ranker stays: {told}")
    return Verdict(None, f"no ranker any more: {told}")


def _score(ranker: Ranker) -> Callable[[Floats], Floats]:
    return lambda x: score_heads(ranker.predict(x), ranker.heads)


def _compare(ours: Figures, linear: Figures) -> str:
    return f"GAUC {ours.gauc:.4f} and NDCG {ours.ndcg:.4f}, linear {linear.gauc:.4f} and {linear.ndcg:.4f}"


def _figures(to: int, ours: Figures, linear: Figures) -> dict[str, float]:
    return {
        "to": to, "gauc": ours.gauc, "ndcg": ours.ndcg, "linear_gauc": linear.gauc, "linear_ndcg": linear.ndcg
    }  # fmt: skip
