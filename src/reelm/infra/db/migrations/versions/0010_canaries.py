"""Canaries: accounts that are nobody's, what probes of them should have left in the logs, and what they did."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canaries",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_canaries_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_canaries"),
    )
    op.create_table(
        "canary_probes",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("missing", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("day", "realm", name="pk_canary_probes"),
    )
    op.add_column(
        "access_requests", sa.Column("probe", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("access_requests", "probe")
    op.drop_table("canary_probes")
    op.drop_table("canaries")
