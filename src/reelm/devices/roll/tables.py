"""The tables of an organisation's people, groups and devices, and of how each device stands to each decision.

What is known of devices is what a suspension needs: no serial number, no list of apps, no place. People and devices
are the organisation's: its directory puts them in, and nobody here has an account by being in it.
"""

from datetime import timedelta

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from reelm.devices.organisations.tables import of_organisation
from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Subject, Until

_DIRECTORY = Keep(Until.REMOVED, "until the organisation takes them out of its directory")
_ENROLLED = Keep(Until.REMOVED, "until the device leaves, or its person takes it out")


def _of_device() -> ForeignKey:
    return ForeignKey("managed_devices.id", ondelete="CASCADE")


directory_people = Table(
    "directory_people",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column("user_name", Text, data=DataClass.USERNAME, realm_rule=RealmRule.STAYS_HOME),
    column("display_name", Text, data=DataClass.NAME, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("email", Text, data=DataClass.EMAIL, nullable=True),
    column("locale", Text, data=DataClass.LANGUAGE, realm_rule=RealmRule.STAYS_HOME),
    column("external_id", Text, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("active", Boolean, data=DataClass.SYSTEM, server_default=text("true")),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("changed_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    UniqueConstraint("organisation_id", "user_name"),
    info=held(
        "People of an organisation, as its directory has them: who may have a device, and in which language they are"
        " told of a decision.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_DIRECTORY,
        receivers=(Receiver.PERSON, Receiver.ADDRESSED),
        subjects=(Subject.STAFF,),
    ),
)

directory_groups = Table(
    "directory_groups",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column("code", Text, data=DataClass.SYSTEM),
    column("display_name", Text, data=DataClass.SYSTEM),
    column("external_id", Text, data=DataClass.SYSTEM, nullable=True),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("changed_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    UniqueConstraint("organisation_id", "code"),
    info=held(
        "Groups of an organisation's people and devices: decisions name them by their codes.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_DIRECTORY,
        receivers=(Receiver.ADDRESSED,),
        subjects=(),
    ),
)

directory_members = Table(
    "directory_members",
    metadata,
    column(
        "group_id",
        Uuid,
        ForeignKey("directory_groups.id", ondelete="CASCADE"),
        data=DataClass.SYSTEM,
        primary_key=True,
    ),
    column(
        "person_id",
        Uuid,
        ForeignKey("directory_people.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    Index("ix_directory_members_person_id", "person_id"),
    info=held(
        "Who is in which group of their organisation. A person's devices are in the groups of the person.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_DIRECTORY,
        receivers=(Receiver.PERSON, Receiver.ADDRESSED),
        subjects=(Subject.STAFF,),
    ),
)

# `public_key` is the SubjectPublicKeyInfo that its certificate has, `thumbprint` its SHA-256. By `ledger_key` the log
# names it; whoever is given that key can tell which entries are about this device. `assurance` is how sure it is that
# the key is the device's: self-declared, certificate, attested.
managed_devices = Table(
    "managed_devices",
    metadata,
    column("id", Uuid, data=DataClass.DEVICE, primary_key=True),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column("code", Text, data=DataClass.DEVICE),
    column("platform", Text, data=DataClass.DEVICE),
    column("enrolment", Text, data=DataClass.DEVICE),
    column("ownership", Text, data=DataClass.DEVICE),
    column(
        "person_id",
        Uuid,
        ForeignKey("directory_people.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        nullable=True,
    ),
    column("addresses", ARRAY(Text), data=DataClass.DEVICE, server_default=text("'{}'")),
    column("active", Boolean, data=DataClass.SYSTEM, server_default=text("true")),
    column("external_id", Text, data=DataClass.DEVICE, nullable=True),
    column("mdm_id", Text, data=DataClass.DEVICE, nullable=True),
    column("public_key", LargeBinary, data=DataClass.DEVICE, nullable=True),
    column("thumbprint", LargeBinary, data=DataClass.DEVICE, nullable=True, unique=True),
    column("assurance", Text, data=DataClass.SYSTEM),
    column("certificate_until", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("consented_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("enrolled_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("ledger_key", LargeBinary, data=DataClass.SYSTEM),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("changed_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    UniqueConstraint("organisation_id", "code"),
    UniqueConstraint("organisation_id", "mdm_id"),
    Index("ix_managed_devices_person_id", "person_id"),
    info=held(
        "Devices that an organisation manages: whose each is, how far it is managed, and by which key it is known.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_ENROLLED,
        receivers=(Receiver.PERSON, Receiver.ADDRESSED),
        subjects=(Subject.STAFF,),
    ),
)

device_groups = Table(
    "device_groups",
    metadata,
    column(
        "group_id",
        Uuid,
        ForeignKey("directory_groups.id", ondelete="CASCADE"),
        data=DataClass.SYSTEM,
        primary_key=True,
    ),
    column("device_id", Uuid, _of_device(), data=DataClass.DEVICE, primary_key=True),
    Index("ix_device_groups_device_id", "device_id"),
    info=held(
        "Which devices are in which group by themselves, beside the groups of their person.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_ENROLLED,
        receivers=(Receiver.ADDRESSED,),
        subjects=(Subject.STAFF,),
    ),
)

# `certificate` is what was given for the code by SCEP, in the transaction of this id: it is given again to whoever
# repeats that.
enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    column("code_hash", LargeBinary, data=DataClass.PASSWORD, primary_key=True),
    column("device_id", Uuid, _of_device(), data=DataClass.DEVICE),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("expires_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("used_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("transaction_id", Text, data=DataClass.SYSTEM, nullable=True),
    column("certificate", LargeBinary, data=DataClass.DEVICE, nullable=True),
    Index("ix_enrolment_codes_device_id", "device_id"),
    info=held(
        "Codes by which one device enrols once, as digests, and the certificate that was given for each.",
        purpose=DataUse.AUTHENTICATION,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.TIME, "until used, or seven days", timedelta(days=7), "made_at"),
        subjects=(Subject.STAFF,),
    ),
)

# Sessions here that a device has said are its own: they are bound as it is, also without what it shows.
device_sessions = Table(
    "device_sessions",
    metadata,
    column("token_hash", LargeBinary, data=DataClass.PASSWORD, primary_key=True),
    column("device_id", Uuid, _of_device(), data=DataClass.DEVICE),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_device_sessions_device_id", "device_id"),
    info=held(
        "Which sessions were opened on which managed device, so that a suspension ends them.",
        purpose=DataUse.SECURITY,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until the session has ended"),
        subjects=(Subject.STAFF,),
    ),
)

# Tokens by which a device, or another system, has shown something: each is taken once.
heard_tokens = Table(
    "heard_tokens",
    metadata,
    column("issuer", Text, data=DataClass.SYSTEM, primary_key=True),
    column("jti", Text, data=DataClass.SYSTEM, primary_key=True),
    column("until", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_heard_tokens_until", "until"),
    info=held(
        "Numbers of signed tokens that were taken, so that none is taken twice.",
        purpose=DataUse.SECURITY,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(
            Until.TIME, "as long as such a token could be shown again: eight days at most", timedelta(days=8), "until"
        ),
        subjects=(),
    ),
)

# How a device stands to a decision: what was last heard (`has_app`, at `reported_at`, from `source`) and the state
# that was last written to the log.
device_states = Table(
    "device_states",
    metadata,
    column("device_id", Uuid, _of_device(), data=DataClass.DEVICE, primary_key=True),
    column("decision_id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("has_app", Boolean, data=DataClass.DEVICE, nullable=True),
    column("reported_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("source", Text, data=DataClass.SYSTEM, nullable=True),
    column("state", Text, data=DataClass.DEVICE),
    column("since", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("entry", Text, data=DataClass.SYSTEM, nullable=True),
    Index("ix_device_states_decision_id", "decision_id", "state", "device_id"),
    info=held(
        "How each device stands to each decision that binds it, what said so, and when.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_ENROLLED,
        receivers=(Receiver.PERSON, Receiver.ADDRESSED),
        subjects=(Subject.STAFF,),
    ),
)

# Every state that a device was ever in, by the entry of the log that tells of it.
device_history = Table(
    "device_history",
    metadata,
    column("entry", Text, data=DataClass.SYSTEM, primary_key=True),
    column("device_id", Uuid, _of_device(), data=DataClass.DEVICE),
    column("decision_id", Uuid, data=DataClass.SYSTEM),
    column("state", Text, data=DataClass.DEVICE),
    column("since", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_device_history_device_id", "device_id", "since"),
    info=held(
        "Which entries of the public log tell how a device stood to a decision, for whoever has to show it.",
        purpose=DataUse.LEGAL_OBLIGATION,
        legal_basis=LegalBasis.CONTRACT,
        keep=_ENROLLED,
        receivers=(Receiver.PERSON, Receiver.ADDRESSED),
        subjects=(Subject.STAFF,),
    ),
)
