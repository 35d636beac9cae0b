"""How are people shown?"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from reelm.accounts import Account, Person, Role


def media_url(key: str | None) -> str | None:
    """Where a blob is served."""
    return f"/media/{key}" if key else None


class PersonView(BaseModel):
    """Somebody, as everybody may see them. `realm` is where they are at home.

    Of somebody abroad who is known by one act only, such as a follow, handle and name are empty.
    """

    handle: str
    display_name: str
    avatar: str | None
    realm: str

    @classmethod
    def of(cls, person: Person, realm: str) -> "PersonView":
        return cls(
            handle=person.handle,
            display_name=person.display_name,
            avatar=media_url(person.avatar_key),
            realm=person.realm or realm,
        )


class MeView(PersonView):
    """One's own account."""

    id: UUID
    bio: str
    country: str
    region: str | None
    locale: str
    role: Role
    created_at: datetime

    @classmethod
    def of_account(cls, account: Account, realm: str) -> "MeView":
        return cls(
            **PersonView.of(account.person, realm).model_dump(),
            id=account.person.id,
            bio=account.bio,
            country=account.country,
            region=account.region,
            locale=account.locale,
            role=account.role,
            created_at=account.created_at,
        )


class ProfileCounts(BaseModel):
    followers: int
    following: int
    videos: int
    likes: int


class ProfileRegard(BaseModel):
    """How the caller stands to the account."""

    follows: bool
    is_you: bool
    muted: bool


class ProfileView(PersonView):
    """A profile page."""

    bio: str
    counts: ProfileCounts
    you: ProfileRegard
