"""A ranker serves where it orders what people were shown better than the published weights, and only there."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reelm.feed.ranking import FEATURES, score_linear
from reelm.feed.training.day_files import ACTS, Showings
from reelm.feed.training.heads import HEADS, Judged, train_ranker
from reelm.feed.training.judging import LEAST_ROWS, choose_ranker, measure
from reelm.feed.training.reactions import Reactions, read_reactions
from reelm.feed.training.statistics import DAY_MS

START_MS = 20_000 * DAY_MS
NOISE = FEATURES.index("log_duration")  # has no linear weight
LINEAR = FEATURES.index("from_neighbours")  # has much


def make_showings(decides: int, *, people: int = 60, days: int = 4, pages: int = 4, seed: int = 3) -> Showings:
    """Pages of ten; what people watch for long follows the feature `decides`."""
    draws = np.random.default_rng(seed)
    rows = people * days * pages * 10
    at_ms = START_MS + np.repeat(np.arange(days * pages), people * 10) * (DAY_MS // pages)
    person = np.tile(np.repeat(np.arange(people), 10), days * pages)
    x = draws.normal(0, 1, (rows, len(FEATURES)))
    takes = draws.random(rows) < 1 / (1 + np.exp(-3 * x[:, decides]))
    duration = np.full(rows, 10_000.0)
    return Showings(
        np.array([b"%016d" % one for one in person], "S16"),
        at_ms.astype(np.int64),
        x.astype(np.float16),
        np.where(takes, 10_000.0, 500.0),
        duration,
        np.zeros((rows, len(ACTS)), np.bool_),
    )


def test_a_ranker_that_sees_what_the_weights_do_not_is_released() -> None:
    rows = read_reactions(make_showings(NOISE))
    verdict = choose_ranker(rows, None, anew=True)
    assert verdict.ranker is not None, verdict.reason
    assert verdict.ranker.told["gauc"] > 0.85
    assert verdict.ranker.told["linear_gauc"] < 0.6
    assert verdict.ranker.ranker.heads == HEADS
    assert verdict.ranker.ranker.features == FEATURES


def test_a_ranker_that_is_no_better_is_not() -> None:
    rows = read_reactions(make_showings(LINEAR))
    shuffled = replace(rows, labels=rows.labels[np.random.default_rng(1).permutation(len(rows))])
    verdict = choose_ranker(shuffled, None, anew=True)
    assert verdict.ranker is None
    assert "no ranker" in verdict.reason


def test_with_little_there_is_none_and_what_serves_stays() -> None:
    rows = read_reactions(make_showings(NOISE, people=10, days=2, pages=1))
    assert len(rows) < LEAST_ROWS
    assert choose_ranker(rows, None, anew=True).ranker is None
    serving = Judged(train_ranker(FEATURES, rows.x, rows.labels), {"to": 0})
    assert choose_ranker(rows, serving, anew=True).ranker is serving
    assert choose_ranker(rows, serving, anew=False).ranker is serving


def test_the_hourly_one_goes_on_with_what_is_new_and_is_dropped_where_the_weights_are_better() -> None:
    rows = read_reactions(make_showings(NOISE, days=4))
    old = rows.keep(rows.at_ms < START_MS + DAY_MS)
    half_taught = Judged(train_ranker(FEATURES, old.x, old.labels, epochs=1), {"to": int(old.at_ms.max())})
    gone_on = choose_ranker(rows, half_taught, anew=False)
    assert gone_on.ranker is not None
    assert gone_on.ranker is not half_taught, gone_on.reason
    assert gone_on.ranker.told["to"] > half_taught.told["to"]
    other = read_reactions(make_showings(LINEAR, days=4))
    wrong = replace(other, labels=1 - other.labels)
    astray = Judged(train_ranker(FEATURES, wrong.x, wrong.labels), {"to": int(other.at_ms.max() - DAY_MS)})
    assert choose_ranker(wrong, astray, anew=False).ranker is None


def test_a_ranker_of_other_features_is_no_start() -> None:
    rows = read_reactions(make_showings(NOISE))
    other = Judged(
        train_ranker(["one"], np.ones((4, 1), np.float32), np.zeros((4, len(HEADS)), np.float32)), {"to": 0}
    )
    verdict = choose_ranker(rows, other, anew=False)
    assert verdict.ranker is not None
    assert verdict.ranker.ranker.features == FEATURES


def test_going_on_from_a_ranker_starts_where_it_is() -> None:
    rows = read_reactions(make_showings(NOISE))
    made = train_ranker(FEATURES, rows.x, rows.labels)
    same = train_ranker(FEATURES, rows.x, rows.labels, start=made, epochs=0)
    assert np.abs(same.predict(rows.x) - made.predict(rows.x)).max() < 1e-4


def test_labels_are_what_people_did() -> None:
    acts = np.zeros((4, len(ACTS)), np.bool_)
    acts[1, ACTS.index("liked")] = acts[3, ACTS.index("refused")] = True
    shown = Showings(
        np.array([b"a" * 16] * 4, "S16"),
        np.full(4, START_MS),
        np.zeros((4, len(FEATURES)), np.float16),
        np.array([500.0, np.nan, 9_500.0, 10_000.0]),
        np.array([10_000.0, 10_000.0, 10_000.0, np.nan]),
        acts,
    )
    rows = read_reactions(shown)
    labels: dict[str, Any] = dict(zip(HEADS, rows.labels.T, strict=True))
    assert labels["skip"].tolist()[0] == 1
    assert np.isnan([labels["skip"][1], labels["completion"][1], labels["watch"][1], labels["completion"][3]]).all()
    assert labels["completion"].tolist()[2] == 1
    assert labels["like"].tolist() == [0, 1, 0, 0]
    assert labels["not_interested"].tolist() == [0, 0, 0, 1]
    assert rows.took.tolist() == [False, True, False, False]
    assert len(set(rows.page.tolist())) == 1


@pytest.mark.parametrize("rows", [0, 3])
def test_few_rows_are_measured_too(rows: int) -> None:
    shown: Reactions = read_reactions(make_showings(NOISE, people=1, days=1, pages=1))
    some = shown.keep(np.arange(len(shown)) < rows)
    assert 0 <= measure(some, score_linear(some.x)).gauc <= 1
