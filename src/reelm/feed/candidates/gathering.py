"""How do the sources come together? Each row once, with what every source said for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import Numbers, Places, Rows


class Source(StrEnum):
    """Who named a candidate. The order is that of the columns of `Gathered.scores`."""

    NEIGHBOURS = "neighbours"
    FACTORS = "factors"
    TREND = "trend"
    FOLLOWING = "following"
    AFFINITY = "affinity"
    CONTENT = "content"
    POPULAR = "popular"
    NEWEST = "newest"


# So many of each source at most.
MOST = 100
COLUMNS = {source: column for column, source in enumerate(Source)}


class Found(NamedTuple):
    """What a source names: rows, each once, and how much speaks for it, above 0."""

    rows: Rows
    scores: Numbers


NOTHING = Found(np.zeros(0, np.int32), np.zeros(0, np.float32))


@dataclass(frozen=True)
class Gathered:
    """Candidates: `rows`, and `scores` [rows, sources], 0 where a source did not name it."""

    rows: Rows
    scores: Numbers

    def without(self, gone: NDArray[np.bool_]) -> "Gathered":
        """Those that are not `gone`."""
        return Gathered(self.rows[~gone], self.scores[~gone])


def gather(found: Mapping[Source, Found], places: Places) -> Gathered:
    """Put together what the sources found; `places` is the table of the catalogue's rows.

    >>> two = Found(np.array([4, 7], np.int32), np.array([1.0, 2.0], np.float32))
    >>> one = Found(np.array([7], np.int32), np.array([0.5], np.float32))
    >>> together = gather({Source.POPULAR: two, Source.NEWEST: one}, Places())
    >>> together.rows.tolist(), together.scores[:, -2:].tolist()
    ([4, 7], [[1.0, 0.0], [2.0, 0.5]])
    """
    rows = np.concatenate([one.rows for one in found.values()] or [NOTHING.rows])
    group = places.group(rows)
    first = np.flatnonzero(group == np.arange(len(rows)))
    scores = np.zeros((len(rows), len(COLUMNS)), np.float32)
    at = 0
    for source, one in found.items():
        scores[group[at : at + len(one.rows)], COLUMNS[source]] = one.scores
        at += len(one.rows)
    return Gathered(rows[first], scores[first])


def find_highest(numbers: Numbers, most: int) -> NDArray[np.intp]:
    """Places of the `most` highest, in no order. `argpartition` takes twice as long.

    >>> find_highest(np.array([1.0, 4.0, 4.0, 3.0, 5.0], np.float32), 2).tolist()
    [4, 1]
    """
    if len(numbers) <= most:
        return np.arange(len(numbers))
    least = np.partition(numbers, len(numbers) - most)[len(numbers) - most]
    above = np.flatnonzero(numbers > least)
    return np.append(above, np.flatnonzero(numbers == least)[: most - len(above)])
