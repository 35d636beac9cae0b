"""The tables of watching. An impression is one showing of one clip; reports of it only ever raise its numbers."""

from sqlalchemy import BigInteger, Boolean, Date, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reelm.infra.db import Belongings, column, held, kept_by_trigger, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Subject, Until

# One partition a day (`days.py`); `day` is that of the id, so that a report finds the one before it.
impressions = Table(
    "impressions",
    metadata,
    column("day", Date, data=DataClass.VIEW_TIME, primary_key=True),
    column("id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("kind", Text, data=DataClass.BEHAVIOR, primary_key=True),
    column("video_id", Uuid, data=DataClass.BEHAVIOR),
    column("account_id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("watched_ms", Integer, data=DataClass.VIEW_TIME),
    column("replays", Integer, data=DataClass.VIEW_TIME),
    column("ended", Text, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("known", Boolean, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column("at", TIMESTAMP(timezone=True), data=DataClass.VIEW_TIME),
    column("received_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    kept_by_trigger("video_id", "clips.id"),
    kept_by_trigger("account_id", "accounts.id"),
    Index("ix_impressions_account_id", "account_id"),
    Index("ix_impressions_video_id", "video_id"),
    postgresql_partition_by="RANGE (day)",
    info=held(
        "Which clips were shown, for how long, how it ended, and what was shared, liked or refused. The counts of a"
        " clip are made of it.",
        purpose=DataUse.STATISTICS,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.ACCOUNT, "as long as the account; of somebody without one, as long as that of the author"),
        receivers=(Receiver.STAFF, Receiver.REALMS),
        subjects=(Subject.MEMBER, Subject.VISITOR),
    ),
)

# Who has seen a clip that goes is found by its impressions: each of these rows comes from one.
seen = Table(
    "seen",
    metadata,
    column("account_id", Uuid, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("video_id", Uuid, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.VIEW_TIME),
    kept_by_trigger("account_id", "accounts.id"),
    kept_by_trigger("video_id", "clips.id"),
    info=held(
        "Which clips somebody has seen, so that the feed shows others first.",
        purpose=DataUse.PERSONALIZATION,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.ACCOUNT, "as long as the account"),
    ),
)

# Which day's sums another realm has been told, and what that cost everybody of their privacy budget.
releases = Table(
    "releases",
    metadata,
    column("day", Date, data=DataClass.SYSTEM, primary_key=True),
    column("realm", Text, data=DataClass.SYSTEM, primary_key=True),
    column("epsilon_micro", BigInteger, data=DataClass.SYSTEM),
    info=held(
        "Which day's blurred sums of views and likes another realm has been told.",
        purpose=DataUse.STATISTICS,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REALM, "as long as the realm"),
        subjects=(),
    ),
)

# What of these tables goes along with somebody who moves.
BELONGINGS = (
    Belongings(impressions, lambda person: impressions.c.account_id == person, ("account_id",), "video_id"),
    Belongings(seen, lambda person: seen.c.account_id == person, ("account_id",), "video_id"),
)
