"""How good is what was learned at putting first what people liked later? All clips ranked, what was watched left out.

What is relevant: every row of the test, except where a column `long_view` says that a row was none; what the person
had watched before is neither ranked nor relevant. Every clip that any of the files names is ranked, also those that
nobody watched. People of whom nothing relevant is left count in no figure.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from reelm.feed.training.arrays import Bools, Doubles, Floats, Ints, Names
from reelm.feed.training.columns import arrow, parquet, read_items, read_rows
from reelm.feed.training.engine import Engine, InProcess
from reelm.feed.training.errors import NothingToLearn
from reelm.feed.training.fitting import Model, fit, score_people
from reelm.feed.training.interactions import Interactions, join, number_all
from reelm.feed.training.metrics import Tally, rank_relevant

AT_ONCE, CELLS = 500, 8_000_000  # people scored at a time, and people × items at most: 4 bytes each, several times
WRITTEN = 50  # recommendations of each person


class Ranked(NamedTuple):
    """A person's scores [items], -inf for what they had watched, and what of the rest is relevant, if anything."""

    person: int
    scores: Floats
    relevant: Ints


def evaluate(
    history: Path,
    test: Path,
    *,
    events: Path | None = None,
    items: Path | None = None,
    out: Path | None = None,
    engine: Engine | None = None,
) -> dict[str, float | int]:
    """Train on history and events, rank everything for each person of the test, and measure; `out` is written.

    Raises `InteractionsNotRead`, `InteractionsNotUnderstood`, `NothingToLearn`, and `OSError` where `out` can't be
    written.
    """
    learned = [read_rows(path) for path in (history, events) if path is not None]
    asked = read_rows(test, every_row_counts=True)
    catalogue = None if items is None else read_items(items)[0]
    numbering = number_all([*learned, asked], catalogue)
    rows, later = join(learned, numbering), join([asked], numbering)
    if not len(rows):
        raise NothingToLearn(path=str(history))
    began = time.perf_counter()
    model = fit(rows, engine or InProcess())
    fit_s = time.perf_counter() - began
    tally, written = Tally(), Written()
    for one in rank_people(model, rows, later):
        if len(one.relevant):
            tally.add(rank_relevant(one.scores, one.relevant))
        if out is not None:
            written.add(one)
    if not tally.people:
        raise NothingToLearn(path=str(test))
    if out is not None:
        written.write(out, rows.people, rows.items)
    figures = {name: round(value, 6) for name, value in tally.means().items()}
    return {"people": tally.people, **figures, "fit_s": round(fit_s, 2), "peak_mb": round(measure_peak_mb(), 1)}


def rank_people(model: Model, rows: Interactions, later: Interactions) -> Iterator[Ranked]:
    """Everybody of `later`, which has the same people and items as `rows`, what they watched first."""
    people = np.unique(later.person)
    at_once = max(1, min(AT_ONCE, CELLS // max(len(rows.items), 1)))
    for first in range(0, len(people), at_once):
        some = people[first : first + at_once]
        scores = score_people(model, rows, some)
        yield from mask(scores, some, rows, later)


def mask(scores: Floats, people: Ints, rows: Interactions, later: Interactions) -> Iterator[Ranked]:
    """Each person's row of `scores` [people, items] without what they had watched, beside what they liked later."""
    seen, liked = rows.keep(np.isin(rows.person, people)), later.keep(np.isin(later.person, people) & later.liked)
    scores[np.searchsorted(people, seen.person), seen.item] = -np.inf
    rank = np.searchsorted(people, liked.person)
    fresh: Bools = np.isfinite(scores[rank, liked.item])
    for index, person in enumerate(people):
        yield Ranked(int(person), scores[index], liked.item[(rank == index) & fresh])


def measure_peak_mb() -> float:
    """The most memory that this process has held, in units of 2²⁰ bytes; 0 where the system does not say."""
    try:
        told = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return 0.0
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


class Written:
    """The first `WRITTEN` recommendations of each person, until they are written."""

    def __init__(self) -> None:
        self._people: list[Ints] = []
        self._items: list[Ints] = []
        self._scores: list[Floats] = []
        self._ranks: list[Doubles | Ints] = []

    def add(self, one: Ranked) -> None:
        """Best first; of equal scores the item with the lower id first."""
        best = np.argsort(-one.scores, kind="stable")[:WRITTEN].astype(np.int32)
        best = best[np.isfinite(one.scores[best])]
        self._people.append(np.full(len(best), one.person, np.int32))
        self._items.append(best)
        self._scores.append(one.scores[best])
        self._ranks.append(np.arange(1, len(best) + 1, dtype=np.int32))

    def write(self, path: Path, people: Names, items: Names) -> None:
        """Parquet with `user, rank, item, score`; rank from 1. Raises `OSError`."""
        columns = {
            "user": people[np.concatenate(self._people)],
            "rank": np.concatenate(self._ranks),
            "item": items[np.concatenate(self._items)],
            "score": np.concatenate(self._scores),
        }
        table = arrow.table({name: arrow.array(column) for name, column in columns.items()})
        made = path.with_name(f".{path.name}.part")
        parquet.write_table(table, made)
        made.replace(path)
