"""Where do the functions of training run? One after the other in this process, or on a Ray cluster, unchanged.

Both give the results in the order of the parts, and whoever merges does so in that order: floats that are added in
another order differ in their last digits.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

Part = TypeVar("Part")
Result = TypeVar("Result")
STORE_BYTES = 128 * 2**20  # Ray's shared memory for parts and results on a local cluster


class Engine(Protocol):
    """Runs one function over many parts."""

    def map(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        """The results, in the order of the parts, each made or fetched when it is asked for."""
        ...


class InProcess:
    """One part after the other, here."""

    def map(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        """The results, in the order of the parts."""
        return map(function, parts)


class OnRay:
    """Each part is a task of a Ray cluster that is connected already; `open_ray` makes one."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray

    def map(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        """The results, in the order of the parts. What a task raises is raised here."""
        task = self._ray.remote(function)
        waiting = [task.remote(part) for part in parts]
        while waiting:
            yield cast("Result", self._ray.get(waiting.pop(0)))


def has_ray() -> bool:
    """Is the extra `reelm[ray]` installed?"""
    return find_spec("ray") is not None


@contextmanager
def open_ray(address: str | None = None, workers: int = 2) -> Generator[OnRay]:
    """Connect to the cluster at `address`, or start one of `workers` processes on this machine and end it after.

    The local one listens on the loopback address only, shows no dashboard, reports no usage, and keeps its files in
    a folder of its own that is removed. Raises `ModuleNotFoundError` where Ray is not installed.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray as untyped  # noqa: PLC0415 - an extra; loading it takes a second

    ray: Any = cast("Any", untyped)
    scratch = Path(tempfile.mkdtemp(prefix="reelm-ray-", dir="/tmp"))  # its sockets need a short path
    local = {
        "num_cpus": workers,
        "include_dashboard": False,
        "object_store_memory": STORE_BYTES,
        "_node_ip_address": "127.0.0.1",
        "_temp_dir": str(scratch),
    }
    try:
        ray.init(log_to_driver=False, **({"address": address} if address else local))
        yield OnRay(ray)
    finally:
        ray.shutdown()
        shutil.rmtree(scratch, ignore_errors=True)
