"""A round of learning: measured on what neither model has seen, and only what is better serves."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
from tests.unit.feed.training.logs import DAY_MS, join_log, make_log

from reelm.feed.training.columns import Rows
from reelm.feed.training.engine import InProcess
from reelm.feed.training.fitting import fit, score_people
from reelm.feed.training.interactions import Interactions
from reelm.feed.training.learning import learn
from reelm.feed.training.model_folder import read_model, write_model
from reelm.feed.training.release import find_current, publish

AT = datetime(2026, 5, 4, tzinfo=UTC)


def log_of(days: int) -> Interactions:
    """Six watches each half day."""
    log = make_log(people=60, watches=6 * days)
    at_ms = log.at_ms + np.tile(np.repeat(np.arange(days), 6) * DAY_MS // 2, 60)
    return join_log(Rows(log.user, np.array([str(UUID(int=int(one))) for one in log.item]), at_ms, log.liked))


def test_the_first_model_serves_and_carries_its_figures(tmp_path: Path) -> None:
    decided = learn(log_of(4), tmp_path, InProcess(), id="m1", made_at=AT)
    assert decided.serve
    assert find_current(tmp_path) == "m1"
    told = json.loads((tmp_path / "m1" / "model.json").read_text())
    assert told["metrics"]["people"] > 10
    assert told["metrics"]["recall@20"] > 0.5, "by chance a half of 40 clips, less those seen"


def test_a_worse_model_is_written_but_does_not_serve(tmp_path: Path) -> None:
    rows = log_of(4)
    before = {"events": 1, "people": 1, "from": None, "to": int(rows.at_ms.max()) - DAY_MS}
    knows_the_day = replace(fit(rows, InProcess()), trained_on=before)
    write_model(tmp_path, "m1", knows_the_day, made_at=AT, metrics={})
    publish(tmp_path, "m1")
    decided = learn(rows, tmp_path, InProcess(), id="m2", made_at=AT)
    assert not decided.serve
    assert "does not beat" in decided.reason
    assert find_current(tmp_path) == "m1"
    assert (tmp_path / "m2" / "model.json").is_file()


def test_a_model_is_not_measured_on_what_the_other_has_seen(tmp_path: Path) -> None:
    rows = log_of(4)
    write_model(tmp_path, "m1", fit(rows, InProcess()), made_at=AT, metrics={})
    publish(tmp_path, "m1")
    again = learn(rows, tmp_path, InProcess(), id="m2", made_at=AT)
    assert not again.serve
    assert "was not measured" in again.reason
    assert not learn(rows, tmp_path, InProcess(), id="m3", made_at=AT, only_factors=True).serve


def test_what_is_measured_is_what_serves_and_learned_from_nothing_it_was_measured_on(tmp_path: Path) -> None:
    rows = log_of(4)
    learn(rows, tmp_path, InProcess(), id="m1", made_at=AT)
    told = json.loads((tmp_path / "m1" / "model.json").read_text())
    new = rows.liked & (rows.at_ms > told["trained_on"]["to"])
    assert 0 < new.sum() <= 0.5 * (rows.liked & (rows.at_ms > rows.at_ms.max() - DAY_MS)).sum()


def test_a_round_of_factors_takes_the_lists_that_serve_and_roll_back_goes_behind_it(tmp_path: Path) -> None:
    learn(log_of(3), tmp_path, InProcess(), id="m1", made_at=AT)
    learn(log_of(3), tmp_path, InProcess(), id="m2", made_at=AT)
    whole = find_current(tmp_path)
    rows = log_of(4)
    decided = learn(rows, tmp_path, InProcess(), id="m3", made_at=AT, only_factors=True)
    assert decided.serve, decided.reason
    assert find_current(tmp_path) == "m3"
    before, after = (read_model(tmp_path / id, rows.items) for id in (whole or "", "m3"))
    for old, new in zip(before.lists, after.lists, strict=True):
        assert np.array_equal(old.lists.ids, new.lists.ids)
        assert np.array_equal(old.lists.weights, new.lists.weights)
    assert not np.array_equal(before.trend, after.trend)
    assert before.factors is not None
    assert after.factors is not None
    assert not np.array_equal(before.factors.items, after.factors.items)
    assert (tmp_path / "previous").exists() is (whole == "m2")


def test_a_round_that_was_killed_while_it_wrote_leaves_what_serves(tmp_path: Path) -> None:
    rows = log_of(4)
    learn(rows, tmp_path, InProcess(), id="m1", made_at=AT)
    half = tmp_path / ".m2.4711"
    half.mkdir()
    (half / "items.npy").write_bytes(b"half")
    assert find_current(tmp_path) == "m1"
    learn(rows, tmp_path, InProcess(), id="m3", made_at=AT)
    assert not half.exists()


def test_a_model_read_back_scores_as_it_did_also_among_other_items(tmp_path: Path) -> None:
    rows = log_of(3)
    model = fit(rows, InProcess(), hot_items=30)
    write_model(tmp_path, "m1", model, made_at=AT, metrics={})
    people = np.arange(5, dtype=np.int32)
    more = np.sort(np.append(rows.items, str(UUID(int=10**6))))
    moved = np.searchsorted(more, rows.items)[rows.item].astype(np.int32)
    wider = Interactions(rows.people, more, rows.person, moved, rows.at_ms, rows.liked)
    found = score_people(read_model(tmp_path / "m1", more), wider, people)
    new = more == str(UUID(int=10**6))
    assert np.abs(found[:, ~new] - score_people(model, rows, people)).max() < 1e-3
    assert not found[:, new].any()


def test_rows_without_times_can_t_be_replayed_so_nothing_is_released(tmp_path: Path) -> None:
    log = make_log()
    ids = np.array([str(UUID(int=int(one))) for one in log.item])
    rows = join_log(Rows(log.user, ids, np.full(len(ids), np.iinfo(np.int64).min), log.liked))
    assert not learn(rows, tmp_path, InProcess(), id="m1", made_at=AT).serve
    assert find_current(tmp_path) is None
