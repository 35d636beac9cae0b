"""One round of learning: a new model, measured on the last day beside the one that serves, and released or not.

Neither may have seen what it is measured on. So the candidate is learned twice: without the last day, to be measured,
and with it, to serve. Where the model that serves has seen a part of that day, only what came after is replayed.
"""

from datetime import datetime
from pathlib import Path

from reelm.feed.training.columns import UNKNOWN_MS
from reelm.feed.training.engine import Engine
from reelm.feed.training.evaluation import rank_people
from reelm.feed.training.fitting import Model, fit
from reelm.feed.training.heads import Ranker
from reelm.feed.training.interactions import Interactions, find_last_ms
from reelm.feed.training.metrics import Tally, rank_relevant
from reelm.feed.training.model_folder import read_model, write_model
from reelm.feed.training.release import Release, decide_release, find_current, prune, publish
from reelm.feed.training.statistics import DAY_MS


def learn(
    rows: Interactions, models: Path, engine: Engine, *, id: str, made_at: datetime, ranker: Ranker | None = None
) -> Release:
    """Write the model `id` of all `rows` below `models`, and let it serve if it beats the one that does.

    Raises `OSError`, and `ValueError` for ids that are no UUIDs. A round that ends half way leaves what serves.
    """
    serving = find_current(models)
    current = None if serving is None else read_model(models / serving, rows.items)
    since = _find_start(rows, current)
    seen, later = rows.keep(rows.at_ms < since), rows.keep((rows.at_ms >= since) & rows.liked)
    metrics = replay(fit(seen, engine), seen, later) if len(seen) else {}
    theirs = None if current is None else replay(current, seen, later)
    decided = decide_release(metrics, theirs)
    write_model(models, id, fit(rows, engine), made_at=made_at, metrics=metrics, ranker=ranker)
    if decided.serve:
        publish(models, id)
    prune(models)
    return decided


def replay(model: Model, seen: Interactions, later: Interactions) -> dict[str, float]:
    """The figures of `evaluate` for what people liked `later`, by what they had `seen` until then."""
    tally = Tally()
    for one in rank_people(model, seen, later):
        if len(one.relevant):
            tally.add(rank_relevant(one.scores, one.relevant))
    return {"people": float(tally.people), **tally.means()}


def _find_start(rows: Interactions, current: Model | None) -> int:
    """From when on rows are replayed: the last day, as far as the current model has not seen it."""
    last_ms = find_last_ms(rows)
    if last_ms is None:
        return UNKNOWN_MS
    known = None if current is None else current.trained_on["to"]
    return max(last_ms - DAY_MS + 1, last_ms - DAY_MS + 1 if known is None else known + 1)
