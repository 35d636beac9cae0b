"""What does a person like, in the rows of the catalogue? Worked out of their state for each page."""

from dataclasses import dataclass, field

import numpy as np

from reelm.feed.catalogue import NOBODY, Catalogue, Numbers, Places, Rows
from reelm.feed.state import State

# How fast what was done stops counting: within the session, the day, the month.
DECAYS_S = (3600.0, 86_400.0, 30 * 86_400.0)
POSITIVES = 100
FAVOURED = 0.3
# What people make of a clip on average, in what `state.value_of` says, and how many clips of one's own outweigh it.
_USUAL, _USUAL_CLIPS = 0.45, 10


@dataclass(frozen=True)
class Leaning:
    """Sums by number (of a creator, tag or sound), [numbers + 1, columns]: the last, for others, are 0.

    The columns are decayed sums, one for each of `DECAYS_S`, or there is just one.
    """

    places: Places = field(default_factory=Places)
    numbers: Rows = field(default_factory=lambda: np.zeros(0, np.int32))
    sums: Numbers = field(default_factory=lambda: np.zeros((1, len(DECAYS_S)), np.float32))

    def of(self, numbers: Rows) -> Numbers:
        """The sums for each of these numbers. One more axis than `numbers`."""
        if not len(self.numbers):
            return np.zeros((*numbers.shape, self.sums.shape[1]), np.float32)
        return np.take(self.sums, self.places.of(numbers, self.numbers), axis=0, mode="wrap")

    def whole(self, numbers: Rows) -> Numbers:
        """The sums for each of these numbers, all columns together, in the shape of `numbers`."""
        if not len(self.numbers):
            return np.zeros(numbers.shape, np.float32)
        return np.take(self.sums.sum(axis=1), self.places.of(numbers, self.numbers), mode="wrap")

    def total(self, numbers: Rows) -> Numbers:
        """The sums of each row of `numbers` [n, several] together, [n, columns]."""
        each = self.of(numbers)
        out = each[:, 0]
        for column in range(1, numbers.shape[1]):  # faster than `sum`: there are few columns
            out = out + each[:, column]
        return out

    def best(self, most: int) -> Rows:
        """The numbers with the highest positive sums, best first."""
        whole = self.sums[:-1].sum(axis=1)
        order = np.argsort(-whole, kind="stable")[:most]
        return self.numbers[order[whole[order] > 0]]


@dataclass(frozen=True)
class Taste:
    """`liked`: rows of what was watched for a good part, newest first, with its `worth` and `age` in events.

    `judged`: all that they saw, each clip once, newest first, with their `opinion`: how much more they made of it
    than of what they see on average.
    """

    events: int = 0
    liked: Rows = field(default_factory=lambda: np.zeros(0, np.int32))
    worth: Numbers = field(default_factory=lambda: np.zeros(0, np.float32))
    age: Numbers = field(default_factory=lambda: np.zeros(0, np.float32))
    judged: Rows = field(default_factory=lambda: np.zeros(0, np.int32))
    opinion: Numbers = field(default_factory=lambda: np.zeros(0, np.float32))
    mood: float = 0.0
    creators: Leaning = field(default_factory=Leaning)
    tags: Leaning = field(default_factory=Leaning)
    sounds: Leaning = field(default_factory=Leaning)


def read_taste(state: State, catalogue: Catalogue, now_s: float) -> Taste:
    """Taste at a time in seconds of the epoch. Clips the catalogue no longer has say nothing."""
    events = np.concatenate([state.best, state.last])
    if not len(events):
        return Taste()
    rows = catalogue.find_keys(events["key"])
    known = rows != NOBODY
    age = np.arange(len(events) - 1, -1, -1, dtype=np.float32)[known]
    rows, value = rows[known], events["value"][known]
    elapsed = np.maximum(now_s - events["at"][known].astype(np.float64), 0.0)
    weights = (value[:, None] * np.exp(-elapsed[:, None] / np.array(DECAYS_S))).astype(np.float32)
    liked = np.flatnonzero(value >= FAVOURED)[::-1][:POSITIVES]
    judged, opinion = _judge(rows, value)
    return Taste(
        events=len(state.last),
        liked=rows[liked],
        worth=value[liked],
        age=age[liked],
        judged=judged,
        opinion=opinion,
        mood=float(state.last["value"].mean()) if len(state.last) else 0.0,
        creators=lean(catalogue.authors.places, catalogue.author[rows], weights),
        tags=lean(catalogue.tag_names.places, catalogue.tags[rows], weights),
        sounds=lean(catalogue.row_places, catalogue.sound[rows], weights),
    )


def _judge(rows: Rows, value: Numbers) -> tuple[Rows, Numbers]:
    """Each clip once, newest first, and what was made of it, less what is usual with this person."""
    judged, first, place = np.unique(rows[::-1], return_index=True, return_inverse=True)
    made = np.bincount(place, value[::-1], len(judged))
    usual = (made.sum() + _USUAL * _USUAL_CLIPS) / (len(made) + _USUAL_CLIPS)
    order = np.argsort(first)
    return judged[order], (made - usual)[order].astype(np.float32)


def lean(places: Places, numbers: Rows, weights: Numbers) -> Leaning:
    """The sums of `weights` [n, columns] by `numbers`, [n] or [n, several], of which each counts for all."""
    if numbers.ndim == 2:
        weights = np.repeat(weights, numbers.shape[1], axis=0)
        numbers = numbers.reshape(-1)
        weights, numbers = weights[numbers != NOBODY], numbers[numbers != NOBODY]
    group = places.group(numbers)
    firsts = np.flatnonzero(group == np.arange(len(numbers)))
    sums = np.zeros((len(firsts) + 1, weights.shape[1]), np.float32)
    for column, part in enumerate(weights.T):
        sums[:-1, column] = np.bincount(group, part, len(numbers))[firsts]
    return Leaning(places, numbers[firsts], sums)
