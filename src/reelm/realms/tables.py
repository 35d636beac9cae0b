"""The table of maps: what of the map of realms has come into force here, each with its entry in the log."""

from sqlalchemy import Table, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import column, metadata
from reelm.kernel.data_classes import DataClass

realm_maps = Table(
    "realm_maps",
    metadata,
    column("digest", Text, data=DataClass.SYSTEM, primary_key=True),
    column("effective_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, primary_key=True),
    column("noted_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("places", JSONB, data=DataClass.SYSTEM),
    column("entry", Text, data=DataClass.SYSTEM),
)
