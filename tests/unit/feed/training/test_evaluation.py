"""Measuring by files: what is relevant, what is masked, what is written, and that it bears the figures out."""

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as untyped_parquet
import pytest
from tests.unit.feed.training.logs import make_log

from reelm.cli.__main__ import main
from reelm.feed.training import NothingToLearn, evaluate
from reelm.feed.training.columns import Rows

arrow: Any = cast("Any", pa)
parquet: Any = cast("Any", untyped_parquet)


def write(path: Path, columns: dict[str, Any]) -> Path:
    parquet.write_table(arrow.table(columns), path)
    return path


def write_log(path: Path, log: Rows, rows: Any = slice(None), **more: Any) -> Path:
    return write(path, {"user": log.user[rows], "item": log.item[rows], **more})


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A history and what the same people liked later: other clips of their taste."""
    log = make_log(people=40, watches=12)
    later = make_log(people=40, watches=6, seed=6)
    history = write_log(tmp_path / "h.parquet", log, liked=log.liked, watched_ms=np.where(log.liked, 9e3, 1e2),
                        duration_ms=np.full(len(log.user), 9e3))  # fmt: skip
    return history, write_log(tmp_path / "t.parquet", later, later.liked)


def test_what_people_like_is_found_better_than_by_chance(files: tuple[Path, Path]) -> None:
    found = evaluate(*files)
    assert set(found) == {"people", "ndcg@10", "ndcg@20", "recall@10", "recall@20", "fit_s", "peak_mb"}
    assert found["people"] == 40
    assert found["recall@10"] > 0.45, "by chance a third"
    assert found["peak_mb"] > 0


def test_the_figures_can_be_worked_out_from_what_is_written(files: tuple[Path, Path], tmp_path: Path) -> None:
    found = evaluate(*files, out=tmp_path / "recs.parquet")
    recs: dict[str, list[Any]] = parquet.read_table(tmp_path / "recs.parquet").to_pydict()
    assert list(recs) == ["user", "rank", "item", "score"]
    history, test = (parquet.read_table(path).to_pydict() for path in files)
    seen, liked = (set(zip(rows["user"], rows["item"], strict=True)) for rows in (history, test))
    pairs = list(zip(recs["user"], recs["item"], strict=True))
    assert not seen.intersection(pairs)
    assert len(set(pairs)) == len(pairs)
    hits = [
        sum((user, item) in liked for user, item, rank in zip(recs["user"], recs["item"], recs["rank"], strict=True)
            if user == person and rank <= 10)
        for person in range(40)
    ]  # fmt: skip
    relevant = [len({pair for pair in liked - seen if pair[0] == person}) for person in range(40)]
    shares = [hit / count for hit, count in zip(hits, relevant, strict=True) if count]
    assert found["recall@10"] == pytest.approx(np.mean(shares), abs=0.02)


def test_what_was_watched_before_is_not_relevant_and_who_likes_nothing_else_counts_nowhere(
    tmp_path: Path,
) -> None:
    history = write(tmp_path / "h.parquet", {"user": [1, 1, 2, 2], "item": [5, 6, 6, 7]})
    test = write(tmp_path / "t.parquet", {"user": [1, 1, 2], "item": [5, 7, 6]})
    found = evaluate(history, test, out=tmp_path / "recs.parquet")
    assert found["people"] == 1
    assert found["ndcg@10"] == 1.0
    assert parquet.read_table(tmp_path / "recs.parquet")["item"].to_pylist() == [7, 5]


def test_people_and_clips_that_only_the_test_knows_are_ranked_too(tmp_path: Path) -> None:
    history = write(tmp_path / "h.parquet", {"user": ["a", "b"], "item": ["x", "y"]})
    test = write(tmp_path / "t.parquet", {"user": ["c", "a", "a"], "item": ["x", "new", "new"]})
    items = write(tmp_path / "i.parquet", {"item": ["x", "y", "z"]})
    found = evaluate(history, test, items=items)
    assert found["people"] == 2
    # c: x and y are equally liked, so x stands at 0.5; a: y, then z and new at 1.5.
    assert found["ndcg@10"] == pytest.approx(np.mean([1 / np.log2(2.5), 1 / np.log2(3.5)]), abs=1e-6)


def test_events_come_after_the_history_and_are_masked_as_it_is(tmp_path: Path) -> None:
    history = write(tmp_path / "h.parquet", {"user": [1, 2, 2], "item": [5, 6, 7]})
    events = write(tmp_path / "e.parquet", {"user": [1], "item": [6], "at_ms": [3]})
    test = write(tmp_path / "t.parquet", {"user": [1, 1], "item": [6, 7]})
    assert evaluate(history, test, events=events)["ndcg@10"] == 1.0


@pytest.mark.parametrize("empty", ["h", "t"])
def test_files_without_rows_are_refused(tmp_path: Path, empty: str) -> None:
    ids = arrow.array([], arrow.int64())
    nothing, something = {"user": ids, "item": ids}, {"user": [1], "item": [2]}
    paths = {
        name: write(tmp_path / f"{name}.parquet", nothing if name == empty else something) for name in ("h", "t")
    }
    with pytest.raises(NothingToLearn) as refused:
        evaluate(paths["h"], paths["t"])
    assert refused.value.path == str(paths[empty])


def test_the_command_prints_one_line_of_json(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feed", "evaluate", "--history", str(files[0]), "--test", str(files[1])]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 1
    assert json.loads(told[0])["people"] == 40


@pytest.mark.parametrize(
    ("history", "out", "words"),
    [
        ("nothing.parquet", None, "is no Parquet file"),
        ("csv.parquet", None, "is no Parquet file"),
        ("short.parquet", None, "needs a column item"),
        ("h.parquet", "no/such/folder.parquet", "can't be read or written"),
    ],
)
def test_the_command_refuses_in_one_line_and_status_1(
    tmp_path: Path,
    files: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    history: str,
    out: str | None,
    words: str,
) -> None:
    (tmp_path / "csv.parquet").write_text("user,item\n")
    write(tmp_path / "short.parquet", {"user": [1]})
    more = [] if out is None else ["--out", str(tmp_path / out)]
    status = main(["feed", "evaluate", "--history", str(tmp_path / history), "--test", str(files[1]), *more])
    told = capsys.readouterr()
    assert status == 1
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert words in told.err


def test_rollback_says_which_model_serves_or_that_there_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feed", "rollback", "--data", str(tmp_path)]) == 1
    assert "no earlier model" in capsys.readouterr().err
    models = tmp_path / "models"
    (models / "m1").mkdir(parents=True)
    (models / "m1" / "model.json").write_text("{}")
    (models / "current").write_text("m2\n")
    (models / "previous").write_text("m1\n")
    assert main(["feed", "rollback", "--data", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"serves": "m1"}
