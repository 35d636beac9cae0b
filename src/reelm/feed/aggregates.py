"""How are views and likes summed up for other realms, so that nobody can be found in the sums? With OpenDP.

One release a day and realm. Each person adds to at most `MOST_VIEWS` clips and `MOST_LIKES`, so that adding or
removing somebody moves the sums by no more; geometric noise of scale `SCALE` (Ghosh, Roughgarden and Sundararajan
2009) is added to the sum of every clip that could be in the release, and only sums of at least `THRESHOLD` are told.
A clip that fewer than `FEWEST` people watched is told of with a probability of at most `DELTA` (stability-based
selection; Dwork and Roth 2014, §3.4 and §7.3).
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import opendp.prelude as opendp

FEWEST = 50
MOST_VIEWS, MOST_LIKES = 8, 2
SCALE = 10.0
DELTA = 1e-5
# Above the fewest people by so much that noise alone does not reach it.
THRESHOLD = FEWEST + math.ceil(SCALE * math.log(1 / (2 * DELTA)))
_dp: Any = cast("Any", opendp)


@cache
def _mechanism() -> Any:
    """Integers in, integers out; distance in L1."""
    _dp.enable_features("contrib")
    space = _dp.vector_domain(_dp.atom_domain(T=int)), _dp.l1_distance(T=int)
    return _dp.m.make_geometric(*space, scale=SCALE)


def epsilon_of_release() -> float:
    """What one release costs each person, as OpenDP works it out from the most that they can move.

    >>> round(epsilon_of_release(), 6)
    1.0
    """
    return float(_mechanism().map(MOST_VIEWS) + _mechanism().map(MOST_LIKES))


def add_noise(sums: Sequence[int]) -> list[int]:
    """Each sum with its noise; what stays below the threshold is 0, as if nobody had been there.

    >>> max(add_noise([0, 1, 49] * 20))
    0
    """
    if not sums:
        return []
    return [noised if noised >= THRESHOLD else 0 for noised in _mechanism()(list(sums))]
