"""Learning offline what to show, and proving that it is better. Serving never imports this package, but reads its
models.

Promises: the same rows give the same model, in this process or on Ray; memory is bounded by the hot set; a model
serves only once it beat the one before it; equal scores flatter nobody's figures; nothing is learned from people
whose feed does not learn now.
"""

from reelm.feed.training.errors import (
    InteractionsNotRead,
    InteractionsNotUnderstood,
    NoEarlierModel,
    NothingToLearn,
    RoundAtWork,
    RoundTooLarge,
)
from reelm.feed.training.evaluation import evaluate
from reelm.feed.training.heads import Ranker, label_watch_quantile, train_ranker
from reelm.feed.training.learning import learn
from reelm.feed.training.release import decide_release, find_current, prune, publish, roll_back
from reelm.feed.training.rounds import MOST_BYTES, Outcome, Rooms, hold, run_round
from reelm.feed.training.schedule import Round

__all__ = [
    "MOST_BYTES",
    "InteractionsNotRead",
    "InteractionsNotUnderstood",
    "NoEarlierModel",
    "NothingToLearn",
    "Outcome",
    "Ranker",
    "Rooms",
    "Round",
    "RoundAtWork",
    "RoundTooLarge",
    "decide_release",
    "evaluate",
    "find_current",
    "hold",
    "label_watch_quantile",
    "learn",
    "prune",
    "publish",
    "roll_back",
    "run_round",
    "train_ranker",
]
