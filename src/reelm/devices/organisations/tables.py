"""The tables of organisations: who they are, who acts for them, their keys, and what is proven to be theirs."""

from datetime import timedelta

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, Uuid, false
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from reelm.infra.db import Belongings, column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Subject, Until


def of_organisation() -> ForeignKey:
    """What goes with its organisation."""
    return ForeignKey("organisations.id", ondelete="CASCADE")


organisations = Table(
    "organisations",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("code", Text, data=DataClass.SYSTEM, unique=True),
    column("name", Text, data=DataClass.SYSTEM),
    column("domain", Text, data=DataClass.SYSTEM),
    column("registered_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("passkeys_only", Boolean, data=DataClass.SYSTEM, server_default=false()),
    info=held(
        "Organisations that manage devices here, and the domain by which each is known.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REALM, "as long as its decisions are in the register"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
)

organisation_staff = Table(
    "organisation_staff",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
    ),
    column("roles", ARRAY(Text), data=DataClass.SYSTEM),
    column("since", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    UniqueConstraint("organisation_id", "account_id"),
    Index("ix_organisation_staff_account_id", "account_id"),
    info=held(
        "Which accounts act for which organisation, and in which roles.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.ACCOUNT, "as long as they act for it, and no longer than the account"),
        receivers=(Receiver.PERSON, Receiver.ADDRESSED),
        subjects=(Subject.MEMBER,),
    ),
)

organisation_keys = Table(
    "organisation_keys",
    metadata,
    column("thumbprint", Text, data=DataClass.SYSTEM, primary_key=True),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column("jwk", LargeBinary, data=DataClass.SYSTEM),
    column("added_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("added_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("revoked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("revoked_entry", Text, data=DataClass.SYSTEM, nullable=True),
    Index("ix_organisation_keys_organisation_id", "organisation_id"),
    info=held(
        "The public keys by which organisations sign their decisions.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REALM, "as long as its decisions are in the register"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
)

# A domain or a network is one organisation's at a time: whoever proves it later does so by taking it over in the DNS,
# and the older proof is lost then.
organisation_proofs = Table(
    "organisation_proofs",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column("of", Text, data=DataClass.SYSTEM),
    column("value", Text, data=DataClass.SYSTEM),
    column("token", Text, data=DataClass.SYSTEM),
    column("asked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("looked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("proven_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("missed_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("lost_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("entry", Text, data=DataClass.SYSTEM, nullable=True),
    UniqueConstraint("organisation_id", "of", "value"),
    info=held(
        "Domains and networks that organisations say are theirs, and since when each is proven.",
        purpose=DataUse.SECURITY,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REMOVED, "until the organisation takes it back"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
)

organisation_tokens = Table(
    "organisation_tokens",
    metadata,
    column("token_hash", LargeBinary, data=DataClass.PASSWORD, primary_key=True),
    column("organisation_id", Uuid, of_organisation(), data=DataClass.SYSTEM),
    column("purpose", Text, data=DataClass.SYSTEM),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("expires_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("revoked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    Index("ix_organisation_tokens_organisation_id", "organisation_id"),
    info=held(
        "Tokens by which an organisation's own systems speak to us, such as its directory; as digests.",
        purpose=DataUse.AUTHENTICATION,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.TIME, "a year at most", timedelta(days=366), "made_at"),
        subjects=(),
    ),
)
# For which organisations somebody acts.
STAYING = (Belongings(organisation_staff, lambda person: organisation_staff.c.account_id == person, ("account_id",)),)
