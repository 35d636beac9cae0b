"""What does a model look like on the disk? A folder of NumPy arrays that serving maps into memory, and `model.json`.

    items.npy             uint8 [n, 16]     the clips' ids, which give the rows of everything else
    NAME_ids.npy          int32 [n, 100]    for each list: what follows from each clip, -1 for none
    NAME_weights.npy      float32 [n, 100]  and how strongly
    trend.npy             float32 [n]       how much each clip is liked these days, already weighted
    vectors.npy           float16 [n, 64]   item factors; fold.npy float32 [64, 64] solves a person's (see `factors`)
    vectors.faiss         the index of them (`index_file.py`), where there are any
    ranker.onnx           where one was trained
    model.json            see `describe`

The score of clip j for a person, who watched i = 0, 1, … (newest first; strength 1 where liked, else `watched`; what
has none is not counted): Σ over lists: weight · Σ exp(-i/decay) · strength(i) · w[i → j] + fold.weight ·
x·vectors[j], x from (fold + Σ c y yᵀ) x = Σ (1+c) y over what they watched, c = fold.confidence · strength + √max(1,
Σ exp(-i/decay) · strength(i)) · trend[j], with the decay and strengths of the first list.
"""

import json
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from reelm.feed.training.arrays import Floats, Ints, Names
from reelm.feed.training.factors import Factors
from reelm.feed.training.fitting import FACTORS_WEIGHT, FollowList, Model
from reelm.feed.training.heads import Judged
from reelm.feed.training.index_file import write_index
from reelm.feed.training.linear import Lists
from reelm.feed.training.onnx_file import read_onnx, write_onnx
from reelm.feed.training.statistics import WATCHED


def write_model(
    models: Path, id: str, model: Model, *, made_at: datetime, metrics: dict[str, float], ranker: Judged | None = None
) -> Path:
    """Write the folder `models`/`id`, whole or not at all.

    Raises `OSError`, `ValueError` for ids of more than 16 bytes.
    """
    made = models / f".{id}.{os.getpid()}"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    try:
        for name, array in _arrays(model).items():
            np.save(made / f"{name}.npy", array, allow_pickle=False)
            if name == "vectors":
                write_index(array.astype(np.float32), made / "vectors.faiss")
        if ranker is not None:
            write_onnx(ranker.ranker, made / "ranker.onnx")
        told = describe(model, id, made_at, metrics, ranker)
        (made / "model.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")
        return made.rename(models / id)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def read_model(folder: Path, items: Names) -> Model:
    """A model as it serves, its rows numbered as `items` are; of what it does not know it says nothing.

    Raises `OSError`, and `ValueError` for a folder that is no model.
    """
    told: dict[str, Any] = json.loads((folder / "model.json").read_text("utf-8"))
    arrays: dict[str, Any] = {path.stem: np.load(path, mmap_mode="r") for path in folder.glob("*.npy")}
    numbers = {one.tobytes(): number for number, one in enumerate(pack_ids(items))}
    place = np.array([numbers.get(one.tobytes(), -1) for one in arrays["items"]], np.int32)
    lists = tuple(
        FollowList(
            one["name"], one["decay"], one["weight"], one["watched"],
            _renumber(Lists(arrays[f"{one['name']}_ids"], arrays[f"{one['name']}_weights"]), place, len(items)),
        )
        for one in told["lists"]
    )  # fmt: skip
    factors = None
    if told["fold"] is not None:
        vectors = _move(arrays["vectors"].astype(np.float32), place, len(items))
        factors = Factors(vectors, np.asarray(arrays["fold"]), told["fold"]["confidence"])
    return Model(items, lists, _move(arrays["trend"], place, len(items)), factors, told["trained_on"])


def read_ranker(folder: Path) -> Judged | None:
    """The ranker of a model, if it has one. Raises `OSError`, and `ValueError` for a file that is none of ours."""
    told: dict[str, Any] | None = json.loads((folder / "model.json").read_text("utf-8"))["ranker"]
    if told is None:
        return None
    figures = {name: value for name, value in told.items() if name not in ("features", "heads")}
    return Judged(read_onnx(folder / "ranker.onnx"), figures)


def describe(
    model: Model, id: str, made_at: datetime, metrics: dict[str, float], ranker: Judged | None
) -> dict[str, Any]:
    """What `model.json` says."""
    return {
        "id": id,
        "made_at": made_at.isoformat(),
        "trained_on": model.trained_on,
        "lists": [
            {"name": one.name, "decay": one.decay, "weight": one.weight, "watched": one.watched}
            for one in model.lists
        ],
        "fold": None
        if model.factors is None
        else {"confidence": model.factors.confidence, "weight": FACTORS_WEIGHT, "watched": WATCHED},
        "ranker": None
        if ranker is None
        else {"features": list(ranker.ranker.features), "heads": list(ranker.ranker.heads), **ranker.told},
        "metrics": metrics,
    }


def pack_ids(ids: Names) -> NDArray[np.uint8]:
    """Ids as 16 bytes each: bytes as they are, text as a UUID, numbers as big-endian.

    Raises `ValueError` for other text.

    >>> pack_ids(np.array(["00000000-0000-0000-0000-0000000000ff"])).tolist() == pack_ids(np.array([255])).tolist()
    True
    """
    if ids.dtype.kind == "U":
        packed = b"".join(UUID(one).bytes for one in ids.tolist())
    elif ids.dtype == np.dtype("S16"):
        packed = ids.tobytes()
    else:
        packed = b"".join(int(one).to_bytes(16, "big", signed=True) for one in ids.tolist())
    return np.frombuffer(packed, np.uint8).reshape(len(ids), 16)


def _move(values: Floats, place: Ints, items: int) -> Floats:
    """The rows of `values` [old, …] at their `place` [old] among so many items, zeros elsewhere."""
    moved = np.zeros((items, *values.shape[1:]), np.float32)
    moved[place[place >= 0]] = values[place >= 0]
    return moved


def _renumber(lists: Lists, place: Ints, items: int) -> Lists:
    ids = np.full((items, lists.ids.shape[1]), -1, np.int32)
    told = np.append(place, np.int32(-1))  # -1 stays -1
    ids[place[place >= 0]] = told[lists.ids[place >= 0]]
    return Lists(ids, _move(lists.weights, place, items))


def _arrays(model: Model) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {"items": pack_ids(model.items), "trend": model.trend}
    for one in model.lists:
        found[f"{one.name}_ids"], found[f"{one.name}_weights"] = one.lists
    if model.factors is not None:
        found |= {"vectors": model.factors.items.astype(np.float16), "fold": model.factors.fold}
    return found
