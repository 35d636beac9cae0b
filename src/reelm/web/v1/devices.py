"""`/organisations/{organisation}/devices`: how each stands to a decision, and codes by which they enrol."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from reelm import devices, ledger
from reelm.bootstrap import Cell
from reelm.devices import Compliance, enrolling, organisations, register, reporting
from reelm.kernel.cursors import CursorNotOurs
from reelm.web.acting import Acting, SignedActor
from reelm.web.depends import InCell, Now, Read
from reelm.web.paging import next_cursor, open_cursor
from reelm.web.problems import problems
from reelm.web.v1.organisations import NAMED, SEATED
from reelm.web.views.devices import InvitedView, StandingPage, StandingView

router = APIRouter(prefix="/organisations/{organisation}", tags=["organisations"])
_LISTING = "standings"


class Counted(BaseModel):
    """How many devices are in each state; silence is never counted as compliant."""

    states: dict[Compliance, int]


@router.post("/devices/{device}/code", status_code=201, responses=problems(*SEATED, devices.SubjectUnknown))
async def post_code(organisation: str, device: UUID, act: Acting) -> InvitedView:
    """A code by which a device of the directory enrols, once, within seven days. It is shown here only."""
    invited = await enrolling.invite(act, organisation, device)
    return InvitedView(code=invited.code, expires_at=invited.expires_at)


@router.get(
    "/devices/{device}/evidence",
    responses=problems(*SEATED, devices.SubjectUnknown, ledger.EntryNotPublished, ledger.FileMissing),
    response_class=Response,
)
async def get_evidence(organisation: str, device: UUID, actor: SignedActor, cell: InCell) -> Response:
    """How a device stood when, as anybody can check who has the key of this realm's log, and nothing else of ours."""
    async with cell.database.read() as unit:
        found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.TAKE_EVIDENCE)
        evidence = await reporting.find_evidence(unit, found.id, device)
        if evidence is None:
            raise devices.SubjectUnknown
        written = await ledger.list_written(unit, evidence.entries)
    proofs = [await asyncio.to_thread(_prove, cell, one) for one in written]
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="evidence-{device}.json"'}
    content = reporting.make_evidence(device, evidence.key, proofs)
    return Response(content, headers=headers, media_type="application/json")


def _prove(cell: Cell, entry: ledger.Written) -> str:
    if entry.index is None:
        raise ledger.EntryNotPublished
    return ledger.make_receipt(cell.log, entry.index, entry.body)


@router.get("/decisions/{decision}/states", responses=problems(*SEATED, devices.DecisionNotFound))
async def get_states(organisation: str, decision: UUID, actor: SignedActor, unit: Read) -> Counted:
    """How many devices stand how to a decision."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.LOOK)
    filed = await register.fetch_own(unit, found.id, decision)
    counted = await reporting.count_by_state(unit, filed.id)
    return Counted(states={state: counted.get(state, 0) for state in Compliance})


@router.get("/decisions/{decision}/devices", responses=problems(*SEATED, devices.DecisionNotFound, CursorNotOurs))
async def get_devices(
    organisation: str,
    decision: UUID,
    actor: SignedActor,
    unit: Read,
    cell: InCell,
    now: Now,
    state: Compliance | None = None,
    named: Annotated[str, Query(max_length=60, pattern=NAMED)] = "",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> StandingPage:
    """The devices that a decision binds, or would; in one state, or in any.

    Whoever manages devices is told their codes, and may ask for those whose code begins with `named`.
    """
    after = open_cursor(cell.cursors, _LISTING, cursor)
    step = organisations.Step.MANAGE_DEVICES if named else organisations.Step.LOOK
    found, seat = await organisations.sit(unit, organisation, actor, step)
    is_named = organisations.may(organisations.Step.MANAGE_DEVICES, seat)
    filed = await register.fetch_own(unit, found.id, decision)
    listed = await reporting.list_standings(
        unit, found.id, filed.decision, now, after=after, state=state, named=named, limit=limit
    )
    return StandingPage(
        items=[StandingView.of(one, is_named=is_named) for one in listed],
        next_cursor=next_cursor(cell.cursors, _LISTING, [one.device for one in listed], limit),
    )
