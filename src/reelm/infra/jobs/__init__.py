"""Work for later: jobs are rows that Procrastinate's workers take, written on the caller's own transaction."""

from reelm.infra.jobs.runner import JobHandler, run_jobs
from reelm.infra.jobs.store import JobSpec, count_failed, enqueue, list_queued

__all__ = ["JobHandler", "JobSpec", "count_failed", "enqueue", "list_queued", "run_jobs"]
