"""How are people known across realms? What ours tells of somebody to another realm, and others of theirs."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from reelm import gateway
from reelm.accounts.errors import AccountNotFound, TextTooLong
from reelm.accounts.foreign_store import upsert_foreign
from reelm.accounts.handles import BIO_MAX, CANARY, DISPLAY_NAME_MAX, clean_text, may_be_handle
from reelm.accounts.model import Person, Profile
from reelm.accounts.store import (
    fetch_birth_dates,
    fetch_by_handle,
    fetch_canary,
    fetch_profile,
)
from reelm.infra.db import ReadUnit, Values, WriteUnit
from reelm.kernel.ids import AccountId, RealmCode
from reelm.realms import age_on

ADULT_AGE = 18
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Via(StrEnum):
    """What somebody is known for in another realm. They have another id there for each."""

    PROFILE = "profile"
    COMMENT = "comment"
    FOLLOW = "follow"


async def is_minor(unit: ReadUnit, person: AccountId, today: date) -> bool:
    """Whether somebody of ours is below 18, so that what they do stays home."""
    return person in await find_minors(unit, [person], today)


async def find_age(unit: ReadUnit, person: AccountId, today: date) -> int | None:
    """The full years somebody of ours has lived; `None` for whoever is not here."""
    born = (await fetch_birth_dates(unit, [person])).get(person)
    return None if born is None else age_on(today, born)


async def find_minors(unit: ReadUnit, people: Iterable[AccountId], today: date) -> set[AccountId]:
    """Those of our people who are below 18."""
    born = await fetch_birth_dates(unit, people)
    return {person for person, day in born.items() if age_on(today, day) < ADULT_AGE}


def split_handle(text: str) -> tuple[str, RealmCode | None]:
    """The handle and, for somebody of another realm, the realm: `ana@eu`.

    >>> split_handle("ana@ca-qc"), split_handle("@ana")
    (('ana', 'ca-qc'), ('ana', None))
    """
    handle, _, realm = text.removeprefix("@").partition("@")
    return handle, RealmCode(realm) if realm else None


def card_of(person: Person, pseudonym: UUID) -> dict[str, Any]:
    """What another realm is told of somebody of ours, beside what they published."""
    avatar = person.avatar_key.rpartition("/")[2] if person.avatar_key else None
    return {"id": str(pseudonym), "handle": person.handle, "display_name": person.display_name, "avatar": avatar}


async def answer_profile(
    unit: ReadUnit, to: RealmCode, about: Mapping[str, Any], naming: gateway.Naming, today: date
) -> tuple[Profile, gateway.Message, UUID] | None:
    """What `to` is told of the person with the handle it asks for; with the id they have there.

    The counts and clips of the page are added by who knows them. `CANARY` is for probes of other realms, which are
    answered, and so logged, by this same way.
    """
    handle = str(about["handle"])
    try:
        found = await (fetch_canary if handle == CANARY else fetch_by_handle)(unit, handle)
    except AccountNotFound:
        return None
    person = found.person
    pseudonym = naming.towards(to, Via.PROFILE).name(person.id)
    fields = card_of(person, pseudonym) | {"bio": found.bio}
    minor = await is_minor(unit, person.id, today)
    return found, gateway.Message(gateway.Kind.PROFILE, fields, person=person.id, minor=minor), pseudonym


async def keep_person(
    unit: WriteUnit,
    realm: RealmCode,
    told: Mapping[str, Any],
    *,
    via: Via = Via.PROFILE,
    bio: str | None = None,
    at: datetime,
) -> AccountId:
    """Keep what another realm told of one of its people. Raises `MessageNotTaken` for what can't be a person.

    With a `bio` it told their whole page; without, only who did something, so that the page is still to be asked for.
    """
    page: Values = {}
    if bio is not None:
        try:
            page = {"bio": clean_text(bio, BIO_MAX), "told_at": at}
        except TextTooLong:
            raise gateway.MessageNotTaken from None
    id, values = _read_card(realm, told, via)
    await _keep(unit, realm, {id: values | page})
    return id


async def keep_people(
    unit: WriteUnit, realm: RealmCode, cards: Iterable[Mapping[str, Any]], *, via: Via
) -> list[AccountId]:
    """Keep who did something, in the order of their cards; of one who is there twice the last one stays.

    Raises `MessageNotTaken` where one of them can't be a person.
    """
    read = [_read_card(realm, card, via) for card in cards]
    await _keep(unit, realm, dict(read))
    return [id for id, _ in read]


async def _keep(unit: WriteUnit, realm: RealmCode, told: Mapping[AccountId, Values]) -> None:
    if not await upsert_foreign(unit, realm, told, at_first={"bio": "", "told_at": NEVER}):
        raise gateway.MessageNotTaken


def _read_card(realm: RealmCode, told: Mapping[str, Any], via: Via) -> tuple[AccountId, Values]:
    handle = str(told.get("handle", ""))
    if handle and not may_be_handle(handle):
        raise gateway.MessageNotTaken
    try:
        values: Values = {
            "realm": realm,
            "via": via,
            "handle": handle,
            "display_name": clean_text(str(told.get("display_name", "")), DISPLAY_NAME_MAX, lines=False),
            "avatar": str(told["avatar"]) if told.get("avatar") else None,
        }
        return AccountId(UUID(str(told["id"]))), values
    except (KeyError, ValueError, TextTooLong):
        raise gateway.MessageNotTaken from None


async def find_own(unit: ReadUnit, person: AccountId) -> Person | None:
    """Somebody of ours, if there is anybody with this id."""
    try:
        return (await fetch_profile(unit, person)).person
    except AccountNotFound:
        return None
