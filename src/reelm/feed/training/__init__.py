"""Learning offline what to show, and proving that it is better. Serving never imports this package, but reads its
models.

Promises: the same rows give the same model, in this process or on Ray; memory is bounded by the hot set; a model
serves only once it beat the one before it; equal scores flatter nobody's figures.
"""

from reelm.feed.training.errors import InteractionsNotRead, InteractionsNotUnderstood, NoEarlierModel, NothingToLearn
from reelm.feed.training.evaluation import evaluate
from reelm.feed.training.heads import Ranker, label_watch_quantile, train_ranker
from reelm.feed.training.learning import learn
from reelm.feed.training.release import decide_release, find_current, prune, publish, roll_back

__all__ = [
    "InteractionsNotRead",
    "InteractionsNotUnderstood",
    "NoEarlierModel",
    "NothingToLearn",
    "Ranker",
    "decide_release",
    "evaluate",
    "find_current",
    "label_watch_quantile",
    "learn",
    "prune",
    "publish",
    "roll_back",
    "train_ranker",
]
