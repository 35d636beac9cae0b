"""Whom a clip is for is told by what somebody made of others like it, not by how many of them they watched."""

import numpy as np
from tests.unit.feed.worlds import NOW_S, clip, key, watched

from reelm.feed.caring import read_care
from reelm.feed.catalogue import Catalogue
from reelm.feed.state import Happened, Signal, State, fold
from reelm.feed.taste import read_taste

CATS, CHESS, RAIN, SKI = range(4)
SEEN = 6


def _catalogue() -> Catalogue:
    """Of each topic a clip that is new, whose creator has no other, and then some that are seen."""
    catalogue = Catalogue()
    tags = ("#cats", "#chess", "#rain", "#ski")
    catalogue.add([clip(n, author=n, caption=tag) for n, tag in enumerate(tags)])
    catalogue.add([clip(4 + n, author=4 + n // SEEN, caption=tags[n // SEEN]) for n in range(3 * SEEN)])
    catalogue.add([clip(100 + n, author=4 + n) for n in range(3)])
    return catalogue


def _see(topic: int, many: int, *, share: float, liked: bool = False) -> list[Happened]:
    seen = [watched(4 + topic * SEEN + n, share=share) for n in range(many)]
    likes = [Happened(one.key, NOW_S - 60, Signal.LIKE) for one in seen if liked]
    return seen + likes


def test_two_likes_say_more_than_six_clips_watched_for_a_part_and_those_more_than_skips() -> None:
    catalogue = _catalogue()
    events = [*_see(CATS, 2, share=1, liked=True), *_see(CHESS, 6, share=0.5), *_see(RAIN, 6, share=0.1)]
    taste = read_taste(fold(State(), events), catalogue, NOW_S)
    cats, chess, rain, ski = read_care(catalogue, taste, np.arange(4, dtype=np.int32)).tolist()
    assert 1 > cats > 2 * chess > 2 * ski > 2 * rain > 0


def test_a_clip_that_says_nothing_is_judged_by_its_creator() -> None:
    catalogue = _catalogue()
    events = [*_see(CATS, 3, share=1, liked=True), *_see(RAIN, 3, share=0.1)]
    taste = read_taste(fold(State(), events), catalogue, NOW_S)
    theirs = catalogue.find([clip(100 + n).id for n in range(3)])
    cats, chess, rain = read_care(catalogue, taste, theirs).tolist()
    assert cats > 2 * chess > 2 * rain > 0


def test_each_clip_counts_once_with_all_that_was_done_with_it() -> None:
    catalogue = _catalogue()
    taste = read_taste(fold(State(), _see(CATS, 2, share=1, liked=True)), catalogue, NOW_S)
    assert catalogue.keys[taste.judged].tolist() == [key(5), key(4)]
    assert (taste.opinion > 0).all()
    assert taste.opinion.tolist() == [taste.opinion[0]] * 2
