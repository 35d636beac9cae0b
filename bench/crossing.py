"""How many messages cross a second between two realms, each in the log before it leaves, and what does the log add?

`deliver` goes the product's own way between two real realms, from the outbox of one to what the other has taken: of
revocations, which ask little of the taker, and of remarks under a clip, which ask the most. `ask` asks a question
through both gateways: once one that is answered, and so logged first, once one about somebody who is not there, which
takes the same way and tells nothing. The difference is what logging first adds.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
from tests.integration.gateway.realms import COMMENT, EU, QC

from bench._realms import Fleet, percentile, publish_clip, running_fleet, small_clip
from bench.table import Report, at_least, at_most
from reelm import gateway
from reelm.gateway import Kind, Message
from reelm.infra.db import Database

RATE, SECONDS = 1_000, 10
WARM_UP, BURST = 200, 20_000
DECISIONS = 20_000
ASKS_A_SECOND, ASKS = 50, 500
Row = dict[str, str | int | float | None]
Make = Callable[[], Message]


def measure() -> Report:
    """Decisions alone, then deliveries, then asks with and without an entry."""
    rows = _decide()
    with (
        tempfile.TemporaryDirectory(prefix="reelm-bench-") as folder,
        running_fleet(Path(folder), ("eu", "ca-qc")) as fleet,
    ):
        clip = publish_clip(fleet.sign_up("eu", "ana"), small_clip(Path(folder)))
        steady, bursts = asyncio.run(_deliver_all(fleet, clip))
        logged, bare = asyncio.run(_ask_both(fleet))
    added = _number(logged, "p95_ms") - _number(bare, "p95_ms")
    goals = [
        at_least(f"logged crossings a second: {what}", _number(row, "per_s"), 1000) for what, row in bursts.items()
    ]
    goals += [
        at_least("of 1,000 a second, taken by the other realm", _number(steady, "per_s"), 980),
        at_most("an act is in the other realm, at 1,000 a second, p95", _number(steady, "p95_ms"), 1000, "ms"),
        at_most("what logging first adds to an ask, p95", added, 250, "ms"),
    ]
    return Report("crossing", [*rows, steady, *bursts.values(), logged, bare], goals)


def _number(row: Row, name: str) -> float:
    value = row[name]
    assert isinstance(value, int | float)
    return float(value)


def _row(what: str, per_s: float, latencies_s: Sequence[float] = ()) -> Row:
    row: Row = {"what": what, "per_s": round(per_s), "p50_ms": None, "p95_ms": None}
    if latencies_s:
        row |= {f"p{n}_ms": round(percentile(latencies_s, n / 100) * 1000, 1) for n in (50, 95)}
    return row


def _decide() -> list[Row]:
    """Policy decisions a second: of a message whose like was decided before, and of one that never was."""
    rules = gateway.Rulebook(Path("deploy/policies")).rules
    today = datetime.now(UTC).date()
    known = _timed(rules, DECISIONS, today, fresh=False)
    return [_row("decide, known", known), _row("decide, never asked", _timed(rules, 400, today, fresh=True))]


def _timed(rules: gateway.Rules, count: int, today: date, *, fresh: bool) -> float:
    began = time.perf_counter()
    for number in range(count):  # another number of people is another question
        rules.decide(replace(COMMENT, people=number if fresh else 0), from_=QC, to=EU, today=today)
    return count / (time.perf_counter() - began)


async def _deliver_all(fleet: Fleet, clip: str) -> tuple[Row, dict[str, Row]]:
    async with (
        Database(fleet.database_url("ca-qc"), pool_size=2) as home,
        Database(fleet.database_url("eu"), pool_size=2) as abroad,
    ):
        put = _Putting(home)
        remark = partial(_remark, clip)
        await put.put(remark, WARM_UP)
        await _taken(abroad, WARM_UP)  # the lines are open and the policies read
        began = time.perf_counter()
        for tenth in range(SECONDS * 10):
            await put.put(_revocation, RATE // 10)
            await asyncio.sleep(max(0.0, began + (tenth + 1) / 10 - time.perf_counter()))
        await _taken(abroad, len(put.made))
        steady = RATE * SECONDS / (time.perf_counter() - began)
        waits = _waits(fleet, put.made)[WARM_UP:]
        kinds = {"revocations": _revocation, "remarks": remark}
        bursts = {what: _row(f"deliver {what}", await _burst(abroad, put, make)) for what, make in kinds.items()}
    return _row("deliver, 1,000/s put", steady, waits), bursts


async def _burst(abroad: Database, put: "_Putting", make: Make) -> float:
    """How many of a backlog are taken a second."""
    for _ in range(BURST // 1000):
        await put.put(make, 1000)
    left = len(put.made) - await _next_in(abroad)
    began = time.perf_counter()
    await _taken(abroad, len(put.made))
    return left / (time.perf_counter() - began)


@dataclass
class _Putting:
    """Puts messages into an outbox, many in one transaction; when each was made."""

    home: Database
    made: list[datetime] = field(default_factory=list[datetime])

    async def put(self, make: Make, count: int) -> None:
        at = datetime.now(UTC)
        async with self.home.write() as unit:
            await gateway.put(unit, EU, *(make() for _ in range(count)), at=at)
        self.made += [at] * count


def _remark(clip: str) -> Message:
    return replace(COMMENT, fields={**COMMENT.fields, "comment": str(uuid4()), "clip": clip})


def _revocation() -> Message:
    fields = {"object": str(uuid4()), "what": "clip", "at": datetime.now(UTC).isoformat()}
    return Message(Kind.REVOCATION, fields)


async def _next_in(database: Database) -> int:
    async with database.read() as unit:
        return (await gateway.find_standing(unit, QC)).next_in


async def _taken(database: Database, through: int) -> None:
    while await _next_in(database) <= through:  # noqa: ASYNC110 - a row of another process
        await asyncio.sleep(0.01)


def _waits(fleet: Fleet, made: Sequence[datetime]) -> list[float]:
    """Seconds from each message's making to its arrival; they arrive in order."""
    query = """
        SELECT at FROM ledger_entries WHERE kind = 'arrival'
            AND convert_from(body, 'UTF8')::jsonb -> 'fact' ->> 'message' IN ('comment', 'revocation')
            ORDER BY queue_no
    """
    with psycopg.connect(fleet.database_url("eu")) as connection:
        arrived = [row[0] for row in connection.execute(query)]
    return [(there - here).total_seconds() for here, there in zip(made, arrived, strict=True)]


async def _ask_both(fleet: Fleet) -> tuple[Row, Row]:
    """The two kinds of questions by turns, so that both meet the same machine."""
    socket = json.loads((fleet.data / "ca-qc" / "run" / "cell.json").read_text())["gateway_socket"]
    waits: dict[str, list[float]] = {"ana": [], "nobody": []}
    began = time.perf_counter()
    asking: list[asyncio.Task[None]] = []
    for number in range(ASKS):
        handle = ("ana", "nobody")[number % 2]
        asking.append(asyncio.create_task(_ask(socket, handle, waits[handle])))
        await asyncio.sleep(max(0.0, began + (number + 1) / ASKS_A_SECOND - time.perf_counter()))
    await asyncio.gather(*asking)
    per_s = ASKS / 2 / (time.perf_counter() - began)
    return _row("ask, answered and logged", per_s, waits["ana"]), _row("ask, nobody there", per_s, waits["nobody"])


async def _ask(socket: str, handle: str, waits: list[float]) -> None:
    body = json.dumps({"realm": "eu", "kind": "profile", "about": {"handle": handle}}).encode()
    began = time.perf_counter()
    reader, writer = await asyncio.open_unix_connection(socket)
    head = f"POST /ask HTTP/1.1\r\nHost: gateway\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.read()
    writer.close()
    waits.append(time.perf_counter() - began)
    if (b'"entry"' in answer) is not (handle == "ana"):
        raise RuntimeError(answer.decode(errors="replace"))
