"""The tables of staff access: every request, and every look. Each act keeps the id of its entry in the log.

People are named without a foreign key: accounts lie above this package, and the record of an access outlives them.
`forgetting.py` takes a person out of every column that names one; `tests/house` knows them.
"""

from sqlalchemy import Boolean, ForeignKey, Index, Integer, Table, Text, Uuid, or_, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from reelm.infra.db import Belongings, column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Subject, Until

access_requests = Table(
    "access_requests",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("subject_id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("asked_by", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("asked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("asked_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("reason", Text, data=DataClass.SYSTEM),
    column("classes", ARRAY(Text), data=DataClass.SYSTEM),
    column("minutes", Integer, data=DataClass.SYSTEM),
    column("break_glass", Boolean, data=DataClass.SYSTEM),
    column("probe", Boolean, data=DataClass.SYSTEM, server_default=text("false")),
    column("state", Text, data=DataClass.SYSTEM),
    column("decided_by", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("decided_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("decided_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("session_id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("opened_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("opened_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("ends_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("ended_by", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("ended_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("ended_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("end_cause", Text, data=DataClass.SYSTEM, nullable=True),
    column("review_by", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("reviewed_by", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("reviewed_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("reviewed_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("finding", Text, data=DataClass.SYSTEM, nullable=True),
    column("overdue_entry", Text, data=DataClass.SYSTEM, nullable=True),
    Index("ix_access_requests_state", "state"),
    Index("ix_access_requests_subject_id", "subject_id"),
    info=held(
        "Which member of staff asked to see whose private data, why, who agreed, and how it ended.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.LOG, "as long as the log; whoever is erased is named in it no more"),
        receivers=(Receiver.PERSON, Receiver.DECIDERS),
        subjects=(Subject.MEMBER, Subject.STAFF),
    ),
)

access_reads = Table(
    "access_reads",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("request_id", Uuid, ForeignKey("access_requests.id", ondelete="CASCADE"), data=DataClass.SYSTEM),
    column("entry_id", Text, data=DataClass.SYSTEM, unique=True),
    column("collection", Text, data=DataClass.SYSTEM),
    column("classes", ARRAY(Text), data=DataClass.SYSTEM),
    column("fields", Integer, data=DataClass.SYSTEM),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_access_reads_request_id", "request_id"),
    info=held(
        "What was looked at in an access: which collection, how many fields, when. Not the data itself.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.LOG, "as long as the log"),
        receivers=(Receiver.PERSON, Receiver.DECIDERS),
        subjects=(Subject.MEMBER, Subject.STAFF),
    ),
)
# Who asked to see somebody's data, and for staff, what they asked and decided.
_NAMES = ("subject_id", "asked_by", "decided_by", "ended_by", "reviewed_by")
STAYING = (
    Belongings(
        access_requests,
        lambda person: or_(*(access_requests.c[name] == person for name in _NAMES)),
        _NAMES,
        people=dict.fromkeys(_NAMES, "staff"),
    ),
)
