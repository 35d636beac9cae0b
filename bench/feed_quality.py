"""How good is the order that the feed has learned, next to plainer recommenders on the same logs?

Real watch logs (KuaiRand-Pure, in `../shared/data/kuairand` beside the checkout): the last two days of the events
are kept back, every clip is ranked for each person who watched one for long then, what they had watched before is
masked. Ours has its settings from the code; they were chosen on the days before. The baselines choose theirs on the
two days before, in this run. Last, how much an old state costs: what each person watched for long last, ranked by
what they did until then, less the newest 1, 5 or 40 watches; the model is the same, and knows nothing of the two
days.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench._baselines import BASELINES, Baseline, Score
from bench.table import Cell, Report, at_least, at_most
from reelm.feed.training.arrays import Bools, Ints
from reelm.feed.training.columns import Rows, arrow, parquet, read_items, read_rows
from reelm.feed.training.engine import InProcess
from reelm.feed.training.evaluation import AT_ONCE, mask
from reelm.feed.training.fitting import Model, fit, score_people
from reelm.feed.training.interactions import Interactions, Numbering, join, number_all
from reelm.feed.training.metrics import Tally, bootstrap_gain, rank_relevant
from reelm.feed.training.statistics import DAY_MS, find_ages

ROOT = Path(__file__).resolve().parents[1]
HELD_MS = 2 * DAY_MS
OLD = (0, 1, 5, 40)
FIGURES = ("ndcg@10", "recall@20")
TUNED_ON = 2000  # people


class Days(NamedTuple):
    """What may be learned from, and what came in the two days after; the same people and items in both."""

    rows: Interactions
    later: Interactions


def measure() -> Report | None:
    """Fit ours in a child process, then the baselines, then the state's age. None where the logs are not there."""
    found = next((one for parent in ROOT.parents if (one := parent / "shared" / "data" / "kuairand").is_dir()), None)
    if found is None:
        print("feed-quality is skipped: there is no ../shared/data/kuairand beside the checkout.", flush=True)
        return None
    history, events = (read_rows(found / f"{name}.parquet") for name in ("history", "events"))
    numbering = number_all([history, events], read_items(found / "videos.parquet")[0])
    end = int(events.at_ms.max()) + 1
    long = read_rows(found / "events.parquet", every_row_counts=True).liked
    test, inner = (split(history, events, long, numbering, end - HELD_MS * back) for back in (1, 2))
    told = _run_command(found, end - HELD_MS)
    model = fit(test.rows, InProcess())
    ours = tally(lambda people: score_people(model, test.rows, people), test)
    rows: list[Mapping[str, Cell]] = [
        _row("reelm", ours, float(told["fit_s"]), float(told["peak_mb"]), "of the code")
    ]
    tallies: dict[str, Tally] = {}
    for one in BASELINES:
        chosen = tune(one, inner)
        began = time.perf_counter()
        score = one.fit(test.rows, chosen)
        fit_s = time.perf_counter() - began
        tallies[one.name] = tally(score, test)
        rows.append(_row(one.name, tallies[one.name], fit_s, None, str(chosen)))
    for age, old in measure_staleness(model, history, events, numbering, end - HELD_MS):
        rows.append(_row(f"reelm, last watch, state {age} old", old, None, None, "of the code"))
    goals = [_compare(name, ours, tallies) for name in FIGURES]
    limits = [
        at_most("fit", float(told["fit_s"]), 60, "s"),
        at_most("peak memory", float(told["peak_mb"]), 2048, "MB"),
    ]
    return Report("feed-quality", rows, [*goals, *limits])


def split(history: Rows, events: Rows, long: Bools, numbering: Numbering, at_ms: int) -> Days:
    """Everything before that time, and which of the `events` in the two days after it were `long` watches."""
    before, after = events.at_ms < at_ms, (events.at_ms >= at_ms) & (events.at_ms < at_ms + HELD_MS)
    return Days(join([history, take(events, before)], numbering), join([take(events, after & long)], numbering))


def take(rows: Rows, kept: Any) -> Rows:
    """Some rows of a file."""
    return Rows(rows.user[kept], rows.item[kept], rows.at_ms[kept], rows.liked[kept])


def tally(score: Score, days: Days, most: int | None = None) -> Tally:
    """Everybody who liked something later, or every so many, so that at most `most` are looked at."""
    found, people = Tally(), np.unique(days.later.person)
    people = people if most is None else people[:: max(len(people) // most, 1)]
    for first in range(0, len(people), AT_ONCE):
        some: Ints = people[first : first + AT_ONCE]
        for one in mask(np.asarray(score(some), np.float32), some, days.rows, days.later):
            if len(one.relevant):
                found.add(rank_relevant(one.scores, one.relevant))
    return found


def tune(one: Baseline, days: Days) -> Any:
    """The setting with the best NDCG@10."""
    return max(one.settings, key=lambda how: tally(one.fit(days.rows, how), days, TUNED_ON).means()["ndcg@10"])


def measure_staleness(
    model: Model, history: Rows, events: Rows, numbering: Numbering, at_ms: int
) -> Sequence[tuple[int, Tally]]:
    """By how many of the newest watches were not yet known, when each person's last long watch was to be found."""
    everything = join([history, events], numbering)
    ages = find_ages(everything.person)
    targets = everything.liked & (everything.at_ms >= at_ms)
    last = np.full(len(numbering.people), -1, np.int64)
    last[everything.person[targets]] = np.flatnonzero(targets)
    mine = last[everything.person]
    before = (mine >= 0) & (np.arange(len(everything)) < mine)
    target = np.zeros(len(everything), np.bool_)
    target[last[last >= 0]] = True
    later, known = everything.keep(target), everything.keep(before)
    found: list[tuple[int, Tally]] = []
    for age in OLD:
        state = everything.keep(before & (ages - ages[np.maximum(mine, 0)] > age))
        days = Days(known, later)
        found.append((age, tally(lambda people, state=state: score_people(model, state, people), days)))
    return found


def _run_command(folder: Path, at_ms: int) -> dict[str, float]:
    """`reelm feed evaluate` as an operator runs it: its own time and memory."""
    events = parquet.read_table(folder / "events.parquet")
    before = events["time_ms"].to_numpy() < at_ms
    with tempfile.TemporaryDirectory(prefix="reelm-bench-", dir="/tmp") as scratch:
        for name, kept in (("events", before), ("test", ~before)):
            parquet.write_table(events.filter(arrow.array(kept)), f"{scratch}/{name}.parquet")
        command = (sys.executable, "-m", "reelm.cli", "feed", "evaluate", "--items", str(folder / "videos.parquet"))
        files = ("--history", str(folder / "history.parquet"), "--events", f"{scratch}/events.parquet")
        told = subprocess.run(
            (*command, *files, "--test", f"{scratch}/test.parquet"),
            stdout=subprocess.PIPE, check=True, text=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    return json.loads(told.stdout)


def _row(name: str, found: Tally, fit_s: float | None, peak_mb: float | None, how: str) -> dict[str, Cell]:
    means = {figure: round(value, 4) for figure, value in found.means().items()}
    return {
        "method": name, "people": found.people, **means,
        "fit_s": None if fit_s is None else round(fit_s, 1), "peak_mb": peak_mb, "settings": how,
    }  # fmt: skip


def _compare(figure: str, ours: Tally, others: Mapping[str, Tally]) -> Any:
    best = max(others, key=lambda name: others[name].means()[figure])
    mine, theirs = ours.per_person[figure], others[best].per_person[figure]
    low, high = bootstrap_gain(mine, theirs)
    told = f"{figure} ÷ best baseline's, {best} (95 % of bootstraps: {1 + low:.3f} to {1 + high:.3f})"
    return at_least(told, round(float(np.mean(mine) / np.mean(theirs)), 3), 1.05)
