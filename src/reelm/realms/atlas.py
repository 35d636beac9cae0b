"""Which map of realms is in force in this process, now? Two files are looked at again when they have changed.

A file that is no longer understood changes nothing: the map of before stays in force, and that is said once a change.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.realms.cards import Card, find_card
from reelm.realms.departures import Change, Departure, find_departure
from reelm.realms.deployment import list_due, narrow, parse_deployment
from reelm.realms.errors import DeclarationMissing, NoDecisionInForce, RealmIsAnother, RealmsUnknown
from reelm.realms.model import Decision, RealmMap, Residence, World
from reelm.realms.placement import place
from reelm.realms.world import parse_world

LOOK_EVERY = timedelta(seconds=1)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sources:
    """The file of realms, the file of decisions where there is one, and the folder of cards."""

    realms: Path
    deployment: Path | None
    cards: Path


@dataclass(frozen=True)
class _Declared:
    world: World
    changes: tuple[Change, ...]

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(decision for decision, _ in self.changes)


class Atlas:
    """The map in force for one realm. Without a file of decisions this realm serves everybody."""

    def __init__(self, realm: RealmCode, sources: Sources, clock: Clock) -> None:
        """Read the files. Raises the refusals of `parse_world` and `parse_deployment`, and `DeclarationMissing`."""
        self.realm, self._sources, self._clock = realm, sources, clock
        self._looked_at = clock.now()
        self._seen = self._look()
        self._declared = self._read(self._looked_at)
        self._decision: Decision | None = None
        self._map = narrow(self._declared.world, (realm,))
        self._follow(self._looked_at)
        self.fault: Problem | None = None

    @property
    def map(self) -> RealmMap:
        """The map in force."""
        now = self._clock.now()
        if not timedelta() <= now - self._looked_at < LOOK_EVERY:
            self._look_again(now)
        self._follow(now)
        return self._map

    @property
    def world(self) -> World:
        """Every realm there can be."""
        return self._declared.world

    @property
    def due(self) -> tuple[Decision, ...]:
        """Every decision whose time has come, the one in force last; none without a file of decisions."""
        return list_due(self._declared.decisions, self._clock.now())

    def find_card(self, realm: RealmCode) -> Card | None:
        """What a realm says of itself, if it has left its card."""
        return find_card(self._sources.cards, realm)

    def address_of(self, realm: RealmCode) -> str:
        """Where people find a realm; empty where that is not known here."""
        card = self.find_card(realm)
        return card.public_url if card else ""

    def addresses(self) -> Mapping[RealmCode, str]:
        """The same for every realm that runs."""
        return {realm.code: self.address_of(realm.code) for realm in self.map.running}

    def realm_of(self, country: str) -> RealmCode | None:
        """The realm that serves a country, or all of it that is not another's; none for what is no country."""
        return self.map.places.get(country)

    def home_of(self, country: str, region: str | None) -> RealmCode:
        """The realm of whoever lives there, by the map in force. Raises the refusals of `place`."""
        return place(self.map, country, region).realm

    def departure_of(self, country: str, region: str | None) -> Departure | None:
        """Where people of this realm who live there move to, and from when on; decisions that lie ahead count too."""
        places = self.map.places
        apart = f"{country}-{region}"
        lives = apart if apart in places else country
        return find_departure(self._declared.changes, self.realm, lives, self._clock.now())

    def consent_age_of(self, country: str, region: str | None) -> int:
        """From which age on somebody of this realm who lives there consents for themselves."""
        apart = f"{country}-{region}"
        realm = self.world.realms[self.realm]
        return realm.consent_age_in(apart if apart in realm.places else country)

    def reside(self, country: str, region: str | None) -> Residence:
        """Where somebody of this realm lives: as long as they wait for a decision to move them, it is theirs.

        Raises the refusals of `admit` for whoever belongs to another realm and nothing moves there.
        """
        if self.departure_of(country, region) is None:
            return self.admit(country, region)
        return replace(place(self.map, country, region), realm=self.realm)

    def admit(self, country: str, region: str | None) -> Residence:
        """Check that whoever lives there belongs to this realm.

        Raises the refusals of `place` and `RealmIsAnother`: nobody is made in a realm that is not theirs, whatever a
        client believed.
        """
        residence = place(self.map, country, region)
        if residence.realm != self.realm:
            raise RealmIsAnother(realm=residence.realm, url=self.address_of(residence.realm))
        return residence

    def _look_again(self, now: datetime) -> None:
        self._looked_at = now
        seen = self._look()
        if seen == self._seen:
            return
        self._seen = seen
        try:
            declared = self._read(now)
        except Problem as problem:
            self.fault = problem
            facts = {"problem": problem.slug(), **problem.facts()}
            _log.error("a file of realms is not understood, the map of before stays in force", extra={"facts": facts})
            return
        self.fault, self._declared, self._decision = None, declared, None
        if not declared.decisions:
            self._map = narrow(declared.world, (self.realm,))

    def _look(self) -> tuple[tuple[int, int, int] | None, ...]:
        """What tells a file from the one that was there before."""
        return tuple(map(_mark, filter(None, (self._sources.realms, self._sources.deployment))))

    def _read(self, now: datetime) -> _Declared:
        sources = self._sources
        world = parse_world(_text(sources.realms), sources.realms.name)
        if self.realm not in world.realms:
            raise RealmsUnknown(file=sources.realms.name, realms=self.realm)
        if sources.deployment is None:
            return _Declared(world, ())
        decisions = parse_deployment(_text(sources.deployment), world, sources.deployment.name)
        if not list_due(decisions, now):
            raise NoDecisionInForce(file=sources.deployment.name)
        return _Declared(world, tuple((one, narrow(world, one.realms).places) for one in decisions))

    def _follow(self, now: datetime) -> None:
        """Put the decision in force whose time has come; a clock that went back changes nothing."""
        due = list_due(self._declared.decisions, now)
        if due and due[-1] is not self._decision:
            self._decision = due[-1]
            self._map = narrow(self._declared.world, self._decision.realms)


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise DeclarationMissing(file=path.name) from None
