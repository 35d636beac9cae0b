"""The table of probes: what each day's should have left in a log, and what was found there."""

from sqlalchemy import Date, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Until

canary_probes = Table(
    "canary_probes",
    metadata,
    column("day", Date, data=DataClass.SYSTEM, primary_key=True),
    column("realm", Text, data=DataClass.SYSTEM, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("expected", Integer, data=DataClass.SYSTEM),
    column("found", Integer, data=DataClass.SYSTEM),
    column("missing", ARRAY(Text), data=DataClass.SYSTEM),
    info=held(
        "How many entries a look at a canary should have left in a realm's log each day, and how many did. No names.",
        purpose=DataUse.SECURITY,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REALM, "as long as the realm"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
)
