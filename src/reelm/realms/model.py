"""The plain data of places and realms."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import rfc8785

from reelm.kernel.ids import RealmCode


@dataclass(frozen=True)
class Region:
    """A part of a country, and who serves it; `code` is the ISO 3166-2 part after the dash."""

    code: str
    minimum_age: int
    consent_age: int
    realm: RealmCode


@dataclass(frozen=True)
class Country:
    """A country by its ISO 3166-1 alpha-2 code. Where `regions` are listed, sign-up asks for one."""

    code: str
    minimum_age: int
    consent_age: int
    realm: RealmCode
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True)
class Residence:
    """Where a person lives, checked: the country exists, the region belongs to it, and `realm` serves both."""

    country: str
    region: str | None
    minimum_age: int
    realm: RealmCode


@dataclass(frozen=True)
class Realm:
    """A realm as the file of realms declares it. Places are `FR`, or `CA-QC` for a region apart."""

    code: RealmCode
    names: Mapping[str, str]
    frame: str
    languages: tuple[str, ...]
    minimum_age: int
    consent_age: int
    minimum_ages: Mapping[str, int]
    consent_ages: Mapping[str, int]
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    otherwise: tuple[RealmCode, ...]

    @property
    def places(self) -> tuple[str, ...]:
        return self.countries + self.regions

    def minimum_age_in(self, place: str) -> int:
        """From which age on somebody who lives there may have an account."""
        return self.minimum_ages.get(place, self.minimum_age)

    def consent_age_in(self, place: str) -> int:
        """From which age on they consent without a parent."""
        return self.consent_ages.get(place, self.consent_age)


@dataclass(frozen=True)
class World:
    """Every realm there can be. Each country is claimed once, and from each realm `otherwise` leads to all others."""

    realms: Mapping[RealmCode, Realm]

    @property
    def claims(self) -> Mapping[str, Realm]:
        """Who claims which place."""
        return {place: realm for realm in self.realms.values() for place in realm.places}


@dataclass(frozen=True)
class Decision:
    """From `at` on these realms run. `by` and `reason` are the operator's words, and are never logged.

    From `residents_move_at` on people move to the realm that has got their place; without it nobody does by itself.
    """

    at: datetime
    realms: tuple[RealmCode, ...]
    by: str
    reason: str
    residents_move_at: datetime | None = None

    def text(self) -> bytes:
        """Its canonical text (RFC 8785): what its digest is taken of."""
        said = {"at": _instant(self.at), "by": self.by, "realms": sorted(self.realms), "reason": self.reason}
        if self.residents_move_at is not None:
            said["residents_move_at"] = _instant(self.residents_move_at)
        return rfc8785.dumps(said)

    def digest(self) -> str:
        """SHA-256 of its canonical text, in hexadecimal."""
        return hashlib.sha256(self.text()).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


@dataclass(frozen=True)
class RealmMap:
    """Who serves whom while these realms run. `places` has all countries, and the regions apart."""

    running: tuple[Realm, ...]
    places: Mapping[str, RealmCode]
    countries: Mapping[str, Country]

    def digest(self) -> str:
        """SHA-256 of the places and their realms as canonical JSON (RFC 8785), in hexadecimal."""
        return hashlib.sha256(rfc8785.dumps(dict(self.places))).hexdigest()

    def countries_of(self, realm: RealmCode) -> tuple[str, ...]:
        """The countries a realm serves, by code."""
        return tuple(place for place in sorted(self.places) if "-" not in place and self.places[place] == realm)

    def regions_of(self, realm: RealmCode) -> tuple[str, ...]:
        """Those of the regions apart that it serves, as `CA-QC`; the country of one may be another realm's."""
        return tuple(place for place in sorted(self.places) if "-" in place and self.places[place] == realm)
