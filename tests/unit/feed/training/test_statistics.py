"""Sums over parts: they may be cut anywhere and added in any grouping, and are what a loop over people gives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.feed.training.logs import DAY_MS, join_log, make_log

from reelm.feed.training.columns import UNKNOWN_MS, Rows
from reelm.feed.training.engine import InProcess
from reelm.feed.training.interactions import Interactions
from reelm.feed.training.statistics import (
    TEACHING_DECAY,
    Part,
    Statistics,
    find_ages,
    find_hot,
    merge,
    split_people,
    sum_up,
    train_shard,
)

ROWS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 9), st.booleans(), st.integers(0, 5)), min_size=1, max_size=60
)


def log_of(rows: list[tuple[int, int, bool, int]]) -> Interactions:
    user, item, liked, day = (np.array(column) for column in zip(*rows, strict=True))
    return join_log(Rows(user, item, np.sort(day).astype(np.int64) * DAY_MS, liked.astype(np.bool_)))


def parts_of(rows: Interactions, parts: int, hot_items: int = 7) -> list[Part]:
    hot = find_hot(rows, hot_items)
    return [Part(some, hot, 10.0, 6 * DAY_MS, 1.0) for some in split_people(rows, parts)]


def assert_equal(one: Statistics, other: Statistics) -> None:
    assert (one.people, one.events) == (other.people, other.events)
    for name in ("together", "before", "after", "near"):
        left, right = getattr(one, name), getattr(other, name)
        assert left.shape == right.shape
        assert np.abs(left - right).max() < 1e-5, name
    for name in ("trend", "weight", "liked"):
        assert getattr(one, name) == pytest.approx(getattr(other, name)), name


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(3, 6))
def test_parts_may_be_cut_anywhere_and_added_in_any_grouping(
    rows: list[tuple[int, int, bool, int]], count: int
) -> None:
    log = log_of(rows)
    first, second, *rest = (train_shard(part) for part in parts_of(log, count))
    left = right = merge(first, second)
    for one in rest:
        left = merge(left, one)
    tail = rest[-1]
    for one in reversed(rest[:-1]):
        tail = merge(one, tail)
    right = merge(first, merge(second, tail))
    assert_equal(left, right)
    assert_equal(left, merge(merge(second, first), tail))
    assert_equal(left, train_shard(parts_of(log, 1)[0]))


def test_the_sums_are_those_of_a_loop_over_people() -> None:
    log = join_log(make_log())
    hot = find_hot(log, 1000)
    found = sum_up(parts_of(log, 3, 1000), InProcess())
    size = hot.max() + 1
    together, before, after = np.zeros((size, size)), np.zeros((size, size)), np.zeros((size, size))
    for person in np.unique(log.person):
        rows = np.flatnonzero(log.person == person)
        x = np.zeros(size)
        for age, row in enumerate(rows[::-1]):
            x[hot[log.item[row]]] = (1 if log.liked[row] else 0.5) * math.exp(-age / TEACHING_DECAY)
        together += np.outer(x, x)
        liked = [hot[log.item[row]] for row in rows if log.liked[row]]
        for index in range(1, len(liked)):
            past = np.zeros(size)
            for back in range(1, index + 1):
                past[liked[index - back]] = math.exp(-(back - 1) / 10)
            before += np.outer(past, past)
            after[:, liked[index]] += past
    assert np.abs(found.together.toarray() - together).max() < 1e-4
    assert np.abs(found.before.toarray() - before).max() < 1e-4
    assert np.abs(found.after.toarray() - after).max() < 1e-4
    assert found.near.nnz == 0, "all items are hot"


def test_a_like_fades_from_the_trend_by_e_a_day_and_one_of_no_known_time_never_was_in_it() -> None:
    at = np.array([6 * DAY_MS, 5 * DAY_MS, UNKNOWN_MS], np.int64)
    log = join_log(Rows(np.array([1, 2, 3]), np.array([0, 1, 2]), at, np.ones(3, np.bool_)))
    found = train_shard(parts_of(log, 1)[0])
    assert found.trend == pytest.approx([1, math.exp(-1), 0])
    assert found.liked.tolist() == [1, 1, 1]


def test_the_hot_items_are_the_most_watched() -> None:
    log = join_log(Rows(np.arange(6), np.array([3, 3, 3, 1, 1, 2]), np.zeros(6, np.int64), np.zeros(6, np.bool_)))
    hot = find_hot(log, 2)
    assert log.items[hot >= 0].tolist() == [1, 3]
    assert hot[hot >= 0].tolist() == [0, 1]


@given(st.lists(st.integers(0, 3), max_size=20).map(sorted))
def test_ages_count_what_came_later(person: list[int]) -> None:
    found = find_ages(np.array(person, np.int32)).tolist()
    assert found == [sum(one == other for other in person[index + 1 :]) for index, one in enumerate(person)]
