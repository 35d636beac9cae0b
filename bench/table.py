"""What did a benchmark find? Its rows and goals, printed as one table and written to bench/results/<name>.json."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"

Cell = str | int | float | None


@dataclass(frozen=True)
class Goal:
    """A promise with its figure: `goal` is the limit in words, such as "≤ 5 s"."""

    name: str
    value: float
    goal: str
    met: bool


@dataclass(frozen=True)
class Report:
    """One run of one benchmark. Every row has the same names, which say their units."""

    name: str
    rows: Sequence[Mapping[str, Cell]]
    goals: Sequence[Goal] = ()


def at_most(name: str, value: float, limit: float, unit: str = "") -> Goal:
    """A goal that holds when `value` is no larger than `limit`.

    >>> at_most("first page", 3.21, 5, "s")
    Goal(name='first page', value=3.21, goal='≤ 5 s', met=True)
    """
    return Goal(name, value, f"≤ {limit:g} {unit}".rstrip(), value <= limit)


def at_least(name: str, value: float, limit: float, unit: str = "") -> Goal:
    """A goal that holds when `value` is no smaller than `limit`."""
    return Goal(name, value, f"≥ {limit:g} {unit}".rstrip(), value >= limit)


def publish(report: Report) -> None:
    """Print the table and write the results file."""
    print(render(report), flush=True)
    RESULTS.mkdir(exist_ok=True)
    found = {
        "name": report.name,
        "commit": _commit(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "rows": [dict(row) for row in report.rows],
        "goals": [asdict(goal) for goal in report.goals],
    }
    path = RESULTS / f"{report.name}.json"
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def render(report: Report) -> str:
    """The table as text, with the goals under it.

    >>> print(render(Report("sums", [{"n": 10, "sum_ms": 0.5}], [at_most("ten", 0.5, 1, "ms")])))
    sums
       n  sum_ms
      10     0.5
      ten: 0.5 (goal ≤ 1 ms): met
    """
    lines = [report.name]
    if report.rows:
        names = list(report.rows[0])
        texts = [names, *([_text(row.get(name)) for name in names] for row in report.rows)]
        widths = [max(len(row[i]) for row in texts) for i in range(len(names))]
        left = [isinstance(report.rows[0][name], str) for name in names]
        lines += [
            (
                "  " + "  ".join(t.ljust(w) if k else t.rjust(w) for t, w, k in zip(row, widths, left, strict=True))
            ).rstrip()
            for row in texts
        ]
    lines += [f"  {g.name}: {_text(g.value)} (goal {g.goal}): {'met' if g.met else 'NOT MET'}" for g in report.goals]
    return "\n".join(lines)


def _text(value: Cell) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) and abs(value) < 10_000 else str(value)


def _commit() -> str:
    """The commit the working tree stands on; empty outside a repository."""
    with suppress(OSError, subprocess.CalledProcessError):
        asked = ("git", "rev-parse", "HEAD")
        return subprocess.run(asked, cwd=RESULTS.parent, capture_output=True, text=True, check=True).stdout.strip()
    return ""


def _machine() -> dict[str, Cell]:
    """What the figures depend on. No host name and no path: results are committed."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _cpu_name() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
