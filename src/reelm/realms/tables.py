"""The table of maps: what of the map of realms has come into force here, each with its entry in the log."""

from sqlalchemy import Table, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Until

realm_maps = Table(
    "realm_maps",
    metadata,
    column("digest", Text, data=DataClass.SYSTEM, primary_key=True),
    column("effective_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, primary_key=True),
    column("noted_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("places", JSONB, data=DataClass.SYSTEM),
    column("entry", Text, data=DataClass.SYSTEM),
    info=held(
        "Which map of realms was in force since when. No names.",
        purpose=DataUse.OPERATIONS,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.REALM, "as long as the realm"),
        subjects=(),
    ),
)
