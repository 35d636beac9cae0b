"""Run the benchmarks named on the command line, or all of them."""

import importlib
import pkgutil
import sys
from collections.abc import Callable
from typing import cast

import bench
from bench.table import Report, publish

NOT_BENCHMARKS = {"__main__", "table"}


def main(asked: list[str]) -> int:
    """Run, print and write; what finds nothing to measure has said so. Returns 2 for a name that no benchmark has."""
    names = sorted(m.name for m in pkgutil.iter_modules(bench.__path__) if m.name not in NOT_BENCHMARKS)
    names = [name.replace("_", "-") for name in names if not name.startswith("_")]
    if unknown := [name for name in asked if name not in names]:
        print(f"No benchmark is called {', '.join(unknown)}. There are: {', '.join(names)}.", file=sys.stderr)
        return 2
    for name in asked or names:
        measure = cast(
            "Callable[[], Report | None]", importlib.import_module(f"bench.{name.replace('-', '_')}").measure
        )
        if (found := measure()) is not None:
            publish(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
