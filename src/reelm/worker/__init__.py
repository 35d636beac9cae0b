"""The loops: ordinary jobs, media jobs, the ledger's sequencer and its signer, and zones for name servers."""

from reelm.worker.loops import sign_checkpoints, work_on_jobs, work_on_ledger, work_on_media, work_outside
from reelm.worker.zones import serve_zones, work_on_zones

__all__ = [
    "serve_zones",
    "sign_checkpoints",
    "work_on_jobs",
    "work_on_ledger",
    "work_on_media",
    "work_on_zones",
    "work_outside",
]
