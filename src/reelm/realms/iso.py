"""Which countries and regions are there? ISO 3166, from pycountry."""

from functools import cache
from typing import Any, cast

import pycountry


@cache
def list_codes() -> tuple[str, ...]:
    """The ISO 3166-1 alpha-2 codes.

    >>> len(list_codes()) > 240, list_codes()[:3]
    (True, ('AD', 'AE', 'AF'))
    """
    return tuple(sorted(cast("str", country.alpha_2) for country in cast("Any", pycountry.countries)))


@cache
def list_region_codes(country: str) -> tuple[str, ...]:
    """The ISO 3166-2 codes of a country's parts, without the country.

    >>> "QC" in list_region_codes("CA"), len(list_region_codes("CA")), list_region_codes("XX")
    (True, 13, ())
    """
    found = cast("Any", pycountry.subdivisions).get(country_code=country) or ()
    return tuple(sorted(cast("str", region.code).partition("-")[2] for region in found))


def is_place(code: str) -> bool:
    """Whether this is a country, such as `FR`, or a part of one, such as `CA-QC`."""
    country, dash, region = code.partition("-")
    return region in list_region_codes(country) if dash else country in list_codes()
