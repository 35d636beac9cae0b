"""Who watched what, in which order, and by what of it were they taken? Several files as one, ids as row numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reelm.feed.training.arrays import Bools, Ints, Longs, Names
from reelm.feed.training.columns import UNKNOWN_MS, Rows


@dataclass(frozen=True)
class Interactions:
    """Rows [n] person by person, each person's oldest first. `person` and `item` number `people` and `items`.

    A clip that somebody watched several times stands once, where they watched it last; it was liked if it ever was.
    """

    people: Names
    items: Names
    person: Ints
    item: Ints
    at_ms: Longs
    liked: Bools

    def __len__(self) -> int:
        return len(self.person)

    def keep(self, rows: Bools) -> "Interactions":
        """Those rows only, among the same people and items."""
        return Interactions(
            self.people, self.items, self.person[rows], self.item[rows], self.at_ms[rows], self.liked[rows]
        )


@dataclass(frozen=True)
class Numbering:
    """All ids of several files: text where any file has text, else integers, sorted."""

    people: Names
    items: Names

    def number_people(self, ids: Names) -> Ints:
        """Row numbers; every id is one of `people`."""
        return _number(self.people, ids)

    def number_items(self, ids: Names) -> Ints:
        """Row numbers; every id is one of `items`."""
        return _number(self.items, ids)


def number_all(files: Sequence[Rows], items: Names | None = None) -> Numbering:
    """Every person and every item of these files, and of a list of items."""
    more = [] if items is None else [items]
    return Numbering(_union([file.user for file in files]), _union([*(file.item for file in files), *more]))


def _union(ids: Sequence[Names]) -> Names:
    given = [one for one in ids if len(one)]
    if any(one.dtype.kind == "U" for one in given):
        given = [one.astype(np.str_) for one in given]
    return np.unique(np.concatenate(given)) if given else np.zeros(0, np.int64)


def _number(known: Names, ids: Names) -> Ints:
    alike = ids if not len(ids) or known.dtype.kind == ids.dtype.kind else ids.astype(np.str_)
    return np.searchsorted(known, alike).astype(np.int32)


def join(files: Sequence[Rows], numbering: Numbering) -> Interactions:
    """The files as one history: a later file comes after an earlier one, within a file by time, then by place."""
    if not files:
        nothing = np.zeros(0, np.int32)
        return Interactions(
            numbering.people, numbering.items, nothing, nothing, nothing.astype(np.int64), nothing.astype(np.bool_)
        )
    person = np.concatenate([numbering.number_people(file.user) for file in files])
    item = np.concatenate([numbering.number_items(file.item) for file in files])
    at_ms = np.concatenate([file.at_ms for file in files])
    liked = np.concatenate([file.liked for file in files])
    number = np.concatenate([np.full(len(file.user), index) for index, file in enumerate(files)])
    order = np.lexsort((np.arange(len(person)), at_ms, number, person))
    return _keep_last(Interactions(
        numbering.people, numbering.items, person[order], item[order], at_ms[order], liked[order]
    ))  # fmt: skip


def _keep_last(rows: Interactions) -> Interactions:
    pair = rows.person.astype(np.int64) * max(len(rows.items), 1) + rows.item
    _, inverse = np.unique(pair, return_inverse=True)
    last = np.full(inverse.max() + 1 if len(pair) else 0, -1, np.int64)
    np.maximum.at(last, inverse, np.arange(len(pair)))
    ever = np.zeros(len(last), np.bool_)
    np.logical_or.at(ever, inverse, rows.liked)
    kept = np.sort(last)
    one = Interactions(rows.people, rows.items, rows.person, rows.item, rows.at_ms, ever[inverse])
    return Interactions(one.people, one.items, one.person[kept], one.item[kept], one.at_ms[kept], one.liked[kept])


def find_last_ms(rows: Interactions) -> int | None:
    """When the newest row happened, if any row says when."""
    known = rows.at_ms[rows.at_ms != UNKNOWN_MS]
    return int(known.max()) if len(known) else None
