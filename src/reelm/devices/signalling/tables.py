"""The tables of what we tell others: who may hear of an organisation's devices, their streams, and what is not taken
yet.
"""

from datetime import timedelta

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from reelm.devices.organisations.tables import of_organisation
from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Subject, Until

signal_receivers = Table(
    "signal_receivers",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column("audience", Text, data=DataClass.SYSTEM),
    column("token_hash", LargeBinary, data=DataClass.PASSWORD, unique=True),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    UniqueConstraint("organisation_id", "audience"),
    info=held(
        "Systems that an organisation lets hear how its devices stand, each with a token, as a digest.",
        purpose=DataUse.AUTHENTICATION,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until the organisation takes it back"),
        subjects=(),
    ),
)

# `authorization` is what the receiver wants to be shown with each signal; it has to be sent, and so is kept.
signal_streams = Table(
    "signal_streams",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column(
        "receiver_id",
        Uuid,
        ForeignKey("signal_receivers.id", ondelete="CASCADE"),
        data=DataClass.SYSTEM,
        unique=True,
    ),
    column("method", Text, data=DataClass.SYSTEM),
    column("endpoint", Text, data=DataClass.SYSTEM, nullable=True),
    column("authorization", Text, data=DataClass.PASSWORD, nullable=True),
    column("requested", ARRAY(Text), data=DataClass.SYSTEM),
    column("description", Text, data=DataClass.SYSTEM, nullable=True),
    column("status", Text, data=DataClass.SYSTEM),
    column("reason", Text, data=DataClass.SYSTEM, nullable=True),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("verification_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("taken_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("next_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("failures", Integer, data=DataClass.SYSTEM),
    column("fault", Text, data=DataClass.SYSTEM, nullable=True),
    Index("ix_signal_streams_next_at", "next_at"),
    info=held(
        "How each of these systems wants to be told, and how that goes.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until its receiver or the organisation ends it"),
        receivers=(Receiver.ADDRESSED,),
        subjects=(),
    ),
)

# Each row is one token, by its `jti`; it is signed when it is sent. What is about a device goes with the device.
signal_queue = Table(
    "signal_queue",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("stream_id", Uuid, ForeignKey("signal_streams.id", ondelete="CASCADE"), data=DataClass.SYSTEM),
    column("kind", Text, data=DataClass.SYSTEM),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column(
        "device_id", Uuid, ForeignKey("managed_devices.id", ondelete="CASCADE"), data=DataClass.DEVICE, nullable=True
    ),
    column("decision_id", Uuid, data=DataClass.SYSTEM, nullable=True),
    column("version", Integer, data=DataClass.SYSTEM, nullable=True),
    column("before", Text, data=DataClass.DEVICE, nullable=True),
    column("now", Text, data=DataClass.DEVICE, nullable=True),
    column("words", Text, data=DataClass.SYSTEM, nullable=True),
    Index("ix_signal_queue_stream_id", "stream_id", "id"),
    Index("ix_signal_queue_device_id", "device_id"),
    info=held(
        "Changes of how devices stand that a system was not told yet, or has not said that it was.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.TIME, "until they are taken, seven days at most", timedelta(days=7), "at"),
        receivers=(Receiver.ADDRESSED,),
        subjects=(Subject.STAFF,),
    ),
)
