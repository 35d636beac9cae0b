"""New clips find their first people, whatever else there is."""

import numpy as np
from tests.unit.feed.worlds import clip

from reelm.feed.catalogue import Catalogue, Tally
from reelm.feed.exploring import LEAST_SHARE, MOST_SHARE, OWED, count_slots, explore, is_owed, is_turned_down
from reelm.feed.shelves import YOUNG, stock


def test_no_clip_waits_for_ever_however_little_anybody_cares_for_it() -> None:
    """Some slots go to whoever was shown least, whatever is expected of it, and none to what is owed nothing."""
    rng = np.random.default_rng(3)
    for clips in (1, 7, 40):
        shown, tally = np.zeros(clips, np.float32), np.zeros((clips, len(Tally._fields)), np.float32)
        care = np.array([0.0] + [2.0] * (clips - 1), np.float32)  # nobody cares for the one that waits longest
        slots = 0
        while is_owed(shown, tally).any():
            young = np.flatnonzero(is_owed(shown, tally)).astype(np.int32)
            young = young[np.argsort(shown[young], kind="stable")]
            (chosen,) = explore(young, young, care[young], tally[young], slots=1, rng=rng)
            shown[chosen.row] += 1
            slots += 1
            if chosen.row > 0:
                tally[chosen.row] += Tally(views=1, likes=1, completions=1)
            assert slots <= 2.5 * OWED * clips
        assert (shown >= OWED).all()


def test_the_share_of_exploring_stays_between_what_is_promised() -> None:
    for limit in (10, 20, 50):
        slots = np.mean([count_slots(limit, draw) for draw in np.linspace(0, 0.999, 100)])
        assert LEAST_SHARE <= slots / limit <= MOST_SHARE


def test_a_clip_that_people_turn_away_from_is_owed_no_more() -> None:
    tally = np.array([Tally(views=1, skips=19), Tally(views=18, skips=2), Tally(views=19, refusals=3)], np.float32)
    shown = np.full(3, 20, np.float32)
    assert is_turned_down(shown, tally).tolist() == [True, False, True]
    assert is_owed(shown, tally).tolist() == [False, True, False]


def test_one_bad_report_does_not_end_what_is_owed() -> None:
    tally = np.array([Tally(refusals=1)], np.float32)
    assert is_owed(np.array([5], np.float32), tally).tolist() == [True]


def test_the_logged_probability_is_how_often_a_clip_is_chosen() -> None:
    rng = np.random.default_rng(7)
    young, care = np.arange(4, dtype=np.int32), np.array([0.1, 1.0, 0.5, 0.2], np.float32)
    tally = np.zeros((4, len(Tally._fields)), np.float32)
    tries = [explore(young, young, care, tally, slots=1, rng=rng)[0] for _ in range(30_000)]
    for row in range(4):
        chosen = [one.propensity for one in tries if one.row == row]
        # Weighing each choice by its inverse probability counts every clip once (Horvitz and Thompson 1952).
        assert 0.85 < sum(1 / one for one in chosen) / len(tries) < 1.15


def test_of_clips_that_all_keep_coming_the_one_nobody_cares_for_is_shown_within_so_many_slots() -> None:
    rng = np.random.default_rng(5)
    tally = np.zeros((400, len(Tally._fields)), np.float32)
    tally[1:] = Tally(views=9, likes=9, completions=9, shown=9)  # it was shown least, and the others are all liked
    care = np.array([0.0] + [2.0] * 399, np.float32)
    young = np.arange(400, dtype=np.int32)
    waits = [
        next(n for n in range(1000) if explore(young, young, care, tally, slots=1, rng=rng)[0].row == 0)
        for _ in range(50)
    ]
    assert np.mean(waits) < 15


def test_what_was_liked_early_is_tried_more_than_what_was_not() -> None:
    rng = np.random.default_rng(5)
    young, care = np.arange(60, dtype=np.int32), np.ones(60, np.float32)
    tally = np.zeros((60, len(Tally._fields)), np.float32)
    tally[20:40] = Tally(views=6, completions=5, likes=3, shown=6)
    tally[40:] = Tally(views=3, completions=1, skips=3, shown=6)
    tried = np.array([explore(young, young, care, tally, slots=1, rng=rng)[0].row for _ in range(2000)])
    new, liked, skipped = (np.count_nonzero(tried // 20 == group) for group in range(3))
    assert liked > new > skipped > 0


def test_those_tried_on_one_page_are_each_of_another_creator() -> None:
    rng = np.random.default_rng(9)
    young, tally = np.arange(6, dtype=np.int32), np.zeros((6, len(Tally._fields)), np.float32)
    authors = np.array([8, 8, 8, 8, 9, 9], np.int32)
    for _ in range(100):
        tried = explore(young, authors, np.ones(6, np.float32), tally, slots=3, rng=rng)
        assert sorted(authors[one.row] for one in tried) == [8, 9]


def test_those_shown_least_stand_first_on_the_shelf_the_oldest_of_them_before_the_others() -> None:
    catalogue = Catalogue()
    catalogue.add([clip(n, age_h=n) for n in range(50)])
    catalogue.shown[[7, 49]] = 3
    shelf = stock(catalogue, 1_800_000_000.0).young
    assert shelf.tolist() == [*range(48, 7, -1), *range(6, -1, -1), 49, 7][:YOUNG]
