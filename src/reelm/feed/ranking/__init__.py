"""Which candidate is better? Pure scores over plain numbers."""

from reelm.feed.ranking.diversity import measure_likeness, spread
from reelm.feed.ranking.features import FEATURES, Interests, make_features
from reelm.feed.ranking.score import CAUSES, plan_ablations, score_heads, score_linear, share_causes
from reelm.feed.ranking.weights import HEADS, LINEAR

__all__ = [
    "CAUSES",
    "FEATURES",
    "HEADS",
    "LINEAR",
    "Interests",
    "make_features",
    "measure_likeness",
    "plan_ablations",
    "score_heads",
    "score_linear",
    "share_causes",
    "spread",
]
