"""`/me/rights`: what somebody asks of their own data, by when it is done, and the archive to take."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from reelm import access, accounts, holds, ledger, privacy
from reelm.bootstrap import Cell
from reelm.law import Right, Standing, decide_standing, last_day
from reelm.privacy import rights
from reelm.web.depends import InCell, Now, Read, SignedInEvenMoving, Write
from reelm.web.problems import problems

router = APIRouter(prefix="/me/rights", tags=["me"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)
_WRITTEN = (*_SIGNED_OUT, ledger.LedgerBusy, ledger.PersonHasNoKey)


class RequestView(BaseModel):
    """One request. `by_law` is the law's own limit, `due_at` Reelm's, never later; `law` and `source` say where from.
    `last_day` is the day with which that ends, where the law holds.

    An erasure begins at `starts_at`, and can be called off till then. An archive can be taken until `ends_at`, while
    it is `ready`; its `sha256` is in the public log.
    """

    id: UUID
    right: Right
    state: rights.State
    law: str
    names: dict[str, str]
    source: str
    asked_at: datetime
    starts_at: datetime
    due_at: datetime
    by_law: datetime
    last_day: date
    standing: Standing | None
    done: int
    total: int
    ends_at: datetime | None
    problem: str | None
    sha256: str | None
    bytes: int | None

    @classmethod
    def of(cls, request: rights.Request, cell: Cell, now: datetime) -> "RequestView":
        law = cell.laws.named(request.law)
        return cls(
            id=request.id,
            right=request.right,
            state=request.state,
            law=law.code,
            names=dict(law.names),
            source=law.rights[request.right].source,
            asked_at=request.asked_at,
            starts_at=request.starts_at,
            due_at=request.due_at,
            by_law=request.by_law,
            last_day=last_day(request.due_at, law.zone),
            standing=decide_standing(request.due_at, now) if request.state.is_open else None,
            done=request.done,
            total=request.total,
            ends_at=request.ended_at,
            problem=request.problem,
            sha256=request.told.get("sha256"),
            bytes=request.told.get("bytes"),
        )


class RequestList(BaseModel):
    """The newest first."""

    items: list[RequestView]


class Wish(BaseModel):
    """An archive, or to be erased; for the latter the password, so that it is the person who asks."""

    right: Literal["access", "erasure"]
    password: str = Field(default="", repr=False, max_length=1000)


async def _act(unit: Write, viewer: SignedInEvenMoving, cell: InCell, now: Now) -> rights.Act:
    return rights.Act(unit, cell.laws, viewer.id, now)


Acting = Annotated[rights.Act, Depends(_act, scope="function")]


@router.get("", responses=problems(*_SIGNED_OUT))
async def get_my_requests(viewer: SignedInEvenMoving, unit: Read, cell: InCell, now: Now) -> RequestList:
    """What the caller asked, with its clocks."""
    return RequestList(items=[RequestView.of(one, cell, now) for one in await rights.list_own(unit, viewer.id)])


@router.post(
    "",
    status_code=202,
    responses=problems(
        *_WRITTEN, accounts.PasswordWrong, accounts.AccountMoving, holds.HeldForCase, rights.ErasureUnderWay
    ),
)
async def post_request(wish: Wish, viewer: SignedInEvenMoving, act: Acting, cell: InCell) -> RequestView:
    """Ask for an archive of everything, or to be erased. Asked again, it is the request that is under way."""
    if wish.right == "access":
        return RequestView.of(await rights.ask_for_archive(act), cell, act.at)
    await accounts.confirm_password(cell.database, viewer, wish.password)
    return RequestView.of(await rights.ask_for_erasure(act), cell, act.at)


@router.delete(
    "/{id}", status_code=204, responses=problems(*_WRITTEN, rights.RequestNotFound, rights.TooLateToCallOff)
)
async def delete_request(id: UUID, act: Acting) -> None:
    """Call it off, before the work has begun."""
    await rights.call_off(act, id)


@router.get(
    "/{id}/archive",
    response_class=FileResponse,
    responses=problems(*_SIGNED_OUT, rights.RequestNotFound, rights.ArchiveNotReady),
)
async def get_archive(id: UUID, viewer: SignedInEvenMoving, unit: Read, cell: InCell, now: Now) -> FileResponse:
    """The archive, for whoever it is about and is signed in; nobody else, by whatever address."""
    request = await rights.fetch_archive(unit, viewer.id, id, now)
    name = f"reelm-{cell.settings.realm}-{request.asked_at:%Y-%m-%d}.zip"
    headers = {"Cache-Control": "no-store"}
    return FileResponse(cell.settings.archives_dir / f"{id}.zip", filename=name, headers=headers)


staff = APIRouter(prefix="/rights", tags=["me"])


class DueView(BaseModel):
    """An open request whose last day has come or that is overdue: which right, under which law, and not whose."""

    id: UUID
    right: Right
    law: str
    state: rights.State
    due_at: datetime
    standing: Standing
    problem: str | None


class DueList(BaseModel):
    """The nearest first."""

    items: list[DueView]


async def _reader(unit: Read, viewer: SignedInEvenMoving) -> None:
    role, _ = await accounts.fetch_position(unit, viewer.id)
    privacy.check_may(privacy.Deed.READ_REGISTERS, role)


@staff.get("/due", dependencies=[Depends(_reader)], responses=problems(*_SIGNED_OUT, access.RoleMayNot))
async def get_due(unit: Read, now: Now) -> DueList:
    """Requests that have to be done by tomorrow, or should have been; for operators and auditors."""
    found = await rights.list_alarms(unit, now)
    return DueList(
        items=[
            DueView(
                id=one.id,
                right=one.right,
                law=one.law,
                state=one.state,
                due_at=one.due_at,
                standing=standing,
                problem=one.problem,
            )
            for one, standing in found
        ]
    )
