"""Who has been told of a decision, and who has said so? An audit found people with their own phones who never were.

Somebody is told when a device of theirs, which has shown its key, fetches the decision in their language; they
acknowledge it by hand. Whoever has neither is counted as that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reelm.devices.model import InWords
from reelm.devices.register import store, subjects_store
from reelm.devices.register.errors import NotTold
from reelm.devices.register.model import Filed, Telling
from reelm.devices.states import State
from reelm.infra.db import ReadUnit, WriteUnit

FALLBACK = "en"


@dataclass(frozen=True)
class Told:
    """A decision as one person reads it. `language` is that of its words, theirs where it is written in it."""

    filed: Filed
    language: str
    acknowledged_at: datetime | None


def choose_language(words: InWords, wanted: str) -> str:
    """The language itself, another of the same name, English, or the first there is.

    >>> choose_language({"en": "a", "fr-CA": "b"}, "fr")
    'fr-CA'
    >>> choose_language({"de": "a", "fr": "b"}, "nl")
    'de'
    """
    if wanted in words:
        return wanted
    main = wanted.partition("-")[0]
    alike = [language for language in words if language.partition("-")[0] == main]
    return alike[0] if alike else FALLBACK if FALLBACK in words else next(iter(words))


async def tell(unit: WriteUnit, device: UUID, now: datetime) -> list[Told]:
    """The decisions that bind a device, to be shown to its person; that they were is written down.

    A device without a person is nobody's to acknowledge.
    """
    subject = await subjects_store.find_device(unit, device)
    told: list[Told] = []
    if subject is None:
        return told
    for filed in await store.list_decisions(unit, organisation=subject.organisation, published=True):
        if not filed.is_live(now) or not await subjects_store.binds_device(unit, filed.decision, device):
            continue
        language = choose_language(filed.decision.reason.public, subject.locale)
        acknowledged_at = None
        if subject.person is not None:
            await store.insert_telling(unit, filed, subject.person, language, now)
            acknowledged_at = (await store.list_tellings(unit, filed))[subject.person].acknowledged_at
        told.append(Told(filed, language, acknowledged_at))
    return told


async def acknowledge(unit: WriteUnit, device: UUID, decision: UUID, now: datetime) -> None:
    """Its person says that they have read a decision. Saying so twice changes nothing. Raises `NotTold`."""
    subject = await subjects_store.find_device(unit, device)
    if subject is None or subject.person is None:
        raise NotTold
    for filed in await store.list_decisions(unit, id=decision, published=True):
        if filed.is_live(now) and await store.acknowledge(unit, filed, subject.person, now):
            return
    raise NotTold


async def is_told(unit: ReadUnit, device: UUID, decision: UUID, now: datetime) -> bool:
    """Whether a decision binds a device, or will."""
    for filed in await store.list_decisions(unit, id=decision):
        is_heard = filed.asked_at is not None and filed.state(now) not in {State.LIFTED, State.LAPSED}
        subject = await subjects_store.find_device(unit, device)
        if is_heard and subject is not None and subject.organisation == filed.organisation:
            return await subjects_store.binds_device(unit, filed.decision, device)
    return False


@dataclass(frozen=True)
class Reached:
    """How far the people whom a decision binds have been told. `not_told` are their ids."""

    people: int
    told: int
    acknowledged: int
    not_told: Sequence[UUID]


@dataclass(frozen=True)
class Person:
    """Somebody whom a decision binds: when they were told of it, in which language, and when they said so."""

    id: UUID
    language: str | None = None
    told_at: datetime | None = None
    acknowledged_at: datetime | None = None


async def list_people(unit: ReadUnit, filed: Filed) -> list[Person]:
    """Everybody with a device that the decision binds, told or not."""
    bound = await subjects_store.list_bound_people(unit, filed.organisation, filed.decision)
    tellings: dict[UUID, Telling] = await store.list_tellings(unit, filed)
    return [
        Person(one, told.language, told.told_at, told.acknowledged_at) if (told := tellings.get(one)) else Person(one)
        for one in bound
    ]


async def report_telling(unit: ReadUnit, filed: Filed) -> Reached:
    """Everybody with a device that the decision binds, counted."""
    people = await list_people(unit, filed)
    told = [one for one in people if one.told_at is not None]
    acknowledged = sum(one.acknowledged_at is not None for one in told)
    return Reached(len(people), len(told), acknowledged, [one.id for one in people if one.told_at is None])
