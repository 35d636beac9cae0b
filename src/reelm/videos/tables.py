"""The tables of posts. Counts stand apart, so that a like never waits for an edit.

What a post says is public content; where its row says `private`, `PRIVATE_CLIPS` in `store.py` holds it as private.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import Belongings, column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Place, Receiver, Subject, Until

# Every clip that is known here: `account_id` is whose of ours it is, `realm` where it is at home otherwise.
clips = Table(
    "clips",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column(
        "account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID, nullable=True
    ),
    column("realm", Text, data=DataClass.SYSTEM, nullable=True),
    CheckConstraint("(account_id IS NULL) <> (realm IS NULL)", name="ours_or_abroad"),
    Index("ix_clips_account_id", "account_id"),
    info=held(
        "Which clips are known here, ours and those of other realms.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.ACCOUNT, "as long as the account; of other realms, as long as anything here names them"),
        receivers=(Receiver.EVERYBODY, Receiver.REALMS),
    ),
)

videos = Table(
    "videos",
    metadata,
    column("id", Uuid, ForeignKey("clips.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID, primary_key=True),
    column("author_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID),
    column("asset_id", Uuid, data=DataClass.UNIQUE_ID, unique=True),
    column("state", Text, data=DataClass.SYSTEM),
    column("caption", Text, data=DataClass.PUBLIC_CONTENT),
    column("visibility", Text, data=DataClass.SYSTEM),
    column("allow_comments", Boolean, data=DataClass.SYSTEM),
    column("age_limit", SmallInteger, data=DataClass.SYSTEM, nullable=True),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.PUBLIC_CONTENT),
    column("published_at", TIMESTAMP(timezone=True), data=DataClass.PUBLIC_CONTENT, nullable=True),
    Index("ix_videos_author_id", "author_id", "id"),
    Index(
        "ix_videos_listed",
        text("published_at DESC"),
        text("id DESC"),
        postgresql_where=text("state = 'published' AND visibility = 'public'"),
    ),
    info=held(
        "What people post. A private clip is for its author alone and crosses nowhere.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.ACCOUNT, "as long as the account; of a removed clip only ids, state and times remain"),
        receivers=(Receiver.PERSON, Receiver.EVERYBODY, Receiver.STAFF, Receiver.REALMS),
    ),
)

video_counts = Table(
    "video_counts",
    metadata,
    column("video_id", Uuid, ForeignKey("clips.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID, primary_key=True),
    column("views", Integer, data=DataClass.AGGREGATE, server_default="0"),
    column("likes", Integer, data=DataClass.AGGREGATE, server_default="0"),
    column("comments", Integer, data=DataClass.AGGREGATE, server_default="0"),
    column("shares", Integer, data=DataClass.AGGREGATE, server_default="0"),
    column("watched_ms", BigInteger, data=DataClass.AGGREGATE, server_default="0"),
    column("completions", Integer, data=DataClass.AGGREGATE, server_default="0"),
    info=held(
        "How often a clip was watched, liked, commented on and shared. No names.",
        purpose=DataUse.STATISTICS,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.ACCOUNT, "as long as the account of the clip's author"),
        receivers=(Receiver.EVERYBODY, Receiver.REALMS),
    ),
)

# Copies of what is public in another realm, gone when that realm says so. The numbers are those it told of its own
# people, noised; ours stand in `video_counts`.
foreign_clips = Table(
    "foreign_clips",
    metadata,
    column(
        "id",
        Uuid,
        ForeignKey("clips.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    column("realm", Text, data=DataClass.SYSTEM),
    column(
        "author_id",
        Uuid,
        ForeignKey("people.id", ondelete="CASCADE"),
        data=DataClass.PSEUDONYM,
        realm_rule=RealmRule.STAYS_HOME,
    ),
    column("caption", Text, data=DataClass.PUBLIC_CONTENT, realm_rule=RealmRule.STAYS_HOME),
    column("allow_comments", Boolean, data=DataClass.SYSTEM),
    column("age_limit", SmallInteger, data=DataClass.SYSTEM, nullable=True),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.PUBLIC_CONTENT, realm_rule=RealmRule.STAYS_HOME),
    column("published_at", TIMESTAMP(timezone=True), data=DataClass.PUBLIC_CONTENT, realm_rule=RealmRule.STAYS_HOME),
    column("media", JSONB, data=DataClass.PUBLIC_CONTENT, realm_rule=RealmRule.STAYS_HOME),
    column("duration_ms", Integer, data=DataClass.SYSTEM),
    column("views", BigInteger, data=DataClass.AGGREGATE, realm_rule=RealmRule.STAYS_HOME, server_default="0"),
    column("likes", BigInteger, data=DataClass.AGGREGATE, realm_rule=RealmRule.STAYS_HOME, server_default="0"),
    column("told_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_foreign_clips_author_id", "author_id", "id"),
    Index("ix_foreign_clips_listed", text("published_at DESC"), text("id DESC")),
    info=held(
        "Copies of clips that are public in another realm.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until their realm says that they are no longer public"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(Subject.VISITOR,),
        places=(Place.DATABASE, Place.FILES),
    ),
)

# What other realms have told of our clips so far, noised: it is in `video_counts` already.
counts_abroad = Table(
    "counts_abroad",
    metadata,
    column(
        "video_id",
        Uuid,
        ForeignKey("videos.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    column("realm", Text, data=DataClass.SYSTEM, primary_key=True),
    column("views", BigInteger, data=DataClass.AGGREGATE, realm_rule=RealmRule.STAYS_HOME),
    column("likes", BigInteger, data=DataClass.AGGREGATE, realm_rule=RealmRule.STAYS_HOME),
    info=held(
        "How often clips of ours were watched and liked in other realms, as these told it: noised, over many people.",
        purpose=DataUse.STATISTICS,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.ACCOUNT, "as long as the account of the clip's author"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(Subject.VISITOR,),
    ),
)

# What of these tables goes along with somebody who moves. Counts add up with those the clip had there as a copy.
BELONGINGS = (
    Belongings(clips, lambda person: clips.c.account_id == person, ("account_id",)),
    Belongings(videos, lambda person: videos.c.author_id == person, ("author_id",)),
    Belongings(
        video_counts,
        lambda person: video_counts.c.video_id.in_(select(clips.c.id).where(clips.c.account_id == person)),
        adds=("views", "likes", "comments", "shares", "watched_ms", "completions"),
    ),
)
