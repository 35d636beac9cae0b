"""Which realms run, from when on, and so who serves whom? Dated decisions, and the world narrowed by one. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from reelm.kernel.ids import RealmCode
from reelm.realms.declared import Declaration, read_declaration
from reelm.realms.errors import (
    DecisionsNotInOrder,
    NoDecisionInForce,
    RealmsUnknown,
    ResidentsMoveBeforeDecision,
)
from reelm.realms.iso import list_codes, list_region_codes
from reelm.realms.model import Country, Decision, Realm, RealmMap, Region, World
from reelm.realms.world import list_stand_ins


def _each_once(codes: list[str]) -> list[str]:
    if len(set(codes)) < len(codes):
        raise ValueError("a realm runs once")
    return codes


_Said = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]{1,400}$")]


class _Decision(Declaration):
    at: AwareDatetime
    realms: Annotated[list[str], Field(min_length=1), AfterValidator(_each_once)]
    by: _Said
    reason: _Said
    residents_move_at: AwareDatetime | None = None


class _File(Declaration):
    decision: list[_Decision] = Field(default_factory=list[_Decision])


def parse_deployment(text: str | bytes, world: World, file: str = "deployment.toml") -> tuple[Decision, ...]:
    """Read the dated decisions; `file` names it in a refusal.

    Raises `DeclarationNotToml`, `DeclarationWrong` (a time without its offset, too), `RealmsUnknown`,
    `DecisionsNotInOrder`, `ResidentsMoveBeforeDecision` and, for a file without any decision, `NoDecisionInForce`.
    """
    declared = read_declaration(_File, text, file).decision
    if not declared:
        raise NoDecisionInForce(file=file)
    decisions = tuple(map(_decision, declared))
    unknown = {code for decision in decisions for code in decision.realms}.difference(world.realms)
    if unknown:
        raise RealmsUnknown(file=file, realms=", ".join(sorted(unknown)))
    for before, after in pairwise(decisions):
        if after.at <= before.at:
            raise DecisionsNotInOrder(file=file, at=after.at.isoformat())
    for one in decisions:
        if one.residents_move_at is not None and one.residents_move_at < one.at:
            raise ResidentsMoveBeforeDecision(file=file, at=one.at.isoformat())
    return decisions


def _decision(one: _Decision) -> Decision:
    moving = one.residents_move_at.astimezone(UTC) if one.residents_move_at else None
    return Decision(one.at.astimezone(UTC), tuple(map(RealmCode, one.realms)), one.by, one.reason, moving)


def list_due(decisions: Sequence[Decision], at: datetime) -> tuple[Decision, ...]:
    """Those whose time has come, the one in force last."""
    return tuple(decision for decision in decisions if decision.at <= at)


def narrow(world: World, running: Collection[RealmCode]) -> RealmMap:
    """Who serves whom while these realms run: whoever claims a place, else the first that stands in and runs.

    `running` has at least one realm, and only realms of this world.
    """
    serving = {code: next(one for one in list_stand_ins(world, code) if one in running) for code in world.realms}
    places = {place: serving[realm.code] for place, realm in world.claims.items()}
    asked = {place.partition("-")[0] for place in places if "-" in place}
    claims = world.claims
    countries = {code: _country(code, claims, places, asks=code in asked) for code in list_codes()}
    return RealmMap(tuple(realm for code, realm in world.realms.items() if code in running), places, countries)


def _country(code: str, claims: Mapping[str, Realm], places: Mapping[str, RealmCode], *, asks: bool) -> Country:
    """A country; its regions where some of them have a realm of their own."""
    regions: list[Region] = []
    for region in list_region_codes(code) if asks else ():
        apart = f"{code}-{region}"
        place = apart if apart in places else code
        claim = claims[place]
        regions.append(Region(region, claim.minimum_age_in(place), claim.consent_age_in(place), places[place]))
    claim = claims[code]
    return Country(code, claim.minimum_age_in(code), claim.consent_age_in(code), places[code], tuple(regions))


def count_moved(before: Mapping[str, str], after: Mapping[str, str]) -> int:
    """How many countries are served by another realm than before, wholly or in part."""
    return len({place.partition("-")[0] for place, realm in after.items() if before.get(place) != realm})
