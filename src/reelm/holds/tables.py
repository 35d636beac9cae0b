"""The tables of legal holds."""

from sqlalchemy import ForeignKey, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Until

legal_holds = Table(
    "legal_holds",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("case", Text, data=DataClass.SYSTEM),
    column("reason", Text, data=DataClass.SYSTEM),
    column("classes", ARRAY(Text), data=DataClass.SYSTEM),
    column("began_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("until", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("ended_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    info=held(
        "For which cases data has to stay beyond its time, why, which classes of it, and until when.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.REALM, "as long as the realm, whom it was about only until it ends"),
        receivers=(Receiver.DECIDERS,),
        subjects=(),
    ),
)

# Rows go when the hold ends: afterwards it names nobody.
legal_hold_people = Table(
    "legal_hold_people",
    metadata,
    column(
        "hold_id", Uuid, ForeignKey("legal_holds.id", ondelete="CASCADE"), data=DataClass.SYSTEM, primary_key=True
    ),
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    Index("ix_legal_hold_people_account_id", "account_id"),
    info=held(
        "Whose data has to stay for a case.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.REMOVED, "until the hold ends"),
        receivers=(Receiver.DECIDERS,),
    ),
)
