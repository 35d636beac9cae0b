"""Signals about devices: whom organisations have us believe, who may hear of them, and what is not taken yet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TABLES = ("signal_issuers", "signal_receivers", "signal_streams", "signal_queue")


def upgrade() -> None:
    _signal_issuers()
    _signal_receivers()
    _signal_streams()
    _signal_queue()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _signal_issuers() -> None:
    op.create_table(
        "signal_issuers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("jwks", sa.LargeBinary(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("endpoint", sa.Text(), nullable=True),
        sa.Column("poll_token", sa.Text(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("heard_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("verified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("verified_state", sa.Text(), nullable=True),
        sa.Column("stream_status", sa.Text(), nullable=True),
        sa.Column("next_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_signal_issuers_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_issuers")),
        sa.UniqueConstraint("organisation_id", "issuer", name=op.f("uq_signal_issuers_organisation_id_issuer")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signal_issuers_token_hash")),
    )
    op.create_index("ix_signal_issuers_next_at", "signal_issuers", ["next_at"], unique=False)


def _signal_receivers() -> None:
    op.create_table(
        "signal_receivers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_signal_receivers_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_receivers")),
        sa.UniqueConstraint("organisation_id", "audience", name=op.f("uq_signal_receivers_organisation_id_audience")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signal_receivers_token_hash")),
    )


def _signal_streams() -> None:
    op.create_table(
        "signal_streams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=True),
        sa.Column("authorization", sa.Text(), nullable=True),
        sa.Column("requested", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("verification_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("next_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["receiver_id"],
            ["signal_receivers.id"],
            name=op.f("fk_signal_streams_receiver_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_streams")),
        sa.UniqueConstraint("receiver_id", name=op.f("uq_signal_streams_receiver_id")),
    )
    op.create_index("ix_signal_streams_next_at", "signal_streams", ["next_at"], unique=False)


def _signal_queue() -> None:
    op.create_table(
        "signal_queue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("now", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["managed_devices.id"], name=op.f("fk_signal_queue_device_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["signal_streams.id"], name=op.f("fk_signal_queue_stream_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_queue")),
    )
    op.create_index("ix_signal_queue_device_id", "signal_queue", ["device_id"], unique=False)
    op.create_index("ix_signal_queue_stream_id", "signal_queue", ["stream_id", "id"], unique=False)
