"""Which model serves? What `feed/training` wrote into a folder, mapped into memory and tied to the catalogue.

The libraries are loaded with the first model: they cost every other command most of a second.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import NOBODY, Catalogue, Numbers, Places, Rows, key_of

CURRENT = "current"
# So many are candidates for everybody.
TRENDING = 150
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Neighbours:
    """One list per item: `ids` [items, K] (`NOBODY` where it is shorter) and `weights` [items, K].

    The i-th newest counts exp(-i / `decay`), and `watched` where it was not liked; the whole list `weight`.
    """

    ids: NDArray[np.int32]
    weights: NDArray[np.float32]
    decay: float
    weight: float
    watched: float


@dataclass
class Model:
    """A trained model. `rows`: of each item in the catalogue, the last element `NOBODY` for no item; `trending`: the
    items liked more these days than before, most first.
    """

    id: str
    about: dict[str, Any]
    keys: NDArray[np.uint64]
    lists: tuple[Neighbours, ...]
    trend: Numbers
    trending: Rows
    factors: "Factors | None"
    ranker: "Ranker | None"
    rows: Rows
    items: Rows
    places: Places = field(default_factory=Places)

    def item_of(self, rows: Rows) -> Rows:
        """The items of rows; `NOBODY` for what the model does not know."""
        inside = rows < len(self.items)
        return np.where(inside, self.items[np.where(inside, rows, 0)], NOBODY)

    def tie(self, catalogue: Catalogue) -> None:
        """Say which row each item is: after clips were added that the model may know."""
        rows = catalogue.find_keys(self.keys)
        self.items = np.full(max(catalogue.size, 1), NOBODY, np.int32)
        known = np.flatnonzero(rows != NOBODY)
        self.items[rows[known]] = known
        self.rows = np.append(rows, np.int32(NOBODY))


@dataclass(frozen=True)
class Factors:
    """Item vectors, [items, width], with what it takes to find a person's (`training/factors.py`), and an index."""

    vectors: Numbers
    fold: Numbers
    confidence: float
    weight: float
    watched: float
    index: Any


@dataclass(frozen=True)
class Ranker:
    """The exported network: `features` [n, F] in, one column per head out."""

    session: Any
    input: str
    features: tuple[str, ...]
    heads: tuple[str, ...]

    def score(self, features: Numbers) -> Numbers:
        return cast("Numbers", self.session.run(None, {self.input: features})[0])


def find_current(models: Path) -> str | None:
    """The name of the model that is to serve."""
    try:
        return (models / CURRENT).read_text().strip() or None
    except FileNotFoundError:
        return None


def load_model(models: Path, id: str, features: Sequence[str]) -> Model:
    """Map a model's files; it must be tied to the catalogue before it says anything (`Model.tie`).

    Without its ranker where that takes other features than these. Raises `OSError`, `ValueError` or `KeyError` for a
    folder that is not whole, such as one of an earlier release without an index.
    """
    folder = models / id
    about = json.loads((folder / "model.json").read_bytes())

    def read(name: str) -> Any:
        return np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)  # indexed faster than as a `memmap`

    lists = tuple(
        Neighbours(
            read(f"{one['name']}_ids"), read(f"{one['name']}_weights"), one["decay"], one["weight"], one["watched"]
        )
        for one in about["lists"]
    )
    ids = np.asarray(read("items"))
    factors = None
    if (told := about["fold"]) is not None:
        vectors = read("vectors").astype(np.float32)
        index = map_index(folder / "vectors.faiss")
        fold = np.array(read("fold"), np.float32)
        factors = Factors(vectors, fold, told["confidence"], told["weight"], told["watched"], index)
    trend = np.array(read("trend"), np.float32)
    return Model(
        id=id,
        about=about,
        keys=key_of([ids.tobytes()[at : at + 16] for at in range(0, ids.size, 16)]),
        lists=lists,
        trend=trend,
        trending=np.argsort(-trend, kind="stable")[: np.count_nonzero(trend > 0)][:TRENDING].astype(np.int32),
        factors=factors,
        ranker=_load_ranker(folder / "ranker.onnx", about, features),
        rows=np.zeros(0, np.int32),
        items=np.zeros(0, np.int32),
    )


def map_index(path: Path) -> Any:
    """The index of item vectors; what a search needs of it is read from the file when it is needed."""
    if not path.is_file():
        raise ValueError(f"{path.parent.name} has no {path.name}: it was made by an earlier release")
    faiss = cast("Any", import_module("faiss"))
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)  # `IO_FLAG_MMAP` makes a search twenty times as slow


def _load_ranker(path: Path, about: dict[str, Any], features: Sequence[str]) -> Ranker | None:
    told = about["ranker"]
    if told is None:
        return None
    if tuple(told["features"]) != tuple(features):
        _log.warning("a ranker takes other features than there are; the published weights decide")
        return None
    onnxruntime = cast("Any", import_module("onnxruntime"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return Ranker(session, session.get_inputs()[0].name, tuple(told["features"]), tuple(told["heads"]))
