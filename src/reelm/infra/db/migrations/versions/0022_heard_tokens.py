"""Which signed tokens were heard, so that none is taken twice; and which entries of the log tell of a device."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heard_tokens",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "jti", name="pk_heard_tokens"),
    )
    op.create_index("ix_heard_tokens_until", "heard_tokens", ["until"])
    op.create_table(
        "device_history",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["managed_devices.id"], name="fk_device_history_device_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry", name="pk_device_history"),
    )
    op.create_index("ix_device_history_device_id", "device_history", ["device_id", "since"])


def downgrade() -> None:
    op.drop_table("device_history")
    op.drop_table("heard_tokens")
