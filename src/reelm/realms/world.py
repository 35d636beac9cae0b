"""Which realms can there be, and who claims which place? Read from the text of the file of realms. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from reelm.kernel.ids import RealmCode
from reelm.realms.declared import Declaration, read_declaration
from reelm.realms.errors import PlacesClaimedTwice, PlacesUnclaimed, PlacesUnknown, RealmsOutOfReach, RealmsUnknown
from reelm.realms.iso import is_place, list_codes
from reelm.realms.model import Realm, World

_Code = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]{2,3})?$")]
_Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]{1,60}$")]
_Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=30)]
_Age = Annotated[int, Field(ge=0, le=21)]


class _Names(Declaration):
    en: _Name
    fr_CA: Annotated[_Name, Field(alias="fr-CA")]  # noqa: N815


class _Realm(Declaration):
    names: _Names
    frame: _Word
    languages: Annotated[list[Literal["en", "fr-CA"]], Field(min_length=1)]
    minimum_age: _Age
    consent_age: _Age
    minimum_ages: dict[str, _Age] = Field(default_factory=dict[str, _Age])
    consent_ages: dict[str, _Age] = Field(default_factory=dict[str, _Age])
    countries: list[str] = Field(default_factory=list[str])
    regions: list[str] = Field(default_factory=list[str])
    otherwise: list[str] = Field(default_factory=list[str])


class _File(Declaration):
    realms: Annotated[dict[_Code, _Realm], Field(min_length=1)]


def parse_world(text: str | bytes, file: str = "realms.toml") -> World:
    """Read the file of realms; `file` names it in a refusal.

    Raises `DeclarationNotToml`, `DeclarationWrong`, `PlacesUnknown`, `PlacesClaimedTwice`, `PlacesUnclaimed`,
    `RealmsUnknown`, and `RealmsOutOfReach`: whatever set of realms runs, everybody has to have one.
    """
    declared = read_declaration(_File, text, file).realms
    world = World({RealmCode(code): _realm(RealmCode(code), one) for code, one in declared.items()})
    _check_places(world, file)
    _check_reach(world, file)
    return world


def _realm(code: RealmCode, declared: _Realm) -> Realm:
    return Realm(
        code=code,
        names={"en": declared.names.en, "fr-CA": declared.names.fr_CA},
        frame=declared.frame,
        languages=tuple(declared.languages),
        minimum_age=declared.minimum_age,
        consent_age=declared.consent_age,
        minimum_ages=declared.minimum_ages,
        consent_ages=declared.consent_ages,
        countries=tuple(declared.countries),
        regions=tuple(declared.regions),
        otherwise=tuple(map(RealmCode, declared.otherwise)),
    )


def _check_places(world: World, file: str) -> None:
    realms = world.realms.values()
    claimed = [place for realm in realms for place in realm.places]
    unknown = {place for realm in realms for place in _list_unknown(realm)}
    if unknown:
        raise PlacesUnknown(file=file, places=_say(unknown))
    twice = {place for place, times in Counter(claimed).items() if times > 1}
    if twice:
        raise PlacesClaimedTwice(file=file, places=_say(twice))
    unclaimed = set(list_codes()).difference(claimed)
    if unclaimed:
        raise PlacesUnclaimed(file=file, places=_say(unclaimed))


def _list_unknown(realm: Realm) -> Iterator[str]:
    """What is no country among its countries, no region among its regions, or has an age and is not its own."""
    yield from (code for code in realm.countries if "-" in code or not is_place(code))
    yield from (code for code in realm.regions if "-" not in code or not is_place(code))
    yield from {*realm.minimum_ages, *realm.consent_ages}.difference(realm.places)


def _check_reach(world: World, file: str) -> None:
    unknown = {code for realm in world.realms.values() for code in realm.otherwise}.difference(world.realms)
    if unknown:
        raise RealmsUnknown(file=file, realms=_say(unknown))
    for code in world.realms:
        missed = set(world.realms).difference(list_stand_ins(world, code))
        if missed:
            raise RealmsOutOfReach(file=file, realm=code, realms=_say(missed))


def list_stand_ins(world: World, realm: RealmCode) -> tuple[RealmCode, ...]:
    """The realm, then those that stand in for it where it is not run, nearest first: breadth first by `otherwise`."""
    found = [realm]
    for code in found:  # grows meanwhile
        found += [one for one in world.realms[code].otherwise if one not in found]
    return tuple(found)


def _say(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))
