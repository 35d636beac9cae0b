"""The ledger: its queue and state, the writers' counters, and a key for each person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LANES = 32


def upgrade() -> None:
    """Make the tables; everybody who is here already gets a key."""
    at = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "ledger_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", name=op.f("pk_ledger_counts")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("queue_no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", at, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("queue_no", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("id", name=op.f("uq_ledger_entries_id")),
        sa.UniqueConstraint("log_index", name=op.f("uq_ledger_entries_log_index")),
    )
    for name, columns, where in (
        ("ix_ledger_entries_actor_id", ["actor_id", "queue_no"], "actor_id IS NOT NULL"),
        ("ix_ledger_entries_queued", ["queue_no"], "log_index IS NULL"),
        ("ix_ledger_entries_subject_id", ["subject_id", "queue_no"], "subject_id IS NOT NULL"),
    ):
        op.create_index(name, "ledger_entries", columns, unique=False, postgresql_where=sa.text(where))
    op.create_table(
        "ledger_log",
        sa.Column("one", sa.Integer(), server_default=sa.text("1"), autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("published_size", sa.BigInteger(), nullable=False),
        sa.Column("published_root", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", at, nullable=True),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_ledger_log")),
    )
    op.create_table(
        "ledger_writers",
        sa.Column("writer", sa.Text(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("pk_ledger_writers")),
    )
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", at, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_keys")),
    )
    op.create_table(
        "sealed_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opens_by", sa.Date(), nullable=False),
        sa.Column("sealed_entry", sa.Text(), nullable=False),
        sa.Column("opened_entry", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_requests")),
    )
    # gen_random_uuid() draws 122 bits from the strong generator; two of them make a key.
    op.execute(
        "INSERT INTO person_keys (person_id, key, made_at) SELECT id,"
        " sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), now() FROM accounts"
    )
    writers = sa.table("ledger_writers", sa.column("writer", sa.Text()), sa.column("last_seq", sa.BigInteger()))
    names = ("log", *(f"w{number:02}" for number in range(_LANES)))
    op.bulk_insert(writers, [{"writer": name, "last_seq": 0} for name in names])
