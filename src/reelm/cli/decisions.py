"""Which realms run here, from when on, and who decided so? The dated decisions in a deployment's file.

Decisions are appended and never changed; the last one whose time has come is in force. The file is replaced as a
whole, so that whoever reads it meanwhile sees the old one or the new one.
"""

import fcntl
import json
import os
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from reelm import realms
from reelm.kernel.ids import RealmCode
from reelm.realms import Decision, World

DECISIONS = "deployment.toml"  # in the folder of several realms
HEAD = "# Which realms run, and from when on. Decisions are appended, by `reelm realm add`; none is changed.\n"


def as_toml(decision: Decision) -> str:
    """The decision as it is appended to the file."""
    words = {"realms": list(decision.realms), "by": decision.by, "reason": decision.reason}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in words.items()]
    if decision.residents_move_at is not None:
        lines.append(f"residents_move_at = {_instant(decision.residents_move_at)}")
    return "\n".join(("", "[[decision]]", f"at = {_instant(decision.at)}", *lines, ""))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_world(file: Path) -> World:
    """Every realm there can be. Raises `OSError` and the refusals of `realms.parse_world`."""
    return realms.parse_world(file.read_bytes(), str(file))


def read_decisions(file: Path, world: World) -> tuple[Decision, ...]:
    """All decisions, the oldest first. Raises `OSError` and the refusals of `realms.parse_deployment`."""
    return realms.parse_deployment(file.read_bytes(), world, str(file))


def find_in_force(decisions: Sequence[Decision], now: datetime) -> Decision | None:
    """The last decision whose time has come."""
    due = realms.list_due(decisions, now)
    return due[-1] if due else None


def count_countries(world: World, running: Sequence[RealmCode]) -> Counter[RealmCode]:
    """How many countries each running realm serves, wholly or but for a region, those it stands in for among them."""
    places = realms.narrow(world, running).places
    return Counter(realm for place, realm in places.items() if "-" not in place)


def count_changing(world: World, before: Sequence[RealmCode], after: Sequence[RealmCode]) -> int:
    """How many countries change hands, wholly or in part."""
    return realms.count_moved(realms.narrow(world, before).places, realms.narrow(world, after).places)


def append_decision(file: Path, decision: Decision) -> None:
    """Append one; makes the file where there is none. Raises `OSError`."""
    text = file.read_text("utf-8") if file.exists() else HEAD
    made = file.with_name(f".{file.name}.{os.getpid()}")
    with made.open("w", encoding="utf-8") as writing:
        os.fchmod(writing.fileno(), 0o644)  # every realm's roles read it
        writing.write(text + as_toml(decision))
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
