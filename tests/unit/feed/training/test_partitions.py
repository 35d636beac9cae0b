"""Parts that read their own files sum to what all rows in memory sum to, whatever the share of each."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as untyped_parquet
import pytest
from tests.unit.feed.training.logs import DAY_MS, join_log, make_log

from reelm.feed.training.columns import Rows, read_rows
from reelm.feed.training.partitions import FilePart, read_part, train_files
from reelm.feed.training.statistics import Part, find_hot, merge, train_shard

arrow: Any = cast("Any", pa)
parquet: Any = cast("Any", untyped_parquet)


def write_day(path: Path, log: Rows, day: int, *, as_text: bool) -> Path:
    columns = {
        "user": log.user.astype(np.str_) if as_text else log.user,
        "item": log.item, "at_ms": log.at_ms + day * DAY_MS, "long_view": log.liked,
    }  # fmt: skip
    parquet.write_table(arrow.table(columns), path)
    return path


@pytest.mark.parametrize("shares", [1, 3])
@pytest.mark.parametrize("as_text", [False, True])
def test_parts_that_read_their_own_files_sum_to_the_whole(tmp_path: Path, shares: int, as_text: bool) -> None:
    paths = tuple(
        write_day(tmp_path / f"{day}.parquet", make_log(seed=day), day, as_text=as_text) for day in range(2)
    )
    rows = join_log(*(read_rows(path) for path in paths))
    hot = find_hot(rows, 25)
    now_ms = int(rows.at_ms.max())
    parts = [FilePart(paths, share, shares, rows.items, hot, 10.0, now_ms, 1.0) for share in range(shares)]
    found = train_files(parts[0])
    for part in parts[1:]:
        found = merge(found, train_files(part))
    whole = train_shard(Part(rows, hot, 10.0, now_ms, 1.0))
    assert (found.people, found.events) == (whole.people, whole.events) == (30, len(rows))
    for name in ("together", "before", "after", "near"):
        assert np.abs(getattr(found, name) - getattr(whole, name)).max() < 1e-4
    assert found.trend == pytest.approx(whole.trend)
    people = [set(read_part(part).rows.people.tolist()) for part in parts]
    assert sum(map(len, people)) == 30, "nobody is in two parts"
