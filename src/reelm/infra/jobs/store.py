"""How is work handed over? By inserting the job row in the transaction of the act it follows from."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text

from reelm.infra.db.units import ReadUnit, WriteUnit

_DEFER = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
        CAST(:queue AS varchar), CAST(:name AS varchar), CAST(:priority AS integer), CAST(:lock AS text),
        NULL::text, CAST(:args AS text)::jsonb, CAST(:run_at AS timestamptz)
    )::procrastinate_job_to_defer_v1])
    """
)


@dataclass(frozen=True)
class JobSpec:
    """One job: the handler's name and its arguments. Jobs with the same `lock` never run at the same time."""

    name: str
    args: dict[str, str] = field(default_factory=dict[str, str])
    queue: str = "default"
    lock: str | None = None
    priority: int = 0
    run_at: datetime | None = None


async def enqueue(unit: WriteUnit, job: JobSpec) -> None:
    """Queue `job`; it exists exactly if the unit commits."""
    await unit.scalar(
        _DEFER.bindparams(
            queue=job.queue,
            name=job.name,
            priority=job.priority,
            lock=job.lock,
            args=orjson.dumps(job.args).decode(),
            run_at=job.run_at,
        )
    )


_QUEUED = text(
    "SELECT args ->> :argument FROM procrastinate_jobs"
    " WHERE status IN ('todo', 'doing') AND args ->> :argument IS NOT NULL"
)
_FAILED = text("SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1 ORDER BY 1")


async def list_queued(unit: ReadUnit, *, argument: str) -> list[UUID]:
    """The ids that jobs waiting or running carry as `argument`."""
    return [UUID(value) for value in await unit.scalars(_QUEUED.bindparams(argument=argument))]


async def count_failed(unit: ReadUnit) -> dict[str, int]:
    """How many jobs of each name have failed for good."""
    return {row[0]: row[1] for row in await unit.all(_FAILED)}
