"""What has crossed, as the database counts it? The register of a day, and whether it is what the entries say."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from reelm.infra.db import ReadUnit
from reelm.ledger import store
from reelm.ledger.register import KINDS, Line, Register, Rows, Sums, tally

AT_ONCE = 5_000


@dataclass(frozen=True)
class TransferDay:
    """How many messages went out, came in and were refused on one day, UTC, and how many bytes."""

    day: date
    out: int = 0
    in_: int = 0
    refused: int = 0
    bytes: int = 0


async def fetch_register(unit: ReadUnit, day: date) -> Register:
    """The register of one day; of a log that is not open yet it has no rows."""
    origin, size, rows = await store.list_register(unit, day, day)
    return Register(origin, day, size, rows)


async def list_transfers(unit: ReadUnit, first: date, last: date) -> Rows:
    """Every line of the register of these days, both included."""
    return (await store.list_register(unit, first, last))[2]


async def list_transfer_days(unit: ReadUnit) -> list[TransferDay]:
    """The days on which anything crossed or was refused, newest first."""
    days: dict[date, dict[str, int]] = {}
    for row in await store.list_register_days(unit):
        counts = days.setdefault(row.day, {"bytes": 0})
        counts["in_" if row.direction == "in" else row.direction] = int(row.messages)
        counts["bytes"] += int(row.bytes)
    return [TransferDay(day, **counts) for day, counts in days.items()]


async def find_register_faults(unit: ReadUnit) -> list[str]:
    """The days whose register is not what the numbered entries add up to."""
    _, size, counted = await store.list_register(unit, date.min, date.max)
    made: dict[Line, Sums] = {}
    after = -1
    while rows := await store.list_of_kinds(unit, KINDS, after, AT_ONCE):
        after = rows[-1].log_index
        for line, sums in tally(orjson.loads(row.body) for row in rows if row.log_index < size).items():
            made[line] = made.get(line, Sums()) + sums
    lines = counted.keys() | made.keys()
    days = sorted({line.day for line in lines if counted.get(line) != made.get(line)})
    return [f"the transfer register of {day} is not what the entries say" for day in days]


@dataclass(frozen=True)
class OneOfKind:
    """A published entry of some kind: where it stands in the log, when it was made, what it says."""

    index: int
    at: datetime
    fact: dict[str, Any]


async def list_newest_of(unit: ReadUnit, kind: str, limit: int = 100) -> list[OneOfKind]:
    """Published entries of a kind that names nobody, newest first."""
    found: list[OneOfKind] = []
    for row in await store.list_newest_of(unit, kind, limit):
        told = orjson.loads(row.body)
        found.append(OneOfKind(row.log_index, datetime.fromisoformat(told["at"]), told["fact"]))
    return found
