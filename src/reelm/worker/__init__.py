"""The loops: ordinary jobs and media jobs."""

from reelm.worker.loops import work_on_jobs, work_on_media

__all__ = ["work_on_jobs", "work_on_media"]
