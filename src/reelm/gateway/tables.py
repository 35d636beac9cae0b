"""The tables of the door: what waits to go to other realms, and how far each has been told and has told us."""

from datetime import timedelta

from sqlalchemy import BigInteger, Boolean, ForeignKey, Identity, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import Belongings, column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Until

# What people here do towards another realm, until it has taken it. `seq` numbers what goes to one realm, without
# gaps; `entry` is the row's entry in our log, made in the transaction that gives it its number.
gateway_outbox = Table(
    "gateway_outbox",
    metadata,
    column("id", BigInteger, Identity(always=True), data=DataClass.SYSTEM, primary_key=True),
    column("realm", Text, data=DataClass.SYSTEM),
    column("kind", Text, data=DataClass.SYSTEM),
    column("fields", JSONB, data=DataClass.PUBLIC_CONTENT),
    column(
        "account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID, nullable=True
    ),
    column("minor", Boolean, data=DataClass.BIRTH_DATE),
    column("told", Boolean, data=DataClass.SYSTEM),
    column("people", Integer, data=DataClass.SYSTEM),
    column("epsilon_micro", BigInteger, data=DataClass.SYSTEM, nullable=True),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR),
    column("seq", BigInteger, data=DataClass.SYSTEM, nullable=True),
    column("entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("salt", Text, data=DataClass.SYSTEM, nullable=True),
    Index("ix_gateway_outbox_unnumbered", "realm", "id", postgresql_where=text("seq IS NULL")),
    Index("ix_gateway_outbox_numbered", "realm", "seq", unique=True, postgresql_where=text("seq IS NOT NULL")),
    Index("ix_gateway_outbox_account_id", "account_id"),
    info=held(
        "What somebody did towards another realm and what is told to it, until that realm has taken it.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until the other realm has taken it, mostly less than a second"),
        receivers=(Receiver.REALMS,),
    ),
)

# One row a realm: `sent_seq` numbers have been given out towards it, `acked_seq` it has taken; of its own messages
# we have taken those below `next_in`, the last of which had the index `last_entry` in its log.
gateway_peers = Table(
    "gateway_peers",
    metadata,
    column("realm", Text, data=DataClass.SYSTEM, primary_key=True),
    column("sent_seq", BigInteger, data=DataClass.SYSTEM, server_default="0"),
    column("acked_seq", BigInteger, data=DataClass.SYSTEM, server_default="0"),
    column("next_in", BigInteger, data=DataClass.SYSTEM, server_default="1"),
    column("last_entry", BigInteger, data=DataClass.SYSTEM, server_default="-1"),
    column("contact_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    info=held(
        "How far this realm and each other one have come with what they tell each other.",
        purpose=DataUse.OPERATIONS,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REALM, "as long as the realm"),
        subjects=(),
    ),
)

# What other realms have taken back, so that an answer that was on its way meanwhile is not kept. Gone after an hour.
gateway_revocations = Table(
    "gateway_revocations",
    metadata,
    column("object_id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("realm", Text, data=DataClass.SYSTEM, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    info=held(
        "What other realms have taken back lately, so that a late answer does not bring it back.",
        purpose=DataUse.OPERATIONS,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.TIME, "an hour", timedelta(hours=1), "at"),
    ),
)

# Which realms hold a copy of what is public here, so that they can be told when it no longer is.
gateway_copies = Table(
    "gateway_copies",
    metadata,
    column("object_id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("realm", Text, data=DataClass.SYSTEM, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    info=held(
        "Which realms hold a copy of a public clip, profile or remark of ours.",
        purpose=DataUse.OPERATIONS,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until it is taken back there"),
    ),
)

# A sample of what came from another realm, until its entry was found in that realm's log. `content` is what the
# entry has to say: a digest with a salt, from which nothing can be read.
gateway_unproven = Table(
    "gateway_unproven",
    metadata,
    column("id", BigInteger, Identity(always=True), data=DataClass.SYSTEM, primary_key=True),
    column("realm", Text, data=DataClass.SYSTEM),
    column("entry", BigInteger, data=DataClass.SYSTEM),
    column("message", Text, data=DataClass.SYSTEM),
    column("content", Text, data=DataClass.SYSTEM),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_gateway_unproven_realm", "realm", "id"),
    info=held(
        "Entries that other realms say stand in their logs, until they have been looked up there. No names.",
        purpose=DataUse.SECURITY,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REMOVED, "until the other realm's log has been looked at"),
        subjects=(),
    ),
)

# Of each other realm's log: the newest checkpoint we saw, which every later one has to extend.
gateway_logs = Table(
    "gateway_logs",
    metadata,
    column("realm", Text, data=DataClass.SYSTEM, primary_key=True),
    column("checkpoint", Text, data=DataClass.SYSTEM),
    column("proven", BigInteger, data=DataClass.SYSTEM, server_default="0"),
    column("looked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    info=held(
        "The newest checkpoint of each other realm's log that was seen here. No names.",
        purpose=DataUse.SECURITY,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REALM, "as long as the realm"),
        subjects=(),
    ),
)

# What another realm said and was found to be wrong, until somebody here takes its word again.
gateway_faults = Table(
    "gateway_faults",
    metadata,
    column("realm", Text, data=DataClass.SYSTEM, primary_key=True),
    column("fault", Text, data=DataClass.SYSTEM, primary_key=True),
    column("about", Text, data=DataClass.SYSTEM, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    info=held(
        "What another realm said and was found to be wrong. No names.",
        purpose=DataUse.SECURITY,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REMOVED, "until an operator takes that realm's word again"),
        subjects=(),
    ),
)

# Bytes that left towards each realm since the last entry about them, and in how many requests and answers.
gateway_meters = Table(
    "gateway_meters",
    metadata,
    column("realm", Text, data=DataClass.SYSTEM, primary_key=True),
    column("since", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("metered", BigInteger, data=DataClass.SYSTEM),
    column("exchanges", BigInteger, data=DataClass.SYSTEM),
    column("excused", BigInteger, data=DataClass.SYSTEM),
    column("waiting", BigInteger, data=DataClass.SYSTEM),
    info=held(
        "How many bytes left towards each realm since the last hourly entry. No names.",
        purpose=DataUse.SECURITY,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REALM, "as long as the realm"),
        subjects=(),
    ),
)
# What somebody did towards other realms, until these have it.
STAYING = (Belongings(gateway_outbox, lambda person: gateway_outbox.c.account_id == person, ("account_id",)),)
