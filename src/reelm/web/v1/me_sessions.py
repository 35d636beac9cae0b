"""`/me/sessions`: where one is signed in, and the end of it there."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from reelm import accounts
from reelm.kernel.ids import SessionId
from reelm.web.depends import InCell, Now, Read, SignedInEvenMoving, Write
from reelm.web.problems import problems

router = APIRouter(prefix="/me/sessions", tags=["me"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)


class SignInView(BaseModel):
    """One session. `device` is a browser and a system, as it called itself; empty where it said nothing known."""

    id: UUID
    device: str
    since: datetime
    expires_at: datetime
    by_passkey: bool
    is_this: bool


class SignInList(BaseModel):
    """The newest first."""

    items: list[SignInView]


@router.get("", responses=problems(*_SIGNED_OUT))
async def get_sessions(viewer: SignedInEvenMoving, unit: Read, now: Now) -> SignInList:
    """Where the caller is signed in. No address is kept, and so none is told."""
    found = await accounts.list_own_sessions(accounts.own_eyes(unit, viewer), viewer, now)
    return SignInList(items=[SignInView.model_validate(one, from_attributes=True) for one in found])


@router.delete("/{id}", status_code=204, responses=problems(*_SIGNED_OUT, accounts.SessionNotFound))
async def delete_session(id: UUID, viewer: SignedInEvenMoving, unit: Write, cell: InCell, now: Now) -> None:
    """Sign out there, at once, with what staff access was open in it."""
    await accounts.sign_out_there(unit, viewer, SessionId(id), realm=cell.settings.realm, at=now)
