"""The plain data of people."""

from dataclasses import dataclass
from datetime import date, datetime

from reelm.kernel.ids import AccountId, PasskeyId, RealmCode, SessionId
from reelm.kernel.roles import Role

LOCALES = ("en", "fr-CA")


@dataclass(frozen=True)
class Caller:
    """Who is calling, for rate limits: `address` is hashed with `secret` before anything is stored.

    `device` is what a session that they open is called (`devices.name_device`).
    """

    address: str
    secret: bytes
    limit: int
    device: str = ""


@dataclass(frozen=True)
class NewAccount:
    """What somebody says of themselves at sign-up."""

    handle: str
    password: str
    birth_date: date
    country: str
    region: str | None
    locale: str
    email: str | None = None
    role: Role = Role.VIEWER


@dataclass(frozen=True)
class Person:
    """What everybody may see of an account. `realm` is where somebody of another realm is at home, `None` for ours.

    Of somebody abroad who is known by one act only there may be no handle and no name.
    """

    id: AccountId
    handle: str
    display_name: str
    avatar_key: str | None
    realm: RealmCode | None = None


@dataclass(frozen=True)
class Profile:
    """What everybody may see on somebody's page."""

    person: Person
    bio: str
    followers_abroad: int = 0


@dataclass(frozen=True)
class Account:
    """What a person sees of their own account."""

    person: Person
    bio: str
    country: str
    region: str | None
    locale: str
    role: Role
    created_at: datetime


@dataclass(frozen=True)
class Viewer:
    """Somebody signed in, as known from their session. Made in this package only, from a token, passkey or password.

    Whoever `is_moving` to another realm may look and not change anything. `by_passkey`: a passkey opened the session.
    """

    id: AccountId
    session: SessionId
    is_moving: bool = False
    by_passkey: bool = False


@dataclass(frozen=True)
class Session:
    """A new session. `token` is shown once and stored nowhere."""

    id: SessionId
    account: AccountId
    token: str
    expires_at: datetime
    passkey: PasskeyId | None = None
    device: str = ""

    @property
    def viewer(self) -> Viewer:
        """Whoever has just signed in."""
        return Viewer(self.account, self.id, by_passkey=self.passkey is not None)


@dataclass(frozen=True)
class SignIn:
    """One of somebody's sessions, as they see it. `is_this`: the one in which they look."""

    id: SessionId
    device: str
    since: datetime
    expires_at: datetime
    by_passkey: bool
    is_this: bool
