"""Whom must the realm tell of an incident, and by when? Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reelm.law import Clock, Law, Standing, Unit, count_to, decide_standing
from reelm.privacy.incidents.model import Incident

# Where a law says "as soon as feasible" and names no number of hours, Reelm gives itself those of GDPR Art. 33(1).
OWN_LIMIT = Clock(72, Unit.HOURS)

LawOf = Callable[[str], Law]
"""The law of a place, as `CA-QC` or `FR`."""


@dataclass(frozen=True)
class Duty:
    """To tell the authority of one law. `people`: how many live where it holds. `by_law`: the limit is the law's own.

    `told_at` is `None` until it was told; until it is decided whether the incident is serious, every duty stands.
    """

    law: Law
    people: int
    due_at: datetime
    by_law: bool
    told_at: datetime | None

    def standing(self, now: datetime) -> Standing | None:
        """How it stands; `None` once it is done."""
        return None if self.told_at is not None else decide_standing(self.due_at, now)


def list_duties(incident: Incident, law_of: LawOf) -> tuple[Duty, ...]:
    """One for each law under which somebody concerned lives, the nearest first; none where there is no real risk.

    The clock begins when the realm noticed, not when it recorded.
    """
    facts = incident.facts
    if facts.is_serious is False:
        return ()
    people: dict[str, int] = {}
    laws: dict[str, Law] = {}
    for place, count in facts.people.items():
        law = law_of(place)
        laws[law.code] = law
        people[law.code] = people.get(law.code, 0) + count
    return tuple(
        sorted(
            (_duty(incident, law, people[code]) for code, law in laws.items()),
            key=lambda duty: (duty.due_at, duty.law.code),
        )
    )


def _duty(incident: Incident, law: Law, people: int) -> Duty:
    within = law.breach.within
    due = count_to(within or OWN_LIMIT, incident.facts.noticed_at, law.zone)
    return Duty(law, people, due, within is not None, incident.told_at(law.code))


def keep_until(incident: Incident, law_of: LawOf) -> datetime:
    """How long its record is kept: the longest that one of these laws asks for, since the realm noticed."""
    noticed = incident.facts.noticed_at
    years = max((law_of(place).breach.register_years for place in incident.facts.people), default=5)
    return noticed.replace(year=noticed.year + years, day=min(noticed.day, 28))
