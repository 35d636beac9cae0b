"""The tables of the log: its queue and order, its state, the writers' counters, and the keys of people.

`ledger_entries` says whom an entry is about only as long as that person has a key (`keys.py`).
"""

from sqlalchemy import BigInteger, Date, Identity, Index, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import column, metadata
from reelm.kernel.data_classes import DataClass

ledger_entries = Table(
    "ledger_entries",
    metadata,
    column("queue_no", BigInteger, Identity(always=True), data=DataClass.SYSTEM, primary_key=True),
    column("id", Text, data=DataClass.SYSTEM, unique=True),
    column("kind", Text, data=DataClass.SYSTEM),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("actor_id", Uuid, data=DataClass.UNIQUE_ID, nullable=True),
    column("subject_id", Uuid, data=DataClass.UNIQUE_ID, nullable=True),
    column("body", LargeBinary, data=DataClass.SYSTEM),
    column("log_index", BigInteger, data=DataClass.SYSTEM, nullable=True, unique=True),
    Index("ix_ledger_entries_queued", "queue_no", postgresql_where=text("log_index IS NULL")),
    Index("ix_ledger_entries_subject_id", "subject_id", "queue_no", postgresql_where=text("subject_id IS NOT NULL")),
    Index("ix_ledger_entries_actor_id", "actor_id", "queue_no", postgresql_where=text("actor_id IS NOT NULL")),
)

# One row: what the database knows of the tree. `size` entries have their index; `published_size` are in a checkpoint.
ledger_log = Table(
    "ledger_log",
    metadata,
    column("one", Integer, data=DataClass.SYSTEM, primary_key=True, server_default=text("1"), autoincrement=False),
    column("origin", Text, data=DataClass.SYSTEM),
    column("vkey", Text, data=DataClass.SYSTEM),
    column("size", BigInteger, data=DataClass.SYSTEM),
    column("published_size", BigInteger, data=DataClass.SYSTEM),
    column("published_root", LargeBinary, data=DataClass.SYSTEM),
    column("published_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
)

ledger_counts = Table(
    "ledger_counts",
    metadata,
    column("day", Date, data=DataClass.SYSTEM, primary_key=True),
    column("kind", Text, data=DataClass.SYSTEM, primary_key=True),
    column("entries", BigInteger, data=DataClass.SYSTEM),
)

# The transfer register: how much of each line of `register.Line` has an index.
ledger_register = Table(
    "ledger_register",
    metadata,
    column("day", Date, data=DataClass.SYSTEM, primary_key=True),
    column("direction", Text, data=DataClass.SYSTEM, primary_key=True),
    column("sender", Text, data=DataClass.SYSTEM, primary_key=True),
    column("receiver", Text, data=DataClass.SYSTEM, primary_key=True),
    column("message", Text, data=DataClass.SYSTEM, primary_key=True),
    column("purpose", Text, data=DataClass.SYSTEM, primary_key=True),
    column("legal_basis", Text, data=DataClass.SYSTEM, primary_key=True),
    column("classes", Text, data=DataClass.SYSTEM, primary_key=True),
    column("assessment", Text, data=DataClass.SYSTEM, primary_key=True),
    column("agreement", Text, data=DataClass.SYSTEM, primary_key=True),
    column("policy", Text, data=DataClass.SYSTEM, primary_key=True),
    column("rule", Text, data=DataClass.SYSTEM, primary_key=True),
    column("messages", BigInteger, data=DataClass.SYSTEM),
    column("fields", BigInteger, data=DataClass.SYSTEM),
    column("bytes", BigInteger, data=DataClass.SYSTEM),
    column("epsilon_micro", BigInteger, data=DataClass.SYSTEM),
)

ledger_writers = Table(
    "ledger_writers",
    metadata,
    column("writer", Text, data=DataClass.SYSTEM, primary_key=True),
    column("last_seq", BigInteger, data=DataClass.SYSTEM),
)

person_keys = Table(
    "person_keys",
    metadata,
    column("person_id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column("key", LargeBinary, data=DataClass.PASSWORD),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
)

sealed_requests = Table(
    "sealed_requests",
    metadata,
    column("id", Text, data=DataClass.SYSTEM, primary_key=True),
    column("nonce", LargeBinary, data=DataClass.SYSTEM),
    column("content", JSONB, data=DataClass.SYSTEM),
    column("opens_by", Date, data=DataClass.SYSTEM),
    column("sealed_entry", Text, data=DataClass.SYSTEM),
    column("opened_entry", Text, data=DataClass.SYSTEM, nullable=True),
)
