"""The table of requests. After an erasure a row is left that names nobody: that it was done, and when."""

from sqlalchemy import ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Until

_OPEN = text("state IN ('asked', 'waiting', 'working')")

rights_requests = Table(
    "rights_requests",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        nullable=True,
    ),
    column("right", Text, data=DataClass.SYSTEM),
    column("law", Text, data=DataClass.SYSTEM),
    column("state", Text, data=DataClass.SYSTEM),
    column("asked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("starts_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("due_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("by_law", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("done", Integer, data=DataClass.SYSTEM),
    column("total", Integer, data=DataClass.SYSTEM),
    column("ended_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("problem", Text, data=DataClass.SYSTEM, nullable=True),
    column("told", JSONB, data=DataClass.SYSTEM),
    Index("ix_rights_requests_open", "account_id", "right", unique=True, postgresql_where=_OPEN),
    Index("ix_rights_requests_account_id", "account_id"),
    info=held(
        "What somebody asked of their own data, by when it has to be done, and how far it is.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.REALM, "as long as the realm, to show that it was in time; after an erasure without a name"),
        receivers=(Receiver.PERSON, Receiver.DECIDERS),
    ),
)
