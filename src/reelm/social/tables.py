"""The tables of what people do to each other's clips."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reelm.infra.db import column, metadata
from reelm.kernel.data_classes import DataClass


def _person() -> ForeignKey:
    return ForeignKey("accounts.id", ondelete="CASCADE")


def _video() -> ForeignKey:
    return ForeignKey("videos.id", ondelete="CASCADE")


follows = Table(
    "follows",
    metadata,
    column("follower_id", Uuid, _person(), data=DataClass.SOCIAL, primary_key=True),
    column("followed_id", Uuid, _person(), data=DataClass.SOCIAL, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR),
    CheckConstraint("follower_id <> followed_id", name="not_yourself"),
    Index("ix_follows_followed_id", "followed_id"),
)

likes = Table(
    "likes",
    metadata,
    column("account_id", Uuid, _person(), data=DataClass.SOCIAL, primary_key=True),
    column("video_id", Uuid, _video(), data=DataClass.SOCIAL, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR),
    Index("ix_likes_video_id", "video_id"),
)

# Whoever may watch the clip sees who said what and when.
comments = Table(
    "comments",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column("video_id", Uuid, _video(), data=DataClass.UNIQUE_ID),
    column("author_id", Uuid, _person(), data=DataClass.UNIQUE_ID),
    column("text", Text, data=DataClass.PUBLIC_CONTENT),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.PUBLIC_CONTENT),
    Index("ix_comments_video_id", "video_id", text("id DESC")),
    Index("ix_comments_author_id", "author_id"),
)

notifications = Table(
    "notifications",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column("account_id", Uuid, _person(), data=DataClass.SOCIAL),
    column("actor_id", Uuid, _person(), data=DataClass.SOCIAL),
    column("kind", Text, data=DataClass.SYSTEM),
    column("video_id", Uuid, _video(), data=DataClass.SOCIAL, nullable=True),
    column("comment_id", Uuid, ForeignKey("comments.id", ondelete="CASCADE"), data=DataClass.SOCIAL, nullable=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR),
    column("read_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, nullable=True),
    Index("ix_notifications_account_id", "account_id", text("id DESC")),
    Index("ix_notifications_actor_id", "actor_id"),
)
