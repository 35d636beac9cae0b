"""The loops: ordinary jobs, media jobs, the ledger's sequencer and its signer."""

from reelm.worker.loops import sign_checkpoints, work_on_jobs, work_on_ledger, work_on_media

__all__ = ["sign_checkpoints", "work_on_jobs", "work_on_ledger", "work_on_media"]
