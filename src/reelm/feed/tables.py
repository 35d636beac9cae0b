"""The tables of watching. An impression is one showing of one clip; reports of it only ever raise its numbers."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    ScalarSelect,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    select,
)
from sqlalchemy.dialects.postgresql import REAL, TIMESTAMP

from reelm.infra.db import Belongings, column, held, kept_by_trigger, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Place, Receiver, Subject, Until

# One partition a day (`days.py`); `day` is that of the id, so that a report finds the one before it.
SHOWINGS_KEPT = timedelta(days=30)
TALLIED = ("shown", "views", "completions", "likes", "comments", "shares", "skips", "refusals")

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
        " clip are made of it. What a feed may learn from is copied for 30 days into files of its own, under made-up"
        " names.",
        purpose=DataUse.STATISTICS,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.ACCOUNT, "as long as the account; of somebody without one, as long as that of the author"),
        receivers=(Receiver.STAFF, Receiver.REALMS),
        subjects=(Subject.MEMBER, Subject.VISITOR),
        places=(Place.DATABASE, Place.FILES),
    ),
)

# What ranking stores about a person hangs on their pseudonym only. It is made when the first such thing is stored.
feed_people = Table(
    "feed_people",
    metadata,
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    column("pseudonym", Uuid, data=DataClass.PSEUDONYM, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("mode", Text, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column("began_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    UniqueConstraint("pseudonym"),
    CheckConstraint("mode IN ('for-you', 'plain')", name="mode"),
    info=held(
        "Which feed somebody opens with, since when it learns from what they watch, and under which made-up name.",
        purpose=DataUse.PERSONALIZATION,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REMOVED, "until they reset their feed, at most as long as the account"),
        receivers=(Receiver.PERSON, Receiver.STAFF),
    ),
)

feed_choices = Table(
    "feed_choices",
    metadata,
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    column("kind", Text, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("value", Text, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    info=held(
        "What somebody chose for their feed: languages, topics, words and hashtags to hide, sounds and hashtags to"
        " see less of.",
        purpose=DataUse.PERSONALIZATION,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until they take it back, at most as long as the account"),
        receivers=(Receiver.PERSON, Receiver.STAFF),
    ),
)

# Apart from the other choices, so that it goes with the creator too.
feed_less_creators = Table(
    "feed_less_creators",
    metadata,
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    column(
        "creator_id",
        Uuid,
        ForeignKey("people.id", ondelete="CASCADE"),
        data=DataClass.BEHAVIOR,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    Index("ix_feed_less_creators_creator_id", "creator_id"),
    info=held(
        "Whose clips somebody asked their feed for less of. The creator is not told.",
        purpose=DataUse.PERSONALIZATION,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until they take it back, at most as long as both accounts"),
        receivers=(Receiver.PERSON, Receiver.STAFF),
    ),
)

feed_states = Table(
    "feed_states",
    metadata,
    column(
        "pseudonym",
        Uuid,
        ForeignKey("feed_people.pseudonym", ondelete="CASCADE"),
        data=DataClass.PSEUDONYM,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    column("state", LargeBinary, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column("updated_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    info=held(
        "What the feed has learned of somebody: their last events, what they liked best, a filter of what they saw.",
        purpose=DataUse.PERSONALIZATION,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REMOVED, "until they reset their feed, at most as long as the account"),
    ),
)

# What ranking knows of how people took to a clip, apart from the counts that are shown of it: reports of showings of
# ours, each by the trust that its viewer has (`tallying.py`).
feed_tallies = Table(
    "feed_tallies",
    metadata,
    column(
        "video_id",
        Uuid,
        ForeignKey("clips.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    *(
        column(name, REAL, data=DataClass.AGGREGATE, realm_rule=RealmRule.STAYS_HOME, server_default="0")
        for name in TALLIED
    ),
    info=held(
        "How people took to a clip that their feed showed them: watched, skipped, liked, refused. No names.",
        purpose=DataUse.STATISTICS,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.ACCOUNT, "as long as the account of the clip's author"),
    ),
)

# Made of what is public, by the worker (`content/`); a trigger deletes it when that changes.
feed_content = Table(
    "feed_content",
    metadata,
    column(
        "video_id",
        Uuid,
        ForeignKey("clips.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    column("words", LargeBinary, data=DataClass.PUBLIC_CONTENT, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("looks", LargeBinary, data=DataClass.PUBLIC_CONTENT, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("model", Text, data=DataClass.SYSTEM),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_feed_content_made_at", "made_at"),
    info=held(
        "What a public clip is about and how its poster looks, in numbers worked out of its caption and its preview,"
        " so that a new clip finds people who like such clips.",
        purpose=DataUse.PERSONALIZATION,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REMOVED, "until the caption changes or the clip is no longer public"),
    ),
)

# What was put on which page, so that a ranking can be judged by what it showed. Those of nobody have no pseudonym.
showings = Table(
    "showings",
    metadata,
    column("day", Date, data=DataClass.VIEW_TIME, primary_key=True),
    column("id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("at", TIMESTAMP(timezone=True), data=DataClass.VIEW_TIME),
    column("video_id", Uuid, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column(
        "pseudonym",
        Uuid,
        ForeignKey("feed_people.pseudonym", ondelete="CASCADE"),
        data=DataClass.PSEUDONYM,
        realm_rule=RealmRule.STAYS_HOME,
        nullable=True,
    ),
    column("place", SmallInteger, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column("source", Text, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column("propensity", REAL, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column("model", Text, data=DataClass.SYSTEM, nullable=True),
    column("features", LargeBinary, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    kept_by_trigger("video_id", "clips.id"),
    Index("ix_showings_pseudonym", "pseudonym"),
    Index("ix_showings_video_id", "video_id"),
    postgresql_partition_by="RANGE (day)",
    info=held(
        "Which clips were put on which page, how probable that was, and what ranking saw of them. Of people whose"
        " feed learns a copy lies in the files it learns from.",
        purpose=DataUse.PERSONALIZATION,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.TIME, "30 days; sooner when the feed is reset or the account ends", SHOWINGS_KEPT, "at"),
        places=(Place.DATABASE, Place.FILES),
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

# What of these tables goes along with somebody who moves. Their pseudonym does not, nor what hangs on it.
BELONGINGS = (
    Belongings(impressions, lambda person: impressions.c.account_id == person, ("account_id",), "video_id"),
    Belongings(
        feed_people, lambda person: feed_people.c.account_id == person, ("account_id",), fills={"pseudonym": None}
    ),
    Belongings(feed_choices, lambda person: feed_choices.c.account_id == person, ("account_id",)),
    Belongings(
        feed_less_creators,
        lambda person: feed_less_creators.c.account_id == person,
        ("account_id",),
        people={"creator_id": "profile"},
    ),
)


def _pseudonym(person: UUID) -> ScalarSelect[UUID]:
    return select(feed_people.c.pseudonym).where(feed_people.c.account_id == person).scalar_subquery()


# What the feed has worked out of what somebody did, under their pseudonym. It goes nowhere with them.
STAYING = (
    Belongings(feed_states, lambda person: feed_states.c.pseudonym == _pseudonym(person), inferred=True),
    Belongings(showings, lambda person: showings.c.pseudonym == _pseudonym(person), inferred=True),
)
