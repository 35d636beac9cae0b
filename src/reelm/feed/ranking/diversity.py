"""In which order do the best stand, so that a page is not all of one kind? Maximal marginal relevance.

Carbonell and Goldstein 1998: the next is the one with the highest score less `UNLIKENESS` times how like it is to
what stands there already. Two clips are alike by their creator and the tags they share.
"""

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import NOBODY, Numbers, Rows
from reelm.feed.ranking.weights import UNLIKENESS


def measure_likeness(authors: Rows, tags: Rows) -> Numbers:
    """[n, n] between 0 and 1: half for the same creator, half for the share of tags in common."""
    same = (authors[:, None] == authors[None, :]).astype(np.float32)
    known, column = np.unique(tags, return_inverse=True)
    has = np.zeros((len(tags), len(known)), np.float32)
    has[np.arange(len(tags))[:, None], column.reshape(tags.shape)] = 1.0
    has[:, known == NOBODY] = 0.0
    common, count = has @ has.T, has.sum(axis=1)
    return 0.5 * (same + common / np.maximum(count[:, None] + count[None, :] - common, 1.0))


def spread(scores: Numbers, likeness: Numbers, most: int) -> NDArray[np.intp]:
    """All places, the first `most` in the order of maximal marginal relevance, the others by score.

    Scores are brought to [0, 1] first.
    """
    count = len(scores)
    low, high = float(scores.min(initial=0.0)), float(scores.max(initial=0.0))
    left = (scores - low) / ((high - low) or 1.0)
    nearest = np.zeros(count, np.float32)
    chosen: list[int] = []
    for _ in range(min(most, count)):
        best = int(np.argmax(left - UNLIKENESS * nearest))
        chosen.append(best)
        left[best] = -np.inf
        np.maximum(nearest, likeness[best], out=nearest)
    rest = np.argsort(-left, kind="stable")[: count - len(chosen)]
    return np.concatenate([np.array(chosen, np.intp), rest])
