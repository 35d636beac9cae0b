"""What people ask of their own data."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('asked', 'waiting', 'working')")


def upgrade() -> None:
    at = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "rights_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", at, nullable=False),
        sa.Column("starts_at", at, nullable=False),
        sa.Column("due_at", at, nullable=False),
        sa.Column("by_law", at, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("ended_at", at, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rights_requests"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_rights_requests_account_id", ondelete="CASCADE"
        ),
    )
    op.create_index(
        "ix_rights_requests_open", "rights_requests", ["account_id", "right"], unique=True, postgresql_where=_OPEN
    )
    op.create_index("ix_rights_requests_account_id", "rights_requests", ["account_id"])


def downgrade() -> None:
    op.drop_table("rights_requests")
