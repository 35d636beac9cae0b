"""The closed forms are what a naive dense solution gives; lists keep the strongest; the tail is found by likeness."""

from typing import Any, cast

import numpy as np
import pytest
from tests.unit.feed.training.logs import join_log, make_log

from reelm.feed.training.arrays import Doubles, make_rows, sparse
from reelm.feed.training.engine import InProcess
from reelm.feed.training.factors import Factors, fold_in, train_factors
from reelm.feed.training.fitting import fit, gather_watches, score_people
from reelm.feed.training.linear import as_matrix, find_neighbours, shorten, solve_ease, solve_transitions
from reelm.feed.training.statistics import Part, find_hot, sum_up

linalg: Any = cast("Any", np.linalg)
DRAWS = np.random.default_rng(8)
X = (DRAWS.random((60, 25)) < 0.3).astype(np.float32)


def test_ease_is_the_naive_dense_solution() -> None:
    inverse = np.linalg.inv(X.T.astype(float) @ X + 3 * np.eye(25))
    naive = -inverse / np.diag(inverse)
    np.fill_diagonal(naive, 0)
    assert np.abs(solve_ease(sparse.csr_matrix(X.T @ X), 3.0) - naive).max() < 1e-4


def test_transitions_are_the_naive_dense_solution() -> None:
    y = (DRAWS.random((60, 25)) < 0.1).astype(np.float32)
    naive = np.linalg.solve(X.T.astype(float) @ X + 3 * np.eye(25), X.T @ y)
    np.fill_diagonal(naive, 0)
    found = solve_transitions(sparse.csr_matrix(X.T @ X), sparse.csr_matrix(X.T @ y), 3.0)
    assert np.abs(found - naive).max() < 1e-4


def test_sums_that_no_regularisation_saves_are_refused() -> None:
    with pytest.raises(ValueError, match="not positive definite"):
        solve_ease(sparse.csr_matrix(-np.eye(3, dtype=np.float32)), 0.5)


def test_a_list_keeps_the_strongest_of_a_row_strongest_first() -> None:
    matrix = np.array([[0, 0.1, -0.5, 0.2], [0, 0, 0, 0.3], [0, 0, 0, 0], [1, 2, 3, 0]], np.float32)
    lists = shorten(matrix, np.array([1, 2, 4, 5]), 6, longest=2)
    assert lists.ids.tolist() == [[-1, -1], [4, 5], [5, -1], [-1, -1], [-1, -1], [4, 2]]
    assert lists.weights[1] == pytest.approx([-0.5, 0.2])
    whole = as_matrix(shorten(matrix, np.arange(4), 4, longest=9)).toarray()
    assert np.array_equal(whole, matrix)


def test_neighbours_of_the_tail_are_found_both_ways_and_pairs_of_hot_items_are_left_out() -> None:
    log = join_log(make_log())
    hot = find_hot(log, 10)
    sums = sum_up([Part(log, hot, 10.0, 0, 1.0)], InProcess())
    matrix = as_matrix(find_neighbours(sums.near, sums.weight)).toarray()
    assert np.array_equal(matrix, matrix.T)
    assert not matrix[np.ix_(hot >= 0, hot >= 0)].any()
    assert not np.diag(matrix).any()
    alike = np.add.outer(np.arange(len(hot)), np.arange(len(hot))) % 2 == 0
    assert matrix[alike].sum() > 1.5 * matrix[~alike].sum()
    assert 0 < matrix.max() <= 1


def test_factors_are_what_solving_each_row_gives() -> None:
    watched = sparse.csr_matrix(X)
    found = train_factors(watched, InProcess(), width=8, rounds=3, confidence=4.0, regularisation=2.0)
    people = fold_in(found, watched)
    for person in range(3):
        mine: Doubles = found.items[X[person] > 0].astype(np.float64)
        naive: Doubles = linalg.solve(found.fold + 4 * mine.T @ mine, 5 * mine.sum(0))
        assert np.abs(people[person] - naive).max() < 1e-3
    gram = found.items.T.astype(float) @ found.items + 2 * np.eye(8)
    assert np.abs(found.fold - gram).max() < 1e-3


def test_somebody_who_watched_nothing_folds_in_to_nothing() -> None:
    eye = np.eye(3, dtype=np.float32)
    nothing = make_rows(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32), (2, 3))
    assert not fold_in(Factors(eye, eye, 1.0), nothing).any()


@pytest.mark.parametrize("hot_items", [1000, 12, 0])
def test_a_model_puts_the_clips_of_ones_taste_first_whatever_fits_in_the_hot_set(hot_items: int) -> None:
    log = join_log(make_log(people=60))
    model = fit(log, InProcess(), hot_items=hot_items)
    scores = score_people(model, log, np.arange(60, dtype=np.int32))
    own = (scores[:, ::2] - scores[:, 1::2]).mean(1) * np.where(np.arange(60) % 2, -1, 1)
    assert (own > 0).mean() > 0.9


def test_a_person_is_scored_alike_alone_and_among_others_and_one_unknown_gets_the_trend() -> None:
    log = join_log(make_log())
    known = log.keep(log.person != 3)
    model = fit(known, InProcess())
    many = score_people(model, known, np.arange(30, dtype=np.int32))
    alone = score_people(model, known, np.array([7], np.int32))
    assert np.abs(alone[0] - many[7]).max() < 1e-6
    assert np.array_equal(many[3], model.trend)
    assert gather_watches(log).shape == (30, len(log.items))
