"""Where does a person belong, and how old must they be there? Pure decisions over a map of realms."""

from datetime import date

from reelm.realms.errors import CountryUnknown, RegionNotOfCountry, RegionRequired, TooYoung
from reelm.realms.model import RealmMap, Residence


def place(realm_map: RealmMap, country: str, region: str | None) -> Residence:
    """Check where somebody says they live, and find the realm that serves them.

    Raises `CountryUnknown`, `RegionRequired`, `RegionNotOfCountry`.
    """
    found = realm_map.countries.get(country)
    if found is None:
        raise CountryUnknown
    if not found.regions:
        if region is not None:
            raise RegionNotOfCountry
        return Residence(country, None, found.minimum_age, found.realm)
    if region is None:
        raise RegionRequired
    for candidate in found.regions:
        if candidate.code == region:
            return Residence(country, region, candidate.minimum_age, candidate.realm)
    raise RegionNotOfCountry


def age_on(day: date, born: date) -> int:
    """Full years lived. A person born on 29 February has their birthday on 1 March of common years.

    >>> age_on(date(2026, 2, 28), date(2012, 2, 29)), age_on(date(2026, 3, 1), date(2012, 2, 29))
    (13, 14)
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_age(residence: Residence, born: date, today: date) -> None:
    """Raises `TooYoung` below the minimum age of the place."""
    if age_on(today, born) < residence.minimum_age:
        raise TooYoung(minimum_age=residence.minimum_age)
