"""How does a legal hold begin and end? Each with its entry in the log, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from reelm import ledger
from reelm.holds.errors import CaseKnown, HeldForCase, HoldNotFound, HoldNotUnderstood
from reelm.holds.model import Hold
from reelm.holds.store import end_hold, find_longest, hold_holds, insert_hold, list_holds
from reelm.infra.db import Database, ReadUnit, WriteUnit
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId, new_uuid, public_id

# A hold that is needed for longer is begun again, by somebody who has to give the reason again.
LONGEST = timedelta(days=366)
_LONGEST_TEXT, _MOST_PEOPLE = 1000, 1000


@dataclass(frozen=True)
class Act:
    """One act of a member of staff who may: in which transaction, realm, and when."""

    unit: WriteUnit
    realm: str
    by: AccountId
    at: datetime


async def begin(
    act: Act, *, case: str, reason: str, people: Iterable[AccountId], classes: Iterable[DataClass], until: datetime
) -> Hold:
    """Have data of these people stay. Raises `HoldNotUnderstood`, `CaseKnown`."""
    hold = Hold(new_uuid(), case.strip(), reason.strip(), frozenset(people), frozenset(classes), act.at, until)
    field = _find_wrong(hold)
    if field is not None:
        raise HoldNotUnderstood(field=field, most_days=LONGEST.days)
    await hold_holds(act.unit)
    if any(hold.case == other.case for other in await list_holds(act.unit, open_only=True)):
        raise CaseKnown
    await insert_hold(act.unit, hold)
    await _append(act.unit, hold, "begun", realm=act.realm, at=act.at, by=act.by)
    return hold


async def end(act: Act, id: UUID) -> None:
    """Let it go before its time. Raises `HoldNotFound`, also for one that is over."""
    await hold_holds(act.unit)
    found = [one for one in await list_holds(act.unit, open_only=True) if one.id == id]
    if not found:
        raise HoldNotFound
    await end_hold(act.unit, id, act.at)
    await _append(act.unit, found[0], "ended", realm=act.realm, at=act.at, by=act.by)


async def end_due(database: Database, *, realm: str, at: datetime) -> int:
    """End those whose time is over; returns how many. Until then they hold nothing any more, and name people."""
    async with database.write() as unit:
        await hold_holds(unit)
        due = [one for one in await list_holds(unit, open_only=True) if one.until <= at]
        for hold in due:
            await end_hold(unit, hold.id, at)
            await _append(unit, hold, "ended", realm=realm, at=at, by=None)
    return len(due)


async def check_free(unit: ReadUnit, person: AccountId, at: datetime) -> None:
    """Raises `HeldForCase` where data of this person has to stay."""
    until = await find_longest(unit, person, at)
    if until is not None:
        raise HeldForCase(until=until)


def _find_wrong(hold: Hold) -> str | None:
    if not 0 < len(hold.case) <= 200:
        return "case"
    if not 0 < len(hold.reason) <= _LONGEST_TEXT:
        return "reason"
    if not 0 < len(hold.people) <= _MOST_PEOPLE:
        return "people"
    if not hold.classes or not all(one.is_personal for one in hold.classes):
        return "classes"
    if not hold.began_at < hold.until <= hold.began_at + LONGEST:
        return "until"
    return None


async def _append(
    unit: WriteUnit,
    hold: Hold,
    step: Literal["begun", "ended"],
    *,
    realm: str,
    at: datetime,
    by: AccountId | None,
) -> None:
    fact = ledger.LegalHold(
        case=public_id(hold.id),
        step=step,
        people=len(hold.people),
        classes=tuple(sorted(hold.classes)),
        until=ledger.as_instant(hold.until),
    )
    await ledger.append(unit, fact, realm=realm, at=at, actor=by)
