"""The tables of the register. Lines are only added; a record goes whole, when the longest law lets it.

Who wrote a line is what its entry in the log says, and nothing here.
"""

from sqlalchemy import ForeignKey, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Until

_KEPT = Keep(Until.REALM, "five years after the realm noticed, or longer where a law asks for it")

incidents = Table(
    "incidents",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("year", Integer, data=DataClass.SYSTEM),
    column("number", Integer, data=DataClass.SYSTEM),
    column("keep_until", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_incidents_year", "year", "number", unique=True),
    info=held(
        "Which incidents with people's data there were, and until when each stays in the register.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=_KEPT,
        receivers=(Receiver.DECIDERS,),
        subjects=(),
    ),
)

incident_steps = Table(
    "incident_steps",
    metadata,
    column(
        "incident_id", Uuid, ForeignKey("incidents.id", ondelete="CASCADE"), data=DataClass.SYSTEM, primary_key=True
    ),
    column("number", Integer, data=DataClass.SYSTEM, primary_key=True),
    column("entry", Text, data=DataClass.SYSTEM),
    column("kind", Text, data=DataClass.SYSTEM),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("written_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("law", Text, data=DataClass.SYSTEM, nullable=True),
    column("facts", JSONB, data=DataClass.SYSTEM, nullable=True),
    info=held(
        "What was known of an incident and when, and when authorities and people were told: counts by place, classes"
        " of data and words of whoever recorded it, who is asked to name nobody.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=_KEPT,
        receivers=(Receiver.DECIDERS,),
        subjects=(),
    ),
)
