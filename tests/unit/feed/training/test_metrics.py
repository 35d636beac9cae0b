"""Figures of an order: right by hand and by brute force, and never flattered by ties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.feed.training.metrics import Tally, auc, bootstrap_gain, gauc, ndcg, rank_relevant, recall

SCORES = st.lists(st.integers(0, 4), min_size=1, max_size=30)


def test_somebody_of_whom_nothing_is_known_gets_the_middle_place_not_the_first() -> None:
    ranks = rank_relevant(np.zeros(1001, np.float32), np.array([3, 998], np.int32))
    assert ranks.tolist() == [500.0, 500.0]
    assert ndcg(ranks, 10) == 0
    assert recall(ranks, 20) == 0


def test_what_is_masked_stands_behind_everything() -> None:
    scores = np.array([-np.inf, 0.0, 0.0, -np.inf], np.float32)
    assert rank_relevant(scores, np.array([1], np.int32)).tolist() == [0.5]


@given(SCORES, st.data())
def test_a_place_is_those_above_and_half_of_the_others_that_are_equal(scores: list[int], data: st.DataObject) -> None:
    relevant = data.draw(st.lists(st.integers(0, len(scores) - 1), min_size=1, unique=True))
    found = rank_relevant(np.array(scores, np.float32), np.array(relevant, np.int32))
    for place, item in zip(found, relevant, strict=True):
        above = sum(score > scores[item] for score in scores)
        same = sum(score == scores[item] for score in scores)
        assert place == above + (same - 1) / 2


@pytest.mark.parametrize(
    ("ranks", "cut", "expected"),
    [
        ([0.0], 10, 1.0),
        ([2.0], 10, 0.5),
        ([10.0], 10, 0.0),
        ([9.5], 10, 1 / np.log2(11.5)),
        ([0.0, 2.0], 10, 1.5 / (1 + 1 / np.log2(3))),
        ([0.0, 1.0, 2.0], 2, 1.0),
    ],
)
def test_ndcg_of_known_orders(ranks: list[float], cut: int, expected: float) -> None:
    assert ndcg(np.array(ranks), cut) == pytest.approx(expected)


def test_a_tally_is_the_mean_over_people() -> None:
    tally = Tally()
    tally.add(np.array([0.0]))
    tally.add(np.array([15.0, 500.0]))
    means = tally.means()
    assert tally.people == 2
    assert means["recall@10"] == 0.5
    assert means["recall@20"] == 0.75
    assert means["ndcg@10"] == 0.5
    assert Tally().means()["ndcg@10"] == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30))
def test_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[int, bool]]) -> None:
    likes, rest = [s for s, liked in rows if liked], [s for s, liked in rows if not liked]
    found = auc(np.array([s for s, _ in rows], np.float32), np.array([liked for _, liked in rows]))
    if not likes or not rest:
        assert found is None
    else:
        pairs = [(one > other) + 0.5 * (one == other) for one in likes for other in rest]
        assert found == pytest.approx(sum(pairs) / len(pairs))


def test_gauc_does_not_see_what_differs_between_people_only() -> None:
    person = np.array([1, 1, 2, 2], np.int32)
    liked = np.array([True, False, True, False])
    moods = np.array([5.0, 5.0, 1.0, 1.0], np.float32)
    assert gauc(person, moods, liked) == 0.5
    assert gauc(person, np.array([5.0, 4.0, 1.0, 0.0], np.float32), liked) == 1.0
    assert gauc(person, moods, np.ones(4, np.bool_)) == 0.5


def test_a_gain_that_is_there_for_everybody_is_significant_and_chance_is_not() -> None:
    draws = np.random.default_rng(3)
    theirs = draws.random(400)
    low, high = bootstrap_gain(list(theirs * 1.1), list(theirs))
    assert low == pytest.approx(0.1)
    assert high == pytest.approx(0.1)
    low, high = bootstrap_gain(list(theirs[::-1]), list(theirs))
    assert low < 0 < high
