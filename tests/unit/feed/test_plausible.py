"""What of a report counts: the table of `docs/reference/events.md`, row by row, and what holds for any report."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.feed.model import EventKind, WatchEvent
from reelm.feed.plausible import LOOP_SLACK_MS, MOST_LOOPS_OUTSIDE, OLDEST, SHOWING_LASTS, SLACK_MS, Judge
from reelm.feed.showings import ShowingKey
from reelm.kernel.ids import AccountId, ImpressionId, VideoId

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
KEY = ShowingKey(b"secret")
CLIP, ANA = VideoId(UUID(int=1)), AccountId(UUID(int=2))
LENGTH = 10_000


def _event(
    shown: timedelta | None, watched_ms: int = 3000, replays: int | None = None, at: datetime = NOW
) -> WatchEvent:
    """A report at `NOW` of a showing so long ago; `None` is one that is not ours."""
    showing = KEY.issue(ANA, CLIP, NOW - shown) if shown is not None else ImpressionId(UUID(int=7))
    return WatchEvent(showing, CLIP, EventKind.VIEW, watched_ms, at, replays)


MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("shown", "watched_ms", "replays", "expected"),
    [
        (MINUTE, 3000, 0, (True, 3000, 0)),
        (MINUTE, 3000, None, (True, 3000, 0)),
        (MINUTE, 25_000, None, (True, 25_000, 2)),
        (MINUTE, 25_000, 2, (True, 25_000, 2)),
        (MINUTE, 25_000, 0, (True, LENGTH + LOOP_SLACK_MS, 0)),
        (SECOND, 25_000, 2, (True, 1000 + SLACK_MS, 0)),
        (SECOND, 86_000_000, 10_000, (True, 1000 + SLACK_MS, 0)),
        (-SECOND, 4000, 0, (True, 4000, 0)),
        (SHOWING_LASTS, 3000, 0, (True, 3000, 0)),
        (SHOWING_LASTS + SECOND, 3000, 0, (False, 3000, 0)),
        (-MINUTE, 3000, 0, (False, 3000, 0)),
        (None, 3000, 0, (False, 3000, 0)),
        (None, 25_000, None, (False, 25_000, 2)),
        (None, 86_000_000, 10_000, (False, LENGTH * MOST_LOOPS_OUTSIDE + LOOP_SLACK_MS, MOST_LOOPS_OUTSIDE - 1)),
    ],
)
def test_a_report_counts_as_far_as_it_can_be_true(
    shown: timedelta | None, watched_ms: int, replays: int | None, expected: tuple[bool, int, int]
) -> None:
    judged = Judge(KEY, ANA, NOW).judge(_event(shown, watched_ms, replays), LENGTH)
    assert (judged.known, judged.watched_ms, judged.replays) == expected


@pytest.mark.parametrize(
    ("shown", "at", "expected"),
    [
        (MINUTE, NOW - SECOND, NOW - SECOND),
        (MINUTE, NOW + SECOND, NOW),
        (MINUTE, NOW - 2 * MINUTE, NOW),
        (None, NOW - MINUTE, NOW - MINUTE),
        (None, NOW + SECOND, NOW),
        (None, NOW - OLDEST - SECOND, NOW),
    ],
)
def test_a_time_that_nobody_can_have_becomes_that_of_arrival(
    shown: timedelta | None, at: datetime, expected: datetime
) -> None:
    assert Judge(KEY, ANA, NOW).judge(_event(shown, at=at), LENGTH).at == expected


@given(
    st.none() | st.timedeltas(timedelta(days=-1), timedelta(days=40)), st.integers(0, 86_400_000),
    st.none() | st.integers(0, 10_000), st.integers(0, 600_000), st.sampled_from([ANA, AccountId(UUID(int=3)), None]),
)  # fmt: skip
def test_no_report_raises_itself_above_what_was_told_or_can_be(
    shown: timedelta | None, watched_ms: int, replays: int | None, duration_ms: int, viewer: AccountId | None
) -> None:
    event = _event(shown, watched_ms, replays)
    judged = Judge(KEY, viewer, NOW).judge(event, duration_ms)
    assert 0 <= judged.watched_ms <= watched_ms
    assert 0 <= judged.replays <= (10_000 if replays is None else replays)
    if duration_ms:
        assert judged.watched_ms <= duration_ms * (judged.replays + 1) + LOOP_SLACK_MS
    assert judged.at <= NOW
    if judged.known:
        assert shown is not None
        assert viewer == ANA
        assert judged.impression == event.impression
        assert judged.watched_ms <= max(timedelta(), shown) / timedelta(milliseconds=1) + SLACK_MS + 1
    else:
        assert judged.impression != event.impression
