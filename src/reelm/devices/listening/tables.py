"""The table of who tells us of an organisation's devices, and how we hear of it."""

from sqlalchemy import Index, Integer, LargeBinary, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reelm.devices.organisations.tables import of_organisation
from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Until

# Where it is pushed, `token_hash` is of the token that the issuer shows us. Where we poll, `poll_token` is what we
# show the issuer: it has to be sent, and so is kept.
signal_issuers = Table(
    "signal_issuers",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column("issuer", Text, data=DataClass.SYSTEM),
    column("jwks", LargeBinary, data=DataClass.SYSTEM),
    column("method", Text, data=DataClass.SYSTEM),
    column("token_hash", LargeBinary, data=DataClass.PASSWORD, nullable=True, unique=True),
    column("endpoint", Text, data=DataClass.SYSTEM, nullable=True),
    column("poll_token", Text, data=DataClass.PASSWORD, nullable=True),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("heard_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("verified_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("verified_state", Text, data=DataClass.SYSTEM, nullable=True),
    column("stream_status", Text, data=DataClass.SYSTEM, nullable=True),
    column("next_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("failures", Integer, data=DataClass.SYSTEM),
    column("fault", Text, data=DataClass.SYSTEM, nullable=True),
    UniqueConstraint("organisation_id", "issuer"),
    Index("ix_signal_issuers_next_at", "next_at"),
    info=held(
        "Systems, such as a device management, whose signals about its devices an organisation has us believe; with"
        " the keys and tokens by which they and we are known to each other.",
        purpose=DataUse.AUTHENTICATION,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until the organisation takes it back"),
        receivers=(Receiver.ADDRESSED,),
        subjects=(),
    ),
)
