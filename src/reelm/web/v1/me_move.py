"""`/me/move`: moving to another realm, how far it is, and calling it off."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from reelm import accounts, gateway, holds, moving, realms
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import RealmCode, public_id
from reelm.web.depends import InCell, Now, Read, SignedIn, SignedInEvenMoving, Write
from reelm.web.problems import problems

router = APIRouter(prefix="/me/move", tags=["me"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)
_NOT_KEPT = {"Cache-Control": "no-store"}


class NewMove(BaseModel):
    """`told` is the realm again, once the person was told what goes there; `handle` another one, if theirs is taken.

    `country` and `region` are where they live now, if that has changed.
    """

    to: str
    told: str | None = None
    password: str = Field(repr=False, max_length=1000)
    handle: str | None = None
    country: str | None = None
    region: str | None = None


class MoveReceipt(BaseModel):
    """Where the two logs tell of the move: the index of `person-left` and of `person-arrived`, and what they name."""

    move: str
    left_realm: str
    left_index: int
    arrived_realm: str
    arrived_index: int
    digest: str


class MoveView(BaseModel):
    """How far a move is. `parts_done` of `parts` are there; `problem` says why the other realm did not take it."""

    id: str
    from_realm: str
    to_realm: str
    step: moving.Step
    handle: str
    parts: int
    parts_done: int
    digest: str
    problem: str | None
    asked_at: datetime
    step_at: datetime
    address: str | None
    receipt: MoveReceipt | None


def _show(cell: Cell, move: moving.Move) -> MoveView:
    here = cell.settings.realm
    leaving = move.side is moving.Side.LEAVING
    left, arrived = (here, move.realm) if leaving else (move.realm, here)
    card = cell.abroad.cards.all().get(RealmCode(arrived))
    receipt = None
    if move.left_index is not None and move.arrived_index is not None:
        receipt = MoveReceipt(
            move=public_id(move.id),
            left_realm=left,
            left_index=move.left_index,
            arrived_realm=arrived,
            arrived_index=move.arrived_index,
            digest=move.digest,
        )
    return MoveView(
        id=public_id(move.id),
        from_realm=left,
        to_realm=arrived,
        step=move.step,
        handle=move.handle,
        parts=move.parts,
        parts_done=move.parts_done,
        digest=move.digest,
        problem=move.problem,
        asked_at=move.asked_at,
        step_at=move.step_at,
        address=card.public_url if card else None,
        receipt=receipt,
    )


async def _residence(unit: ReadUnit, viewer: accounts.Viewer, form: NewMove) -> tuple[str, str | None]:
    account = await accounts.fetch_own_account(accounts.own_eyes(unit, viewer))
    return (form.country, form.region) if form.country is not None else (account.country, account.region)


@router.post(
    "",
    status_code=202,
    responses=problems(
        *_SIGNED_OUT,
        accounts.PasswordWrong,
        accounts.HandleNotAllowed,
        holds.HeldForCase,
        gateway.CrossingNotTold,
        gateway.CrossingRefused,
        gateway.OutboxFull,
        gateway.RealmUnknown,
        moving.MoveUnderWay,
        moving.RealmNotTheirs,
        realms.CountryUnknown,
        realms.RegionNotOfCountry,
        realms.RegionRequired,
    ),
)
async def post_move(form: NewMove, viewer: SignedIn, cell: InCell, now: Now) -> MoveView:
    """Begin to move. From now on the account can be looked at and not changed, until it is over or called off."""
    await accounts.confirm_password(cell.database, viewer, form.password)
    async with cell.database.write() as unit:
        move = await moving.ask(
            unit,
            cell.abroad,
            person=viewer.id,
            to=RealmCode(form.to),
            told=form.told,
            residence=await _residence(unit, viewer, form),
            handle=form.handle,
            home_of=cell.atlas.home_of,
            at=now,
        )
    return _show(cell, move)


@router.get("", responses=problems(*_SIGNED_OUT, moving.MoveNotFound))
async def get_move(viewer: SignedIn, unit: Read, cell: InCell, response: Response) -> MoveView:
    """One's last move, from this realm or to it, with its receipt once it is over."""
    response.headers.update(_NOT_KEPT)
    return _show(cell, await moving.fetch_own(unit, viewer.id))


@router.delete("", responses=problems(*_SIGNED_OUT, moving.MoveNotFound, moving.MoveTooLate))
async def delete_move(viewer: SignedInEvenMoving, unit: Write, cell: InCell, now: Now) -> MoveView:
    """Call the move off. What has been copied is thrown away there."""
    return _show(cell, await moving.cancel(unit, cell.abroad, person=viewer.id, at=now))
