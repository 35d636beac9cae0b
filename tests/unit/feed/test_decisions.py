"""The feed's pure decisions: the rules of a page, and when a view counts."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reelm.feed.catalogue import Tally
from reelm.feed.counting import plan_count_changes
from reelm.feed.model import Accepted, EventKind
from reelm.feed.reports import as_reports
from reelm.feed.rules import pick_page, place_tried
from reelm.feed.tallying import plan_tallies
from reelm.kernel.ids import ImpressionId, VideoId

_CREATORS = st.lists(st.integers(0, 6), max_size=60)


@given(_CREATORS, st.integers(1, 50), st.data())
def test_a_page_is_full_without_repeats_and_fair_where_it_can_be(
    authors: list[int], limit: int, data: st.DataObject
) -> None:
    sounds = [data.draw(st.integers(0, 20)) for _ in authors]
    page = pick_page(authors, sounds, limit)
    assert len(page) == min(limit, len(authors)) == len(set(page))
    allowed = 2 * -(-limit // 10)
    of_creator = Counter(authors)
    if max(Counter(sounds).values(), default=0) <= 1:
        if sum(min(n, allowed) for n in of_creator.values()) >= limit:
            assert max(Counter(authors[place] for place in page).values()) <= allowed
        if page and max(of_creator.values()) <= allowed:
            assert page == list(range(len(page)))


def test_no_sound_comes_twice_in_a_row_while_there_are_others() -> None:
    page = pick_page([1, 2, 3, 4, 5], [7, 7, 7, 8, 9], 3)
    assert [[7, 7, 7, 8, 9][place] for place in page] == [7, 8, 9]


@given(st.lists(st.integers(), max_size=20), st.lists(st.floats(0, 1, exclude_max=True), max_size=5))
def test_what_is_tried_never_stands_first(page: list[int], draws: list[float]) -> None:
    tried = [10**30 + n for n in range(len(draws))]
    whole = place_tried(page, tried, draws)
    assert [one for one in whole if one not in tried] == page
    if page:
        assert whole[0] == page[0]


VIDEO = VideoId(UUID(int=1))
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def _report(kind: EventKind, watched_ms: int, before_ms: int | None, duration_ms: int) -> Accepted:
    return Accepted(
        NOW.date(), ImpressionId(UUID(int=5)), kind, VIDEO, None, watched_ms, 0, None, True, NOW, NOW, duration_ms,
        before_ms is None, before_ms or 0,
    )  # fmt: skip


def _count(*reports: Accepted) -> tuple[int, ...]:
    """Views, completions, milliseconds and shares."""
    changes = plan_count_changes(as_reports(reports))
    assert changes.videos == [VIDEO]
    return tuple(int(column[0]) for column in changes[1:])


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=6), st.integers(1, 10_000))
def test_growing_reports_of_one_showing_add_up_to_its_last(watched: list[int], duration_ms: int) -> None:
    before, total = None, (0, 0, 0, 0)
    for now in sorted(watched):
        change = _count(_report(EventKind.VIEW, now, before, duration_ms))
        total = tuple(a + b for a, b in zip(total, change, strict=True))
        before = now
    last = max(watched)
    is_view = last >= min(1000, duration_ms)
    assert total == (is_view, is_view and last >= 0.9 * duration_ms, last, 0)


def test_other_kinds_change_no_views() -> None:
    reports = [
        _report(EventKind.SHARE, 0, None, 1000),
        _report(EventKind.SHARE, 5, 0, 1000),
        _report(EventKind.LIKE, 5000, None, 1000),
        _report(EventKind.NOT_INTERESTED, 5000, None, 1000),
    ]
    assert _count(*reports) == (0, 0, 0, 1)


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=6), st.floats(0.01, 1))
def test_growing_reports_tally_as_the_last_alone_and_by_trust(watched: list[int], trust: float) -> None:
    before, total = None, np.zeros(len(Tally._fields))
    for now in sorted(watched):
        reports = as_reports([_report(EventKind.VIEW, now, before, 8000)])
        total += plan_tallies(reports, np.array([trust])).numbers[0]
        before = now
    alone = plan_tallies(as_reports([_report(EventKind.VIEW, max(watched), None, 8000)]), np.array([trust]))
    assert np.allclose(total, alone.numbers[0], atol=1e-5)
    assert total[Tally._fields.index("shown")] == 1


def test_what_this_realm_did_not_show_has_no_tally() -> None:
    outside = _report(EventKind.LIKE, 0, None, 1000)._replace(known=False)
    assert plan_tallies(as_reports([outside]), np.ones(1)).videos == []
