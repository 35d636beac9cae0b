"""Which clips stand ready for everybody? Lists over the whole catalogue, made every few seconds, not for each page.

Popular ones by language, lately and in this hour, the newest, those that are owed their first showings, the least
shown first and the newest first, and those that too few people have seen for the trained model to know them, by what
they are about.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import Catalogue, Numbers, Rows, Tally, no_rows
from reelm.feed.content.codes import LOOKS, WORDS_BYTES, Codes, Signs, decode_looks, read_signs
from reelm.feed.exploring import is_owed

POPULAR, NEWEST, YOUNG, NEWBORN = 400, 600, 2000, 400
# A clip is cold until it was shown so often. The newest of them are looked through, the wordless by their pictures.
COLD_SHOWN, COLD, WORDLESS = 300.0, 25_000, 2000
# Rates are pulled towards these until a clip was viewed often: a beta prior of `PRIOR_VIEWS` views.
PRIOR_VIEWS = 20.0
PRIORS = Tally(completions=0.35, likes=0.08, comments=0.01, shares=0.02, skips=0.35, refusals=0.005)
# What a rate counts for in quality, per unit above its prior.
QUALITY = Tally(completions=1.0, likes=3.0, comments=2.0, shares=3.0, skips=-1.0, refusals=-12.0)
# Popularity halves in this time; that of the hour, of which every fourth of the popular clips is, in this one.
HALF_LIFE_H, NOW_HALF_LIFE_H = 36.0, 1.0
_OF_NOW, _WARM = 4, 0.05


@dataclass(frozen=True)
class Cold:
    """Clips that few have seen, in no order: those with a caption and its `signs` [2, rows], and those that have a
    picture only and how it `looks` [wordless, `LOOKS`].
    """

    rows: Rows = field(default_factory=no_rows)
    signs: Signs = field(default_factory=lambda: np.zeros((2, 0), np.uint64))
    wordless: Rows = field(default_factory=no_rows)
    looks: Numbers = field(default_factory=lambda: np.zeros((0, LOOKS), np.float32))


@dataclass(frozen=True)
class Shelves:
    """Rows, best first. `quality` [rows of the catalogue]; `popular` by number of a language, -1 for any; `young` and
    `newborn` are those that are owed showings, the least shown and the newest first.

    `creators_shown`: how often all of a creator's clips were shown together; the last is 0, for whoever came later.
    """

    quality: Numbers = field(default_factory=lambda: np.zeros(0, np.float32))
    popular: dict[int, Rows] = field(default_factory=dict[int, Rows])
    newest: Rows = field(default_factory=lambda: np.zeros(0, np.int32))
    young: Rows = field(default_factory=lambda: np.zeros(0, np.int32))
    newborn: Rows = field(default_factory=lambda: np.zeros(0, np.int32))
    cold: Cold = field(default_factory=Cold)
    creators_shown: Numbers = field(default_factory=lambda: np.zeros(1, np.float32))


def rates(tally: Numbers) -> Numbers:
    """How often what was done per view, [clips, fields of `Tally`], pulled towards what is usual."""
    views = tally[:, :1]
    usual = np.array(PRIORS, np.float32)
    return np.asarray((np.minimum(tally, views) + usual * PRIOR_VIEWS) / (views + PRIOR_VIEWS), np.float32)


def score_quality(tally: Numbers) -> Numbers:
    """How much better than usual people take to clips; 0 for one that nobody has seen."""
    return ((rates(tally) - np.array(PRIORS, np.float32)) @ np.array(QUALITY, np.float32)).astype(np.float32)


def stock(catalogue: Catalogue, now_s: float, cold: Cold | None = None) -> Shelves:
    """The lists as they are now; `cold` where those are known."""
    rows = catalogue.rows
    live = np.flatnonzero(catalogue.live[rows]).astype(np.int32)
    quality = score_quality(catalogue.tally[rows])
    age_h = np.maximum(now_s - catalogue.published[rows], 0.0) / 3600
    fresh = np.exp2(-age_h / HALF_LIFE_H).astype(np.float32)
    worth = quality + np.log1p(catalogue.heat[rows]) * 0.25 + fresh
    newest = _most(live, catalogue.published[rows], NEWEST)
    owed = live[is_owed(catalogue.shown[live], catalogue.tally[live])]
    by_language = {-1: _popular(live, worth, catalogue.heat_now)}
    for number in range(len(catalogue.languages)):
        by_language[number] = _popular(live[catalogue.language[live] == number], worth, catalogue.heat_now)
    owed = owed[np.lexsort((catalogue.published[owed], catalogue.shown[owed]))]
    shown = np.bincount(catalogue.author[rows], catalogue.shown[rows], len(catalogue.authors) + 1).astype(np.float32)
    newborn = _most(owed, catalogue.published[rows], NEWBORN)
    cold = cold or find_cold(catalogue, live)
    return Shelves(quality, by_language, newest, owed[:YOUNG], newborn, cold, shown)


def find_cold(catalogue: Catalogue, live: Rows) -> Cold:
    """The newest of those that were shown little, out of rows that may be shown."""
    cold = live[catalogue.shown[live] < COLD_SHOWN]
    if len(cold) > COLD:
        cold = cold[np.argpartition(-catalogue.published[cold], COLD)[:COLD]]
    content: Codes = catalogue.content[cold]
    has_words = content[:, :WORDS_BYTES].view(np.uint64).any(axis=1)
    has_looks = content[:, WORDS_BYTES:].view(np.uint64).any(axis=1)
    wordless = cold[~has_words & has_looks]
    wordless = wordless[np.argsort(-catalogue.published[wordless], kind="stable")[:WORDLESS]]
    looks = decode_looks(catalogue.content[wordless, WORDS_BYTES:])
    return Cold(cold[has_words], read_signs(content[has_words, :WORDS_BYTES]), wordless, looks)


def _popular(rows: Rows, worth: NDArray[np.floating], heat_now: Numbers) -> Rows:
    """The best of `rows`, best first, with what people like this very hour in every fourth place, while there is."""
    lately, hot = _most(rows, worth, POPULAR), rows[heat_now[rows] > _WARM]
    hour = hot[np.lexsort((hot, -np.log1p(heat_now[hot]) - worth[hot]))][: POPULAR // _OF_NOW]
    both = np.concatenate([hour, lately])
    places = np.concatenate([_OF_NOW * np.arange(len(hour)), np.arange(len(lately)) * _OF_NOW / (_OF_NOW - 1)])
    mixed = both[np.argsort(places, kind="stable")]
    _, first = np.unique(mixed, return_index=True)
    return mixed[np.sort(first)][:POPULAR]


def _most(rows: Rows, worth: NDArray[np.floating], most: int) -> Rows:
    """Those of `rows` with the highest worth, best first; equal ones by row."""
    if len(rows) > most:
        rows = rows[np.argpartition(-worth[rows], most)[:most]]
    return rows[np.lexsort((rows, -worth[rows]))]
