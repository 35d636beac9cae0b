"""The queries of the register."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from reelm.infra.db import ReadUnit, Record, WriteUnit
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import EntryId
from reelm.privacy.incidents.model import Facts, Incident, Kind, Step
from reelm.privacy.incidents.tables import incident_steps, incidents


def make_code(year: int, number: int) -> str:
    """
    >>> make_code(2026, 3)
    'INC-2026-3'
    """
    return f"INC-{year}-{number}"


async def take_number(unit: WriteUnit, year: int) -> int:
    """The next of this year; whoever else records one waits until the unit ends."""
    await unit.scalar(select(func.pg_advisory_xact_lock(func.hashtextextended("incidents", 0))))
    last = await unit.scalar(select(func.max(incidents.c.number)).where(incidents.c.year == year))
    return (last or 0) + 1


async def insert_incident(unit: WriteUnit, id: UUID, year: int, number: int, keep_until: datetime) -> None:
    await unit.write(insert(incidents).values(id=id, year=year, number=number, keep_until=keep_until))


async def update_keep_until(unit: WriteUnit, id: UUID, keep_until: datetime) -> None:
    await unit.write(update(incidents).where(incidents.c.id == id).values(keep_until=keep_until))


async def insert_step(unit: WriteUnit, incident: UUID, number: int, step: Step) -> None:
    await unit.write(
        insert(incident_steps).values(
            incident_id=incident,
            number=number,
            entry=step.entry,
            kind=step.kind,
            at=step.at,
            written_at=step.written_at,
            law=step.law,
            facts=_encode(step.facts) if step.facts else None,
        )
    )


async def hold_incident(unit: WriteUnit, id: UUID) -> None:
    """Lines about one incident come one after the other."""
    await unit.scalar(select(incidents.c.id).where(incidents.c.id == id).with_for_update())


async def list_incidents(unit: ReadUnit, code: str | None = None) -> list[Incident]:
    """All of them, the newest first; or the one of this code."""
    found = select(incidents.c.id, incidents.c.year, incidents.c.number)
    rows = await unit.all(found.order_by(incidents.c.year.desc(), incidents.c.number.desc()))
    rows = [row for row in rows if code in (None, make_code(row.year, row.number))]
    lines: dict[UUID, list[Step]] = {row.id: [] for row in rows}
    told = select(incident_steps).where(incident_steps.c.incident_id.in_(lines))
    for row in await unit.all(told.order_by(incident_steps.c.number)):
        lines[row.incident_id].append(_step(row))
    return [Incident(row.id, make_code(row.year, row.number), tuple(lines[row.id])) for row in rows]


async def delete_ended(unit: WriteUnit, now: datetime) -> int:
    """Records that no law asks for any more; returns how many."""
    return await unit.write(delete(incidents).where(incidents.c.keep_until <= now))


def _step(row: Record) -> Step:
    return Step(
        kind=Kind(row.kind),
        at=row.at,
        written_at=row.written_at,
        entry=EntryId(row.entry),
        facts=_decode(row.facts) if row.facts else None,
        law=row.law,
    )


def _encode(facts: Facts) -> Mapping[str, Any]:
    return {
        "information": [str(one) for one in facts.information],
        "information_unknown": facts.information_unknown,
        "circumstances": facts.circumstances,
        "began_on": facts.began_on.isoformat(),
        "ended_on": facts.ended_on.isoformat() if facts.ended_on else None,
        "noticed_at": facts.noticed_at.isoformat(),
        "people": dict(facts.people),
        "risk": facts.risk,
        "measures": facts.measures,
        "is_serious": facts.is_serious,
    }


def _decode(told: Mapping[str, Any]) -> Facts:
    information: Sequence[str] = told["information"]
    return Facts(
        information=tuple(map(DataClass, information)),
        information_unknown=told["information_unknown"],
        circumstances=told["circumstances"],
        began_on=date.fromisoformat(told["began_on"]),
        ended_on=date.fromisoformat(told["ended_on"]) if told["ended_on"] else None,
        noticed_at=datetime.fromisoformat(told["noticed_at"]),
        people=told["people"],
        risk=told["risk"],
        measures=told["measures"],
        is_serious=told["is_serious"],
    )
