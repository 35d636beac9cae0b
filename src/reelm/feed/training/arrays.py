"""Which kinds of arrays does training pass around? SciPy's sparse matrices carry no types of their own."""

from typing import Any, cast

import numpy as np
import scipy.sparse as untyped
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Names = NDArray[Any]  # ids as they stand in a file: 64-bit integers, or text
Sparse = Any  # scipy.sparse.csr_matrix

sparse: Any = cast("Any", untyped)


def make_rows(row: Ints | Longs, column: Ints | Longs, value: Floats, shape: tuple[int, int]) -> Sparse:
    """A sparse matrix by rows; what stands twice is added up. 32-bit floats, columns in order."""
    made = sparse.csr_matrix((value, (row, column)), shape=shape, dtype=np.float32)
    made.sort_indices()
    return made
