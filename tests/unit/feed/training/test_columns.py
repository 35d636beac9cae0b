"""Files are read by their columns, whichever of the known names they have; what can't be read is refused by name."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as untyped_parquet
import pytest

from reelm.feed.training.columns import UNKNOWN_MS, read_items, read_rows
from reelm.feed.training.errors import InteractionsNotRead, InteractionsNotUnderstood
from reelm.feed.training.interactions import Interactions, join, number_all

arrow: Any = cast("Any", pa)
parquet: Any = cast("Any", untyped_parquet)


def write(path: Path, columns: dict[str, Any]) -> Path:
    parquet.write_table(arrow.table(columns), path)
    return path


def read(*paths: Path) -> Interactions:
    files = [read_rows(path) for path in paths]
    return join(files, number_all(files))


def rows_of(found: Interactions) -> list[tuple[Any, Any, bool]]:
    people, items = found.people.tolist(), found.items.tolist()
    return [
        (people[p], items[i], bool(good)) for p, i, good in zip(found.person, found.item, found.liked, strict=True)
    ]


def test_bare_rows_are_all_liked_in_their_order(tmp_path: Path) -> None:
    path = write(tmp_path / "h.parquet", {"user": ["b", "a", "b"], "item": [7, 8, 5]})
    assert rows_of(read(path)) == [("a", 8, True), ("b", 7, True), ("b", 5, True)]


def test_a_watch_is_liked_by_the_long_view_rule_or_by_a_like(tmp_path: Path) -> None:
    path = write(
        tmp_path / "e.parquet",
        {
            "user": [1] * 6, "item": [1, 2, 3, 4, 5, 6], "at_ms": [6, 5, 4, 3, 2, 1],
            "watched_ms": [18_000, 9_000, 9_000, 100, None, 100],
            "duration_ms": [60_000, 60_000, 9_000, 9_000, 9_000, None],
            "liked": [False, False, False, True, False, None],
        },
    )  # fmt: skip
    assert rows_of(read(path)) == [
        (1, 6, False), (1, 5, True), (1, 4, True), (1, 3, True), (1, 2, False), (1, 1, True)
    ]  # fmt: skip


def test_kuairands_events_and_history_are_read_as_they_are(tmp_path: Path) -> None:
    history = write(
        tmp_path / "history.parquet",
        {"user_id": [1, 2], "watched": [[5, 6, 5], []], "long_viewed": [[4, 5], None], "liked": [[3], []]},
    )
    events = write(
        tmp_path / "events.parquet",
        {
            "user_id": [1, 2], "video_id": [6, 9], "time_ms": [10, 11],
            "play_time_ms": [0, 0], "duration_ms": [5, 5], "long_view": [1, 0], "is_like": [0, 0],
        },
    )  # fmt: skip
    assert rows_of(read(history, events)) == [
        (1, 4, True), (1, 3, True), (1, 5, True), (1, 6, True), (2, 9, False)
    ]  # fmt: skip


def test_a_clip_watched_again_stands_once_where_it_was_watched_last(tmp_path: Path) -> None:
    path = write(
        tmp_path / "e.parquet",
        {"user": [1, 1, 1], "item": [5, 6, 5], "watched_ms": [99_000, 1, 1], "duration_ms": [99_000] * 3},
    )
    assert rows_of(read(path)) == [(1, 6, False), (1, 5, True)]


def test_a_later_file_comes_later_whatever_its_times_and_ids_may_be_text_in_one_only(tmp_path: Path) -> None:
    first = write(tmp_path / "h.parquet", {"user": [1], "item": [5], "at_ms": [999]})
    second = write(tmp_path / "e.parquet", {"user": ["1"], "item": ["x"], "at_ms": [3]})
    found = read(first, second)
    assert rows_of(found) == [("1", "5", True), ("1", "x", True)]
    assert found.at_ms.tolist() == [999, 3]


def test_what_is_relevant_is_every_row_of_a_test_but_not_what_is_marked_as_no_long_view(tmp_path: Path) -> None:
    rows = {"user": [1, 1], "item": [5, 6], "watched_ms": [0, 9], "duration_ms": [9, 9]}
    plain = write(tmp_path / "t.parquet", rows)
    assert read_rows(plain, every_row_counts=True).liked.tolist() == [True, True]
    marked = write(tmp_path / "m.parquet", {**rows, "long_view": [1, 0], "is_like": [0, 1]})
    assert read_rows(marked, every_row_counts=True).liked.tolist() == [True, False]


def test_a_file_without_rows_is_read(tmp_path: Path) -> None:
    ids = arrow.array([], arrow.int64())
    found = read(write(tmp_path / "h.parquet", {"user": ids, "item": ids}))
    assert len(found) == 0
    lists = arrow.array([], arrow.list_(arrow.int64()))
    assert len(read(write(tmp_path / "l.parquet", {"user_id": ids, "watched": lists, "long_viewed": lists}))) == 0
    assert len(read()) == 0


def test_times_that_are_missing_are_not_known(tmp_path: Path) -> None:
    stamps = arrow.array([1_000_000, None], arrow.timestamp("us"))
    path = write(tmp_path / "e.parquet", {"user": [1, 1], "item": [5, 6], "at_ms": stamps})
    assert read_rows(path).at_ms.tolist() == [1000, UNKNOWN_MS]


def test_items_are_read_with_their_creators_where_they_are_named(tmp_path: Path) -> None:
    item, creator = read_items(write(tmp_path / "v.parquet", {"video_id": [1, 2], "author_id": [8, 9]}))
    assert (item.tolist(), creator.tolist()) == ([1, 2], ["8", "9"])
    item, creator = read_items(write(tmp_path / "i.parquet", {"item": ["x"]}))
    assert (item.tolist(), creator.tolist()) == (["x"], [""])


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"item": [1]}, "user"),
        ({"user": [1]}, "item"),
        ({"user": [1.5], "item": [1]}, "user"),
        ({"user": [1, None], "item": [1, 2]}, "user"),
        ({"user": [1], "item": [1], "at_ms": ["noon"]}, "at_ms"),
        ({"user": [1], "item": [1], "watched_ms": [[1]]}, "watched_ms"),
        ({"watched": [[1]]}, "user"),
    ],
)
def test_a_column_that_is_missing_or_wrong_is_named(tmp_path: Path, columns: dict[str, Any], named: str) -> None:
    with pytest.raises(InteractionsNotUnderstood) as refused:
        read_rows(write(tmp_path / "h.parquet", columns))
    assert refused.value.column == named


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "h.parquet").write_bytes(b"user,item\n1,2\n")
    for path in (tmp_path / "h.parquet", tmp_path / "nothing.parquet", tmp_path):
        with pytest.raises(InteractionsNotRead):
            read_rows(path)
    assert np.iinfo(np.int64).min == UNKNOWN_MS
