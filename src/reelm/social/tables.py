"""The tables of what people do to each other's clips."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Select,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    select,
    table,
    text,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reelm.infra.db import Belongings, column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Until


def _person() -> ForeignKey:
    return ForeignKey("accounts.id", ondelete="CASCADE")


def _anybody() -> ForeignKey:
    """Somebody of this realm or of another."""
    return ForeignKey("people.id", ondelete="CASCADE")


def _video() -> ForeignKey:
    return ForeignKey("videos.id", ondelete="CASCADE")


def _clip() -> ForeignKey:
    """A clip of this realm or of another."""
    return ForeignKey("clips.id", ondelete="CASCADE")


follows = Table(
    "follows",
    metadata,
    column("follower_id", Uuid, _anybody(), data=DataClass.SOCIAL, primary_key=True),
    column("followed_id", Uuid, _anybody(), data=DataClass.SOCIAL, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.SOCIAL),
    CheckConstraint("follower_id <> followed_id", name="not_yourself"),
    Index("ix_follows_followed_id", "followed_id"),
    info=held(
        "Who follows whom. The one who is followed is told.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until taken back, at most as long as both accounts"),
        receivers=(Receiver.PERSON, Receiver.ADDRESSED, Receiver.STAFF, Receiver.REALMS),
    ),
)

likes = Table(
    "likes",
    metadata,
    column(
        "account_id", Uuid, _person(), data=DataClass.SOCIAL, realm_rule=RealmRule.AGGREGATE_ONLY, primary_key=True
    ),
    column("video_id", Uuid, _clip(), data=DataClass.SOCIAL, realm_rule=RealmRule.AGGREGATE_ONLY, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR),
    Index("ix_likes_video_id", "video_id"),
    info=held(
        "Who likes which clip. Its author is told.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until taken back, at most as long as both accounts"),
        receivers=(Receiver.PERSON, Receiver.ADDRESSED, Receiver.STAFF, Receiver.REALMS),
    ),
)

# Whoever may watch the clip sees who said what and when.
comments = Table(
    "comments",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, primary_key=True),
    column("video_id", Uuid, _clip(), data=DataClass.UNIQUE_ID),
    column("author_id", Uuid, _anybody(), data=DataClass.UNIQUE_ID),
    column("text", Text, data=DataClass.PUBLIC_CONTENT),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.PUBLIC_CONTENT),
    Index("ix_comments_video_id", "video_id", text("id DESC")),
    Index("ix_comments_author_id", "author_id"),
    info=held(
        "What people say under clips. Whoever may watch the clip sees who said what and when.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until its author or the clip's removes it, at most as long as both accounts"),
        receivers=(Receiver.PERSON, Receiver.EVERYBODY, Receiver.REALMS),
    ),
)

notifications = Table(
    "notifications",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("account_id", Uuid, _person(), data=DataClass.SOCIAL, realm_rule=RealmRule.STAYS_HOME),
    column("actor_id", Uuid, _anybody(), data=DataClass.SOCIAL, realm_rule=RealmRule.STAYS_HOME),
    column("kind", Text, data=DataClass.SYSTEM),
    column("video_id", Uuid, _video(), data=DataClass.SOCIAL, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column(
        "comment_id",
        Uuid,
        ForeignKey("comments.id", ondelete="CASCADE"),
        data=DataClass.SOCIAL,
        realm_rule=RealmRule.STAYS_HOME,
        nullable=True,
    ),
    column("at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column(
        "read_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME, nullable=True
    ),
    Index("ix_notifications_account_id", "account_id", text("id DESC")),
    Index("ix_notifications_actor_id", "actor_id"),
    info=held(
        "What somebody is told of in their inbox: who liked, followed or commented, and that they move to another"
        " realm.",
        purpose=DataUse.NOTIFICATIONS,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.ACCOUNT, "as long as both accounts, unless the like, follow or comment is taken back"),
        receivers=(Receiver.PERSON,),
    ),
)


def _home(name: str, to: ForeignKey) -> Column[Any]:
    """A column of what is told to nobody, in this realm or another."""
    return column(name, Uuid, to, data=DataClass.SOCIAL, realm_rule=RealmRule.STAYS_HOME)


def _since() -> Column[Any]:
    return column("at", TIMESTAMP(timezone=True), data=DataClass.SOCIAL, realm_rule=RealmRule.STAYS_HOME)


def _newest_first() -> Column[Any]:
    """An id in the order of time: what a list pages by."""
    return column("id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True)


blocks = Table(
    "blocks",
    metadata,
    _newest_first(),
    _home("account_id", _person()),
    _home("blocked_id", _anybody()),
    _since(),
    UniqueConstraint("account_id", "blocked_id"),
    CheckConstraint("account_id <> blocked_id", name="not_yourself"),
    Index("ix_blocks_blocked_id", "blocked_id"),
    info=held(
        "Who has blocked whom. The one who is blocked is not told; neither sees the other any more.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until taken back, at most as long as both accounts"),
        receivers=(Receiver.PERSON, Receiver.STAFF),
    ),
)

mutes = Table(
    "mutes",
    metadata,
    _newest_first(),
    _home("account_id", _person()),
    _home("muted_id", _anybody()),
    _since(),
    UniqueConstraint("account_id", "muted_id"),
    CheckConstraint("account_id <> muted_id", name="not_yourself"),
    Index("ix_mutes_muted_id", "muted_id"),
    info=held(
        "Whose clips, comments and notifications somebody does not want to see. The one who is muted is not told.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until taken back, at most as long as both accounts"),
        receivers=(Receiver.PERSON, Receiver.STAFF),
    ),
)

# The clips that are somebody's: `videos` owns the table.
_clips = table("clips", named("id", Uuid), named("account_id", Uuid))


def _own_clips(person: UUID) -> Select[tuple[UUID]]:
    return select(_clips.c.id).where(_clips.c.account_id == person)


# What of these tables goes along with somebody who moves: what they did, and then what others did towards them.
# Who likes what is told to no other realm, so word of likes stays behind.
BELONGINGS = (
    Belongings(likes, lambda person: likes.c.account_id == person, ("account_id",), "video_id"),
    Belongings(comments, lambda person: comments.c.author_id == person, ("author_id",), "video_id"),
    Belongings(
        follows, lambda person: follows.c.follower_id == person, ("follower_id",), people={"followed_id": "profile"}
    ),
    Belongings(
        blocks, lambda person: blocks.c.account_id == person, ("account_id",), people={"blocked_id": "profile"}
    ),
    Belongings(mutes, lambda person: mutes.c.account_id == person, ("account_id",), people={"muted_id": "profile"}),
)
TOWARDS = (
    Belongings(
        comments,
        lambda person: and_(comments.c.video_id.in_(_own_clips(person)), comments.c.author_id != person),
        people={"author_id": "comment"},
        label="comments-of-others",
    ),
    Belongings(
        follows,
        lambda person: follows.c.followed_id == person,
        ("followed_id",),
        people={"follower_id": "follow"},
        label="followers",
    ),
    Belongings(
        notifications,
        lambda person: and_(notifications.c.account_id == person, notifications.c.kind == "comment"),
        ("account_id",),
        people={"actor_id": "comment"},
        label="word-of-comments",
    ),
    Belongings(
        notifications,
        lambda person: and_(notifications.c.account_id == person, notifications.c.kind == "follow"),
        ("account_id",),
        people={"actor_id": "follow"},
        label="word-of-follows",
    ),
)
