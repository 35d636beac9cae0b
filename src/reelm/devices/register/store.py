"""The queries of the register."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.devices.register.model import Excepted, Filed, Reviewed, ReviewRecord, Said, Telling
from reelm.devices.register.tables import decisions, exceptions, replies, reviews, suspension_changes, tellings
from reelm.infra.db import ReadUnit, Record, WriteUnit
from reelm.kernel.ids import ExceptionId, OrganisationId, StaffId

_ENTRIES = tuple(column for column in decisions.c if column.name.endswith("_entry"))


def _filed(row: Record) -> Filed:
    return Filed(
        id=row.id,
        version=row.version,
        organisation=OrganisationId(row.organisation_id),
        digest=row.digest,
        document=row.document,
        filed_at=row.filed_at,
        asked_at=row.asked_at,
        published_at=row.published_at,
        replaced_at=row.replaced_at,
        lifted_at=row.lifted_at,
        lifted_because=row.lifted_because,
        lapsed_at=row.lapsed_at,
        entries={column.name.removesuffix("_entry"): getattr(row, column.name) for column in _ENTRIES},
    )


async def insert_decision(unit: WriteUnit, filed: Filed) -> None:
    await unit.write(
        insert(decisions).values(
            id=filed.id,
            version=filed.version,
            organisation_id=filed.organisation,
            digest=filed.digest,
            document=filed.document,
            filed_at=filed.filed_at,
        )
    )


async def delete_decision(unit: WriteUnit, filed: Filed) -> None:
    await unit.write(decisions.delete().where(_is(filed)))


async def update_decision(unit: WriteUnit, filed: Filed, **values: object) -> None:
    await unit.write(update(decisions).where(_is(filed)).values(**values))


async def hold_decisions(unit: WriteUnit, organisation: OrganisationId) -> None:
    """Steps with decisions of one organisation come one after the other."""
    key = func.hashtextextended(str(organisation), 0)
    await unit.scalar(select(func.pg_advisory_xact_lock(key)))


async def list_decisions(
    unit: ReadUnit, *, organisation: OrganisationId | None = None, id: UUID | None = None, published: bool = False
) -> list[Filed]:
    """The oldest first, with their reviews; all of them, or those of one organisation, one id, or published ones."""
    conditions: list[ColumnElement[bool]] = []
    if organisation is not None:
        conditions.append(decisions.c.organisation_id == organisation)
    if id is not None:
        conditions.append(decisions.c.id == id)
    if published:
        conditions.append(decisions.c.published_at.is_not(None))
    rows = await unit.all(
        select(decisions).where(and_(True, *conditions)).order_by(decisions.c.filed_at, decisions.c.version)
    )
    joined = select(reviews).join(
        decisions, (reviews.c.decision_id == decisions.c.id) & (reviews.c.version == decisions.c.version)
    )
    found = defaultdict[tuple[UUID, int], list[Reviewed]](list)
    for row in await unit.all(joined.where(and_(True, *conditions)).order_by(reviews.c.at)):
        record = ReviewRecord.model_validate_json(row.record)
        found[row.decision_id, row.version].append(Reviewed(row.at, row.until, record, row.entry))
    return [_filed(row).with_reviews(found[row.id, row.version]) for row in rows]


async def insert_review(unit: WriteUnit, filed: Filed, review: Reviewed, record: bytes) -> None:
    await unit.write(
        insert(reviews).values(
            decision_id=filed.id,
            version=filed.version,
            at=review.at,
            until=review.until,
            record=record,
            entry=review.entry,
        )
    )


async def insert_reply(unit: WriteUnit, filed: Filed, said: Said) -> None:
    await unit.write(
        insert(replies).values(
            id=said.id,
            decision_id=filed.id,
            version=filed.version,
            by=said.by,
            domain=said.domain,
            words=said.words,
            at=said.at,
            entry=said.entry,
        )
    )


async def list_replies(unit: ReadUnit, id: UUID, version: int) -> list[Said]:
    """What was answered to one version, the first first."""
    of = select(replies).where(replies.c.decision_id == id, replies.c.version == version)
    rows = await unit.all(of.order_by(replies.c.at, replies.c.id))
    return [Said(row.id, row.by, row.domain, row.words, row.at, row.entry) for row in rows]


def _excepted(row: Record) -> Excepted:
    return Excepted(
        id=ExceptionId(row.id),
        decision=row.decision_id,
        organisation=OrganisationId(row.organisation_id),
        device=row.device_id,
        person=row.person_id,
        purpose=row.purpose,
        mitigations=tuple(row.mitigations),
        until=row.until,
        asked_by=StaffId(row.asked_by),
        asked_at=row.asked_at,
        decided_by=StaffId(row.decided_by) if row.decided_by else None,
        decided_at=row.decided_at,
        granted=row.granted,
        revoked_at=row.revoked_at,
    )


async def insert_exception(unit: WriteUnit, asked: Excepted, entry: str) -> None:
    await unit.write(
        insert(exceptions).values(
            id=asked.id,
            decision_id=asked.decision,
            organisation_id=asked.organisation,
            device_id=asked.device,
            person_id=asked.person,
            purpose=asked.purpose,
            mitigations=list(asked.mitigations),
            until=asked.until,
            asked_by=asked.asked_by,
            asked_at=asked.asked_at,
            asked_entry=entry,
        )
    )


async def hold_exception(unit: WriteUnit, organisation: OrganisationId, id: ExceptionId) -> Excepted | None:
    """As it stands, held until the commit."""
    this = (exceptions.c.id == id) & (exceptions.c.organisation_id == organisation)
    row = await unit.first(select(exceptions).where(this).with_for_update())
    return _excepted(row) if row else None


async def update_exception(unit: WriteUnit, id: ExceptionId, **values: object) -> None:
    await unit.write(update(exceptions).where(exceptions.c.id == id).values(**values))


async def list_exceptions(unit: ReadUnit, *, decision: UUID, organisation: OrganisationId) -> list[Excepted]:
    """All that was asked for, in that order, whatever became of it."""
    of = select(exceptions).where(exceptions.c.decision_id == decision, exceptions.c.organisation_id == organisation)
    return [_excepted(row) for row in await unit.all(of.order_by(exceptions.c.asked_at, exceptions.c.id))]


async def insert_telling(unit: WriteUnit, filed: Filed, person: UUID, language: str, at: datetime) -> None:
    row = {"decision_id": filed.id, "version": filed.version, "person_id": person}
    told = upsert(tellings).values(**row, language=language, told_at=at)
    await unit.write(told.on_conflict_do_nothing())


async def acknowledge(unit: WriteUnit, filed: Filed, person: UUID, at: datetime) -> bool:
    """Whether they had been told."""
    t = tellings.c
    this = (t.decision_id == filed.id) & (t.version == filed.version) & (t.person_id == person)
    first = func.coalesce(t.acknowledged_at, at)
    return await unit.write(update(tellings).where(this).values(acknowledged_at=first)) == 1


async def list_tellings(unit: ReadUnit, filed: Filed) -> dict[UUID, Telling]:
    """Who was told of a version, by person."""
    of = select(tellings).where(tellings.c.decision_id == filed.id, tellings.c.version == filed.version)
    return {
        row.person_id: Telling(row.decision_id, row.version, row.language, row.told_at, row.acknowledged_at)
        for row in await unit.all(of)
    }


async def read_change_number(unit: ReadUnit) -> int:
    """Goes up with whatever may change whom a decision binds."""
    return int(await unit.scalar(select(suspension_changes.c.number)) or 0)


def _is(filed: Filed) -> ColumnElement[bool]:
    return (decisions.c.id == filed.id) & (decisions.c.version == filed.version)
