"""What does ranking look at? One row of numbers per candidate, the same when it serves and when it is trained.

They are logged with what was served, so that training sees exactly what ranking saw.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reelm.feed.candidates import COLUMNS, Gathered, Source
from reelm.feed.catalogue import NOBODY, Catalogue, Numbers, Rows, no_rows
from reelm.feed.exploring import lift_of_creator
from reelm.feed.shelves import HALF_LIFE_H, rates
from reelm.feed.taste import Taste

_SPANS = ("hour", "day", "month")
SOURCES = tuple(f"from_{source}" for source in Source)
# The parts of the trained model's score, which add up.
_LEARNED = [COLUMNS[source] for source in (Source.NEIGHBOURS, Source.FACTORS, Source.TREND)]
RATES = ("completed", "liked", "commented", "shared", "skipped", "refused")
FEATURES = (
    *SOURCES,
    *(f"creator_{span}" for span in _SPANS),
    *(f"tags_{span}" for span in _SPANS),
    *(f"sound_{span}" for span in _SPANS),
    *RATES,
    "follows",
    "own_language",
    "own_topic",
    "fresh",
    "log_duration",
    "log_views",
    "log_shown",
    "new_creator",
    "mood",
    "log_events",
)
PLACE = {name: place for place, name in enumerate(FEATURES)}


@dataclass(frozen=True)
class Interests:
    """What somebody who looks goes for: their taste, and whom and what they chose, in numbers of the catalogue."""

    taste: Taste = field(default_factory=Taste)
    follows: Rows = field(default_factory=no_rows)
    languages: Rows = field(default_factory=no_rows)
    topics: Rows = field(default_factory=no_rows)


def make_features(
    gathered: Gathered, interests: Interests, catalogue: Catalogue, creators_shown: Numbers, now_s: float
) -> Numbers:
    """[candidates, features], float32. `creators_shown` is as in `Shelves`."""
    rows, taste = gathered.rows, interests.taste
    out = np.zeros((len(rows), len(FEATURES)), np.float32)
    out[:, : len(SOURCES)] = _by_best(gathered.scores)
    at = len(SOURCES)
    author, tags, tally = (
        catalogue.author[rows],
        catalogue.tags.take(rows, axis=0),
        catalogue.tally.take(rows, axis=0),
    )
    for sums in (taste.creators.of(author), taste.tags.total(tags), taste.sounds.of(catalogue.sound[rows])):
        out[:, at : at + len(_SPANS)] = sums
        at += len(_SPANS)
    out[:, at : at + len(RATES)] = rates(tally)[:, 1 : 1 + len(RATES)]
    age_h = np.maximum(now_s - catalogue.published[rows], 0.0) / 3600
    single = {
        "follows": catalogue.authors.places.of(author, interests.follows) != NOBODY,
        "own_language": _are_among(catalogue.language[rows], interests.languages),
        "own_topic": _are_among(tags.T, interests.topics).any(axis=0),
        "fresh": np.exp2(-age_h / HALF_LIFE_H),
        "log_duration": np.log1p(catalogue.duration_ms[rows] / 1000),
        "log_views": np.log1p(tally[:, 0]),
        "log_shown": np.log1p(catalogue.shown[rows]),
        "new_creator": lift_of_creator(np.take(creators_shown, author, mode="clip")),
        "mood": taste.mood,
        "log_events": np.log1p(taste.events),
    }
    for name, column in single.items():
        out[:, PLACE[name]] = column
    return out


def _are_among(numbers: Rows, few: Rows) -> NDArray[np.bool_]:
    """As `isin`, which sorts; for a few, which are fewer than it takes to sort."""
    found = np.zeros(numbers.shape, np.bool_)
    for one in few.tolist():
        found |= numbers == one
    return found


def _by_best(scores: Numbers) -> Numbers:
    """Each source's scores by its highest, to be compared, the model's three parts together; 0 stays 0."""
    best = scores.max(axis=0, initial=0.0)
    best[_LEARNED] = sum((scores[:, column] for column in _LEARNED), np.float32(0)).max(initial=0.0)
    return np.asarray(scores / np.where(best > 0, best, 1.0), np.float32)
