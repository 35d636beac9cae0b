"""The tables of people: ours, and those of other realms as far as they are public.

`rate_limits` holds keyed hashes only, so that no address is stored.
"""

from datetime import timedelta

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reelm.infra.db import Belongings, column, held, metadata
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Place, Receiver, Subject, Until

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
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column("frozen_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    info=held(
        "Who has an account. The birth date says whether they are old enough, the country and region which realm is"
        " theirs and which law holds.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.ACCOUNT, "as long as the account"),
        receivers=(Receiver.PERSON, Receiver.EVERYBODY, Receiver.STAFF, Receiver.REALMS),
        places=(Place.DATABASE, Place.FILES),
    ),
)

# Handles that are kept free for people on their way here from another realm.
awaited_handles = Table(
    "awaited_handles",
    metadata,
    column("handle", Text, data=DataClass.USERNAME, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column("since", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    info=held(
        "Handles kept free for people who are on their way here from another realm.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until they have arrived or changed their mind"),
        subjects=(Subject.VISITOR,),
    ),
)

# Accounts that are nobody's: made up by the realm, for its probes to look at (`canaries.py`).
canaries = Table(
    "canaries",
    metadata,
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    info=held(
        "Which accounts are nobody's: made up by the realm, looked at every day to see that each look is logged.",
        purpose=DataUse.SECURITY,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.REALM, "as long as the realm"),
        subjects=(),
    ),
)

# Everybody who is known here. Whoever has an account is named by its id; somebody of another realm, by what that
# realm calls them towards us.
people = Table(
    "people",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        nullable=True,
    ),
    column("realm", Text, data=DataClass.SYSTEM, nullable=True),
    CheckConstraint("(account_id IS NULL) <> (realm IS NULL)", name="ours_or_abroad"),
    Index("ix_people_account_id", "account_id"),
    info=held(
        "Who is known here: everybody with an account, and people of other realms as these name them towards us.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.ACCOUNT, "as long as the account; of other realms, as long as anything here names them"),
        subjects=(Subject.MEMBER, Subject.VISITOR),
    ),
)

# What another realm told of its people. `via` is what it told it for: one person has another id for each.
foreign_people = Table(
    "foreign_people",
    metadata,
    column(
        "id",
        Uuid,
        ForeignKey("people.id", ondelete="CASCADE"),
        data=DataClass.PSEUDONYM,
        realm_rule=RealmRule.STAYS_HOME,
        primary_key=True,
    ),
    column("realm", Text, data=DataClass.SYSTEM),
    column("via", Text, data=DataClass.SYSTEM),
    column("handle", Text, data=DataClass.USERNAME),
    column("display_name", Text, data=DataClass.NAME),
    column("bio", Text, data=DataClass.PUBLIC_CONTENT, realm_rule=RealmRule.STAYS_HOME),
    column("avatar", Text, data=DataClass.IMAGE, realm_rule=RealmRule.STAYS_HOME, nullable=True),
    column("followers", BigInteger, data=DataClass.AGGREGATE, realm_rule=RealmRule.STAYS_HOME, server_default="0"),
    column("told_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_foreign_people_handle", "realm", "handle"),
    info=held(
        "What another realm told of one of its people: what they show to everybody there.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until their realm says that it is no longer public"),
        receivers=(Receiver.EVERYBODY, Receiver.REALMS),
        subjects=(Subject.VISITOR,),
    ),
)

# A passkey holds for the name of this realm only, and so goes nowhere with somebody who moves.
passkeys = Table(
    "passkeys",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
    ),
    column("credential_id", LargeBinary, data=DataClass.PASSWORD, unique=True),
    column("user_handle", LargeBinary, data=DataClass.PASSWORD),
    column("credential", LargeBinary, data=DataClass.PASSWORD),
    column("uses", BigInteger, data=DataClass.SYSTEM),
    column("name", Text, data=DataClass.DEVICE),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column(
        "used_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME, nullable=True
    ),
    Index("ix_passkeys_account_id", "account_id"),
    info=held(
        "With which passkeys somebody signs in: the public half of each, and what they call it.",
        purpose=DataUse.AUTHENTICATION,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.REMOVED, "until they remove it, at most as long as the account"),
        receivers=(Receiver.PERSON,),
    ),
)

passkey_challenges = Table(
    "passkey_challenges",
    metadata,
    column("digest", LargeBinary, data=DataClass.PASSWORD, primary_key=True),
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        nullable=True,
    ),
    column("user_handle", LargeBinary, data=DataClass.PASSWORD, nullable=True),
    column("ends_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    Index("ix_passkey_challenges_account_id", "account_id"),
    info=held(
        "What a passkey was asked to sign and has not signed yet, by its digest.",
        purpose=DataUse.AUTHENTICATION,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.TIME, "until it is signed, at most an hour", timedelta(hours=1), "ends_at"),
        subjects=(Subject.MEMBER, Subject.VISITOR),
    ),
)

sessions = Table(
    "sessions",
    metadata,
    column("id", Uuid, data=DataClass.UNIQUE_ID, realm_rule=RealmRule.STAYS_HOME, primary_key=True),
    column(
        "account_id",
        Uuid,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
    ),
    column("token_hash", LargeBinary, data=DataClass.PASSWORD, unique=True),
    column("created_at", TIMESTAMP(timezone=True), data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column("expires_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column(
        "passkey_id",
        Uuid,
        ForeignKey("passkeys.id", ondelete="CASCADE"),
        data=DataClass.UNIQUE_ID,
        realm_rule=RealmRule.STAYS_HOME,
        nullable=True,
    ),
    column("device", Text, data=DataClass.DEVICE, server_default=""),
    Index("ix_sessions_account_id", "account_id"),
    Index("ix_sessions_passkey_id", "passkey_id"),
    info=held(
        "Where somebody is signed in, by which passkey, in which browser on which system: a hash of the token that"
        " their browser holds, and no address.",
        purpose=DataUse.AUTHENTICATION,
        legal_basis=LegalBasis.CONTRACT,
        keep=Keep(Until.TIME, "until signed out, at most 60 days", timedelta(days=60), "created_at"),
        receivers=(Receiver.STAFF,),
    ),
)

rate_limits = Table(
    "rate_limits",
    metadata,
    column("key", LargeBinary, data=DataClass.DEVICE, primary_key=True),
    column("hits", Integer, data=DataClass.BEHAVIOR, realm_rule=RealmRule.STAYS_HOME),
    column("ends_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    info=held(
        "How often something was tried of late, under a keyed hash of an address or of an address and a handle.",
        purpose=DataUse.SECURITY,
        legal_basis=LegalBasis.LEGITIMATE_INTERESTS,
        keep=Keep(Until.TIME, "until the window has passed, at most a day", timedelta(days=1), "ends_at"),
        subjects=(Subject.MEMBER, Subject.VISITOR),
    ),
)

# What of these tables goes along with somebody who moves. Their sessions end, and a role was given by this realm.
_OF_THIS_REALM = {"role": "viewer", "frozen_at": None}
BELONGINGS = (Belongings(accounts, lambda person: accounts.c.id == person, ("id",), fills=_OF_THIS_REALM),)
# What stays where it is when somebody moves, and is theirs all the same.
STAYING = (
    Belongings(people, lambda person: people.c.account_id == person, ("account_id",)),
    Belongings(sessions, lambda person: sessions.c.account_id == person, ("account_id",)),
    Belongings(passkeys, lambda person: passkeys.c.account_id == person, ("account_id",)),
    Belongings(passkey_challenges, lambda person: passkey_challenges.c.account_id == person, ("account_id",)),
)
