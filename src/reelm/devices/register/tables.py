"""The tables of the register: decisions as they were signed, what was done with each, replies, exceptions, and who
was told. Which state a decision is in is in no table: it follows from these dates (`states.py`).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from reelm.devices.organisations.tables import of_organisation
from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Subject, Until

_REGISTER = Keep(Until.REALM, "for good: the register keeps what was decided")


decisions = Table(
    "suspension_decisions",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("version", Integer, data=DataClass.SYSTEM, primary_key=True),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column("digest", Text, data=DataClass.SYSTEM, unique=True),
    column("document", LargeBinary, data=DataClass.SYSTEM),
    column("filed_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("asked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("asked_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("published_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("published_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("replaced_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("lifted_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("lifted_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("lifted_because", Text, data=DataClass.SYSTEM, nullable=True),
    column("lapsed_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("lapsed_entry", Text, data=DataClass.SYSTEM, nullable=True),
    Index("ix_suspension_decisions_organisation_id", "organisation_id"),
    info=held(
        "Decisions to suspend an app, word for word as they were signed, and what was done with each when.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_REGISTER,
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
)


def _of_decision() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["decision_id", "version"], ["suspension_decisions.id", "suspension_decisions.version"], ondelete="CASCADE"
    )


reviews = Table(
    "suspension_reviews",
    metadata,
    column("decision_id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("version", Integer, data=DataClass.SYSTEM, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, primary_key=True),
    column("until", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("record", LargeBinary, data=DataClass.SYSTEM),
    column("entry", Text, data=DataClass.SYSTEM, nullable=True),
    _of_decision(),
    info=held(
        "Reviews of decisions: why each was kept, until when, and what was answered to the replies.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_REGISTER,
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
)

replies = Table(
    "suspension_replies",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("decision_id", Uuid, data=DataClass.SYSTEM),
    column("version", Integer, data=DataClass.SYSTEM),
    column("by", Text, data=DataClass.SYSTEM),
    column("domain", Text, data=DataClass.SYSTEM, nullable=True),
    column("words", Text, data=DataClass.PUBLIC_CONTENT, realm_rule=RealmRule.STAYS_HOME),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("entry", Text, data=DataClass.SYSTEM, nullable=True),
    _of_decision(),
    Index("ix_suspension_replies_decision_id", "decision_id", "version"),
    info=held(
        "What the suspended service, and people whom a decision binds, answered. Of the latter no name is kept.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_REGISTER,
        receivers=(Receiver.EVERYBODY,),
        subjects=(Subject.STAFF,),
    ),
)

# Each for one device or one person, never for both and never for everybody. `asked_by` and `decided_by` are rows of
# `organisation_staff`; once somebody no longer acts for the organisation they name nobody.
exceptions = Table(
    "suspension_exceptions",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("decision_id", Uuid, data=DataClass.SYSTEM),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column(
        "device_id", Uuid, ForeignKey("managed_devices.id", ondelete="CASCADE"), data=DataClass.DEVICE, nullable=True
    ),
    column(
        "person_id",
        Uuid,
        ForeignKey("directory_people.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        nullable=True,
    ),
    column("purpose", Text, data=DataClass.SYSTEM),
    column("mitigations", ARRAY(Integer), data=DataClass.SYSTEM),
    column("until", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("asked_by", Uuid, data=DataClass.SYSTEM),
    column("asked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("asked_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("decided_by", Uuid, data=DataClass.SYSTEM, nullable=True),
    column("decided_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("decided_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("granted", Boolean, data=DataClass.SYSTEM, nullable=True),
    column("revoked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("revoked_entry", Text, data=DataClass.SYSTEM, nullable=True),
    CheckConstraint("(device_id IS NULL) <> (person_id IS NULL)", name="one_of_them"),
    Index("ix_suspension_exceptions_decision_id", "decision_id"),
    Index("ix_suspension_exceptions_device_id", "device_id"),
    Index("ix_suspension_exceptions_person_id", "person_id"),
    info=held(
        "Exceptions from decisions: for which device or person, for which purpose, who asked and who granted it.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until the device or the person is taken out"),
        receivers=(Receiver.PERSON, Receiver.ADDRESSED),
        subjects=(Subject.STAFF,),
    ),
)

tellings = Table(
    "suspension_tellings",
    metadata,
    column("decision_id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("version", Integer, data=DataClass.SYSTEM, primary_key=True),
    column(
        "person_id",
        Uuid,
        ForeignKey("directory_people.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    column("language", Text, data=DataClass.LANGUAGE, realm_rule=RealmRule.STAYS_HOME),
    column("told_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("acknowledged_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    _of_decision(),
    Index("ix_suspension_tellings_person_id", "person_id"),
    info=held(
        "Who was shown which decision on a device of theirs, in which language, and when they said that they had read"
        " it.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        keep=Keep(Until.REMOVED, "until the person is taken out of the directory"),
        receivers=(Receiver.PERSON, Receiver.ADDRESSED),
        subjects=(Subject.STAFF,),
    ),
)

# One row, whose number goes up with whatever may change whom a decision binds: triggers of the migration see to it.
suspension_changes = Table(
    "suspension_changes",
    metadata,
    column("id", Integer, data=DataClass.SYSTEM, primary_key=True),
    column("number", BigInteger, data=DataClass.SYSTEM),
    info=held(
        "How often it has changed whom decisions bind, so that each process knows when to look again.",
        purpose=DataUse.OPERATIONS,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REALM, "as long as the realm"),
        subjects=(),
    ),
)
