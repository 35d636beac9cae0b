"""The plain data of places."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """A part of a country with rules of its own; `code` is the ISO 3166-2 part after the dash."""

    code: str
    minimum_age: int


@dataclass(frozen=True)
class Country:
    """A country by its ISO 3166-1 alpha-2 code. Where `regions` are listed, sign-up asks for one."""

    code: str
    minimum_age: int
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True)
class Residence:
    """Where a person lives, checked: the country exists and the region belongs to it."""

    country: str
    region: str | None
    minimum_age: int
