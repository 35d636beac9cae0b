"""Which candidates are there for this viewer, best first? All sources, then features, then a score. No I/O."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reelm.feed.candidates import Gathered, Source, gather
from reelm.feed.candidates.learned import complete, find_near, find_neighbours, find_trending, fold_in, read_following
from reelm.feed.candidates.shared import find_alike, find_followed, find_leaning, find_newest, find_popular
from reelm.feed.caring import read_care
from reelm.feed.catalogue import Catalogue, Numbers, Rows, no_rows
from reelm.feed.exploring import Explored, explore, is_owed
from reelm.feed.models import Model
from reelm.feed.ranking import (
    Interests,
    make_features,
    measure_likeness,
    plan_ablations,
    score_heads,
    score_linear,
    share_causes,
    spread,
)
from reelm.feed.resembling import read_liked
from reelm.feed.shelves import Shelves
from reelm.feed.state import SeenFilter
from reelm.feed.taste import Taste
from reelm.feed.why import Known

# Out of so many of the best those come next that are unlike what stands there; the others follow by score.
_SPREAD = 40
# Of those that are owed showings so many who wait longest are looked at for one page, so many of the newest, and so
# many of those that stand first behind it.
_WAITING, _NEWEST, _TRIABLE = 40, 300, 120
# How much less somebody may care for what is in another language, and for what is no news any more.
_OTHER_LANGUAGE, _NOT_NEWS, _NEWS_HALF_LIFE_H = 0.3, 0.3, 96.0


class World(NamedTuple):
    """What there is to show, as one moment has it."""

    catalogue: Catalogue
    shelves: Shelves
    model: Model | None
    now_s: float


@dataclass(frozen=True)
class Hidden:
    """What a viewer is not shown: clips of this scroll (by the upper 48 bits of their keys) and those they have seen;
    what is of some creators, has some hashtags or is in some languages; and what is for people older than `age`,
    which is 0 for whoever is not signed in.
    """

    served: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    seen: SeenFilter = field(default_factory=SeenFilter)
    creators: Rows = field(default_factory=no_rows)
    tags: Rows = field(default_factory=no_rows)
    languages: Rows = field(default_factory=no_rows)
    age: int = 0

    def of(self, rows: Rows, catalogue: Catalogue, *, but_seen: bool = False) -> NDArray[np.bool_]:
        """Which of these rows are hidden; with `but_seen` not those that are hidden only because they were seen."""
        keys = catalogue.keys[rows]
        gone = ~catalogue.live[rows] | (catalogue.age_limit[rows] > self.age)
        if len(self.served):
            gone |= np.isin(keys >> np.uint64(16), self.served)
        if len(self.creators):
            gone |= np.isin(catalogue.author[rows], self.creators)
        if len(self.tags):
            gone |= np.isin(catalogue.tags[rows], self.tags).any(axis=1)
        if len(self.languages):
            gone |= np.isin(catalogue.language[rows], self.languages)
        return gone if but_seen else gone | self.seen.has(keys)


@dataclass(frozen=True)
class Shortlist:
    """Candidates, best first: `rows`, their `features` and `score`; `known` is what they were found by."""

    rows: Rows
    features: Numbers
    score: Numbers
    known: Known


def make_shortlist(world: World, interests: Interests, hidden: Hidden, limit: int) -> Shortlist:
    """At least `limit` candidates while there are so many that this viewer has not seen."""
    known = _read_known(world, interests.taste)
    gathered = _gather(world, interests, hidden, known)
    gathered = gathered.without(hidden.of(gathered.rows, world.catalogue))
    if len(gathered.rows) < limit:
        gathered = _widen(gathered, world, hidden, limit)
    features = make_features(gathered, interests, world.catalogue, world.shelves.creators_shown, world.now_s)
    score = score_rows(world.model, features)
    order = np.lexsort((gathered.rows, -score))
    return Shortlist(gathered.rows[order], features[order], score[order], known)


def _read_known(world: World, taste: Taste) -> Known:
    following = read_following(world.model, taste) if world.model and taste.events else None
    return Known(taste, world.catalogue, world.model, read_liked(world.catalogue, taste), following)


def _gather(world: World, interests: Interests, hidden: Hidden, known: Known) -> Gathered:
    catalogue, shelves, taste = world.catalogue, world.shelves, interests.taste

    def is_left(rows: Rows) -> NDArray[np.bool_]:  # before a source is cut, or whoever watches much runs dry
        return ~hidden.of(rows, catalogue)

    found = {
        Source.POPULAR: find_popular(catalogue, shelves, interests.languages, is_left),
        Source.NEWEST: find_newest(catalogue, shelves, is_left),
    }
    if len(interests.follows):
        found[Source.FOLLOWING] = find_followed(catalogue, interests.follows)
    if taste.events or len(interests.topics):
        found[Source.AFFINITY] = find_leaning(catalogue, taste, interests.topics, is_left)
    if taste.events:
        found[Source.CONTENT] = find_alike(catalogue, shelves, taste, known.liked)
    if world.model is None or known.following is None:
        return gather(found, catalogue.row_places)
    vector = fold_in(world.model, taste)
    found[Source.NEIGHBOURS] = find_neighbours(world.model, known.following)
    found[Source.FACTORS] = find_near(world.model, vector)
    found[Source.TREND] = find_trending(world.model)
    return complete(world.model, known.following, vector, gather(found, catalogue.row_places))


def _widen(gathered: Gathered, world: World, hidden: Hidden, limit: int) -> Gathered:
    """With the newest of all that this viewer has not seen, where the sources have run dry."""
    every = np.arange(world.catalogue.size, dtype=np.int32)
    left = np.setdiff1d(every[~hidden.of(every, world.catalogue)], gathered.rows, assume_unique=True)
    more = left[np.argsort(-world.catalogue.published[left], kind="stable")][: 4 * limit]
    rows = np.concatenate([gathered.rows, more])
    none = np.zeros((len(more), gathered.scores.shape[1]), np.float32)
    return Gathered(rows, np.concatenate([gathered.scores, none]))


def score_rows(model: Model | None, features: Numbers) -> Numbers:
    """By the trained network where there is one, else by the published linear weights."""
    if model is None or model.ranker is None or not len(features):
        return score_linear(features)
    return score_heads(model.ranker.score(features), model.ranker.heads)


def spread_out(shortlist: Shortlist, catalogue: Catalogue, most: int) -> NDArray[np.intp]:
    """Places of the shortlist in the order they should stand, the first `most` unlike each other."""
    best = min(max(_SPREAD, most), len(shortlist.rows))
    rows = shortlist.rows[:best]
    likeness = measure_likeness(catalogue.author[rows], catalogue.tags[rows])
    order = spread(shortlist.score[:best], likeness, most)
    return np.concatenate([order, np.arange(best, len(shortlist.rows))])


def list_tried(
    world: World, interests: Interests, hidden: Hidden, shortlist: Shortlist, *, slots: int, rng: np.random.Generator
) -> list[Explored]:
    """The clips that are tried in `slots` places of a page, and how probable each was.

    None of those that stand on it anyway, or would next.
    """
    young = _list_triable(world, hidden, shortlist, page=10 * slots)
    if not slots or not len(young):
        return []
    care, catalogue = _read_care(world, interests, young), world.catalogue
    tally = catalogue.tally.take(young, axis=0)
    return explore(young, catalogue.author[young], care, tally, slots=slots, rng=rng)


def _list_triable(world: World, hidden: Hidden, shortlist: Shortlist, page: int) -> Rows:
    """Of those owed showings who waits longest, the newest, and the best of this viewer's; the least shown first."""
    catalogue, shelves = world.catalogue, world.shelves
    page_rows, mine = shortlist.rows[:page], shortlist.rows[page:]
    waiting, newest = (
        some[~hidden.of(some, catalogue)][: most + page]
        for some, most in ((shelves.young[: 4 * _WAITING], _WAITING), (shelves.newborn, _NEWEST))
    )
    mine = mine[is_owed(catalogue.shown[mine], catalogue.tally.take(mine, axis=0))][:_TRIABLE]
    every = np.concatenate([waiting, newest, mine, page_rows])
    last = catalogue.row_places.group(every) == np.arange(len(every))  # of equal ones `group` names the last
    triable = every[np.flatnonzero(last[: len(every) - len(page_rows)])]
    return triable[np.lexsort((catalogue.published[triable], catalogue.shown[triable]))]


def _read_care(world: World, interests: Interests, rows: Rows) -> Numbers:
    """How likely this viewer is to care for each now, [n]: more for what is news, and for a language they speak."""
    catalogue = world.catalogue
    own = np.isin(catalogue.language[rows], interests.languages)
    age_h = np.maximum(world.now_s - catalogue.published[rows], 0.0) / 3600
    news = _NOT_NEWS + np.exp2(-age_h / _NEWS_HALF_LIFE_H)
    care = read_care(catalogue, interests.taste, rows)
    return np.asarray(care * np.where(own, 1.0, _OTHER_LANGUAGE) * news, np.float32)


def explain_scores(model: Model | None, features: Numbers) -> list[dict[str, float]]:
    """Of each row of features which causes raised its score, as shares of 1."""
    if not len(features):
        return []
    return share_causes(score_rows(model, plan_ablations(features)), len(features))
