"""What can be on a page at all, and what comes first."""

import numpy as np
import pytest
from tests.unit.feed.worlds import NOW_S, clip, draw_scene, watched, world_of

from reelm.feed.catalogue import Catalogue
from reelm.feed.ranking import Interests
from reelm.feed.shortlist import Hidden, explain_scores, list_tried, make_shortlist, spread_out
from reelm.feed.state import State, fold
from reelm.feed.taste import read_taste

WORLDS = 10_000
_NOTHING_SERVED = np.zeros(0, np.uint64)


@pytest.mark.timeout(600)
def test_no_page_ever_holds_what_its_viewer_must_not_be_shown() -> None:
    rng = np.random.default_rng(20261130)
    shown = 0
    for _ in range(WORLDS):
        scene = draw_scene(rng)
        shortlist = make_shortlist(scene.world, scene.interests, scene.hidden, 10)
        tried = list_tried(scene.world, scene.interests, scene.hidden, shortlist, slots=1, rng=rng)
        rows = {*shortlist.rows.tolist(), *(one.row for one in tried)}
        assert not rows & scene.forbidden
        shown += len(rows)
    assert shown > 10 * WORLDS  # it is not for want of candidates


def test_while_there_are_clips_nobody_forbids_a_page_is_full() -> None:
    rng = np.random.default_rng(5)
    for _ in range(500):
        scene = draw_scene(rng)
        shortlist = make_shortlist(scene.world, scene.interests, scene.hidden, 10)
        allowed = scene.world.catalogue.size - len(scene.forbidden)
        wrongly_seen = scene.hidden.seen.has(scene.world.catalogue.keys[scene.world.catalogue.rows]).sum()
        assert len(shortlist.rows) >= min(10, allowed - wrongly_seen)
        assert sorted(spread_out(shortlist, scene.world.catalogue, 10)) == list(range(len(shortlist.rows)))


def _two_topics() -> Catalogue:
    catalogue = Catalogue()
    catalogue.add([clip(n, author=n, caption="#cats" if n % 2 else "#ski", age_h=5) for n in range(60)])
    return catalogue


def test_after_five_of_one_topic_and_five_skipped_of_another_the_first_comes_first_and_says_why() -> None:
    catalogue = _two_topics()
    liked = [watched(n) for n in range(1, 11, 2)]
    skipped = [watched(n, share=0.05) for n in range(0, 10, 2)]
    state = fold(State(), [*liked, *skipped])
    interests = Interests(read_taste(state, catalogue, NOW_S))
    shortlist = make_shortlist(world_of(catalogue), interests, Hidden(_NOTHING_SERVED, state.seen), 10)
    cats = catalogue.tag_names.numbers["cats"]
    assert (catalogue.tags[shortlist.rows[:10], 0] == cats).all()
    assert {next(iter(causes)) for causes in explain_scores(None, shortlist.features[:10])} == {"tag"}


def test_one_more_event_changes_what_comes_next() -> None:
    catalogue = _two_topics()
    world, first = world_of(catalogue), list[int]()
    for events in ([watched(1)], [watched(1), watched(2), watched(4)]):
        state = fold(State(), events)
        interests = Interests(read_taste(state, catalogue, NOW_S))
        shortlist = make_shortlist(world, interests, Hidden(_NOTHING_SERVED, state.seen), 10)
        first.append(int(catalogue.tags[shortlist.rows[0], 0]))
    assert first == [catalogue.tag_names.numbers["cats"], catalogue.tag_names.numbers["ski"]]


def test_an_empty_world_has_an_empty_page() -> None:
    shortlist = make_shortlist(world_of(Catalogue()), Interests(), Hidden(_NOTHING_SERVED), 10)
    assert len(shortlist.rows) == 0
    assert explain_scores(None, shortlist.features) == []
