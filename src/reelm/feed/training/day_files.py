"""What lies in the files that are learned from? A Parquet file a day of watches, and one of showings.

    watches-YYYYMMDD.parquet    person, item (16 bytes each), at_ms, watched_ms, duration_ms (0: not known), acted
    showings-YYYYMMDD.parquet   person, at_ms, features (float16), watched_ms, duration_ms, and each of `ACTS`

`person` is a pseudonym of `feed_people`. Memory: what is read is the newest `MOST_WATCHES` watches, 42 bytes each, of
the `MOST_ITEMS` most watched clips; of showings the newest `MOST_SHOWINGS`, 2 bytes a feature and 50 more.
"""

from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import pyarrow.compute as untyped_compute
from numpy.typing import NDArray

from reelm.feed.training.arrays import Bools, Doubles, Longs, Names
from reelm.feed.training.columns import Rows, arrow, is_long_view, parquet

compute: Any = cast("Any", untyped_compute)

WATCHES, SHOWINGS = "watches", "showings"
ACTS = ("liked", "commented", "shared", "followed", "refused", "reported")
MOST_WATCHES, MOST_ITEMS, MOST_SHOWINGS = 3_000_000, 50_000, 500_000
_ID = arrow.binary(16)
_TIMES = [("at_ms", arrow.int64()), ("watched_ms", arrow.int32()), ("duration_ms", arrow.int32())]
SCHEMAS = {
    WATCHES: arrow.schema([("person", _ID), ("item", _ID), *_TIMES, ("acted", arrow.bool_())]),
    SHOWINGS: arrow.schema([
        ("person", _ID), _TIMES[0], ("features", arrow.binary()), *_TIMES[1:],
        *((name, arrow.bool_()) for name in ACTS),
    ]),
}  # fmt: skip


class Showings(NamedTuple):
    """What ranking saw and what came of it, oldest day first.

    `features` [n, F]; NaN in `watched_ms` where no view was told, in `duration_ms` where it is not known; `acts`
    [n, `ACTS`].
    """

    person: Names
    at_ms: Longs
    features: Any
    watched_ms: Doubles
    duration_ms: Doubles
    acts: Bools


def name_file(kind: str, day: str) -> str:
    """The file of a day, `YYYYMMDD`."""
    return f"{kind}-{day}.parquet"


def list_days(folder: Path, kind: str) -> list[str]:
    """The days there are files of, oldest first."""
    return sorted(path.stem.rpartition("-")[2] for path in folder.glob(f"{kind}-*.parquet"))


def read_ids(column: Any) -> Names:
    """A column of 16 bytes each, as an array of them."""
    return _read_bytes(column, 16).view("S16")


def read_watches(folder: Path, *, most: int = MOST_WATCHES, items: int = MOST_ITEMS) -> Rows:
    """The newest watches of all days, of the clips that were watched most."""
    found = [table for table, _ in _read_newest(folder, WATCHES, most)]
    if not found:
        nothing = np.zeros(0, "S16")
        return Rows(nothing, nothing, np.zeros(0, np.int64), np.zeros(0, np.bool_))
    table = arrow.concat_tables(found)
    watched, duration = _milliseconds(table, "watched_ms"), _milliseconds(table, "duration_ms")
    liked = is_long_view(watched, np.where(duration > 0, duration, np.nan)) | _truths(table, "acted")
    rows = Rows(read_ids(table["person"]), read_ids(table["item"]), table["at_ms"].to_numpy(), liked)
    names, number, counts = np.unique(rows.item, return_inverse=True, return_counts=True)
    if len(names) <= items:
        return rows
    known = np.zeros(len(names), np.bool_)
    known[np.argsort(-counts, kind="stable")[:items]] = True
    kept = known[number]
    return Rows(rows.user[kept], rows.item[kept], rows.at_ms[kept], rows.liked[kept])


def read_showings(folder: Path, width: int, *, most: int = MOST_SHOWINGS) -> Showings:
    """The newest showings that ranking saw `width` features of."""
    tables = [_of_width(table, width) for table, _ in _read_newest(folder, SHOWINGS, most)]
    table = arrow.concat_tables(tables) if tables else SCHEMAS[SHOWINGS].empty_table()
    duration = _milliseconds(table, "duration_ms")
    acts = [_truths(table, name) for name in ACTS]
    return Showings(
        read_ids(table["person"]),
        table["at_ms"].to_numpy(),
        _read_bytes(table["features"].cast(arrow.binary(2 * width)), 2 * width).view(np.float16).reshape(-1, width),
        _milliseconds(table, "watched_ms"),
        np.where(duration > 0, duration, np.nan),
        np.stack(acts, axis=1),
    )


def _read_newest(folder: Path, kind: str, most: int) -> list[tuple[Any, str]]:
    """The tables of the newest days that hold `most` rows together, oldest first; of the oldest the newest rows."""
    found: list[tuple[Any, str]] = []
    for day in reversed(list_days(folder, kind)):
        if most <= 0:
            break
        table = parquet.read_table(folder / name_file(kind, day), schema=SCHEMAS[kind], partitioning=None)
        if len(table) > most:
            table = table.take(np.sort(np.argsort(table["at_ms"].to_numpy(), kind="stable")[-most:]))
        most -= len(table)
        found.append((table, day))
    return found[::-1]


def _of_width(table: Any, width: int) -> Any:
    return table.filter(compute.equal(compute.binary_length(table["features"]), 2 * width))


def _read_bytes(column: Any, width: int) -> NDArray[np.uint8]:
    """What lies in a column of so many bytes each."""
    chunks = [
        np.frombuffer(one.buffers()[1], np.uint8)[one.offset * width : (one.offset + len(one)) * width]
        for one in column.chunks
        if len(one)
    ]
    return np.concatenate(chunks) if chunks else np.zeros(0, np.uint8)


def _milliseconds(table: Any, name: str) -> Doubles:
    return table[name].cast(arrow.float64()).to_numpy(zero_copy_only=False).astype(np.float64)


def _truths(table: Any, name: str) -> Bools:
    return table[name].to_numpy(zero_copy_only=False).astype(np.bool_)
