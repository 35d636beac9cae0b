"""How does a line come into the register? Each with its entry in the log, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from reelm import ledger
from reelm.infra.db import Database, ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, EntryId, new_uuid, public_id
from reelm.law import Standing
from reelm.privacy.incidents.duties import Duty, LawOf, keep_until, list_duties
from reelm.privacy.incidents.errors import (
    IncidentNotFound,
    IncidentNotUnderstood,
    LawNotConcerned,
    NotDecidedYet,
    NotYet,
)
from reelm.privacy.incidents.model import Facts, Incident, Kind, Step
from reelm.privacy.incidents.store import (
    delete_ended,
    hold_incident,
    insert_incident,
    insert_step,
    list_incidents,
    make_code,
    take_number,
    update_keep_until,
)

_CLOCKS_DIFFER_BY = timedelta(minutes=1)
_LONGEST, _MOST_PEOPLE = 4000, 10**10


@dataclass(frozen=True)
class Act:
    """One act of a member of staff who may (`privacy.policy`): in which transaction, realm, and when."""

    unit: WriteUnit
    realm: str
    by: AccountId
    at: datetime


async def record(act: Act, facts: Facts, law_of: LawOf) -> Incident:
    """Put an incident into the register. Raises `IncidentNotUnderstood`, `NotYet`."""
    _check(facts, act.at)
    id, year = new_uuid(), act.at.year
    number = await take_number(act.unit, year)
    incident = Incident(id, make_code(year, number), (_step(act, Kind.RECORDED, act.at, facts=facts),))
    await insert_incident(act.unit, id, year, number, keep_until(incident, law_of))
    return await _write(act, replace(incident, steps=()), incident.steps[0])


async def amend(act: Act, code: str, facts: Facts, law_of: LawOf) -> Incident:
    """Say what is known now; what was said before stays. Raises as `record` does, and `IncidentNotFound`."""
    _check(facts, act.at)
    incident = await _hold(act, code)
    amended = await _write(act, incident, _step(act, Kind.AMENDED, act.at, facts=facts))
    await update_keep_until(act.unit, incident.id, keep_until(amended, law_of))
    return amended


async def note_authority_told(act: Act, code: str, law: str, told_at: datetime, law_of: LawOf) -> Incident:
    """Write down when the authority of a law was told. Twice changes nothing.

    Raises `IncidentNotFound`, `NotDecidedYet`, `NotYet`, and `LawNotConcerned` where there is no such duty.
    """
    incident = await _hold_decided(act, code)
    duties = list_duties(incident, law_of)
    if law not in [duty.law.code for duty in duties]:
        raise LawNotConcerned(laws=", ".join(duty.law.code for duty in duties) or "-")
    if incident.told_at(law) is not None:
        return incident
    _check_past(told_at, act.at, earliest=incident.facts.noticed_at)
    return await _write(act, incident, _step(act, Kind.AUTHORITY_TOLD, told_at, law=law))


async def note_people_told(act: Act, code: str, told_at: datetime) -> Incident:
    """Write down when those concerned were told. Twice changes nothing.

    Raises `IncidentNotFound`, `NotDecidedYet`, `NotYet`.
    """
    incident = await _hold_decided(act, code)
    if incident.people_told_at is not None:
        return incident
    _check_past(told_at, act.at, earliest=incident.facts.noticed_at)
    return await _write(act, incident, _step(act, Kind.PEOPLE_TOLD, told_at))


async def fetch(unit: ReadUnit, code: str) -> Incident:
    """Raises `IncidentNotFound`."""
    found = await list_incidents(unit, code)
    if not found:
        raise IncidentNotFound
    return found[0]


async def list_all(unit: ReadUnit) -> list[Incident]:
    """The whole register, the newest first."""
    return await list_incidents(unit)


async def list_alarms(unit: ReadUnit, law_of: LawOf, now: datetime) -> list[tuple[Incident, Duty, Standing]]:
    """The duties whose last day has come, or that are overdue."""
    incidents = await list_incidents(unit)
    standing = ((one, duty, duty.standing(now)) for one in incidents for duty in list_duties(one, law_of))
    return [(one, duty, how) for one, duty, how in standing if how is not None and how is not Standing.RUNNING]


async def sweep(database: Database, *, at: datetime) -> int:
    """Delete the records that no law asks for any more; returns how many."""
    async with database.write() as unit:
        return await delete_ended(unit, at)


async def _hold(act: Act, code: str) -> Incident:
    incident = await fetch(act.unit, code)
    await hold_incident(act.unit, incident.id)
    return await fetch(act.unit, code)


async def _hold_decided(act: Act, code: str) -> Incident:
    incident = await _hold(act, code)
    if incident.facts.is_serious is None:
        raise NotDecidedYet
    return incident


def _check(facts: Facts, at: datetime) -> None:
    texts = {"circumstances": facts.circumstances, "risk": facts.risk, "measures": facts.measures}
    for name in _find_wrong(facts, texts.items()):
        raise IncidentNotUnderstood(field=name)
    _check_past(facts.noticed_at, at)


def _find_wrong(facts: Facts, texts: Iterable[tuple[str, str]]) -> Iterable[str]:
    yield from (name for name, text in texts if not 0 < len(text.strip()) <= _LONGEST)
    if not facts.information and not facts.information_unknown.strip():
        yield "information"
    if facts.ended_on is not None and facts.ended_on < facts.began_on:
        yield "ended_on"
    if facts.noticed_at.date() < facts.began_on:
        yield "began_on"
    if not all(0 <= count <= _MOST_PEOPLE for count in facts.people.values()):
        yield "people"


def _check_past(at: datetime, now: datetime, earliest: datetime | None = None) -> None:
    latest = now + _CLOCKS_DIFFER_BY
    first = earliest or now.replace(year=now.year - 20, day=min(now.day, 28))
    if not first <= at <= latest:
        raise NotYet(earliest=first, latest=now)


def _step(act: Act, kind: Kind, at: datetime, *, facts: Facts | None = None, law: str | None = None) -> Step:
    return Step(kind, at, act.at, EntryId(""), facts, law)


async def _write(act: Act, incident: Incident, step: Step) -> Incident:
    """The line and its entry, and the incident with it."""
    said: dict[Kind, Literal["recorded", "amended", "authority-told", "people-told"]] = {
        Kind.RECORDED: "recorded",
        Kind.AMENDED: "amended",
        Kind.AUTHORITY_TOLD: "authority-told",
        Kind.PEOPLE_TOLD: "people-told",
    }
    fact = ledger.IncidentStep(incident=public_id(incident.id), step=said[step.kind], law=step.law)
    entry = await ledger.append(act.unit, fact, realm=act.realm, at=act.at, actor=act.by)
    written = replace(step, entry=entry)
    await insert_step(act.unit, incident.id, len(incident.steps) + 1, written)
    return replace(incident, steps=(*incident.steps, written))
