"""Where people belong, and how old they must be there."""

from datetime import date, timedelta
from typing import Any, cast

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.realms.worlds import map_of

from reelm.realms import (
    CountryUnknown,
    RegionNotOfCountry,
    RegionRequired,
    TooYoung,
    age_on,
    check_age,
    place,
)

COUNTRIES = sorted(str(country.alpha_2) for country in cast("Any", pycountry.countries))
EU = map_of("eu")
PROVINCES = ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]


@pytest.mark.parametrize(
    "running", ["eu", "us", "ca-qc", "eu ca-qc us", "ca us", "eu gb ch ca-qc ca us ea la ap me-af"]
)
def test_every_iso_country_is_a_place_to_live_whatever_runs(running: str) -> None:
    realms = map_of(*running.split())
    assert sorted(realms.countries) == COUNTRIES
    for code in COUNTRIES:
        residence = place(realms, code, "ON" if code == "CA" else None)
        assert (residence.country, residence.minimum_age) == (code, 13)
        assert residence.realm in running.split()


def test_a_province_leads_to_the_realm_that_serves_it() -> None:
    realms = map_of("eu", "ca-qc", "ca", "us")
    assert {region: place(realms, "CA", region).realm for region in PROVINCES} == {
        region: "ca-qc" if region == "QC" else "ca" for region in PROVINCES
    }


def test_canada_asks_for_one_of_its_thirteen_and_quebec_for_fourteen_years() -> None:
    assert {region: place(EU, "CA", region).minimum_age for region in PROVINCES} == {
        region: 14 if region == "QC" else 13 for region in PROVINCES
    }
    with pytest.raises(RegionRequired):
        place(EU, "CA", None)


@pytest.mark.parametrize(
    ("country", "region", "refusal"),
    [
        ("XX", None, CountryUnknown),
        ("", None, CountryUnknown),
        ("fr", None, CountryUnknown),
        ("FRA", None, CountryUnknown),
        ("CA", "XX", RegionNotOfCountry),
        ("CA", "qc", RegionNotOfCountry),
        ("CA", "", RegionNotOfCountry),
        ("FR", "IDF", RegionNotOfCountry),
    ],
)
def test_places_that_are_none(country: str, region: str | None, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        place(EU, country, region)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2013, 5, 4), date(2026, 5, 3), 12),
        (date(2013, 5, 4), date(2026, 5, 4), 13),
        (date(2012, 2, 29), date(2025, 2, 28), 12),
        (date(2012, 2, 29), date(2025, 3, 1), 13),
        (date(2012, 2, 29), date(2024, 2, 29), 12),
        (date(2026, 1, 1), date(2025, 12, 31), -1),
    ],
)
def test_age_is_full_years_lived(born: date, day: date, age: int) -> None:
    assert age_on(day, born) == age


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(0, 100))
def test_one_is_let_in_from_the_birthday_on_and_not_before(born: date, later_days: int) -> None:
    quebec = place(EU, "CA", "QC")
    birthday = date(born.year + 14, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(year=born.year + 14)
    check_age(quebec, born, birthday + timedelta(days=later_days))
    if (born.month, born.day) != (2, 29):
        with pytest.raises(TooYoung) as refusal:
            check_age(quebec, born, birthday - timedelta(days=1))
        assert refusal.value.minimum_age == 14
