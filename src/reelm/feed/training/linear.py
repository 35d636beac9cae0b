"""Which clip follows from which? Two closed-form models over the hot items, and nearest neighbours for the others.

EASE (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"): B = I - P ÷ diag(P), P = (XᵀX + reg·I)⁻¹,
what is liked by the same people whatever the order. SLIT (Choi et al. 2021, "Session-aware Linear Item-Item
Models"): T = (PᵀP + reg·I)⁻¹PᵀY, what is liked after. Both are dense while they are solved and are then cut down to
the strongest entries of each row.

Memory: two dense matrices of 32-bit floats over the hot items at a time, 2 × 4 × 8192² = 512 MiB at the most; the
lists hold 8 bytes × `LONGEST` an item. Time: cubic in the hot items, some seconds for 8,000 on one core.
"""

from typing import Any, NamedTuple, cast

import numpy as np
import scipy.linalg as untyped_linalg
from numpy.typing import NDArray

from reelm.feed.training.arrays import Doubles, Floats, Ints, Longs, Sparse, make_rows

lapack: Any = cast("Any", untyped_linalg).lapack

LONGEST = 100  # entries of a row that are kept; ten times as many gain 1.3 % of NDCG@10 on KuaiRand
SHRINKAGE = 5.0  # of a neighbour's likeness, in people who watched both
AT_ONCE = 512  # rows worked on at a time


class Lists(NamedTuple):
    """Row i: the items [n, k] that follow from item i, strongest first, -1 for none, and how strongly [n, k]."""

    ids: Ints
    weights: Floats


def solve_ease(together: Sparse, regularisation: float) -> Floats:
    """B [hot, hot]: how much a like of the row's item says for the column's.

    Raises `ValueError` if it can't be solved.
    """
    if not together.shape[0]:
        return np.zeros((0, 0), np.float32)
    inverse, failed = lapack.spotri(_factorise(together, regularisation), lower=1, overwrite_c=1)
    if failed:
        raise ValueError("the inverse does not exist")
    _mirror(inverse)
    inverse /= -np.diag(inverse).copy()[None, :]
    np.fill_diagonal(inverse, 0)
    return inverse


def solve_transitions(before: Sparse, after: Sparse, regularisation: float) -> Floats:
    """T [hot, hot]: how much a like of the row's item, just before, says for the column's. Raises `ValueError`."""
    right = after.toarray(order="F")
    if not len(right):
        return right
    solved, failed = lapack.spotrs(_factorise(before, regularisation), right, lower=1, overwrite_b=1)
    if failed:
        raise ValueError("the equations have no solution")
    np.fill_diagonal(solved, 0)
    return solved


def shorten(matrix: Floats, hot: Longs | Ints, items: int, longest: int = LONGEST) -> Lists:
    """The entries of each row that are largest by size; `hot` [rows] says which of all `items` each is."""
    keep = min(longest, matrix.shape[1])
    ids = np.full((items, longest), -1, np.int32)
    weights = np.zeros((items, longest), np.float32)
    for first in range(0, len(hot), AT_ONCE):
        some = np.ascontiguousarray(matrix[first : first + AT_ONCE])
        size = np.abs(some)
        best = np.argpartition(-size, keep - 1, axis=1)[:, :keep] if keep < some.shape[1] else _all_columns(some)
        best = np.take_along_axis(best, np.argsort(-np.take_along_axis(size, best, 1), axis=1, kind="stable"), 1)
        strength = np.take_along_axis(some, best, 1)
        rows = hot[first : first + AT_ONCE]
        ids[rows, :keep] = np.where(strength != 0, hot[best], -1)
        weights[rows, :keep] = strength
    return Lists(ids, weights)


def find_neighbours(near: Sparse, weight: Doubles, longest: int = LONGEST) -> Lists:
    """For pairs of which not both items are hot: how often both are watched by the same people, as a cosine, shrunk.

    `near` [items, items] has rows of other items only, `weight` [items] is as in `Statistics`. An item's row then
    holds what follows from it, hot or not; a hot item's only what is not hot.
    """
    pairs = near.tocoo()
    cosine = pairs.data / np.sqrt(np.maximum(weight[pairs.row], 1) * np.maximum(weight[pairs.col], 1))
    strength = (cosine * pairs.data / (pairs.data + SHRINKAGE)).astype(np.float32)
    off = pairs.row != pairs.col
    row, column, strength = pairs.row[off], pairs.col[off], strength[off]
    is_tail = np.zeros(near.shape[0], np.bool_)
    is_tail[row] = True
    back = ~is_tail[column]
    both = make_rows(
        np.concatenate([row, column[back]]), np.concatenate([column, row[back]]),
        np.concatenate([strength, strength[back]]), near.shape,
    )  # fmt: skip
    return _cut_rows(both, longest)


def as_matrix(lists: Lists) -> Sparse:
    """The lists as a sparse matrix [n, n] by rows."""
    items, longest = lists.ids.shape
    used = lists.ids >= 0
    return make_rows(np.flatnonzero(used) // longest, lists.ids[used], lists.weights[used], (items, items))


def _cut_rows(matrix: Sparse, longest: int) -> Lists:
    items = matrix.shape[0]
    ids = np.full((items, longest), -1, np.int32)
    weights = np.zeros((items, longest), np.float32)
    for row in np.flatnonzero(np.diff(matrix.indptr)):
        cells = slice(matrix.indptr[row], matrix.indptr[row + 1])
        best = np.argsort(-matrix.data[cells], kind="stable")[:longest]
        ids[row, : len(best)] = matrix.indices[cells][best]
        weights[row, : len(best)] = matrix.data[cells][best]
    return Lists(ids, weights)


def _all_columns(rows: Floats) -> NDArray[np.intp]:
    return np.tile(np.arange(rows.shape[1], dtype=np.intp), (rows.shape[0], 1))


def _factorise(gram: Sparse, regularisation: float) -> Floats:
    """The Cholesky factor of gram + reg·I, in its lower half. Raises `ValueError`."""
    dense = gram.toarray(order="F")
    dense[np.diag_indices(len(dense))] += regularisation
    factor, failed = lapack.spotrf(dense, lower=1, clean=0, overwrite_a=1)
    if failed:
        raise ValueError("the sums are not positive definite; regularise more")
    return factor


def _mirror(lower: Floats) -> None:
    """Copy the lower half to the upper one, in blocks."""
    size = len(lower)
    for first in range(0, size, AT_ONCE):
        last = min(first + AT_ONCE, size)
        corner = np.tril(lower[first:last, first:last])
        lower[first:last, first:last] = corner + np.tril(corner, -1).T
        lower[first:last, last:] = lower[last:, first:last].T
