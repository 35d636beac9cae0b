"""How far are the people whose realm is another one? Counted by that realm; nobody is named."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reelm import accounts, realms
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import RealmCode
from reelm.moving.asking import find_home
from reelm.moving.model import UNDER_WAY, Step
from reelm.moving.store import Lives, Stayed, count_leaving, count_stayed


@dataclass(frozen=True)
class Progress:
    """Of those who belong to one other realm: how many wait, are on their way, have moved, were refused, or said no.

    `at` is from when on those who wait move by themselves; `None` where no decision says so. `problems` tells why how
    many were refused.
    """

    at: datetime | None = None
    waiting: int = 0
    under_way: int = 0
    moved: int = 0
    refused: int = 0
    cancelled: int = 0
    problems: Mapping[str, int] = field(default_factory=dict[str, int])


async def count_progress(unit: ReadUnit, atlas: realms.Atlas) -> dict[RealmCode, Progress]:
    """By realm, for every other realm that somebody here belongs to or has moved to."""
    residents = await accounts.count_residents(unit)
    leaving, stayed = await count_leaving(unit), await count_stayed(unit)
    homes = {lives: home for lives in residents if (home := _find_home(atlas, lives)) is not None}
    goals = {realm for realm, _ in homes.values()}
    goals |= {realm for realm, step in leaving if step in (*UNDER_WAY, Step.DONE)}
    found: dict[RealmCode, Progress] = {}
    for goal in sorted(goals - {atlas.realm}):
        here = {lives: at for lives, (realm, at) in homes.items() if realm == goal}
        problems, cancelled = _count_why(goal, here, stayed)
        found[goal] = Progress(
            at=min((at for at in here.values() if at is not None), default=None),
            waiting=sum(residents[lives] for lives in here) - problems.total() - cancelled,
            under_way=sum(leaving.get((goal, step), 0) for step in UNDER_WAY),
            moved=leaving.get((goal, Step.DONE), 0),
            refused=problems.total(),
            cancelled=cancelled,
            problems=problems,
        )
    return found


def _count_why(goal: RealmCode, here: Collection[Lives], stayed: Iterable[Stayed]) -> tuple[Counter[str], int]:
    """Of those who belong to one realm: how many were refused, by the problem, and how many called it off."""
    problems, cancelled = Counter[str](), 0
    for realm, lives, step, problem, people in stayed:
        if realm != goal or lives not in here:
            continue
        if step is Step.REFUSED:
            problems[problem or ""] += people
        else:
            cancelled += people
    return problems, cancelled


def _find_home(atlas: realms.Atlas, lives: Lives) -> tuple[RealmCode, datetime | None] | None:
    """Where people of a place are at home, or will be, and from when on they move there by themselves."""
    departure = atlas.departure_of(*lives)
    if departure is not None:
        return departure.realm, departure.at
    home = find_home(atlas.home_of, *lives)
    return (home, None) if home is not None else None
