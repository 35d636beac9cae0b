"""The feed's pure decisions: scores, the rules of a page, and when a view counts."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from reelm.feed.counting import CountChange, plan_count_changes
from reelm.feed.model import Accepted, Candidate, EventKind, Ranked, Reason
from reelm.feed.ranking import rank, score_candidate
from reelm.feed.rules import pick_page
from reelm.kernel.ids import AccountId, ImpressionId, VideoId

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
PLAIN = Candidate(VideoId(UUID(int=1)), AccountId(UUID(int=9)), NOW - timedelta(days=1), 100, 8, 35)


def _candidates() -> st.SearchStrategy[list[Candidate]]:
    one = st.builds(
        Candidate,
        st.integers(0, 10_000).map(lambda n: VideoId(UUID(int=n))),
        st.integers(0, 6).map(lambda n: AccountId(UUID(int=n))),
        st.integers(-3, 1000).map(lambda hours: NOW - timedelta(hours=hours)),
        st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6),
    )  # fmt: skip
    return st.lists(one, max_size=60, unique_by=lambda candidate: candidate.video)


def test_fresher_liked_more_and_watched_through_more_each_rank_higher() -> None:
    plain = score_candidate(PLAIN, NOW).score
    assert score_candidate(replace(PLAIN, published_at=NOW), NOW).score > plain
    assert score_candidate(replace(PLAIN, likes=20), NOW).score > plain
    assert score_candidate(replace(PLAIN, completions=60), NOW).score > plain
    assert score_candidate(replace(PLAIN, views=1000), NOW).score < plain


def test_the_reason_is_what_stands_out() -> None:
    old = replace(PLAIN, published_at=NOW - timedelta(days=30))
    assert score_candidate(replace(PLAIN, published_at=NOW), NOW).reason is Reason.FRESH
    assert score_candidate(replace(old, likes=60), NOW).reason is Reason.POPULAR
    assert score_candidate(replace(old, completions=95), NOW).reason is Reason.WATCHED_THROUGH


def test_one_like_of_one_viewer_does_not_beat_many_of_many() -> None:
    lucky, loved = (
        replace(PLAIN, views=1, likes=1, completions=1),
        replace(PLAIN, views=1000, likes=400, completions=600),
    )
    assert score_candidate(loved, NOW).score > score_candidate(lucky, NOW).score


@given(_candidates())
def test_ranking_is_a_whole_order_that_does_not_depend_on_the_input(candidates: list[Candidate]) -> None:
    ranked = rank(candidates, NOW)
    assert Counter(item.candidate for item in ranked) == Counter(candidates)
    assert [item.score for item in ranked] == sorted((item.score for item in ranked), reverse=True)
    assert rank(candidates[::-1], NOW) == ranked
    assert all(0 <= item.score <= 4.7 for item in ranked)


@given(_candidates(), st.integers(1, 50), st.sets(st.integers(0, 10_000).map(lambda n: VideoId(UUID(int=n)))))
def test_a_page_is_full_without_repeats_and_fair_where_it_can_be(
    candidates: list[Candidate], limit: int, without: set[VideoId]
) -> None:
    ranked = [Ranked(candidate, 0.0, Reason.FRESH) for candidate in candidates]
    page = pick_page(ranked, without=without, limit=limit)
    open_ = [item for item in ranked if item.candidate.video not in without]
    assert len(page) == min(limit, len(open_))
    assert len({item.candidate.video for item in page}) == len(page)
    assert not {item.candidate.video for item in page} & without
    allowed = 2 * -(-limit // 10)
    authors = Counter(item.candidate.author for item in open_)
    if sum(min(n, allowed) for n in authors.values()) >= limit:
        assert max(Counter(item.candidate.author for item in page).values()) <= allowed
    if page and max(authors.values()) <= allowed:
        assert page == open_[:limit]


VIDEO = VideoId(UUID(int=1))


def _report(kind: EventKind, watched_ms: int, before_ms: int | None, duration_ms: int) -> Accepted:
    is_new = before_ms is None
    showing = ImpressionId(UUID(int=5))
    return Accepted(showing, VIDEO, kind, watched_ms, 0, None, duration_ms, NOW, True, is_new, before_ms or 0)


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=6), st.integers(1, 10_000))
def test_growing_reports_of_one_showing_add_up_to_its_last(watched: list[int], duration_ms: int) -> None:
    before, total = None, CountChange()
    for now in sorted(watched):
        (change,) = plan_count_changes([_report(EventKind.VIEW, now, before, duration_ms)]).values()
        total = CountChange(*(a + b for a, b in zip(total, change, strict=True)))
        before = now
    last = max(watched)
    is_view = last >= min(1000, duration_ms)
    assert total == CountChange(is_view, is_view and last >= 0.9 * duration_ms, last, 0)


def test_other_kinds_change_no_views() -> None:
    reports = [
        _report(EventKind.SHARE, 0, None, 1000),
        _report(EventKind.SHARE, 5, 0, 1000),
        _report(EventKind.LIKE, 5000, None, 1000),
        _report(EventKind.NOT_INTERESTED, 5000, None, 1000),
    ]
    assert plan_count_changes(reports) == {VIDEO: CountChange(shares=1)}
