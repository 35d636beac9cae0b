"""What stands in a Parquet file of watches, under whichever names its columns have?

Three shapes are known by their columns: rows `user, item[, at_ms][, watched_ms, duration_ms][, liked]`; the same
under the names of the KuaiRand data set; and one row a person with lists, as KuaiRand's history is given.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as untyped_parquet

from reelm.feed.training.arrays import Bools, Doubles, Longs, Names
from reelm.feed.training.errors import InteractionsNotRead, InteractionsNotUnderstood

arrow: Any = cast("Any", pa)
parquet: Any = cast("Any", untyped_parquet)

ALIASES = {
    "user": ("user", "user_id"),
    "item": ("item", "item_id", "video_id"),
    "at_ms": ("at_ms", "time_ms"),
    "watched_ms": ("watched_ms", "play_time_ms"),
    "duration_ms": ("duration_ms",),
    "liked": ("liked", "is_like"),
    "long_view": ("long_view",),
    "creator": ("creator", "author_id"),
}
UNKNOWN_MS = np.iinfo(np.int64).min
# A watch counts as a long one from here on, or to the end of a shorter clip: the rule by which KuaiRand was labelled.
LONG_VIEW_MS = 18_000


@dataclass(frozen=True)
class Rows:
    """The rows of one file, as they stand there.

    `at_ms` is `UNKNOWN_MS` where the file does not say; `liked` is what the person was taken by, for better or worse
    (see `is_long_view`).
    """

    user: Names
    item: Names
    at_ms: Longs
    liked: Bools


def read_rows(path: Path, *, every_row_counts: bool = False) -> Rows:
    """Read one file. `every_row_counts`: a row is what somebody liked unless a column `long_view` says no.

    Raises `InteractionsNotRead` for no file or no Parquet, `InteractionsNotUnderstood` for a column that is missing
    or of another kind.
    """
    table = _read(path)
    names = {name: _find(table, name) for name in ALIASES}
    if _is_list(table, "watched"):
        return _read_lists(table, path, _needed(names["user"], "user", path))
    user, item = (_ids(table, _needed(names[name], name, path), path) for name in ("user", "item"))
    at_ms = _numbers(table, names["at_ms"], path)
    times = np.full(len(user), UNKNOWN_MS) if at_ms is None else _whole(at_ms)
    return Rows(user, item, times, _read_liked(table, names, path, every_row_counts=every_row_counts))


def read_items(path: Path) -> tuple[Names, Names]:
    """The ids of a file of items and the creator of each, as text; empty where the file names none.

    Raises as `read_rows`.
    """
    table = _read(path)
    item = _ids(table, _needed(_find(table, "item"), "item", path), path)
    creator = _find(table, "creator")
    return item, _ids(table, creator, path).astype(np.str_) if creator else np.full(len(item), "", np.str_)


def is_long_view(watched_ms: Doubles, duration_ms: Doubles) -> Bools:
    """Watched for `LONG_VIEW_MS`, or a shorter clip to its end. What is not known (NaN) counts as long.

    >>> is_long_view(np.array([18e3, 9e3, 9e3, np.nan]), np.array([60e3, 60e3, 9e3, 9e3])).tolist()
    [True, False, True, True]
    """
    return ~(watched_ms < np.fmin(duration_ms, LONG_VIEW_MS))


def _read(path: Path) -> Any:
    try:
        return parquet.read_table(path, partitioning=None)
    except (OSError, arrow.ArrowInvalid, arrow.ArrowNotImplementedError):
        raise InteractionsNotRead(path=str(path)) from None


def _find(table: Any, name: str) -> str | None:
    return next((alias for alias in ALIASES[name] if alias in table.column_names), None)


def _needed(found: str | None, name: str, path: Path) -> str:
    if found is None:
        raise InteractionsNotUnderstood(path=str(path), column=name)
    return found


def _is_list(table: Any, name: str) -> bool:
    if name not in table.column_names:
        return False
    kind = table.schema.field(name).type
    return bool(arrow.types.is_list(kind) or arrow.types.is_large_list(kind))


def _ids(table: Any, name: str, path: Path) -> Names:
    """Ids as 64-bit integers, or as text. Raises `InteractionsNotUnderstood` for others, and where one is missing."""
    column = table[name].combine_chunks()
    kind = column.type
    if arrow.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if column.null_count == 0 and arrow.types.is_integer(kind):
        return column.cast(arrow.int64()).to_numpy(zero_copy_only=False)
    if column.null_count == 0 and (arrow.types.is_string(kind) or arrow.types.is_large_string(kind)):
        return np.asarray(column.to_pylist(), dtype=np.str_)
    if column.null_count == 0 and arrow.types.is_fixed_size_binary(kind):
        return np.asarray([value.hex() for value in column.to_pylist()], dtype=np.str_)
    raise InteractionsNotUnderstood(path=str(path), column=name)


def _numbers(table: Any, name: str | None, path: Path) -> Doubles | None:
    """A column of numbers, times or truths as floats, NaN where there is none."""
    if name is None:
        return None
    column = table[name].combine_chunks()
    try:
        if arrow.types.is_timestamp(column.type):
            column = column.cast(arrow.timestamp("ms")).cast(arrow.int64())
        column = column.cast(arrow.float64())
    except (arrow.ArrowInvalid, arrow.ArrowNotImplementedError):
        raise InteractionsNotUnderstood(path=str(path), column=name) from None
    return column.to_numpy(zero_copy_only=False).astype(np.float64)


def _whole(values: Doubles) -> Longs:
    known = np.isfinite(values)
    return np.where(known, np.where(known, values, 0).astype(np.int64), UNKNOWN_MS)


def _read_liked(table: Any, names: dict[str, str | None], path: Path, *, every_row_counts: bool) -> Bools:
    told = _numbers(table, names["liked"], path)
    liked: Bools = np.zeros(len(table), np.bool_) if told is None else np.nan_to_num(told) > 0
    marked = _numbers(table, names["long_view"], path)
    if marked is not None:
        return (np.nan_to_num(marked) > 0) | (liked & (not every_row_counts))
    if every_row_counts:
        return np.ones(len(table), np.bool_)
    watched, duration = (_numbers(table, names[name], path) for name in ("watched_ms", "duration_ms"))
    if watched is None:
        return np.ones(len(table), np.bool_)
    return liked | is_long_view(watched, np.full(len(table), np.nan) if duration is None else duration)


def _read_lists(table: Any, path: Path, user: str) -> Rows:
    """One row a person: `watched`, and of these or of before them `long_viewed` and `liked`, each oldest first.

    What was liked but is no longer among the watched comes before them, in its own order.
    """
    people = _ids(table, user, path)
    columns: dict[str, list[list[Any] | None]] = {
        name: table[name].to_pylist() for name in _LISTS if _is_list(table, name)
    }
    owners: list[int] = []
    items: list[Any] = []
    likes: list[bool] = []
    for row in range(len(people)):
        watched, longs, hearts = (_nth(columns.get(name), row) for name in _LISTS)
        taken = {*longs, *hearts}
        known = set(watched)
        before = list(dict.fromkeys(item for item in (*longs, *hearts) if item not in known))
        owners += [row] * (len(before) + len(watched))
        items += before + watched
        likes += [True] * len(before) + [item in taken or "long_viewed" not in columns for item in watched]
    kind = table.schema.field("watched").type.value_type
    item = _ids(arrow.table({"watched": arrow.array(items, kind)}), "watched", path)
    return Rows(
        people[owners] if owners else people[:0], item, np.full(len(item), UNKNOWN_MS), np.array(likes, np.bool_)
    )


def _nth(lists: list[list[Any] | None] | None, row: int) -> list[Any]:
    return (lists[row] or []) if lists is not None else []


_LISTS = ("watched", "long_viewed", "liked")
