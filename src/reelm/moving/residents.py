"""Whom does a decision move? They are told at once, and move when it says so, some of them at a time.

What has been done is in their rows of `moves`, one a person and decision: whoever was refused, or called it off, is
not asked a second time by the same decision.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reelm import accounts, gateway, realms, social
from reelm.gateway import Kind, Message
from reelm.infra.db import Database
from reelm.kernel.errors import Problem
from reelm.kernel.ids import MoveId, RealmCode
from reelm.moving.asking import FIELDS, ask
from reelm.moving.errors import MoveUnderWay
from reelm.moving.model import UNDER_WAY, Step
from reelm.moving.store import (
    Lives,
    count_leaving,
    find_announced,
    hold_move,
    hold_residents,
    insert_announced,
    list_untold,
    update_move,
)

# So many people may be under way to one realm.
MOST_AT_A_TIME = 20
_TOLD_AT_ONCE = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Residents:
    """The people of one realm, with the map in force and the way to other realms."""

    database: Database
    abroad: gateway.Abroad
    atlas: realms.Atlas


async def run_residents(residents: Residents, args: Mapping[str, str]) -> None:
    """The job behind `RESIDENTS`: tell whoever has not been told, and begin as many moves as may be under way."""
    del args
    now = residents.abroad.clock.now()
    for departure, places in (await _list_departures(residents)).items():
        await _tell(residents, departure, places, now)
        if departure.at <= now:
            await _begin_some(residents, departure, places, now)


async def _list_departures(residents: Residents) -> Mapping[realms.Departure, Sequence[Lives]]:
    """What decisions make of the places where people of this realm live."""
    async with residents.database.read() as unit:
        lives = await accounts.count_residents(unit)
    found: defaultdict[realms.Departure, list[Lives]] = defaultdict(list)
    for country, region in lives:
        departure = residents.atlas.departure_of(country, region)
        if departure is not None:
            found[departure].append((country, region))
    return found


async def _tell(residents: Residents, departure: realms.Departure, places: Sequence[Lives], now: datetime) -> None:
    """Announce to each of them once that they will move; nobody moves who was not told."""
    while True:
        async with residents.database.write() as unit:
            await hold_residents(unit)
            found = await list_untold(unit, places, departure.decision, _TOLD_AT_ONCE)
            await insert_announced(unit, found, departure.realm, departure.decision, now)
            await social.tell_of_move(unit, [one.account for one in found], at=now)
        if len(found) < _TOLD_AT_ONCE:
            return


async def _begin_some(
    residents: Residents, departure: realms.Departure, places: Sequence[Lives], now: datetime
) -> None:
    try:
        check_way(residents.abroad, departure.realm, now)
        while await _begin_next(residents, departure, places, now):
            pass
    except (gateway.CrossingRefused, gateway.OutboxFull, gateway.RealmUnknown) as problem:
        facts = {"problem": problem.slug(), **problem.facts()}
        _log.error("residents can't move now, although a decision says so", extra={"facts": facts})


def check_way(abroad: gateway.Abroad, to: RealmCode, now: datetime) -> None:
    """Raises `RealmUnknown`, and `CrossingRefused` where the policies let nobody move to that realm."""
    abroad.cards.fetch(to)
    message = Message(Kind.RELOCATION, dict.fromkeys(FIELDS), told=True)
    decision = abroad.rulebook.rules.decide(message, from_=abroad.realm, to=to, today=now.date())
    if not decision.allowed:
        raise gateway.CrossingRefused(realm=to, rule=decision.rules[0])


async def _begin_next(
    residents: Residents, departure: realms.Departure, places: Sequence[Lives], now: datetime
) -> bool:
    """Begin the move of one more; false where there is no room or nobody left. Raises `OutboxFull`."""
    to = departure.realm
    async with residents.database.read() as unit:
        found = await find_announced(unit, places, to, departure.decision)
    if found is None:
        return False
    id, person = found
    try:
        async with residents.database.write() as unit:
            await hold_residents(unit)
            counted = await count_leaving(unit)
            if sum(counted.get((to, step), 0) for step in UNDER_WAY) >= MOST_AT_A_TIME:
                return False
            held = await hold_move(unit, id)
            if held is None or held.step is not Step.ANNOUNCED:
                return True
            await ask(
                unit,
                residents.abroad,
                person=person.account,
                to=to,
                told=to,
                residence=(person.country, person.region),
                home_of=residents.atlas.home_of,
                announced=id,
                at=now,
            )
    except MoveUnderWay:
        return True  # they have begun by themselves meanwhile
    except gateway.OutboxFull:
        raise
    except Problem as problem:
        await _refuse(residents, id, problem, now)
    return True


async def _refuse(residents: Residents, id: MoveId, problem: Problem, now: datetime) -> None:
    """This person can't even ask: they see why, as if the other realm had said so."""
    async with residents.database.write() as unit:
        held = await hold_move(unit, id)
        if held is not None and held.step is Step.ANNOUNCED:
            await update_move(unit, id, step=Step.REFUSED, asked_at=now, step_at=now, problem=problem.slug())
