"""What can be wrong with a place or an age?"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class CountryUnknown(Problem):
    """Not an ISO 3166-1 alpha-2 code."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class RegionRequired(Problem):
    """The rules differ by region in this country, so it must be named."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class RegionNotOfCountry(Problem):
    """The region is not one of this country's."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class TooYoung(Problem):
    """The law of the place asks for a higher age."""

    status: ClassVar[int] = 422
    minimum_age: int
