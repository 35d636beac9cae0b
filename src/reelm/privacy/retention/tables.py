"""The table of nights."""

from datetime import timedelta

from sqlalchemy import Date, Integer, Table, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Until

retention_nights = Table(
    "retention_nights",
    metadata,
    column("day", Date, data=DataClass.SYSTEM, primary_key=True),
    column("table_name", Text, data=DataClass.SYSTEM, primary_key=True),
    column("deleted", Integer, data=DataClass.SYSTEM),
    column("held", Integer, data=DataClass.SYSTEM),
    column("left_over", Integer, data=DataClass.SYSTEM),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    info=held(
        "How many rows of each table were deleted in a night because their time was over, how many stayed for a case,"
        " and how many were left though none should be.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.TIME, "a year", timedelta(days=366), "at"),
        receivers=(Receiver.DECIDERS,),
        subjects=(),
    ),
)
