"""The tables of the log: its queue and order, its state, the writers' counters, and the keys of people.

`ledger_entries` says whom an entry is about only as long as that person has a key (`keys.py`).
"""

from sqlalchemy import BigInteger, Date, Identity, Index, Integer, LargeBinary, Table, Text, Uuid, or_, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import Belongings, column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Place, Receiver, Subject, Until

ledger_entries = Table(
    "ledger_entries",
    metadata,
    column("queue_no", BigInteger, Identity(always=True), data=DataClass.SYSTEM, primary_key=True),
    column("id", Text, data=DataClass.SYSTEM, unique=True),
    column("kind", Text, data=DataClass.SYSTEM),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("actor_id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("subject_id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("body", LargeBinary, data=DataClass.SYSTEM),
    column("log_index", BigInteger, data=DataClass.SYSTEM, nullable=True, unique=True),
    Index("ix_ledger_entries_queued", "queue_no", postgresql_where=text("log_index IS NULL")),
    Index("ix_ledger_entries_subject_id", "subject_id", "queue_no", postgresql_where=text("subject_id IS NOT NULL")),
    Index("ix_ledger_entries_actor_id", "actor_id", "queue_no", postgresql_where=text("actor_id IS NOT NULL")),
    info=held(
        "The public log's entries, and for each whom it is about and by. The log itself names nobody.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.LOG, "for good; whom an entry names, as long as that person's key"),
        receivers=(Receiver.PERSON, Receiver.EVERYBODY),
        subjects=(Subject.MEMBER, Subject.STAFF),
        places=(Place.DATABASE, Place.LOG),
    ),
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
    info=held(
        "How far the log has come, and under which key.",
        purpose=DataUse.OPERATIONS,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.LOG, "as long as the log"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
)

ledger_counts = Table(
    "ledger_counts",
    metadata,
    column("day", Date, data=DataClass.SYSTEM, primary_key=True),
    column("kind", Text, data=DataClass.SYSTEM, primary_key=True),
    column("entries", BigInteger, data=DataClass.SYSTEM),
    info=held(
        "How many entries of each kind a day had.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.LOG, "as long as the log"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
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
    info=held(
        "How much crossed to and from which realm on which day, and for what. No names.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.LOG, "as long as the log"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
)

ledger_writers = Table(
    "ledger_writers",
    metadata,
    column("writer", Text, data=DataClass.SYSTEM, primary_key=True),
    column("last_seq", BigInteger, data=DataClass.SYSTEM),
    info=held(
        "How far each writer of entries has counted, so that a gap shows.",
        purpose=DataUse.OPERATIONS,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.LOG, "as long as the log"),
        subjects=(),
    ),
)

person_keys = Table(
    "person_keys",
    metadata,
    column("person_id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("key", LargeBinary, data=DataClass.PASSWORD),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    info=held(
        "A key of each person's own. It makes the commitments that name them in the log, and only it can show which.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.ACCOUNT, "until the person is erased"),
        receivers=(Receiver.PERSON,),
        subjects=(Subject.MEMBER, Subject.STAFF),
    ),
)

sealed_requests = Table(
    "sealed_requests",
    metadata,
    column("id", Text, data=DataClass.SYSTEM, primary_key=True),
    column("nonce", LargeBinary, data=DataClass.SYSTEM, realm_rule=RealmRule.STAYS_HOME),
    column("content", JSONB, data=DataClass.SYSTEM, realm_rule=RealmRule.STAYS_HOME),
    column("opens_by", Date, data=DataClass.SYSTEM),
    column("sealed_entry", Text, data=DataClass.SYSTEM),
    column("opened_entry", Text, data=DataClass.SYSTEM, nullable=True),
    info=held(
        "What governments asked for and forbade to tell: from which country, on what ground, for how many accounts.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.LOG, "as long as the log"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
)
# The entries that name somebody, and the key by which they do.
STAYING = (
    Belongings(
        ledger_entries,
        lambda person: or_(ledger_entries.c.subject_id == person, ledger_entries.c.actor_id == person),
        ("subject_id", "actor_id"),
        people={"subject_id": "staff", "actor_id": "staff"},
    ),
    Belongings(person_keys, lambda person: person_keys.c.person_id == person, ("person_id",)),
)
