"""Which candidate is better, and what made it so? Scores over features, and the share of each cause in them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import Numbers
from reelm.feed.ranking.features import FEATURES, PLACE
from reelm.feed.ranking.weights import CUT, HEADS, LINEAR

_LINEAR = np.array([LINEAR.get(name, 0.0) for name in FEATURES], np.float32)

# Which features belong to one cause, as a viewer is told it.
CAUSES: Mapping[str, tuple[str, ...]] = {
    "liked_alike": ("from_neighbours", "from_factors"),
    "creator": ("creator_hour", "creator_day", "creator_month"),
    "tag": ("tags_hour", "tags_day", "tags_month", "own_topic"),
    "content": ("from_content",),
    "sound": ("sound_hour", "sound_day", "sound_month"),
    "following": ("follows", "from_following"),
    "popular": (
        "from_popular",
        "from_trend",
        "completed",
        "liked",
        "commented",
        "shared",
        "skipped",
        "refused",
        "log_views",
    ),
    "language": ("own_language",),
    "fresh": ("fresh", "new_creator", "from_newest", "log_shown"),
}


def score_linear(features: Numbers) -> Numbers:
    """The weighted sum of features, [n]."""
    return np.clip(features, -CUT, CUT) @ _LINEAR


def score_heads(expected: Numbers, heads: Sequence[str]) -> Numbers:
    """The weighted sum of what is expected, [n, heads] → [n]. A head without a weight counts nothing."""
    return expected @ np.array([HEADS.get(head, 0.0) for head in heads], np.float32)


def plan_ablations(features: Numbers) -> Numbers:
    """`features` [n, F] once as they are and once without each of `CAUSES`: [(causes + 1) * n, F].

    What a score loses without a cause is what the cause added to it, for any ranker.
    """
    many = np.tile(features, (len(CAUSES) + 1, 1))
    for turn, names in enumerate(CAUSES.values(), start=1):
        part = slice(turn * len(features), (turn + 1) * len(features))
        many[part, [PLACE[name] for name in names]] = _neutral(names)
    return many


def _neutral(names: Sequence[str]) -> NDArray[np.float32]:
    """What features are where nothing speaks for or against: usual rates, and 0."""
    return np.array([_USUAL.get(name, 0.0) for name in names], np.float32)


_USUAL = {"completed": 0.35, "liked": 0.08, "commented": 0.01, "shared": 0.02, "skipped": 0.35, "refused": 0.005}


def share_causes(scores: Numbers, count: int) -> list[dict[str, float]]:
    """Of each of `count` candidates which causes raised its score, as shares of 1, most first.

    `scores` are those of `plan_ablations`.
    """
    table = scores.reshape(len(CAUSES) + 1, count)
    added = np.maximum(table[0] - table[1:], 0.0)
    whole = added.sum(axis=0)
    shares: list[dict[str, float]] = []
    for at in range(count):
        parts = {cause: float(part) for cause, part in zip(CAUSES, added[:, at], strict=True) if part > 0}
        total = float(whole[at]) or 1.0
        shares.append({cause: parts[cause] / total for cause in sorted(parts, key=lambda one: -parts[one])})
    return shares
