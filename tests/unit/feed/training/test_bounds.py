"""What would not fit in memory is not learned from: fewer hot clips, and no more of the oldest."""

import numpy as np
import pytest
from tests.unit.feed.training.logs import join_log, make_log

from reelm.feed.training import bounds
from reelm.feed.training.bounds import FEWER_HOT_ITEMS, bound
from reelm.feed.training.statistics import HOT_ITEMS


def test_what_fits_is_learned_from_whole() -> None:
    rows = join_log(make_log())
    kept, hot_items = bound(rows)
    assert (len(kept), hot_items) == (len(rows), HOT_ITEMS)


def test_with_many_pairs_fewer_clips_are_hot_and_the_oldest_watches_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = join_log(make_log(people=40, items=200, watches=50))
    monkeypatch.setattr(bounds, "FEWER_HOT_ITEMS", 20)
    monkeypatch.setattr(bounds, "MOST_HOT_PAIRS", 1000)
    monkeypatch.setattr(bounds, "MOST_OTHER_PAIRS", 20_000)
    kept, hot_items = bound(rows)
    assert hot_items == 20 < FEWER_HOT_ITEMS
    assert 0 < len(kept) < len(rows) / 2
    assert kept.at_ms.min() > np.median(rows.at_ms)
