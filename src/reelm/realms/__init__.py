"""Where does a person belong, under which rules of age? Owns countries, regions and minimum ages."""

from reelm.realms.errors import CountryUnknown, RegionNotOfCountry, RegionRequired, TooYoung
from reelm.realms.model import Country, Region, Residence
from reelm.realms.placement import age_on, check_age, list_countries, place

__all__ = [
    "Country",
    "CountryUnknown",
    "Region",
    "RegionNotOfCountry",
    "RegionRequired",
    "Residence",
    "TooYoung",
    "age_on",
    "check_age",
    "list_countries",
    "place",
]
