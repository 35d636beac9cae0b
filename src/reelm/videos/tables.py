"""The tables of posts. Counts stand apart, so that a like never waits for an edit.

What a post says is public content; where its row says `private`, `PRIVATE_CLIPS` in `store.py` holds it as private.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Until

videos = Table(
    "videos",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column("author_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID),
    column("asset_id", Uuid, data=DataClass.UNIQUE_ID, unique=True),
    column("state", Text, data=DataClass.SYSTEM),
    column("caption", Text, data=DataClass.PUBLIC_CONTENT),
    column("visibility", Text, data=DataClass.SYSTEM),
    column("allow_comments", Boolean, data=DataClass.SYSTEM),
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
    column("video_id", Uuid, ForeignKey("videos.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID, primary_key=True),
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
