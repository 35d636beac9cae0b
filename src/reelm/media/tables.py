"""The tables of bytes: uploads under way, assets being made of them, renditions made."""

from datetime import timedelta

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid, select, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import Belongings, column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Place, Receiver, Until

uploads = Table(
    "uploads",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
    ),
    column("state", Text, data=DataClass.SYSTEM),
    column("size_bytes", BigInteger, data=DataClass.SYSTEM),
    column("offset_bytes", BigInteger, data=DataClass.SYSTEM),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column("expires_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_uploads_account_id", "account_id"),
    Index("ix_uploads_expires_at", "expires_at"),
    info=held(
        "A file on its way here; its bytes until a clip is made of it.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(
            Until.TIME,
            "until a clip is made of it; unfinished, a day after its last byte unless the operator sets another time",
            timedelta(days=1),
            "expires_at",
        ),
        receivers=(Receiver.PERSON,),
        places=(Place.DATABASE, Place.FILES),
    ),
)

assets = Table(
    "assets",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
    ),
    column("upload_id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, unique=True),
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
    info=held(
        "What a clip's file turned out to be, and how far its making is.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until the clip is removed, at most as long as the account"),
        receivers=(Receiver.PERSON, Receiver.EVERYBODY, Receiver.REALMS),
        places=(Place.DATABASE, Place.FILES),
    ),
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
    info=held(
        "The sizes of a clip that can be played.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until the clip is removed, at most as long as the account"),
        receivers=(Receiver.EVERYBODY, Receiver.REALMS),
        places=(Place.DATABASE, Place.FILES),
    ),
)

# What of these tables goes along with somebody who moves; a file that is still on its way here does not.
BELONGINGS = (
    Belongings(assets, lambda person: assets.c.account_id == person, ("account_id",)),
    Belongings(
        renditions,
        lambda person: renditions.c.asset_id.in_(select(assets.c.id).where(assets.c.account_id == person)),
    ),
)
# A file on its way stays in its realm, and is theirs all the same.
STAYING = (Belongings(uploads, lambda person: uploads.c.account_id == person, ("account_id",)),)
