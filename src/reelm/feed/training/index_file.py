"""Which clips are nearest to a vector? An index of all of them, a file that serving maps into memory (faiss).

Exact where there are few, else inverted lists of vectors in a byte a number (IVF, SQ8), of which a search looks at
`PROBES`; 60,000 clips take two seconds and 4 MB. What is newer than the model has no vector and is not in it: such
clips come from the newest, from what is alike by content and from exploring until the next round, ten minutes later.
"""

from pathlib import Path
from typing import Any, cast

import faiss as untyped
import numpy as np

from reelm.feed.training.arrays import Floats

faiss: Any = cast("Any", untyped)

# From so many items on the index has lists.
LISTED_FROM, PROBES = 20_000, 16
LEAST_LISTS, MOST_LISTS, SAMPLED = 64, 4096, 40


def write_index(vectors: Floats, path: Path) -> None:
    """Write the index of `vectors` [n, width] for inner products. Raises `RuntimeError` where it can't be written."""
    faiss.omp_set_num_threads(1)
    faiss.write_index(build_index(vectors), str(path))


def build_index(vectors: Floats) -> Any:
    """The index; equal vectors give equal answers."""
    count, width = vectors.shape
    if count < LISTED_FROM:
        index: Any = faiss.IndexFlatIP(width)
    else:
        lists = int(np.clip(2 * np.sqrt(count), LEAST_LISTS, MOST_LISTS))
        index = faiss.index_factory(width, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
        draws: Any = np.random.default_rng(1)
        sample = draws.choice(count, min(count, lists * SAMPLED), replace=False)
        index.train(np.ascontiguousarray(vectors[sample]))
        index.nprobe = PROBES
    index.add(np.ascontiguousarray(vectors))
    return index
