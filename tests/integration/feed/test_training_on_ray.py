"""The same functions, here and on a Ray cluster of two workers, give the same model to 1e-6."""

from collections.abc import Generator

import numpy as np
import pytest
from tests.unit.feed.training.logs import join_log, make_log

from reelm.feed.training.engine import InProcess, OnRay, has_ray, open_ray
from reelm.feed.training.fitting import Model, fit


@pytest.fixture(scope="module")
def cluster() -> Generator[OnRay]:
    """Two worker processes on this machine, on the loopback address."""
    if not has_ray():
        pytest.skip("Ray is not installed: pip install 'reelm[ray]'")
    with open_ray(workers=2) as engine:
        yield engine


def measure_difference(one: Model, other: Model) -> float:
    assert [of.name for of in one.lists] == [of.name for of in other.lists]
    assert one.factors is not None
    assert other.factors is not None
    pairs = [
        (one.trend, other.trend),
        (one.factors.items, other.factors.items),
        (one.factors.fold, other.factors.fold),
    ]
    for mine, its in zip(one.lists, other.lists, strict=True):
        assert np.array_equal(mine.lists.ids, its.lists.ids)
        pairs.append((mine.lists.weights, its.lists.weights))
    return max(float(np.abs(mine - its).max()) for mine, its in pairs)


@pytest.mark.filterwarnings("ignore")  # of Ray, on its way up and down
@pytest.mark.timeout(120)
def test_a_model_trained_on_a_ray_cluster_is_the_model_trained_here(cluster: OnRay) -> None:
    log = join_log(make_log(people=80, items=60, watches=20))
    here = fit(log, InProcess(), hot_items=40, parts=5)
    there = fit(log, cluster, hot_items=40, parts=5)
    assert measure_difference(here, there) <= 1e-6


@pytest.mark.filterwarnings("ignore")
def test_what_a_task_raises_is_raised_here(cluster: OnRay) -> None:
    with pytest.raises(ZeroDivisionError):
        list(cluster.map(_divide, [1, 0]))


def _divide(by: int) -> float:
    return 1 / by
