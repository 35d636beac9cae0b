"""One round of learning: a new model, measured beside the one that serves, and released or not.

Neither may have seen what it is measured on. Of the last day's likes those are new that the serving model has not
seen; the candidate learns from everything before the newest fifth of them, and both are replayed on that fifth, for
`REPLAYED` people at most. What was measured is what serves: nothing is trained twice, and the few minutes that are
left out are learned from in the next round. A model with new lists must beat the one that serves. One that has only
new factors must not be surely worse, by bootstraps over who was replayed: ten minutes make no difference that so
short a replay could tell from chance, and its lists have beaten what was before.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np

from reelm.feed.training.columns import UNKNOWN_MS
from reelm.feed.training.engine import Engine
from reelm.feed.training.evaluation import rank_people
from reelm.feed.training.fitting import Model, fit, refresh
from reelm.feed.training.heads import Judged
from reelm.feed.training.interactions import Interactions, find_last_ms
from reelm.feed.training.metrics import Tally, bootstrap_gain, rank_relevant
from reelm.feed.training.model_folder import read_model, read_ranker, write_model
from reelm.feed.training.release import (
    DECIDES,
    Release,
    decide_refresh,
    decide_release,
    find_current,
    prune,
    publish,
)
from reelm.feed.training.statistics import DAY_MS, HOT_ITEMS

HELD_SHARE = 5  # one part in so many of the new likes, the newest, is not learned from
REPLAYED = 2000  # people
ChooseRanker = Callable[[Judged | None], Judged | None]


def learn(
    rows: Interactions,
    models: Path,
    engine: Engine,
    *,
    id: str,
    made_at: datetime,
    only_factors: bool = False,
    hot_items: int = HOT_ITEMS,
    choose_ranker: ChooseRanker = lambda serving: serving,
) -> Release:
    """Write the model `id` of `rows` below `models`, and let it serve if it may.

    `only_factors` takes the lists of the model that serves, if there is one; `choose_ranker` is given the ranker that
    serves. Raises `OSError`, and `ValueError` for ids that are no UUIDs. A round that ends half way leaves what
    serves.
    """
    serving = find_current(models)
    current = None if serving is None else read_model(models / serving, rows.items)
    ranker = choose_ranker(None if serving is None else read_ranker(models / serving))
    since = _find_start(rows, current)
    seen, later = rows.keep(rows.at_ms < since), rows.keep((rows.at_ms >= since) & rows.liked)
    if not len(seen):
        return Release(serve=False, reason="there is nothing to learn before what it would be measured on")
    partly = only_factors and current is not None
    made = (
        refresh(current, seen, engine)
        if only_factors and current is not None
        else fit(seen, engine, hot_items=hot_items)
    )
    ours = replay(made, seen, later)
    theirs = None if current is None else replay(current, seen, later)
    metrics = {"people": float(ours.people), **ours.means()}
    if partly and theirs is not None:
        both = ours.per_person[DECIDES], theirs.per_person[DECIDES]
        decided = decide_refresh(bootstrap_gain(*both) if ours.people else None)
    else:
        decided = decide_release(metrics, None if theirs is None else theirs.means())
    write_model(models, id, made, made_at=made_at, metrics=metrics, ranker=ranker)
    if decided.serve:
        publish(models, id, keep_previous=partly)
    prune(models)
    return decided


def replay(model: Model, seen: Interactions, later: Interactions) -> Tally:
    """The figures of `evaluate` for what people liked `later`, by what they had `seen` until then."""
    tally, people = Tally(), np.unique(later.person)
    some = people[:: max(-(-len(people) // REPLAYED), 1)]
    for one in rank_people(model, seen, later.keep(np.isin(later.person, some))):
        if len(one.relevant):
            tally.add(rank_relevant(one.scores, one.relevant))
    return tally


def _find_start(rows: Interactions, current: Model | None) -> int:
    """From when on rows are held back: the newest of the last day's likes that the current model has not seen."""
    last_ms = find_last_ms(rows)
    if last_ms is None:
        return UNKNOWN_MS
    known = None if current is None else current.trained_on["to"]
    begin = max(last_ms - DAY_MS, UNKNOWN_MS if known is None else known)
    new = np.sort(rows.at_ms[rows.liked & (rows.at_ms > begin)])
    return int(new[-max(len(new) // HELD_SHARE, 1)]) if len(new) else last_ms + 1
