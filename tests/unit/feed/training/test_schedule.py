"""When is which round due? A table of moments."""

from datetime import UTC, datetime, timedelta

import pytest

from reelm.feed.training.schedule import Past, Round, note_began, plan_round

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def had(*, whole: int, lists: int, factors: int, news: int | None = 0) -> Past:
    """So many minutes before noon."""
    began = {
        Round.ALL: NOON - whole * MINUTE,
        Round.LISTS: NOON - lists * MINUTE,
        Round.FACTORS: NOON - factors * MINUTE,
    }
    return Past(began, None if news is None else NOON - news * MINUTE, NOON)


@pytest.mark.parametrize(
    ("past", "due"),
    [
        (Past(), None),
        (Past(news_at=NOON), Round.ALL),
        (had(whole=600, lists=600, factors=600), Round.ALL),
        (had(whole=300, lists=90, factors=10), Round.LISTS),
        (had(whole=300, lists=30, factors=10), Round.FACTORS),
        (had(whole=300, lists=30, factors=5), None),
        (had(whole=600, lists=600, factors=600, news=None), None),
        (had(whole=300, lists=90, factors=10, news=20), Round.LISTS),
        (had(whole=300, lists=90, factors=10, news=100), None),
        (had(whole=30, lists=30, factors=30, news=31), None),
    ],
)
def test_the_longest_round_that_is_due_and_has_news(past: Past, due: Round | None) -> None:
    assert plan_round(NOON, past) is due


def test_a_long_round_is_the_shorter_ones_too_and_a_short_one_no_longer_one() -> None:
    past = note_began(Past(news_at=NOON), Round.LISTS, NOON)
    assert set(past.began) == {Round.FACTORS, Round.LISTS}
    assert set(note_began(past, Round.ALL, NOON).began) == set(Round)


def test_in_a_day_of_ticks_with_news_all_rounds_come_as_often_as_they_should() -> None:
    past, counts = Past(), dict.fromkeys(Round, 0)
    for tick in range(144):
        now = NOON + tick * 10 * MINUTE + timedelta(seconds=tick % 7)
        past = Past(past.began, now, now)
        round = plan_round(now, past)
        if round is not None:
            counts[round] += 1
            past = note_began(past, round, now)
    assert counts == {Round.ALL: 2, Round.LISTS: 22, Round.FACTORS: 120}


def test_where_nothing_happens_any_more_the_rounds_end() -> None:
    past, rounds = Past(news_at=NOON), 0
    for tick in range(400):
        round = plan_round(NOON + tick * 10 * MINUTE, past)
        if round is not None:
            rounds += 1
            past = note_began(past, round, NOON + tick * 10 * MINUTE + MINUTE)
    assert rounds == 1
