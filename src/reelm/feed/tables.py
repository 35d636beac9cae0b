"""The tables of watching. An impression is one showing of one clip; reports of it only ever raise its numbers."""

from sqlalchemy import ForeignKey, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reelm.infra.db import column, metadata
from reelm.kernel.data_classes import DataClass

impressions = Table(
    "impressions",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column("kind", Text, data=DataClass.BEHAVIOR, primary_key=True),
    column("video_id", Uuid, ForeignKey("videos.id", ondelete="CASCADE"), data=DataClass.BEHAVIOR),
    column(
        "account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID, nullable=True
    ),
    column("watched_ms", Integer, data=DataClass.VIEW_TIME),
    column("at", TIMESTAMP(timezone=True), data=DataClass.VIEW_TIME),
    column("received_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR),
    Index("ix_impressions_account_id", "account_id"),
    Index("ix_impressions_video_id", "video_id"),
)

seen = Table(
    "seen",
    metadata,
    column(
        "account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), data=DataClass.BEHAVIOR, primary_key=True
    ),
    column("video_id", Uuid, ForeignKey("videos.id", ondelete="CASCADE"), data=DataClass.BEHAVIOR, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.VIEW_TIME),
    Index("ix_seen_video_id", "video_id"),
)
