"""Where does a person belong, and how old must they be there? Pure decisions over ISO 3166."""

from datetime import date
from functools import cache
from typing import Any, cast

import pycountry

from reelm.realms.errors import CountryUnknown, RegionNotOfCountry, RegionRequired, TooYoung
from reelm.realms.model import Country, Region, Residence

DEFAULT_MINIMUM_AGE = 13
# Québec: under 14, consent is given by the parent (Act respecting the protection of personal information
# in the private sector, CQLR c. P-39.1, s. 4.1). Reelm takes no parent's consent yet, so 14 is the minimum.
MINIMUM_AGE_BY_REGION = {("CA", "QC"): 14}
# Countries whose rules differ by region: sign-up asks for it.
REGIONS_ASKED_IN = ("CA",)


@cache
def list_countries() -> tuple[Country, ...]:
    """Every ISO 3166-1 country, by code.

    >>> [c.minimum_age for c in list_countries() if c.code == "FR"], len(list_countries()) > 240
    ([13], True)
    """
    codes = sorted(cast("str", country.alpha_2) for country in cast("Any", pycountry.countries))
    return tuple(Country(code=code, minimum_age=DEFAULT_MINIMUM_AGE, regions=_regions_of(code)) for code in codes)


def _regions_of(country: str) -> tuple[Region, ...]:
    if country not in REGIONS_ASKED_IN:
        return ()
    found = cast("Any", pycountry.subdivisions).get(country_code=country)
    codes = sorted(cast("str", region.code).partition("-")[2] for region in found)
    return tuple(Region(code, MINIMUM_AGE_BY_REGION.get((country, code), DEFAULT_MINIMUM_AGE)) for code in codes)


@cache
def _countries_by_code() -> dict[str, Country]:
    return {country.code: country for country in list_countries()}


def place(country: str, region: str | None) -> Residence:
    """Check where somebody says they live.

    Raises `CountryUnknown`, `RegionRequired`, `RegionNotOfCountry`.

    >>> place("CA", "QC").minimum_age, place("FR", None).minimum_age
    (14, 13)
    """
    found = _countries_by_code().get(country)
    if found is None:
        raise CountryUnknown
    if not found.regions:
        if region is not None:
            raise RegionNotOfCountry
        return Residence(country, None, found.minimum_age)
    if region is None:
        raise RegionRequired
    for candidate in found.regions:
        if candidate.code == region:
            return Residence(country, region, candidate.minimum_age)
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
