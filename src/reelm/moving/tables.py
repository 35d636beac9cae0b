"""The tables of moving: how far each move has come here, what has come of it, and where people went.

After a move its row at the old realm names nobody, and `moved_names` holds keyed hashes of old addresses only.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from reelm.infra.db import Belongings, column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Place, Receiver, Subject, Until

# `realm` is the other one. `parts` is how many there are, `parts_done` how many are sent or have come, `own_parts`
# how many of them were compared before the switch, `digest` the chain over those done; `told` is what the sides told
# each other.
moves = Table(
    "moves",
    metadata,
    column("id", Uuid, data=DataClass.SYSTEM, primary_key=True),
    column("side", Text, data=DataClass.SYSTEM),
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        nullable=True,
    ),
    column("realm", Text, data=DataClass.SYSTEM),
    column("step", Text, data=DataClass.SYSTEM),
    column("handle", Text, data=DataClass.USERNAME, realm_rule=RealmRule.STAYS_HOME),
    column("country", Text, data=DataClass.LOCATION),
    column("region", Text, data=DataClass.LOCATION, nullable=True),
    column("parts", Integer, data=DataClass.SYSTEM),
    column("parts_done", Integer, data=DataClass.SYSTEM),
    column("own_parts", Integer, data=DataClass.SYSTEM),
    column("digest", Text, data=DataClass.SYSTEM),
    column("told", JSONB, data=DataClass.PSEUDONYM, realm_rule=RealmRule.STAYS_HOME),
    column("problem", Text, data=DataClass.SYSTEM, nullable=True),
    column("left_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("arrived_entry", Text, data=DataClass.SYSTEM, nullable=True),
    column("left_index", BigInteger, data=DataClass.SYSTEM, nullable=True),
    column("arrived_index", BigInteger, data=DataClass.SYSTEM, nullable=True),
    column("asked_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("step_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_moves_account_id", "account_id"),
    info=held(
        "How far somebody's move to or from another realm has come, and where the two logs tell of it.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.ACCOUNT, "as long as the account; at the realm that was left, without a name, for good"),
        receivers=(Receiver.PERSON,),
    ),
)

moving_parts = Table(
    "moving_parts",
    metadata,
    column("move_id", Uuid, ForeignKey("moves.id", ondelete="CASCADE"), data=DataClass.SYSTEM, primary_key=True),
    column("part", Integer, data=DataClass.SYSTEM, primary_key=True),
    column("collection", Text, data=DataClass.SYSTEM),
    column("content", JSONB, data=DataClass.PRIVATE_CONTENT),
    info=held(
        "What has come so far of somebody who is moving here, until all of it is here and has been compared.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until they have arrived or changed their mind"),
        subjects=(Subject.VISITOR,),
        places=(Place.DATABASE, Place.FILES),
    ),
)

moved_names = Table(
    "moved_names",
    metadata,
    column("name", LargeBinary, data=DataClass.SYSTEM, primary_key=True),
    column("realm", Text, data=DataClass.SYSTEM),
    info=held(
        "To which realm the old address of a clip or person leads, under a keyed hash of that address.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REALM, "as long as the realm"),
        receivers=(Receiver.EVERYBODY,),
        subjects=(),
    ),
)
# The row of somebody's own move.
STAYING = (Belongings(moves, lambda person: moves.c.account_id == person, ("account_id",)),)
