"""One round of learning from what was watched in this realm: forget, see what is due, export, learn, release.

Meant for a process of its own, whose memory is limited to `MOST_BYTES`: what does not fit ends the round. Two rounds
never overlap, because each holds a lock on the folder, which goes with its process. A round that ends half way, by
whatever, leaves what serves: a model is one folder that is renamed when it is whole, and one line that names it. What
has gone is forgotten before anything is decided.
"""

import fcntl
import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reelm import realms
from reelm.feed.ranking import FEATURES
from reelm.feed.training.bounds import bound
from reelm.feed.training.day_files import read_showings, read_watches
from reelm.feed.training.engine import Engine, InProcess
from reelm.feed.training.errors import RoundAtWork
from reelm.feed.training.evaluation import measure_peak_mb
from reelm.feed.training.export import export, forget, list_allowed, open_snapshot
from reelm.feed.training.export_store import has_news
from reelm.feed.training.heads import Judged
from reelm.feed.training.interactions import Interactions, join, number_all
from reelm.feed.training.judging import choose_ranker
from reelm.feed.training.learning import learn
from reelm.feed.training.reactions import read_reactions
from reelm.feed.training.schedule import Past, Round, is_enough, note_began, plan_round
from reelm.infra.db import HotPool

MOST_BYTES = 2 * 2**30
_PAST, _LOCK = "rounds.json", "lock"
# How far back news is looked for at first.
_FIRST_LOOK = timedelta(days=30)
Tell = Callable[[str], None]


class Rooms(NamedTuple):
    """The folder of files that are learned from, and that of models."""

    files: Path
    models: Path


@dataclass
class Outcome:
    """What a round came to. `round` is `None` where there was none; `served`: whether the new model serves."""

    round: Round | None
    reason: str
    served: bool = False
    model: str | None = None
    ranker: str | None = None
    forgotten: int = 0
    watches: int = 0
    people: int = 0
    took_s: float = 0.0
    peak_mb: float = 0.0


@contextmanager
def hold(folder: Path) -> Generator[None]:
    """Keep other rounds away until the end of the block. Raises `RoundAtWork` where one is there already."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / _LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RoundAtWork from None
        yield


async def run_round(
    pool: HotPool,
    atlas: realms.Atlas,
    rooms: Rooms,
    *,
    now: datetime,
    asked: Round | None,
    tell: Tell,
    may_learn: bool = True,
    engine: Engine | None = None,
) -> Outcome:
    """Run the round that was `asked` for, or the one that is due, while the folder is held (`hold`).

    Without `may_learn` only what has gone is forgotten. Raises `OSError`, and `MemoryError` where the process may not
    have what it needs.
    """
    began, past = time.perf_counter(), read_past(rooms.files)
    async with open_snapshot(pool) as snapshot:
        allowed = await list_allowed(snapshot, atlas, now)
        forgotten = forget(rooms.files, allowed, now.date())
        is_new = bool(forgotten) or await has_news(snapshot, past.looked_at or now - _FIRST_LOOK)
        past = Past(past.began, now if is_new else past.news_at, now)
        write_past(rooms.files, past)
        if not may_learn:
            return Outcome(None, "learning is switched off", forgotten=forgotten)
        round = asked or plan_round(now, past)
        if round is None:
            return Outcome(None, "nothing new was watched since the last round", forgotten=forgotten)
        write_past(rooms.files, note_began(past, round, now))
        tell(f"round: {round}; {len(allowed)} people whose feed learns")
        await export(snapshot, rooms.files, allowed, now.date(), whole=round is Round.ALL)
    tell(f"exported after {time.perf_counter() - began:.1f} s")
    found = _learn(rooms, round, engine or InProcess(), now, tell)
    found.forgotten, found.took_s = forgotten, round_s(time.perf_counter() - began)
    found.peak_mb = round_s(measure_peak_mb())
    return found


def _learn(rooms: Rooms, round: Round, engine: Engine, now: datetime, tell: Tell) -> Outcome:
    rows, hot_items = bound(_read_rows(rooms.files))
    people = len(np.unique(rows.person))
    if not is_enough(len(rows), people):
        return Outcome(round, "too little was watched to learn from", watches=len(rows), people=people)
    tell(f"{len(rows)} watches of {len(rows.items)} clips by {people} people")
    said: list[str] = []

    def choose(serving: Judged | None) -> Judged | None:
        if round is Round.FACTORS:
            return serving
        reactions = read_reactions(read_showings(rooms.files, len(FEATURES)))
        verdict = choose_ranker(reactions, serving, anew=round is Round.ALL)
        said.append(verdict.reason)
        tell(verdict.reason)
        return verdict.ranker

    id = f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03}-{round}"
    decided = learn(
        rows,
        rooms.models,
        engine,
        id=id,
        made_at=now,
        only_factors=round is Round.FACTORS,
        hot_items=hot_items,
        choose_ranker=choose,
    )
    return Outcome(
        round,
        decided.reason,
        served=decided.serve,
        model=id,
        ranker=said[0] if said else None,
        watches=len(rows),
        people=people,
    )


def _read_rows(folder: Path) -> Interactions:
    watches = read_watches(folder)
    return join([watches], number_all([watches]))


def round_s(value: float) -> float:
    """With one digit after the point."""
    return float(f"{value:.1f}")


def read_past(folder: Path) -> Past:
    """What earlier rounds noted; nothing where the file is missing or torn."""
    with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
        told: dict[str, Any] = json.loads((folder / _PAST).read_text("utf-8"))
        began = {Round(name): datetime.fromisoformat(at) for name, at in told["began"].items()}
        news_at, looked_at = (_moment(told[name]) for name in ("news_at", "looked_at"))
        return Past(began, news_at, looked_at)
    return Past()


def write_past(folder: Path, past: Past) -> None:
    """Note it, whole or not at all. Raises `OSError`."""
    told = {
        "began": {one.value: at.isoformat() for one, at in past.began.items()},
        "news_at": past.news_at and past.news_at.isoformat(),
        "looked_at": past.looked_at and past.looked_at.isoformat(),
    }
    made = folder / f".{_PAST}"
    made.write_text(json.dumps(told), "utf-8")
    made.replace(folder / _PAST)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
