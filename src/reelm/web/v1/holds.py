"""`/holds`: whose data has to stay for a case, beyond its time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel

from reelm import access, accounts, holds, ledger, privacy
from reelm.infra.db import ReadUnit
from reelm.kernel.data_classes import DataClass
from reelm.web.depends import InCell, Now, Read, SignedIn, Write
from reelm.web.problems import problems

router = APIRouter(prefix="/holds", tags=["holds"])
_STAFF = (accounts.NotSignedIn, accounts.SessionEnded, access.RoleMayNot)
_WRITTEN = (*_STAFF, ledger.LedgerBusy, ledger.PersonHasNoKey)


class HoldView(BaseModel):
    """One legal hold. Once it is over it names nobody; `ended_at` is then told."""

    id: UUID
    case: str
    reason: str
    handles: list[str]
    classes: list[DataClass]
    began_at: AwareDatetime
    until: AwareDatetime
    ended_at: AwareDatetime | None


class HoldList(BaseModel):
    """All of them, the newest first."""

    items: list[HoldView]


class NewHold(BaseModel):
    """For which case, why, whose data, which classes of it, and until when: a year at the longest."""

    case: str
    reason: str
    handles: list[str]
    classes: list[DataClass]
    until: AwareDatetime


async def _act(unit: Write, viewer: SignedIn, cell: InCell, now: Now) -> holds.Act:
    role, _ = await accounts.fetch_position(unit, viewer.id)
    privacy.check_may(privacy.Deed.HOLD_DATA, role)
    return holds.Act(unit, cell.settings.realm, viewer.id, now)


async def _reader(unit: Read, viewer: SignedIn) -> None:
    role, _ = await accounts.fetch_position(unit, viewer.id)
    privacy.check_may(privacy.Deed.READ_REGISTERS, role)


Acting = Annotated[holds.Act, Depends(_act)]


async def _show(unit: ReadUnit, hold: holds.Hold) -> HoldView:
    people = await accounts.fetch_people(unit, hold.people)
    return HoldView(
        id=hold.id,
        case=hold.case,
        reason=hold.reason,
        handles=sorted(one.handle for one in people.values()),
        classes=sorted(hold.classes),
        began_at=hold.began_at,
        until=hold.until,
        ended_at=hold.ended_at,
    )


@router.get("", dependencies=[Depends(_reader)], responses=problems(*_STAFF))
async def get_holds(unit: Read) -> HoldList:
    """Every hold, for operators and auditors."""
    return HoldList(items=[await _show(unit, one) for one in await holds.list_holds(unit)])


@router.post(
    "",
    status_code=201,
    responses=problems(*_WRITTEN, accounts.AccountNotFound, holds.HoldNotUnderstood, holds.CaseKnown),
)
async def post_hold(form: NewHold, act: Acting) -> HoldView:
    """Have data stay: it is neither erased, nor moved to another realm, nor deleted because its time is over."""
    people = [(await accounts.fetch_by_handle(act.unit, one)).person.id for one in form.handles]
    begun = await holds.begin(
        act, case=form.case, reason=form.reason, people=people, classes=form.classes, until=form.until
    )
    return await _show(act.unit, begun)


@router.delete("/{id}", status_code=204, responses=problems(*_WRITTEN, holds.HoldNotFound))
async def delete_hold(id: UUID, act: Acting) -> None:
    """End it before its time."""
    await holds.end(act, id)
