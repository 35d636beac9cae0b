"""Clips that nobody has watched find the people who like such clips, by what their captions are about."""

from dataclasses import replace
from functools import cache
from uuid import UUID

import numpy as np
from tests.unit.feed.content.captions import ENGLISH, TOPICS
from tests.unit.feed.content.test_looks import picture
from tests.unit.feed.worlds import NOW_S, clip, watched, world_of

from reelm.feed.candidates import Source
from reelm.feed.candidates.shared import find_alike
from reelm.feed.catalogue import Catalogue, Numbers, Rows
from reelm.feed.content.codes import WIDTH, at_length_one, join, pack_words
from reelm.feed.content.looks import describe_looks
from reelm.feed.content.words import describe_captions
from reelm.feed.model import Reason
from reelm.feed.ranking import Interests
from reelm.feed.resembling import explain_resemblance, find_resembling, read_liked, resemble
from reelm.feed.shelves import COLD_SHOWN, Shelves, stock
from reelm.feed.shortlist import Hidden, explain_scores, list_tried, make_shortlist
from reelm.feed.state import State, fold
from reelm.feed.taste import Taste, read_taste
from reelm.feed.why import explain
from reelm.media.thumbhash import encode_thumbhash

LIKED = 5
NAMES = list(TOPICS)


@cache
def _content(caption: str) -> bytes:
    return join(describe_captions([caption])[0], None)


class Town:
    """Clips on six topics that nobody has been shown, and somebody who watched `LIKED` of some of them to the end."""

    def __init__(self, *topics: str, described: bool = True) -> None:
        self.catalogue = Catalogue()
        captions = [(topic, caption) for topic in NAMES for caption in TOPICS[topic]]
        told = [
            clip(n, author=n, caption=caption)._replace(content=_content(caption) if described else b"")
            for n, (_, caption) in enumerate(captions)
        ]
        self.catalogue.add(told)
        self.topic = np.array([NAMES.index(topic) for topic, _ in captions])
        first = {topic: NAMES.index(topic) * len(TOPICS[topic]) for topic in topics}
        self.watched = [start + n for n in range(LIKED) for start in first.values()]
        self.state = fold(State(), [watched(n) for n in self.watched])
        self.taste = read_taste(self.state, self.catalogue, NOW_S)
        self.liked = read_liked(self.catalogue, self.taste)
        self.shelves: Shelves = stock(self.catalogue, NOW_S)

    def find(self) -> Rows:
        """What CONTENT names and this person has not watched, best first."""
        found = find_alike(self.catalogue, self.shelves, self.taste, self.liked)
        rows = found.rows[np.argsort(-found.scores, kind="stable")]
        return rows[~np.isin(rows, self.watched)]

    def share_of(self, rows: Rows, *topics: str) -> float:
        return float(np.isin(self.topic[rows], [NAMES.index(topic) for topic in topics]).mean())


def test_who_liked_five_clips_of_a_topic_is_offered_its_cold_clips_in_other_words_and_languages() -> None:
    precision = {name: Town(name).share_of(Town(name).find()[:20], name) for name in NAMES}
    assert np.mean(list(precision.values())) > 0.75, precision  # by chance 20 in 145
    assert min(precision.values()) >= 0.5, precision
    french = [bool(row % 25 >= ENGLISH) for name in NAMES for row in Town(name).find()[:20].tolist()]
    assert np.mean(french) > 0.25


def test_hashtags_alone_would_have_offered_nothing() -> None:
    assert not len(Town("cats", described=False).find())


def test_two_topics_are_kept_apart() -> None:
    town = Town("cats", "mountains")
    found = town.find()[:20]
    assert town.share_of(found, "cats", "mountains") > 0.75
    assert min(town.share_of(found, "cats"), town.share_of(found, "mountains")) > 0.2
    assert len(town.liked.middles) >= 2


def test_why_names_a_clip_of_the_topic_that_was_watched() -> None:
    town = Town("cats", "mountains")
    for row in town.find()[:10].tolist():
        causes = explain_resemblance(town.catalogue, town.liked, row)
        assert {at for at, _ in causes} <= set(town.watched)
        assert np.isclose(sum(added for _, added in causes), resemble(town.catalogue, np.array([row]), town.liked)[0])
    cat = next(row for row in town.find().tolist() if NAMES[town.topic[row]] == "cats")
    assert NAMES[town.topic[explain_resemblance(town.catalogue, town.liked, cat)[0][0]]] == "cats"


def test_a_page_says_which_clip_one_resembles() -> None:
    town = Town("cats")
    interests = Interests(town.taste)
    shortlist = make_shortlist(world_of(town.catalogue), interests, Hidden(seen=town.state.seen), 10)
    causes = explain_scores(None, shortlist.features)
    resembling = [
        at for at, features in enumerate(shortlist.features) if features[list(Source).index(Source.CONTENT)]
    ]
    assert resembling
    some = resembling[:5]
    named = shortlist.features[some, : len(Source)]
    for why in explain(shortlist.known, shortlist.rows[some], named, [causes[at] for at in some]):
        ids = {str(UUID(bytes=town.catalogue.ids[n].tobytes())) for n in town.watched}
        told = [part for part in why.parts if part["kind"] == "content"]
        assert not told or {part["video_id"] for part in told} <= ids
        assert not any(part["kind"] == "tag" for part in why.parts)
        assert why.reason is not Reason.TAG


def test_first_impressions_go_to_people_who_are_likely_to_care() -> None:
    def share_of_cats(town: Town) -> float:
        interests, rng = Interests(town.taste), np.random.default_rng(7)
        world, hidden = world_of(town.catalogue), Hidden(seen=town.state.seen)
        whole = make_shortlist(world, interests, hidden, 0)
        none = replace(whole, rows=whole.rows[:0])
        tried = [list_tried(world, interests, hidden, none, slots=1, rng=rng)[0].row for _ in range(300)]
        return town.share_of(np.array(tried), "cats")

    assert share_of_cats(Town("cats")) > 1.5 * share_of_cats(Town("cats", described=False))


def test_whom_nothing_is_known_of_is_offered_nothing_by_content() -> None:
    town = Town()
    assert not len(town.liked.rows)
    assert not len(find_alike(town.catalogue, town.shelves, Taste(), town.liked).rows)


def _look(seed: int, change: float = 0.0) -> bytes:
    pixels: Numbers = np.clip(picture(seed) * (1 + change), 0, 255)
    height, width, _ = pixels.shape
    rgba = np.dstack([pixels, np.full((height, width), 255)]).astype(np.uint8)
    return join(None, describe_looks(encode_thumbhash(width, height, rgba.tobytes())))


def test_a_wordless_clip_that_looks_the_same_is_found_and_others_are_not() -> None:
    catalogue = Catalogue()
    catalogue.add([clip(0, author=0)._replace(content=_look(0))])
    catalogue.add([clip(n, author=n)._replace(content=_look(n % 10, 0.08)) for n in range(1, 31)])
    state = fold(State(), [watched(0)])
    taste = read_taste(state, catalogue, NOW_S)
    found = find_alike(catalogue, stock(catalogue, NOW_S), taste, read_liked(catalogue, taste))
    assert {0, 10, 20, 30} <= set(found.rows.tolist())
    assert len(found.rows) < 15
    assert set(found.rows[np.argsort(-found.scores)][:4].tolist()) == {0, 10, 20, 30}


def test_among_many_cold_clips_those_that_resemble_are_sifted_out_before_any_is_compared() -> None:
    rng = np.random.default_rng(3)
    middle = at_length_one(rng.normal(size=(1, WIDTH)))
    alike = at_length_one(middle + 1.2 * at_length_one(rng.normal(size=(30, WIDTH))))  # at a cosine of 0.64
    codes = pack_words(np.concatenate([middle, alike, at_length_one(rng.normal(size=(5000, WIDTH)))]))
    catalogue = Catalogue()
    catalogue.add([clip(n, author=n)._replace(content=join(code.tobytes(), None)) for n, code in enumerate(codes)])
    taste = read_taste(fold(State(), [watched(0)]), catalogue, NOW_S)
    found = find_resembling(stock(catalogue, NOW_S).cold, read_liked(catalogue, taste))
    assert set(range(31)) <= set(found.tolist())
    assert len(found) < 1000
    catalogue.shown[:31] = COLD_SHOWN
    assert not set(range(31)) & set(stock(catalogue, NOW_S).cold.rows.tolist())
