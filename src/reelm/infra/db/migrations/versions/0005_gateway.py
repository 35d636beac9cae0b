"""The door between realms: its outbox, how far each realm has come, and who holds copies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("epsilon_micro", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("entry", sa.Text(), nullable=True),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_gateway_outbox_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gateway_outbox"),
    )
    op.create_index(
        "ix_gateway_outbox_unnumbered", "gateway_outbox", ["realm", "id"], postgresql_where=sa.text("seq IS NULL")
    )
    op.create_index(
        "ix_gateway_outbox_numbered",
        "gateway_outbox",
        ["realm", "seq"],
        unique=True,
        postgresql_where=sa.text("seq IS NOT NULL"),
    )
    op.create_index("ix_gateway_outbox_account_id", "gateway_outbox", ["account_id"])
    op.create_table(
        "gateway_peers",
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("sent_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("acked_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_in", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("contact_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("realm", name="pk_gateway_peers"),
    )
    op.create_table(
        "gateway_revocations",
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("object_id", "realm", name="pk_gateway_revocations"),
    )
    op.create_table(
        "gateway_copies",
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("object_id", "realm", name="pk_gateway_copies"),
    )


def downgrade() -> None:
    op.drop_table("gateway_copies")
    op.drop_table("gateway_revocations")
    op.drop_table("gateway_peers")
    op.drop_table("gateway_outbox")
