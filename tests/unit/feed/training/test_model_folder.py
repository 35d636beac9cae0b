"""A model on the disk: whole or not there, mapped into memory, and giving the scores that were measured."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import numpy as np
import pytest
from tests.unit.feed.training.logs import join_log, make_log

from reelm.feed.training.columns import Rows
from reelm.feed.training.engine import InProcess
from reelm.feed.training.fitting import Model, fit, score_people
from reelm.feed.training.heads import HEADS, Judged, train_ranker
from reelm.feed.training.interactions import Interactions
from reelm.feed.training.model_folder import pack_ids, read_ranker, write_model

linalg: Any = cast("Any", np.linalg)
AT = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def log() -> Interactions:
    log = make_log()
    return join_log(Rows(log.user, np.array([str(UUID(int=one)) for one in log.item]), log.at_ms, log.liked))


@pytest.fixture(scope="module")
def model(log: Interactions) -> Model:
    return fit(log, InProcess(), hot_items=30)


def write(folder: Path, model: Model, id: str = "m1", **more: Any) -> Path:
    return write_model(folder, id, model, made_at=AT, metrics={"ndcg@10": 0.06}, **more)


def score_by_hand(folder: Path, watched: list[tuple[int, bool]]) -> Any:
    """The formula of `model_folder`, read off the files alone; `watched` oldest first."""
    told = json.loads((folder / "model.json").read_text())
    arrays: dict[str, Any] = {path.stem: np.load(path, mmap_mode="r") for path in folder.glob("*.npy")}
    scores, lift = np.zeros(len(arrays["items"])), 0.0
    for number, one in enumerate(told["lists"]):
        said = [
            (item, 1 if liked else one["watched"]) for item, liked in reversed(watched) if liked or one["watched"]
        ]
        for age, (item, strength) in enumerate(said):
            ids, weights = arrays[f"{one['name']}_ids"][item], arrays[f"{one['name']}_weights"][item]
            faded = np.exp(-age / one["decay"]) * strength
            np.add.at(scores, ids[ids >= 0], one["weight"] * faded * weights[ids >= 0])
            lift += faded if number == 0 else 0
    fold, y = told["fold"], arrays["vectors"].astype(float)
    mine = y[[item for item, _ in watched]]
    sure = fold["confidence"] * np.array([1 if liked else fold["watched"] for _, liked in watched])
    x: Any = linalg.solve(arrays["fold"] + (mine.T * sure) @ mine, ((1 + sure)[:, None] * mine).sum(0))
    return scores + fold["weight"] * (y @ x) + np.sqrt(max(1, lift)) * arrays["trend"]


def test_the_files_alone_give_the_scores_that_were_measured(log: Interactions, model: Model, tmp_path: Path) -> None:
    folder = write(tmp_path, model)
    for person in (0, 11):
        rows = log.person == person
        watched = list(zip(log.item[rows].tolist(), log.liked[rows].tolist(), strict=True))
        measured = score_people(model, log, np.array([person], np.int32))[0]
        assert np.abs(score_by_hand(folder, watched) - measured).max() < 1e-3


def test_the_arrays_have_the_agreed_shapes(model: Model, tmp_path: Path) -> None:
    ranker = train_ranker(["one"], np.ones((4, 1), np.float32), np.zeros((4, len(HEADS)), np.float32))
    folder = write(tmp_path, model, ranker=Judged(ranker, {"to": 5, "gauc": 0.6}))
    items = len(model.items)
    shapes = {path.stem: (np.load(path).dtype.name, np.load(path).shape) for path in folder.glob("*.npy")}
    assert shapes == {
        "items": ("uint8", (items, 16)),
        **{f"{name}_ids": ("int32", (items, 100)) for name in ("ease", "slit", "sparse")},
        **{f"{name}_weights": ("float32", (items, 100)) for name in ("ease", "slit", "sparse")},
        "trend": ("float32", (items,)),
        "vectors": ("float16", (items, 64)),
        "fold": ("float32", (64, 64)),
    }
    told = json.loads((folder / "model.json").read_text())
    assert told["ranker"] == {"features": ["one"], "heads": list(HEADS), "to": 5, "gauc": 0.6}
    again = read_ranker(folder)
    assert again is not None
    assert again.told == {"to": 5, "gauc": 0.6}
    assert np.array_equal(
        again.ranker.predict(np.ones((3, 1), np.float32)), ranker.predict(np.ones((3, 1), np.float32))
    )
    assert told["trained_on"]["people"] == 30
    assert (folder / "ranker.onnx").is_file()
    assert UUID(bytes=np.load(folder / "items.npy")[5].tobytes()) == UUID(model.items[5])


def test_a_model_that_can_t_be_written_leaves_nothing_behind(model: Model, tmp_path: Path) -> None:
    write(tmp_path, model)
    with pytest.raises(OSError):  # noqa: PT011 - the folder is there
        write(tmp_path, model)
    assert [path.name for path in tmp_path.iterdir()] == ["m1"]
    with pytest.raises(ValueError, match="badly formed"):
        pack_ids(np.array(["no id"]))
