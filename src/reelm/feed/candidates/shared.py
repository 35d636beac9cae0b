"""What stands ready for everybody, and what follows from whom and what this person leans towards?"""

from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from reelm.feed.candidates.gathering import NOTHING, Found
from reelm.feed.catalogue import NOBODY, Catalogue, Numbers, Rows
from reelm.feed.resembling import Liked, find_resembling, resemble
from reelm.feed.shelves import Shelves
from reelm.feed.taste import DECAYS_S, Taste

MOST = 100
# Which of some rows this viewer may be shown and has not seen.
IsLeft = Callable[[Rows], NDArray[np.bool_]]
_CREATORS, _TAGS, _LOOKED_AT, _OF_EACH = 6, 10, 120, 40
_OF_FOLLOWED, _FOLLOWED = 5, 300
# Of clips that are owed showings so many of the least shown are looked at for their hashtags.
_YOUNG = 500


def find_popular(shelves: Shelves, languages: Rows, is_left: IsLeft) -> Found:
    """Popular here and now, in the languages of this viewer; in any where they named none."""
    lists = [shelves.popular[number] for number in languages.tolist() if number in shelves.popular]
    lists = lists or [shelves.popular.get(-1, NOTHING.rows)]
    return _ranked(_take_turns([rows[is_left(rows)] for rows in lists], MOST))


def find_newest(shelves: Shelves, is_left: IsLeft) -> Found:
    """What was published last."""
    return _ranked(shelves.newest[is_left(shelves.newest)][:MOST])


def find_followed(catalogue: Catalogue, followed: Rows) -> Found:
    """The newest of each whom this person follows."""
    creators: list[int] = followed[:_FOLLOWED].tolist()
    rows = [row for one in creators for row in _newest(catalogue.of_author[one], _OF_FOLLOWED)]
    found = np.array(rows, np.int32)
    return _ranked(found[np.argsort(-catalogue.published[found], kind="stable")][:MOST])


def find_leaning(catalogue: Catalogue, taste: Taste, topics: Rows, is_left: IsLeft) -> Found:
    """Clips of the creators and with the tags that this person leans towards or chose, newer ones first."""
    tags: set[int] = {*taste.tags.best(_TAGS).tolist(), *topics.tolist()}
    creators: list[int] = taste.creators.best(_CREATORS).tolist()
    named = [catalogue.of_author[one] for one in creators] + [catalogue.of_tag[one] for one in tags]
    ends = np.cumsum([min(len(rows), _LOOKED_AT) for rows in named])
    every = np.fromiter((row for rows in named for row in _newest(rows, _LOOKED_AT)), np.int32)
    left = is_left(every)
    lists = [
        some[is_open][:_OF_EACH]
        for some, is_open in zip(np.split(every, ends[:-1]), np.split(left, ends[:-1]), strict=True)
    ]
    return _ranked(_take_turns(lists, MOST)) if lists else NOTHING


def find_alike(catalogue: Catalogue, shelves: Shelves, taste: Taste, liked: Liked) -> Found:
    """Of clips that few have seen, those with hashtags this person leans towards and those that resemble theirs."""
    young = shelves.young[:_YOUNG]
    tagged = young[lean_by_tags(catalogue, young, taste) > 0]
    rows = np.concatenate([tagged, find_resembling(shelves.cold, liked)])
    rows = rows[np.flatnonzero(catalogue.row_places.group(rows) == np.arange(len(rows)))]
    said = lean_by_tags(catalogue, rows, taste) + resemble(catalogue, rows, liked)
    good = np.flatnonzero(said > 0)
    if len(good) > MOST:
        good = good[np.argpartition(-said[good], MOST)[:MOST]]
    return Found(rows[good], said[good])


def lean_by_tags(catalogue: Catalogue, rows: Rows, taste: Taste) -> Numbers:
    """How much this person leans towards the hashtags of clips, [n]; never below 0."""
    return np.maximum(taste.tags.total(catalogue.tags[rows]).sum(axis=1) / len(DECAYS_S), 0.0)


def _newest(rows: Sequence[int], most: int) -> list[int]:
    return list(islice(reversed(rows), most))


def _take_turns(lists: Sequence[Rows], most: int) -> Rows:
    """The first of each list, then the second of each, and so on; each row once."""
    longest = max((len(one) for one in lists), default=0)
    square = np.full((longest, len(lists)), NOBODY, np.int32)
    for column, one in enumerate(lists):
        square[: len(one), column] = one
    flat = square.ravel()
    _, first = np.unique(flat, return_index=True)
    kept = flat[np.sort(first)]
    return kept[kept != NOBODY][:most]


def _ranked(rows: Rows) -> Found:
    """Scores that only say which stands before which: from 1 down."""
    return Found(rows.astype(np.int32), np.linspace(1.0, 0.05, len(rows), dtype=np.float32))
