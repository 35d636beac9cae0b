"""How is a part read where it is summed, rather than sent there? By the names of files, and a share of their people.

Files are cut by day; a person's sums need all they did. So each part reads the same files and keeps its share of the
people, by a hash of their id that is the same on every machine. Only names and the numbering of items travel.
"""

from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np

from reelm.feed.training.arrays import Ints, Names
from reelm.feed.training.columns import Rows, read_rows
from reelm.feed.training.interactions import Numbering, join, number_all
from reelm.feed.training.statistics import Part, Statistics, train_shard


class FilePart(NamedTuple):
    """Share `share` of `shares` of the people in `paths`, oldest file first; else as `Part`. `items` is sorted."""

    paths: tuple[Path, ...]
    share: int
    shares: int
    items: Names
    hot: Ints
    transition_decay: float
    now_ms: int
    trend_days: float


def train_files(part: FilePart) -> Statistics:
    """Read a part and sum it. Raises what `read_rows` raises."""
    return train_shard(read_part(part))


def read_part(part: FilePart) -> Part:
    """The rows of its people, in order. Every item of the files is among `part.items`."""
    files = [_keep(read_rows(path), part.share, part.shares) for path in part.paths]
    numbering = Numbering(number_all(files).people, part.items)
    return Part(join(files, numbering), part.hot, part.transition_decay, part.now_ms, part.trend_days)


def _keep(rows: Rows, share: int, shares: int) -> Rows:
    own = _hash(rows.user) % shares == share
    return Rows(rows.user[own], rows.item[own], rows.at_ms[own], rows.liked[own])


def _hash(users: Names) -> Ints:
    """Of each id, as text, so that a number and the same number as text fall together."""
    names, inverse = np.unique(users.astype(np.str_), return_inverse=True)
    return np.array([crc32(name.encode()) & 0x7FFFFFFF for name in names.tolist()], np.int32)[inverse]
