"""Which model serves? The one that `current` names; a new one only once it beats it on the last day's replay.

Beside the folders of models lie two files of one line, `current` and `previous`. Each is replaced as a whole.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reelm.feed.training.errors import NoEarlierModel

CURRENT, PREVIOUS = "current", "previous"
DECIDES = "ndcg@10"  # the figure that must be better
MAY_LOSE = 0.02  # and by this share at most, recall may be worse
KEPT = 4  # models that stay in the folder


@dataclass(frozen=True)
class Release:
    """May the candidate serve, and why?"""

    serve: bool
    reason: str


def decide_release(candidate: Mapping[str, float], current: Mapping[str, float] | None) -> Release:
    """Both as measured by the same replay of the last day. A figure that is missing or no number never serves.

    >>> decide_release({"ndcg@10": 0.06, "recall@20": 0.15}, {"ndcg@10": 0.05, "recall@20": 0.15})
    Release(serve=True, reason='ndcg@10 0.0600 beats 0.0500')
    >>> decide_release({"ndcg@10": 0.05, "recall@20": 0.15}, {"ndcg@10": 0.05, "recall@20": 0.15}).serve
    False
    """
    ours, our_recall = candidate.get(DECIDES, 0.0), candidate.get("recall@20", 0.0)
    if not ours > 0:
        return Release(serve=False, reason=f"{DECIDES} was not measured, or nothing was found")
    if current is None:
        return Release(serve=True, reason="the first model")
    theirs, their_recall = current.get(DECIDES, 0.0), current.get("recall@20", 0.0)
    if not ours > theirs:
        return Release(serve=False, reason=f"{DECIDES} {ours:.4f} does not beat {theirs:.4f}")
    if not our_recall >= their_recall * (1 - MAY_LOSE):
        return Release(serve=False, reason=f"recall@20 fell from {their_recall:.4f} to {our_recall:.4f}")
    return Release(serve=True, reason=f"{DECIDES} {ours:.4f} beats {theirs:.4f}")


def decide_refresh(gain: tuple[float, float] | None) -> Release:
    """May a model serve that differs from the current one in its factors only? Unless it is surely worse.

    `gain`: between which ratios - 1 its NDCG@10 lies of the current one's, as far as so few people can tell
    (`metrics.bootstrap_gain`); `None` where nobody could be replayed.

    >>> decide_refresh((-0.03, 0.02)).serve, decide_refresh((-0.3, -0.1)).serve, decide_refresh(None).serve
    (True, False, False)
    """
    if gain is None:
        return Release(serve=False, reason="nothing new was liked to measure it on")
    low, high = gain
    told = f"{DECIDES} is {100 * low:+.1f} to {100 * high:+.1f} % of what it was"
    if not high >= 0:
        return Release(serve=False, reason=f"new factors are worse: {told}")
    return Release(serve=True, reason=f"new factors are not worse: {told}")


def find_current(models: Path) -> str | None:
    """The id of the model that serves."""
    return _read(models / CURRENT)


def publish(models: Path, id: str, *, keep_previous: bool = False) -> None:
    """Let a model that lies in the folder serve; what served becomes `previous`. Twice changes nothing.

    With `keep_previous` it stays what it is, so that to roll back is to go behind the last new lists.
    Should this end half way, `previous` is what serves and stays so: nothing is served that was not released.
    """
    serving = find_current(models)
    if serving == id:
        return
    if serving is not None and not keep_previous:
        _write(models / PREVIOUS, serving)
    _write(models / CURRENT, id)


def roll_back(models: Path) -> str:
    """Let the previous model serve again, and return its id; the one that served becomes `previous`.

    Raises `NoEarlierModel` where there is none, or its folder is gone.
    """
    previous, serving = _read(models / PREVIOUS), find_current(models)
    if previous is None or previous == serving or not (models / previous / "model.json").is_file():
        raise NoEarlierModel(models=str(models))
    _write(models / CURRENT, previous)
    if serving is not None:
        _write(models / PREVIOUS, serving)
    return previous


def prune(models: Path, keep: int = KEPT) -> tuple[str, ...]:
    """Delete all but the newest `keep` models; never the one that serves or the previous one. Their ids.

    What a round that died has left half written goes too: nobody may be writing another model.
    """
    for left in models.glob(".*/"):
        shutil.rmtree(left)
    made = sorted(folder.parent.name for folder in models.glob("*/model.json"))
    kept = {*made[max(len(made) - keep, 0) :], find_current(models), _read(models / PREVIOUS)}
    gone = tuple(name for name in made if name not in kept)
    for name in gone:
        shutil.rmtree(models / name)
    return gone


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None


def _write(path: Path, text: str) -> None:
    made = path.with_name(f".{path.name}.{os.getpid()}")
    with made.open("w", encoding="utf-8") as writing:
        writing.write(f"{text}\n")
        writing.flush()
        os.fsync(writing.fileno())
    made.replace(path)
