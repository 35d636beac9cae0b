"""What a gateway checks of other realms: arrivals, the last checkpoint of each, faults, bytes that left."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gateway_peers", sa.Column("last_entry", sa.BigInteger(), server_default="-1", nullable=False))
    op.create_table(
        "gateway_unproven",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gateway_unproven"),
    )
    op.create_index("ix_gateway_unproven_realm", "gateway_unproven", ["realm", "id"])
    op.create_table(
        "gateway_logs",
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("proven", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("looked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("realm", name="pk_gateway_logs"),
    )
    op.create_table(
        "gateway_faults",
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("realm", "fault", "about", name="pk_gateway_faults"),
    )
    op.create_table(
        "gateway_meters",
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("metered", sa.BigInteger(), nullable=False),
        sa.Column("exchanges", sa.BigInteger(), nullable=False),
        sa.Column("excused", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("realm", name="pk_gateway_meters"),
    )


def downgrade() -> None:
    for table in ("gateway_meters", "gateway_faults", "gateway_logs", "gateway_unproven"):
        op.drop_table(table)
    op.drop_column("gateway_peers", "last_entry")
