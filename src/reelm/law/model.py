"""The plain data of laws."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """What somebody may ask for about their own data."""

    ACCESS = "access"
    PORTABILITY = "portability"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    ERASURE = "erasure"
    OBJECTION = "objection"
    DEINDEXING = "de-indexing"
    EXPLANATION = "explanation"
    HUMAN_REVIEW = "human-review"


class Unit(StrEnum):
    """What a clock counts in."""

    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business-days"
    MONTHS = "months"


class Section(StrEnum):
    """What a report of an incident tells an authority. Each law asks for some, in an order of its own."""

    ORGANISATION = "organisation"
    CIRCUMSTANCES = "circumstances"
    PERIOD = "period"
    NOTICED = "noticed"
    INFORMATION = "information"
    PEOPLE = "people"
    RISK = "risk"
    MEASURES = "measures"
    PEOPLE_TOLD = "people-told"
    OTHERS_TOLD = "others-told"
    DELAY = "delay"
    CONTACT = "contact"


@dataclass(frozen=True)
class Clock:
    """How long something may take. `holidays` names the days that are no business days, as `CA-BC`."""

    count: int
    unit: Unit
    holidays: str | None = None


@dataclass(frozen=True)
class Rule:
    """What a law says of one right. `in_law` is false where the law has none and Reelm gives it all the same."""

    right: Right
    clock: Clock
    extension: Clock | None
    in_law: bool
    source: str


@dataclass(frozen=True)
class Breach:
    """Whom to tell of an incident, by when, and how long to keep its record.

    `within` is the law's own limit to tell the authority; `None`: without delay, and no number of hours is named.
    `report` is what the authority is told.
    """

    threshold: Mapping[str, str]
    within: Clock | None
    register_years: int
    report: tuple[Section, ...]
    source: str


@dataclass(frozen=True)
class Law:
    """One law as its file tells it. `zone` is the IANA time zone in which its days end."""

    code: str
    names: Mapping[str, str]
    cite: str
    authority: Mapping[str, str]
    zone: str
    rights: Mapping[Right, Rule]
    breach: Breach


@dataclass(frozen=True)
class Laws:
    """All laws, and where each holds: a part of a country before the country, a country before its realm's frame."""

    laws: Mapping[str, Law]
    places: Mapping[str, str]
    frames: Mapping[str, str]
    fallback: str

    def of(self, country: str, region: str | None, frame: str) -> Law:
        """The law of somebody who lives there; `frame` is that of the realm which claims the place."""
        part = self.places.get(f"{country}-{region}") if region else None
        return self.laws[part or self.places.get(country) or self.frames.get(frame) or self.fallback]
