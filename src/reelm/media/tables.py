"""The tables of bytes: uploads under way, assets being made of them, renditions made."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import column, metadata
from reelm.kernel.data_classes import DataClass

uploads = Table(
    "uploads",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID),
    column("state", Text, data=DataClass.SYSTEM),
    column("size_bytes", BigInteger, data=DataClass.SYSTEM),
    column("offset_bytes", BigInteger, data=DataClass.SYSTEM),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR),
    column("expires_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_uploads_account_id", "account_id"),
    Index("ix_uploads_expires_at", "expires_at"),
)

assets = Table(
    "assets",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID),
    column("upload_id", Uuid, data=DataClass.UNIQUE_ID, unique=True),
    column("state", Text, data=DataClass.SYSTEM),
    column("problem", Text, data=DataClass.SYSTEM, nullable=True),
    column("problem_facts", JSONB, data=DataClass.SYSTEM, nullable=True),
    column("attempts", Integer, data=DataClass.SYSTEM),
    column("cover_at_ms", Integer, data=DataClass.SYSTEM, nullable=True),
    column("duration_ms", Integer, data=DataClass.SYSTEM, nullable=True),
    column("width", Integer, data=DataClass.SYSTEM, nullable=True),
    column("height", Integer, data=DataClass.SYSTEM, nullable=True),
    column("poster_key", Text, data=DataClass.SYSTEM, nullable=True),
    column("placeholder", LargeBinary, data=DataClass.PUBLIC_CONTENT, nullable=True),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.PUBLIC_CONTENT),
    column("finished_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    Index("ix_assets_account_id", "account_id"),
    Index("ix_assets_unfinished", "id", postgresql_where=text("finished_at IS NULL")),
)

renditions = Table(
    "renditions",
    metadata,
    column("asset_id", Uuid, ForeignKey("assets.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID, primary_key=True),
    column("short_side", Integer, data=DataClass.SYSTEM, primary_key=True),
    column("blob_key", Text, data=DataClass.SYSTEM),
    column("width", Integer, data=DataClass.SYSTEM),
    column("height", Integer, data=DataClass.SYSTEM),
    column("codec", Text, data=DataClass.SYSTEM),
    column("bitrate", Integer, data=DataClass.SYSTEM),
    column("size_bytes", BigInteger, data=DataClass.SYSTEM),
)
