"""Which model serves? What `feed/training` wrote into a folder, mapped into memory and tied to the catalogue.

The libraries are loaded with the first model: they cost every other command most of a second.
"""

import json
import logging
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import NOBODY, Catalogue, Numbers, Places, Rows, key_of

CURRENT = "current"
# From so many items on the index has lists, of which a search looks at `PROBES`.
_LISTED_FROM, _PROBES = 20_000, 16
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
    """A trained model. `rows`: of each item in the catalogue, the last element `NOBODY` for no item."""

    id: str
    about: dict[str, Any]
    keys: NDArray[np.uint64]
    lists: tuple[Neighbours, ...]
    trend: Numbers
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

    vectors: NDArray[np.float16]
    fold: Numbers
    confidence: float
    weight: float
    watched: float
    index: Any


@dataclass(frozen=True)
class Ranker:
    """The exported network: `features` [n, F] in, one column per head out."""

    session: Any
    features: tuple[str, ...]
    heads: tuple[str, ...]

    def score(self, features: Numbers) -> Numbers:
        return cast("Numbers", self.session.run(None, {self.session.get_inputs()[0].name: features})[0])


def find_current(models: Path) -> str | None:
    """The name of the model that is to serve."""
    try:
        return (models / CURRENT).read_text().strip() or None
    except FileNotFoundError:
        return None


def load_model(models: Path, id: str, catalogue: Catalogue) -> Model:
    """Map a model's files. Raises `OSError`, `ValueError` or `KeyError` for a folder that is not whole."""
    folder = models / id
    about = json.loads((folder / "model.json").read_bytes())

    def read(name: str) -> Any:
        return np.load(folder / f"{name}.npy", mmap_mode="r")

    lists = tuple(
        Neighbours(
            read(f"{one['name']}_ids"), read(f"{one['name']}_weights"), one["decay"], one["weight"], one["watched"]
        )
        for one in about["lists"]
    )
    ids = np.asarray(read("items"))
    factors = None
    if (told := about["fold"]) is not None:
        vectors = read("vectors")
        index = build_index(np.asarray(vectors, np.float32))
        fold = np.array(read("fold"), np.float32)
        factors = Factors(vectors, fold, told["confidence"], told["weight"], told["watched"], index)
    model = Model(
        id=id,
        about=about,
        keys=key_of([ids.tobytes()[at : at + 16] for at in range(0, ids.size, 16)]),
        lists=lists,
        trend=np.array(read("trend"), np.float32),
        factors=factors,
        ranker=_load_ranker(folder / "ranker.onnx", about),
        rows=np.zeros(0, np.int32),
        items=np.zeros(0, np.int32),
    )
    model.tie(catalogue)
    return model


def build_index(vectors: Numbers) -> Any:
    """For inner products: exact where there are few, else inverted lists of vectors in a byte a number (IVF, SQ8)."""
    faiss, (count, width) = cast("Any", import_module("faiss")), vectors.shape
    if count < _LISTED_FROM:
        index: Any = faiss.IndexFlatIP(width)
    else:
        lists = int(np.clip(2 * np.sqrt(count), 64, 4096))
        index = faiss.index_factory(width, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
        sample = vectors[np.random.default_rng(1).choice(count, min(count, lists * 40), replace=False)]
        index.train(sample)
        index.nprobe = _PROBES
    index.add(np.ascontiguousarray(vectors))
    return index


def _load_ranker(path: Path, about: dict[str, Any]) -> Ranker | None:
    if not path.exists():
        return None
    onnxruntime = cast("Any", import_module("onnxruntime"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    told = about["ranker"]
    return Ranker(session, tuple(told["features"]), tuple(told["heads"]))
