"""People who move to another realm: how far each has come, what has been staged, and where they went."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("frozen_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_table(
        "awaited_handles",
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("handle", name="pk_awaited_handles"),
    )
    op.create_table(
        "moves",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("parts_done", sa.Integer(), nullable=False),
        sa.Column("own_parts", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("left_entry", sa.Text(), nullable=True),
        sa.Column("arrived_entry", sa.Text(), nullable=True),
        sa.Column("left_index", sa.BigInteger(), nullable=True),
        sa.Column("arrived_index", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("step_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_moves_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_moves"),
    )
    op.create_index("ix_moves_account_id", "moves", ["account_id"])
    op.create_table(
        "moving_parts",
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["move_id"], ["moves.id"], name="fk_moving_parts_move_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("move_id", "part", name="pk_moving_parts"),
    )
    op.create_table(
        "moved_names",
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_moved_names"),
    )


def downgrade() -> None:
    op.drop_table("moved_names")
    op.drop_table("moving_parts")
    op.drop_table("moves")
    op.drop_table("awaited_handles")
    op.drop_column("accounts", "frozen_at")
