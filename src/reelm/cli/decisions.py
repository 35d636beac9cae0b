"""Which realms run here, from when on, and who decided so? The dated decisions in a deployment's file.

Decisions are appended and never changed; the last one whose time has come is in force. The file is replaced as a
whole, so that whoever reads it meanwhile sees the old one or the new one.
"""

import fcntl
import json
import os
import re
import tomllib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, cast

from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode

DECISIONS = "deployment.toml"  # in the folder of several realms
HEAD = "# Which realms run, and from when on. Decisions are appended, by `reelm realm add`; none is changed.\n"


@dataclass(eq=False)
class DeploymentNotUnderstood(Problem):
    """The file of decisions, or the file of realms, can't be read or says something else than it should.

    `where` is a line's number, or what is wrong as in `decision[2]`; `-` for a file that can't be read at all.
    """

    status: ClassVar[int] = 422
    file: str
    where: str


@dataclass(frozen=True)
class Decision:
    """From `at` on these realms run."""

    at: datetime
    realms: tuple[RealmCode, ...]
    by: str
    reason: str

    def toml(self) -> str:
        """The decision as it is appended to the file."""
        at = self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        words = {"realms": list(self.realms), "by": self.by, "reason": self.reason}
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in words.items()]
        return "\n".join(("", "[[decision]]", f"at = {at}", *lines, ""))


def read_decisions(file: Path) -> tuple[Decision, ...]:
    """All decisions, the oldest first. Raises `DeploymentNotUnderstood`."""
    told = _read_toml(file).get("decision")
    if not isinstance(told, list) or not told:
        raise DeploymentNotUnderstood(file=str(file), where="decision")
    decisions = tuple(_read_decision(file, n, one) for n, one in enumerate(cast("list[object]", told), start=1))
    for n, (before, after) in enumerate(pairwise(decisions), start=2):
        if after.at <= before.at:
            raise DeploymentNotUnderstood(file=str(file), where=f"decision[{n}].at")
    return decisions


def _read_decision(file: Path, n: int, told: object) -> Decision:
    one = cast("dict[str, object]", told) if isinstance(told, dict) else {}
    at, listed, by, reason = (one.get(name) for name in ("at", "realms", "by", "reason"))
    if isinstance(at, datetime) and at.tzinfo and isinstance(listed, list) and isinstance(by, str):
        codes = cast("list[object]", listed)
        names = tuple(RealmCode(code) for code in codes if isinstance(code, str))
        if isinstance(reason, str) and 0 < len(set(names)) == len(codes):
            return Decision(at.astimezone(UTC), names, by, reason)
    raise DeploymentNotUnderstood(file=str(file), where=f"decision[{n}]")


def find_in_force(decisions: Sequence[Decision], now: datetime) -> Decision | None:
    """The last decision whose time has come."""
    return next((decision for decision in reversed(decisions) if decision.at <= now), None)


def append_decision(file: Path, decision: Decision) -> None:
    """Append one; makes the file where there is none. Raises `OSError`."""
    text = file.read_text("utf-8") if file.exists() else HEAD
    made = file.with_name(f".{file.name}.{os.getpid()}")
    with made.open("w", encoding="utf-8") as writing:
        os.fchmod(writing.fileno(), 0o644)  # every realm's roles read it
        writing.write(text + decision.toml())
        writing.flush()
        os.fsync(writing.fileno())
    made.replace(file)


@contextmanager
def alone_with(folder: Path) -> Generator[None]:
    """Keep out another one who decides about the realms in this folder meanwhile."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


@dataclass(frozen=True)
class RealmClaim:
    """What the file of realms says of one: how many countries are its own, and who stands in where it is not run."""

    countries: int
    otherwise: tuple[RealmCode, ...]


def read_realms(file: Path) -> Mapping[RealmCode, RealmClaim]:
    """Every realm there can be, in the file's order. Raises `DeploymentNotUnderstood`."""
    told = _read_toml(file).get("realms")
    if not isinstance(told, dict) or not told:
        raise DeploymentNotUnderstood(file=str(file), where="realms")
    realms = cast("dict[str, dict[str, Any]]", told)
    return {
        RealmCode(code): RealmClaim(len(one.get("countries", ())), tuple(map(RealmCode, one.get("otherwise", ()))))
        for code, one in realms.items()
    }


def count_countries(world: Mapping[RealmCode, RealmClaim], running: Sequence[RealmCode]) -> dict[RealmCode, int]:
    """How many countries each running realm serves: its own, and those of realms that it stands in for.

    >>> eu, gb = RealmCode("eu"), RealmCode("gb")
    >>> count_countries({eu: RealmClaim(30, (gb,)), gb: RealmClaim(5, (eu,))}, [eu])
    {'eu': 35}
    """
    counts = dict.fromkeys(running, 0)
    for code, claim in world.items():
        asked = [code]
        for one in asked:  # grows meanwhile: the nearest first
            if one in counts:
                counts[one] += claim.countries
                break
            asked += [other for other in world[one].otherwise if other not in asked] if one in world else []
    return counts


def _read_toml(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise DeploymentNotUnderstood(file=str(file), where="-") from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise DeploymentNotUnderstood(file=str(file), where=found[1] if found else "-") from None
