"""The tables of people. `rate_limits` holds keyed hashes only, so that no address is stored."""

from sqlalchemy import Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reelm.infra.db import column, metadata
from reelm.kernel.data_classes import DataClass

accounts = Table(
    "accounts",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column("handle", Text, data=DataClass.USERNAME, unique=True),
    column("password_hash", Text, data=DataClass.PASSWORD),
    column("display_name", Text, data=DataClass.NAME),
    column("bio", Text, data=DataClass.PUBLIC_CONTENT),
    column("avatar_key", Text, data=DataClass.IMAGE, nullable=True),
    column("email", Text, data=DataClass.EMAIL, nullable=True),
    column("birth_date", Date, data=DataClass.BIRTH_DATE),
    column("country", Text, data=DataClass.LOCATION),
    column("region", Text, data=DataClass.LOCATION, nullable=True),
    column("locale", Text, data=DataClass.LANGUAGE),
    column("role", Text, data=DataClass.SYSTEM),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR),
)

sessions = Table(
    "sessions",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), data=DataClass.UNIQUE_ID),
    column("token_hash", LargeBinary, data=DataClass.PASSWORD, unique=True),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR),
    column("expires_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_sessions_account_id", "account_id"),
)

rate_limits = Table(
    "rate_limits",
    metadata,
    column("key", LargeBinary, data=DataClass.DEVICE, primary_key=True),
    column("hits", Integer, data=DataClass.BEHAVIOR),
    column("ends_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
)
