"""`/access`: how staff come to see private data, and nobody otherwise."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from reelm import access, accounts, gateway, ledger
from reelm.bootstrap import COLLECTIONS, Cell, look_at
from reelm.kernel.cursors import CursorNotOurs
from reelm.kernel.errors import Problem
from reelm.kernel.ids import AccessId, AccountId
from reelm.web.depends import InCell, Limit, SignedIn
from reelm.web.paging import next_cursor, open_cursor
from reelm.web.problems import problems
from reelm.web.views.access import RequestPage, RequestView, SightView, TermsView

router = APIRouter(prefix="/access", tags=["access"])
_LISTING = "access-requests"
_STAFF = (accounts.NotSignedIn, accounts.SessionEnded, access.RoleMayNot)
_WRITTEN = (ledger.LedgerBusy, ledger.PersonHasNoKey)
_ASKED = (
    *_STAFF,
    *_WRITTEN,
    access.CountryMayNot,
    accounts.AccountNotFound,
    access.OwnDataNotHere,
    access.ReasonNotListed,
    access.ClassesNotListed,
    access.MinutesNotAllowed,
)
_STEP = (*_STAFF, *_WRITTEN, access.AccessNotFound)
_DECIDED: tuple[type[Problem], ...] = (
    *_STEP,
    access.SecondPersonNeeded,
    access.OwnDataNotHere,
)


class NewRequest(BaseModel):
    """Whose data, why, which classes of it, for how many minutes. `GET /access/terms` lists what can be asked."""

    handle: str
    reason: str
    classes: list[str]
    minutes: int


class Judgement(BaseModel):
    """What a second person thinks of a break-glass access."""

    finding: Literal["justified", "not-justified"]


def _caller(viewer: accounts.Viewer) -> access.Caller:
    return access.Caller(viewer.id, viewer.session)


async def _subject(cell: Cell, handle: str) -> AccountId:
    async with cell.database.read() as unit:
        return (await accounts.fetch_by_handle(unit, handle)).person.id


async def _show(cell: Cell, viewer: accounts.Viewer, *requests: access.Request) -> list[RequestView]:
    ids = {
        id
        for one in requests
        for id in (one.subject, one.asked_by, one.decided_by, one.reviewed_by)
        if id is not None
    }
    async with cell.database.read() as unit:
        people = await accounts.fetch_people(unit, ids)
        by = await cell.desk.recognise(unit, _caller(viewer))
    at, realm = cell.clock.now(), cell.settings.realm
    return [RequestView.of(one, by, people, realm=realm, at=at) for one in requests]


@router.get("/terms", responses=problems())
async def get_terms() -> TermsView:
    """What staff can ask to see, for which reasons and how long. Everybody may know."""
    return TermsView.of(COLLECTIONS)


@router.get("/requests", responses=problems(*_STAFF, CursorNotOurs))
async def get_requests(
    viewer: SignedIn, cell: InCell, cursor: str | None = None, limit: Annotated[Limit, Query()] = 30
) -> RequestPage:
    """The requests, newest first: to operators and auditors all, to moderators their own."""
    before = open_cursor(cell.cursors, _LISTING, cursor)
    found = await access.list_requests(cell.desk, _caller(viewer), before=before, limit=limit)
    async with cell.database.read() as unit:
        alarms = await access.count_alarms(unit, cell.clock.now())
    return RequestPage(
        items=await _show(cell, viewer, *found),
        next_cursor=next_cursor(cell.cursors, _LISTING, [one.id for one in found], limit),
        overdue=alarms.overdue,
    )


@router.post("/requests", status_code=201, responses=problems(*_ASKED))
async def post_request(form: NewRequest, viewer: SignedIn, cell: InCell) -> RequestView:
    """Ask to see classes of somebody's private data. Nothing can be seen before a second person agrees."""
    subject = await _subject(cell, form.handle)
    asked = await access.ask(
        cell.desk,
        _caller(viewer),
        subject=subject,
        reason=form.reason,
        classes=form.classes,
        minutes=form.minutes,
    )
    return (await _show(cell, viewer, asked))[0]


@router.post("/break-glass", status_code=201, responses=problems(*_ASKED, ledger.LedgerNotAnswering))
async def post_break_glass(form: NewRequest, viewer: SignedIn, cell: InCell) -> RequestView:
    """Open an access at once, without a second person's word. It is told aloud and must be reviewed within 72 h."""
    subject = await _subject(cell, form.handle)
    opened = await access.break_glass(
        cell.desk,
        _caller(viewer),
        subject=subject,
        reason=form.reason,
        classes=form.classes,
        minutes=form.minutes,
    )
    return (await _show(cell, viewer, opened))[0]


@router.post("/requests/{request}/approve", responses=problems(*_DECIDED, access.AccessDecided))
async def post_approve(request: UUID, viewer: SignedIn, cell: InCell) -> RequestView:
    """Agree to somebody else's request."""
    return (await _show(cell, viewer, await access.approve(cell.desk, _caller(viewer), AccessId(request))))[0]


@router.post("/requests/{request}/refuse", responses=problems(*_DECIDED, access.AccessDecided))
async def post_refuse(request: UUID, viewer: SignedIn, cell: InCell) -> RequestView:
    """Refuse somebody else's request."""
    return (await _show(cell, viewer, await access.refuse(cell.desk, _caller(viewer), AccessId(request))))[0]


@router.post(
    "/requests/{request}/open",
    responses=problems(
        *_STEP,
        access.CountryMayNot,
        access.AccessNotYours,
        access.AccessNotApproved,
        access.AccessOpenedElsewhere,
        access.AccessOver,
        ledger.LedgerNotAnswering,
    ),
)
async def post_open(request: UUID, viewer: SignedIn, cell: InCell) -> RequestView:
    """Begin the time of one's own approved request, for this sign-in."""
    opened = await access.open_access(cell.desk, _caller(viewer), AccessId(request))
    return (await _show(cell, viewer, opened))[0]


@router.post("/requests/{request}/end", responses=problems(*_STEP, access.OwnDataNotHere))
async def post_end(request: UUID, viewer: SignedIn, cell: InCell) -> RequestView:
    """End one's own access early or, as an operator, somebody else's."""
    return (await _show(cell, viewer, await access.end(cell.desk, _caller(viewer), AccessId(request))))[0]


@router.post("/requests/{request}/review", responses=problems(*_DECIDED, access.ReviewNotDue))
async def post_review(request: UUID, form: Judgement, viewer: SignedIn, cell: InCell) -> RequestView:
    """Judge somebody else's break-glass access once it has ended."""
    finding = access.Finding(form.finding)
    judged = await access.review(cell.desk, _caller(viewer), AccessId(request), finding)
    return (await _show(cell, viewer, judged))[0]


@router.get(
    "/requests/{request}/data/{collection}",
    responses=problems(
        gateway.CrossingRefused,
        *_STEP,
        accounts.AccountNotFound,
        access.CountryMayNot,
        access.AccessNotYours,
        access.AccessNotOpen,
        access.AccessOver,
        access.AccessOpenedElsewhere,
        access.OutsideTheScope,
        access.CollectionUnknown,
        ledger.LedgerNotAnswering,
    ),
)
async def get_data(request: UUID, collection: str, viewer: SignedIn, cell: InCell, response: Response) -> SightView:
    """Look at one collection. The log tells of it, under the index in `Reelm-Ledger-Index`, before it is read."""
    eyes = await access.staff_eyes(cell.desk, _caller(viewer), AccessId(request))
    async with cell.database.read() as unit:
        person = (await accounts.fetch_profile(unit, eyes.subject)).person
    sight = await look_at(collection, eyes)
    response.headers["Reelm-Ledger-Index"] = str(sight.index)
    response.headers["Cache-Control"] = "no-store"
    return SightView.of(sight, person, cell.settings.realm)
