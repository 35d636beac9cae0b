"""What do tables hold that others bring along, Procrastinate and Alembic? Numbers, names of jobs, and ids.

Their columns are listed one by one, so that a version with a new one is noticed: `tests/integration/test_data_map.py`
compares this list with the database's own catalogue.
"""

from dataclasses import dataclass

from reelm.infra.db.columns import held
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import DataUse, Holding, Keep, LegalBasis, Until


@dataclass(frozen=True)
class ForeignTable:
    """A table of another package; all its columns are of one class, with that class's realm rule."""

    name: str
    columns: tuple[str, ...]
    holding: Holding
    data_class: DataClass = DataClass.SYSTEM


def _operations(what: str, keep: Keep) -> Holding:
    basis = LegalBasis.LEGITIMATE_INTERESTS
    return held(what, purpose=DataUse.OPERATIONS, legal_basis=basis, keep=keep, subjects=())["holding"]


_WITH_JOB = Keep(Until.REMOVED, "until the job is done; of one that failed for good, until the operator deletes it")

FOREIGN_TABLES = (
    ForeignTable(
        "alembic_version",
        ("version_num",),
        _operations("Which version the database's schema has.", Keep(Until.REALM, "as long as the database")),
    ),
    ForeignTable(
        "procrastinate_events",
        ("at", "id", "job_id", "type"),
        _operations("When a job was queued, started and ended.", _WITH_JOB),
    ),
    ForeignTable(
        "procrastinate_jobs",
        (
            "abort_requested",
            "args",
            "attempts",
            "id",
            "lock",
            "priority",
            "queue_name",
            "queueing_lock",
            "scheduled_at",
            "status",
            "task_name",
            "worker_id",
        ),
        _operations("Work that waits. Its arguments are ids of what it is about, such as a clip's file.", _WITH_JOB),
    ),
    ForeignTable(
        "procrastinate_periodic_defers",
        ("defer_timestamp", "id", "job_id", "periodic_id", "task_name"),
        _operations("Which regular job was last queued for when.", Keep(Until.REALM, "as long as the database")),
    ),
    ForeignTable(
        "procrastinate_workers",
        ("id", "last_heartbeat"),
        _operations("Which workers live, and when each gave its last sign.", Keep(Until.REMOVED, "until it ends")),
    ),
)
