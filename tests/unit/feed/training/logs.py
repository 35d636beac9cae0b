"""Small made-up logs: people of two tastes, who watch clips of theirs and some of the other."""

import numpy as np

from reelm.feed.training.columns import Rows
from reelm.feed.training.interactions import Interactions, join, number_all

DAY_MS = 86_400_000


def make_log(people: int = 30, items: int = 40, watches: int = 12, seed: int = 5) -> Rows:
    """Even clips are for even people; each watches `watches` clips, one an hour, and likes those of their taste."""
    draws = np.random.default_rng(seed)
    user = np.repeat(np.arange(people), watches)
    own = draws.random(len(user)) < 0.8
    item = 2 * draws.integers(0, items // 2, len(user)) + (user + ~own) % 2
    at_ms = DAY_MS * 20_000 + np.tile(np.arange(watches) * 3_600_000, people)
    return Rows(user, item, at_ms.astype(np.int64), own)


def join_log(*files: Rows) -> Interactions:
    return join(files, number_all(files))
