"""The ranker learns what can be learnt, ignores what is not known, and is the same under onnxruntime."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime
import pytest

from reelm.feed.training.heads import HEADS, Ranker, label_watch_quantile, train_ranker
from reelm.feed.training.metrics import auc
from reelm.feed.training.onnx_file import write_onnx

FEATURES = ("likeness", "age_h", "noise", "constant")


def make_rows(rows: int, seed: int = 2) -> tuple[Any, Any]:
    """Features of very different sizes; the first head is about the first feature, the second about the second."""
    draws = np.random.default_rng(seed)
    standard = draws.normal(size=(rows, 4)).astype(np.float32)
    x = standard * np.array([0.01, 400, 1, 0], np.float32) + np.array([0, 5000, 1, 3], np.float32)
    chances = 1 / (1 + np.exp(-2 * standard[:, :2]))
    return x.astype(np.float32), (draws.random((rows, 2)) < chances).astype(np.float32)


def run_onnx(path: Path, x: Any) -> Any:
    session: Any = cast("Any", onnxruntime).InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return train_ranker(FEATURES, *make_rows(8000), heads=("skip", "like"))


def test_each_head_learns_its_own(ranker: Ranker) -> None:
    x, labels = make_rows(4000, seed=9)
    found = ranker.predict(x)
    for head in range(2):
        within = auc(found[:, head], labels[:, head] > 0)
        assert within is not None
        assert within > 0.8
    assert np.abs(found.mean(0) - labels.mean(0)).max() < 0.05


def test_onnxruntime_gives_the_same(ranker: Ranker, tmp_path: Path) -> None:
    write_onnx(ranker, tmp_path / "ranker.onnx")
    x, _ = make_rows(500, seed=4)
    assert np.abs(run_onnx(tmp_path / "ranker.onnx", x) - ranker.predict(x)).max() < 1e-5


def test_labels_that_are_not_known_teach_nothing() -> None:
    x, labels = make_rows(2000)
    half = labels.copy()
    half[1000:, 1] = np.nan
    whole = train_ranker(FEATURES, x, np.where(np.isnan(half), np.nan, labels), heads=("skip", "like"))
    again = train_ranker(FEATURES, x, half, heads=("skip", "like"))
    assert np.array_equal(whole.predict(x), again.predict(x))
    nothing = train_ranker(FEATURES, x, np.full((2000, 2), np.nan, np.float32), heads=("skip", "like"))
    assert np.abs(nothing.predict(x) - 0.5).max() < 0.2


def test_one_row_and_no_row_still_give_a_ranker(tmp_path: Path) -> None:
    for rows in (0, 1):
        made = train_ranker(FEATURES, np.ones((rows, 4), np.float32), np.ones((rows, len(HEADS)), np.float32))
        write_onnx(made, tmp_path / "ranker.onnx")
        assert np.isfinite(run_onnx(tmp_path / "ranker.onnx", np.ones((3, 4), np.float32))).all()


def test_a_watch_is_compared_with_watches_of_clips_about_as_long() -> None:
    duration = np.repeat([5000.0, 60_000.0], 50)
    watched = np.concatenate([np.linspace(100, 5000, 50), np.linspace(100, 5000, 50)])
    found = label_watch_quantile(watched, duration)
    assert found[49] > 0.98, "all of a short clip"
    assert found[99] > 0.98, "more of a long one than anybody else"
    assert np.isnan(label_watch_quantile(np.array([np.nan, 5.0]), np.array([5.0, np.nan]))).all()
