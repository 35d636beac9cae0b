"""Staff access: requests and looks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "access_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        _moment("asked_at", nullable=False),
        sa.Column("asked_entry", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("classes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("break_glass", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        _moment("decided_at"),
        sa.Column("decided_entry", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        _moment("opened_at"),
        sa.Column("opened_entry", sa.Text(), nullable=True),
        _moment("ends_at"),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        _moment("ended_at"),
        sa.Column("ended_entry", sa.Text(), nullable=True),
        sa.Column("end_cause", sa.Text(), nullable=True),
        _moment("review_by"),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        _moment("reviewed_at"),
        sa.Column("reviewed_entry", sa.Text(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("overdue_entry", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_requests")),
    )
    op.create_index("ix_access_requests_state", "access_requests", ["state"], unique=False)
    op.create_index("ix_access_requests_subject_id", "access_requests", ["subject_id"], unique=False)
    op.create_table(
        "access_reads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("classes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("fields", sa.Integer(), nullable=False),
        _moment("at", nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["access_requests.id"], name=op.f("fk_access_reads_request_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_reads")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_access_reads_entry_id")),
    )
    op.create_index("ix_access_reads_request_id", "access_reads", ["request_id"], unique=False)
