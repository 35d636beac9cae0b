"""A suspension ends by itself where nobody reviews it, and is enforced neither before its deadline nor after."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.devices.examples import decision

from reelm.devices import REVIEW_OPENS, History, Review, State, review_due, state_at

ONE = decision()
S = ONE.stages
DAY = timedelta(days=1)
PUBLISHED = History(asked_at=S.issued_at - DAY, published_at=S.notice_at)


def test_each_state_follows_from_the_dates() -> None:
    asked = History(asked_at=S.issued_at)
    assert state_at(ONE, History(), S.deadline_at + DAY) is State.DRAFT
    assert state_at(ONE, asked, S.deadline_at + DAY) is State.HEARD
    times = {
        S.notice_at: State.PUBLISHED,
        S.deadline_at - timedelta(seconds=1): State.PUBLISHED,
        S.deadline_at: State.IN_FORCE,
        S.review_at - REVIEW_OPENS: State.UNDER_REVIEW,
        S.review_at - timedelta(seconds=1): State.UNDER_REVIEW,
        S.review_at: State.LAPSED,
        S.review_at + 1000 * DAY: State.LAPSED,
    }
    assert {at: state_at(ONE, PUBLISHED, at) for at in times} == times
    assert [state.is_enforced for state in State] == [False, False, False, True, True, False, False]


def test_a_review_in_time_keeps_it_and_one_too_late_does_not() -> None:
    until = S.review_at + 90 * DAY
    in_time = History(published_at=S.notice_at, reviews=[Review(S.review_at - DAY, until)])
    late = History(published_at=S.notice_at, reviews=[Review(S.review_at, until)])
    assert state_at(ONE, in_time, S.review_at) is State.IN_FORCE
    assert state_at(ONE, in_time, until) is State.LAPSED
    assert state_at(ONE, late, S.review_at + DAY) is State.LAPSED


def test_no_review_keeps_it_for_more_than_a_year() -> None:
    for_ever = History(published_at=S.notice_at, reviews=[Review(S.review_at - DAY, S.review_at + 4000 * DAY)])
    assert review_due(ONE, for_ever, S.review_at) == S.review_at - DAY + 366 * DAY


def test_lifted_is_lifted_whatever_else_was_done() -> None:
    lifted = History(
        published_at=S.notice_at,
        lifted_at=S.deadline_at + DAY,
        reviews=[Review(S.review_at - DAY, S.review_at + DAY)],
    )
    assert state_at(ONE, lifted, S.deadline_at) is State.IN_FORCE
    assert state_at(ONE, lifted, S.review_at) is State.LIFTED


def _review(at: int, days: int) -> Review:
    return Review(S.notice_at + timedelta(days=at), S.notice_at + timedelta(days=at + days))


_REVIEWS = st.lists(st.builds(_review, st.integers(0, 1500), st.integers(-100, 1500)), max_size=6)


@given(_REVIEWS, st.integers(0, 3000))
def test_it_never_lasts_without_a_review_in_the_year_before(reviews: list[Review], days: int) -> None:
    now = S.notice_at + timedelta(days=days)
    state = state_at(ONE, History(published_at=S.notice_at, reviews=reviews), now)
    if state.is_enforced and now >= S.review_at:
        assert any(now - timedelta(days=366) <= review.at <= now for review in reviews)
