"""`reelm realm …`: which realms run here, and one more of them, by a dated decision."""

import argparse
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from reelm.cli.cell_plan import find_realms_file
from reelm.cli.decisions import (
    DECISIONS,
    alone_with,
    append_decision,
    count_changing,
    count_countries,
    find_in_force,
    read_decisions,
    read_world,
)
from reelm.cli.files import FileNotUsable
from reelm.cli.resettling import collect_progress, say_progress
from reelm.cli.seats import read_port, read_seats
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.realms import Decision, World

LONGEST_REASON = 400


@dataclass(eq=False)
class NoRealmsDecided(Problem):
    """The folder holds no decisions: it is a single cell's, or nothing's yet."""

    status: ClassVar[int] = 404
    data: str


@dataclass(eq=False)
class RealmNotInFile(Problem):
    """The file of realms has none of this code."""

    status: ClassVar[int] = 422
    realm: str
    realms: str


@dataclass(eq=False)
class RealmDecidedAlready(Problem):
    """It is among the realms of the last decision."""

    status: ClassVar[int] = 409
    realm: str


@dataclass(eq=False)
class DecisionTooEarly(Problem):
    """Decisions are appended: each has to be later than the last one, which is of `last`."""

    status: ClassVar[int] = 422
    last: str


@dataclass(eq=False)
class ResidentsMoveTooEarly(Problem):
    """Nobody moves before the decision is in force, at `at`."""

    status: ClassVar[int] = 422
    at: str


@dataclass(eq=False)
class TimeNotUnderstood(Problem):
    """Not an ISO 8601 time with its offset from UTC."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class ReasonNotUsable(Problem):
    """A reason is one line of at most `limit` characters, and not empty."""

    status: ClassVar[int] = 422
    limit: int


def run_realm(arguments: argparse.Namespace) -> int:
    """Run one parsed command about realms."""
    if arguments.action in ("move", "residents"):
        from reelm.cli.moving import run_moving

        return run_moving(arguments)
    return run_add(arguments) if arguments.action == "add" else run_list(arguments)


def run_add(arguments: argparse.Namespace) -> int:
    """Append the decision that one more realm runs; a fleet that runs starts it within seconds."""
    realm, file = RealmCode(arguments.realm), arguments.data / DECISIONS
    world = _read_world()
    if realm not in world.realms:
        raise RealmNotInFile(realm=realm, realms=", ".join(world.realms))
    reason = _one_line(arguments.reason)
    if not file.exists():
        raise NoRealmsDecided(data=str(arguments.data))
    try:
        with alone_with(arguments.data):
            last = read_decisions(file, world)[-1]
            at = _time(arguments.at) if arguments.at else datetime.now(UTC)
            if realm in last.realms:
                raise RealmDecidedAlready(realm=realm)
            if at <= last.at:
                raise DecisionTooEarly(last=last.at.isoformat())
            moving = _time(arguments.move_residents_at) if arguments.move_residents_at else None
            if moving is not None and moving < at:
                raise ResidentsMoveTooEarly(at=at.isoformat())
            decision = Decision(at, (*last.realms, realm), "operator", reason, moving)
            append_decision(file, decision)
    except OSError:
        raise FileNotUsable(path=str(file)) from None
    _say_decision(decision, count_changing(world, last.realms, decision.realms), as_json=arguments.json)
    return 0


def _say_decision(decision: Decision, countries: int, *, as_json: bool) -> None:
    """What was decided, and what becomes of the people in the places that change hands."""
    moving = decision.residents_move_at
    if as_json:
        print(json.dumps(_planned(decision) | {"countries_changing": countries}))
        return
    print(f"From {decision.at.isoformat()} on: {', '.join(decision.realms)}.")
    print(f"{countries} {'country changes' if countries == 1 else 'countries change'} hands.")
    if moving is None:
        print("Nobody moves by themselves: move who lives there with reelm realm residents, once they were told.")
    else:
        print(f"Who lives there is told now, and moves from {moving.isoformat()} on.")


def _planned(decision: Decision) -> dict[str, Any]:
    moving = decision.residents_move_at
    return {
        "at": decision.at.isoformat(),
        "realms": list(decision.realms),
        "residents_move_at": moving.isoformat() if moving else None,
    }


def _read_world() -> World:
    """Every realm there can be. Raises `FileNotUsable` and the refusals of the file of realms."""
    file = find_realms_file()
    try:
        return read_world(file)
    except OSError:
        raise FileNotUsable(path=str(file)) from None


def run_list(arguments: argparse.Namespace) -> int:
    """Say which realms run here, where, for how many countries, and since when."""
    file = arguments.data / DECISIONS
    if not file.exists():
        raise NoRealmsDecided(data=str(arguments.data))
    decisions, now = read_decisions(file, _read_world()), datetime.now(UTC)
    decided = find_in_force(decisions, now)
    rows = list_realms(arguments.data, decisions, decided) if decided else []
    planned = [_planned(one) for one in decisions if one.at > now]
    progress = collect_progress(arguments.data, [row["realm"] for row in rows if row["running"]])
    for row in rows:
        row["residents"] = progress.get(row["realm"])
    if arguments.json:
        print(json.dumps({"realms": rows, "planned": planned}))
        return 0
    for row in rows:
        state = "running" if row["running"] else "stopped"
        since = str(row["since"])[:10]
        print(f"{row['realm']:<8} {row['address']:<30} {state:<8} {row['countries']:>3} countries, since {since}")
        if row["residents"]:
            print(f"{'':<8} {say_progress(row['residents'])}")
    for one in planned:
        moving = f"; residents move from {one['residents_move_at']} on" if one["residents_move_at"] else ""
        print(f"from {one['at']} on: {', '.join(one['realms'])}{moving}")
    return 0


def list_realms(data: Path, decisions: tuple[Decision, ...], decided: Decision) -> list[dict[str, Any]]:
    """One row a realm that is decided on."""
    countries = count_countries(_read_world(), decided.realms)
    port, seats = read_port(data), read_seats(data)
    rows: list[dict[str, Any]] = []
    for code in decided.realms:
        seat = seats.get(code)
        running = _read_state(data / code)
        address = f"http://127.0.0.1:{port + seat.offset}" if port is not None and seat else ""
        rows.append(
            {
                "realm": code,
                "address": running.get("public_url", address),
                "gateway": f"127.0.0.1:{seat.gateway}" if seat else "",
                "running": bool(running),
                "countries": countries[code],
                "since": _since(code, decisions, decided).isoformat(),
            }
        )
    return rows


def _since(code: RealmCode, decisions: tuple[Decision, ...], decided: Decision) -> datetime:
    """From when on it has been among the realms without a break."""
    since = decided.at
    for decision in reversed(decisions[: decisions.index(decided) + 1]):
        if code not in decision.realms:
            break
        since = decision.at
    return since


def _read_state(cell: Path) -> dict[str, Any]:
    """What a running cell says of itself; empty where none runs."""
    try:
        state = json.loads((cell / "run" / "cell.json").read_text())
    except (OSError, ValueError):
        return {}
    return state if Path(f"/proc/{state.get('pid', 0)}").exists() else {}


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise TimeNotUnderstood from None
    if at.tzinfo is None:
        raise TimeNotUnderstood
    return at.astimezone(UTC)


def _one_line(reason: str) -> str:
    if not 0 < len(reason.strip()) <= LONGEST_REASON or not reason.isprintable():
        raise ReasonNotUsable(limit=LONGEST_REASON)
    return reason.strip()
