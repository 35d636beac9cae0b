"""How good is an order of clips for a person? NDCG, recall and AUC within a person, safe against ties.

A score that many items share says nothing about their order, so each of them stands in the middle of their places:
rank = items with a higher score + half of the others with the same. Counting only higher scores would put everything
first for somebody of whom nothing is known, and so make the emptiest model look best.

NDCG: Järvelin and Kekäläinen 2002, with gains of 1. GAUC: the AUC of each person, weighted by what they were shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from reelm.feed.training.arrays import Bools, Doubles, Floats, Ints

CUTS = (10, 20)


def rank_relevant(scores: Floats, relevant: Ints) -> Doubles:
    """The places, from 0, of the `relevant` items of one person. `scores` [items]; masked ones are -inf.

    >>> rank_relevant(np.array([0.9, 0.5, 0.5, 0.1], np.float32), np.array([0, 1, 3], np.int32)).tolist()
    [0.0, 1.5, 3.0]
    >>> rank_relevant(np.zeros(101, np.float32), np.array([7], np.int32)).tolist()
    [50.0]
    """
    wanted = scores[relevant]
    ordered = np.sort(scores)
    above = len(scores) - np.searchsorted(ordered, wanted, side="right")
    same = len(scores) - above - np.searchsorted(ordered, wanted, side="left")
    return above + (same - 1) / 2


def ndcg(ranks: Doubles, cut: int) -> float:
    """Discounted gain of the first `cut` places over that of the best order.

    >>> ndcg(np.array([0.0, 1.0]), 10), round(ndcg(np.array([1.0]), 10), 4)
    (1.0, 0.6309)
    """
    gained = (1 / np.log2(ranks[ranks < cut] + 2)).sum()
    return float(gained / (1 / np.log2(np.arange(min(cut, len(ranks))) + 2)).sum())


def recall(ranks: Doubles, cut: int) -> float:
    """The share of what is relevant that is among the first `cut`."""
    return float((ranks < cut).mean())


@dataclass
class Tally:
    """Figures of people, added one by one: `per_person["ndcg@10"][i]` is the i-th person's."""

    per_person: dict[str, list[float]] = field(
        default_factory=lambda: {f"{name}@{cut}": [] for name in ("ndcg", "recall") for cut in CUTS}
    )

    def add(self, ranks: Doubles) -> None:
        """One more person, by the places of what is relevant to them (at least one)."""
        for cut in CUTS:
            self.per_person[f"ndcg@{cut}"].append(ndcg(ranks, cut))
            self.per_person[f"recall@{cut}"].append(recall(ranks, cut))

    @property
    def people(self) -> int:
        """How many were added."""
        return len(self.per_person[f"ndcg@{CUTS[0]}"])

    def means(self) -> dict[str, float]:
        """Each figure's mean over people; 0 where there is nobody."""
        return {name: float(np.mean(values)) if values else 0.0 for name, values in self.per_person.items()}


def bootstrap_gain(ours: Sequence[float], theirs: Sequence[float], seed: int = 1) -> tuple[float, float]:
    """How much better is our mean than theirs, as a ratio - 1? The middle 95 % over people drawn again 2,000 times.

    The same people are drawn for both (Efron 1979, paired). Equal lengths, at least one person.
    """
    one, other = np.asarray(ours), np.asarray(theirs)
    draws = np.random.default_rng(seed)
    gains = np.empty(2000)
    for index in range(len(gains)):
        drawn = draws.integers(0, len(one), len(one))
        gains[index] = one[drawn].sum() / max(float(other[drawn].sum()), 1e-12) - 1
    low, high = np.quantile(gains, (0.025, 0.975))
    return float(low), float(high)


def auc(scores: Floats | Doubles, liked: Bools) -> float | None:
    """The chance that something liked stands above something that was not; ties count half. None without both.

    >>> auc(np.array([0.9, 0.2, 0.2]), np.array([True, True, False]))
    0.75
    """
    likes = int(liked.sum())
    if likes in (0, len(liked)):
        return None
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    above = middle[inverse][liked].sum() - likes * (likes + 1) / 2
    return float(above / (likes * (len(liked) - likes)))


def gauc(person: Ints, scores: Floats | Doubles, liked: Bools) -> float:
    """`auc` within each person who has both, weighted by their rows; one half where nobody has. Arrays [rows]."""
    total, weight = 0.0, 0
    for rows in split_by(person):
        within = auc(scores[rows], liked[rows])
        if within is not None:
            total, weight = total + within * len(rows), weight + len(rows)
    return total / weight if weight else 0.5


def split_by(keys: Ints) -> Iterable[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """The row numbers of each key, in order of the keys; within one in order of the rows.

    >>> [rows.tolist() for rows in split_by(np.array([2, 1, 2], np.int32))]
    [[1], [0, 2]]
    """
    if not len(keys):
        return []
    order = np.argsort(keys, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)
