"""Two cells that share a file of dated decisions, and the workers of both."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.integration.abroad.neighbours import Neighbour, neighbour
from tests.integration.gateway.realms import until
from tests.postgres import DatabaseServer

from reelm import moving
from reelm.bootstrap import Workshop
from reelm.cli.decisions import append_decision
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import HandClock
from reelm.realms import Decision

HOUR = timedelta(hours=1)


@dataclass
class Towns:
    """The eu and ca-qc, each with its people, and what an operator decides about them."""

    eu: Neighbour
    qc: Neighbour
    clock: HandClock
    decisions: Path

    def decide(self, *realms: str, at: datetime, moving_at: datetime | None = None) -> Decision:
        """Append a decision; every process has seen it a moment later."""
        decision = Decision(at, tuple(map(RealmCode, realms)), "olga", "a test", moving_at)
        append_decision(self.decisions, decision)
        self.clock.advance(timedelta(seconds=2))
        return decision

    async def sweep(self, workshop: Workshop | None = None) -> None:
        """What the eu's worker does for its residents each minute."""
        await (workshop or self.eu.realm.workshop).jobs[moving.RESIDENTS]({})

    async def work(self) -> None:
        """Do what is queued for moves in both realms, once each."""
        for at in (self.eu, self.qc):
            rows = await at.realm.rows(
                "SELECT id, task_name, args FROM procrastinate_jobs WHERE task_name LIKE 'moving.%' ORDER BY id"
            )
            for row in rows:
                args = json.loads(row["args"]) if isinstance(row["args"], str) else row["args"]
                await at.realm.workshop.jobs[row["task_name"]](args)
                await at.realm.rows("DELETE FROM procrastinate_jobs WHERE id = $1", row["id"])

    async def work_until(self, is_so: Callable[[dict[str, int]], bool]) -> None:
        """Let the workers of both work until the steps of the moves from the eu are so."""

        async def look() -> bool:
            await self.work()
            return is_so(await self.steps())

        await until(look, 60)

    async def steps(self) -> dict[str, int]:
        """How many moves from the eu stand at each step."""
        rows = await self.eu.realm.rows("SELECT step, count(*) AS n FROM moves GROUP BY step")
        return {row["step"]: row["n"] for row in rows}

    async def handles(self, at: Neighbour) -> set[str]:
        return {row["handle"] for row in await at.realm.rows("SELECT handle FROM accounts")}

    async def notices(self) -> dict[str, int]:
        """How often each person in the eu was told that they move."""
        rows = await self.eu.realm.rows(
            "SELECT handle, count(*) AS n FROM notifications JOIN accounts ON accounts.id = account_id"
            " WHERE kind = 'move' GROUP BY handle"
        )
        return {row["handle"]: row["n"] for row in rows}

    async def progress(self) -> dict[RealmCode, moving.Progress]:
        cell = self.eu.realm.cell
        async with cell.database.read() as unit:
            return await moving.count_progress(unit, cell.atlas)


@asynccontextmanager
async def open_towns(
    folder: Path, server: DatabaseServer, template: str, clock: HandClock, *realms: str
) -> AsyncGenerator[Towns]:
    """Since yesterday these realms run by decision; the cells of eu and ca-qc are both there."""
    decisions = folder / "deployment.toml"
    first = Decision(clock.now() - timedelta(days=1), tuple(map(RealmCode, realms)), "olga", "the first")
    append_decision(decisions, first)
    shared: dict[str, Any] = {"deployment_file": decisions}
    async with (
        neighbour("eu", folder, server, template, clock, **shared) as eu,
        neighbour("ca-qc", folder, server, template, clock, **shared) as qc,
    ):
        yield Towns(eu, qc, clock, decisions)
