"""Who does the queued work, and what happens when they die? Workers beat; others take a silent one's jobs over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.jobs import DeleteJobCondition, Status

JobHandler = Callable[[Mapping[str, str]], Awaitable[None]]

MAX_ATTEMPTS = 5
HEARTBEAT_S = 5.0
SILENT_AFTER_S = 15.0

_log = logging.getLogger(__name__)


def _make_app(database_url: str, queue: str, handlers: Mapping[str, JobHandler], periodic: Mapping[str, str]) -> App:
    connector = PsycopgConnector(conninfo=database_url, min_size=1, max_size=4)
    app = App(connector=connector)
    for name, handler in handlers.items():
        _register(app, queue, name, handler, cron=periodic.get(name))
    return app


def _register(app: App, queue: str, name: str, handler: JobHandler, cron: str | None) -> None:
    async def run(context: JobContext, **args: Any) -> None:
        try:
            await handler(args)
        except Exception:
            facts = {"job": name, "attempt": context.job.attempts + 1}
            _log.warning("job failed", exc_info=True, extra={"facts": facts})
            raise

    retry = RetryStrategy(max_attempts=MAX_ATTEMPTS, exponential_wait=2)
    task: Any = app.task(name=name, retry=retry, pass_context=True, queue=queue)(run)
    if cron:
        app.periodic(cron=cron)(task)


async def _take_over_forever(app: App) -> None:
    """Give the jobs of workers gone silent to the living; after `MAX_ATTEMPTS` deaths a job has failed."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_AFTER_S):
            facts = {"job": job.task_name, "attempts": job.attempts}
            if job.attempts >= MAX_ATTEMPTS:
                _log.error("job gave up: its workers keep dying", extra={"facts": facts})
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
            else:
                _log.warning("job taken over from a dead worker", extra={"facts": facts})
                await app.job_manager.retry_job(job)
        await asyncio.sleep(HEARTBEAT_S)


async def run_jobs(
    database_url: str,
    *,
    queue: str,
    handlers: Mapping[str, JobHandler],
    concurrency: int,
    periodic: Mapping[str, str] | None = None,
) -> None:
    """Work through `queue` until cancelled or told to stop by SIGINT or SIGTERM.

    A handler that raises is tried again after 2, 4, 8 … s, `MAX_ATTEMPTS` times in all. `periodic` maps a
    handler's name to a cron line. A worker silent for `SILENT_AFTER_S` counts as dead.
    """
    app = _make_app(database_url, queue, handlers, periodic or {})
    async with app.open_async():
        watch = asyncio.create_task(_take_over_forever(app))
        try:
            await app.run_worker_async(
                queues=[queue],
                concurrency=concurrency,
                fetch_job_polling_interval=5.0,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=SILENT_AFTER_S,
                shutdown_graceful_timeout=2.0,
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
            )
        finally:
            watch.cancel()
