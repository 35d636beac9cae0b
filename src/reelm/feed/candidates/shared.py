"""What stands ready for everybody, and what follows from whom and what this person leans towards?"""

from array import array
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from reelm.feed.candidates.gathering import MOST, NOTHING, Found, find_highest
from reelm.feed.catalogue import MOST_TAGS, Catalogue, Numbers, Places, Rows
from reelm.feed.resembling import Liked, find_resembling, resemble
from reelm.feed.shelves import Shelves
from reelm.feed.taste import DECAYS_S, Taste

# Which of some rows this viewer may be shown and has not seen.
IsLeft = Callable[[Rows], NDArray[np.bool_]]
_CREATORS, _TAGS, _LOOKED_AT = 6, 10, 120
_OF_FOLLOWED, _FOLLOWED = 5, 300
# Of clips that are owed showings so many of the least shown are looked at for their hashtags.
_YOUNG = 500
_EACH_TAG = np.full(MOST_TAGS, 1 / len(DECAYS_S), np.float32)  # faster than `sum`: there are few


def find_popular(catalogue: Catalogue, shelves: Shelves, languages: Rows, is_left: IsLeft) -> Found:
    """Popular here and now, in the languages of this viewer; in any where they named none."""
    lists = [shelves.popular[number] for number in languages.tolist() if number in shelves.popular]
    return _take_turns(catalogue.row_places, lists or [shelves.popular.get(-1, NOTHING.rows)], is_left)


def find_newest(catalogue: Catalogue, shelves: Shelves, is_left: IsLeft) -> Found:
    """What was published last."""
    return _take_turns(catalogue.row_places, [shelves.newest], is_left)


def find_followed(catalogue: Catalogue, followed: Rows) -> Found:
    """The newest of each whom this person follows."""
    creators: list[int] = followed[:_FOLLOWED].tolist()
    lists = [_newest(catalogue.of_author[one], _OF_FOLLOWED) for one in creators]
    found = np.concatenate(lists)
    return _ranked(found[np.argsort(-catalogue.published[found], kind="stable")][:MOST])


def find_leaning(catalogue: Catalogue, taste: Taste, topics: Rows, is_left: IsLeft) -> Found:
    """Clips of the creators and with the tags that this person leans towards or chose, newer ones first."""
    tags: set[int] = {*taste.tags.best(_TAGS).tolist(), *topics.tolist()}
    creators: list[int] = taste.creators.best(_CREATORS).tolist()
    named = [catalogue.of_author[one] for one in creators] + [catalogue.of_tag[one] for one in tags]
    lists = [_newest(rows, _LOOKED_AT) for rows in named]
    return _take_turns(catalogue.row_places, lists, is_left) if lists else NOTHING


def find_alike(catalogue: Catalogue, shelves: Shelves, taste: Taste, liked: Liked) -> Found:
    """Of clips that few have seen, those with hashtags this person leans towards and those that resemble theirs."""
    young = shelves.young[:_YOUNG]
    tagged = young[lean_by_tags(catalogue, young, taste) > 0]
    rows = np.concatenate([tagged, find_resembling(shelves.cold, liked)])
    rows = rows[np.flatnonzero(catalogue.row_places.group(rows) == np.arange(len(rows)))]
    said = lean_by_tags(catalogue, rows, taste) + resemble(catalogue, rows, liked)
    good = np.flatnonzero(said > 0)
    good = good[find_highest(said[good], MOST)]
    return Found(rows[good], said[good])


def lean_by_tags(catalogue: Catalogue, rows: Rows, taste: Taste) -> Numbers:
    """How much this person leans towards the hashtags of clips, [n]; never below 0."""
    return np.maximum(taste.tags.whole(catalogue.tags.take(rows, axis=0)) @ _EACH_TAG, 0.0)


def _newest(rows: "array[int]", most: int) -> Rows:
    return np.frombuffer(rows[-most:], np.int32)[::-1]


def _take_turns(places: Places, lists: Sequence[Rows], is_left: IsLeft) -> Found:
    """The first of each list that is left, then the second of each, and so on; each row once.

    Looks at as many as most viewers need; at all of them for whoever has seen most of those.
    """
    look = 2 * MOST // len(lists) + 10
    found = _by_turns(places, [one[:look] for one in lists], is_left)
    if len(found) < MOST and any(len(one) > look for one in lists):
        found = _by_turns(places, lists, is_left)
    return _ranked(found[:MOST])


def _by_turns(places: Places, lists: Sequence[Rows], is_left: IsLeft) -> Rows:
    rows, which = np.concatenate(lists), np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    left = is_left(rows)
    rows, which = rows[left], which[left]
    turn = np.arange(len(rows)) - np.searchsorted(which, which)
    backwards = rows[np.argsort(turn, kind="stable")][::-1]
    once = places.group(backwards) == np.arange(len(backwards))  # `group` names the last of equal ones
    return backwards[once][::-1]


def _ranked(rows: Rows) -> Found:
    """Scores that only say which stands before which: from 1 down."""
    return Found(rows, _descend(len(rows)))


@cache
def _descend(count: int) -> Numbers:
    return np.linspace(1.0, 0.05, count, dtype=np.float32)
