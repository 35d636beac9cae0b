"""What serving takes of a folder: an index that is mapped, a ranker of its own features, and no half of a model."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from tests.unit.feed.training.logs import join_log, make_log

from reelm.feed.catalogue import Places
from reelm.feed.models import load_model, map_index
from reelm.feed.ranking import FEATURES, HEADS
from reelm.feed.training.columns import Rows
from reelm.feed.training.engine import InProcess
from reelm.feed.training.fitting import fit
from reelm.feed.training.heads import Judged, train_ranker
from reelm.feed.training.index_file import LISTED_FROM, build_index, write_index
from reelm.feed.training.model_folder import write_model

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)


def write(folder: Path, features: tuple[str, ...] = FEATURES) -> Path:
    log = make_log()
    rows = join_log(Rows(log.user, np.array([str(UUID(int=int(one))) for one in log.item]), log.at_ms, log.liked))
    nothing = np.zeros((4, len(features)), np.float32), np.zeros((4, len(HEADS)), np.float32)
    ranker = Judged(train_ranker(features, *nothing), {"to": 0})
    return write_model(folder, "m1", fit(rows, InProcess()), made_at=AT, metrics={}, ranker=ranker)


def test_the_index_is_read_from_its_file_and_finds_the_nearest(tmp_path: Path) -> None:
    write(tmp_path)
    model = load_model(tmp_path, "m1", FEATURES)
    assert model.factors is not None
    vectors = model.factors.vectors
    products, items = model.factors.index.search(vectors[:3], 5)
    assert np.array_equal(items[:, 0], np.argmax(vectors[:3] @ vectors.T, axis=1))
    assert np.abs(products[:, 0] - (vectors[:3] @ vectors.T).max(axis=1)).max() < 1e-4


def test_a_large_index_is_the_same_from_its_file(tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(LISTED_FROM, 16)).astype(np.float32)
    write_index(vectors, tmp_path / "vectors.faiss")

    built, mapped = build_index(vectors), map_index(tmp_path / "vectors.faiss")
    assert mapped.nprobe == built.nprobe > 1
    assert np.array_equal(mapped.search(vectors[:20], 10)[1], built.search(vectors[:20], 10)[1])


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    (write(tmp_path) / "vectors.faiss").unlink()
    with pytest.raises(ValueError, match="earlier release"):
        load_model(tmp_path, "m1", FEATURES)


def test_a_ranker_of_other_features_does_not_serve(tmp_path: Path) -> None:
    write(tmp_path, (*FEATURES[1:], FEATURES[0]))
    assert load_model(tmp_path, "m1", FEATURES).ranker is None


def test_a_ranker_of_these_features_serves(tmp_path: Path) -> None:
    write(tmp_path)
    ranker = load_model(tmp_path, "m1", FEATURES).ranker
    assert ranker is not None
    assert set(ranker.heads) == set(HEADS)
    assert ranker.score(np.zeros((7, len(FEATURES)), np.float32)).shape == (7, len(HEADS))


def test_as_many_are_grouped_as_are_candidates() -> None:
    """More than a 16-bit number tells apart."""
    rows = np.concatenate([np.arange(40_000), np.arange(40_000)]).astype(np.int32)
    group = Places().group(rows)
    assert np.array_equal(rows[group], rows)
    assert len(np.unique(group)) == 40_000
