"""`/session`, `/sessions`: signing in and out."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from reelm import accounts
from reelm.bootstrap import Cell
from reelm.web.depends import InCell, Now, SignedInEvenMoving, Write, caller_of
from reelm.web.guard import SESSION_COOKIE
from reelm.web.problems import problems
from reelm.web.views.people import MeView

router = APIRouter(tags=["session"])


class SignIn(BaseModel):
    handle: str = Field(max_length=100)
    password: str = Field(repr=False, max_length=1000)


class SessionView(BaseModel):
    """`token` authenticates as `Authorization: Bearer`; browsers get an HttpOnly cookie as well."""

    token: str
    account: MeView


def _set_cookie(response: Response, cell: Cell, session: accounts.Session, max_age_s: int) -> None:
    secure = cell.settings.public_url.startswith("https:")
    response.set_cookie(
        SESSION_COOKIE, session.token, max_age=max_age_s, httponly=True, samesite="lax", secure=secure, path="/"
    )


@router.post("/session", responses=problems(accounts.SignInFailed, accounts.TooManyTries))
async def post_session(form: SignIn, request: Request, response: Response, cell: InCell, now: Now) -> SessionView:
    """Sign in."""
    caller = caller_of(request, cell, cell.settings.sign_in_tries)
    session = await accounts.sign_in(cell.database, form.handle, form.password, at=now, caller=caller)
    async with cell.database.read() as unit:
        account = await accounts.fetch_own_account(accounts.own_eyes(unit, session.viewer))
    _set_cookie(response, cell, session, int((session.expires_at - now).total_seconds()))
    return SessionView(token=session.token, account=MeView.of_account(account, cell.settings.realm))


@router.delete("/session", status_code=204, responses=problems(accounts.NotSignedIn, accounts.SessionEnded))
async def delete_session(viewer: SignedInEvenMoving, response: Response, unit: Write, cell: InCell, now: Now) -> None:
    """Sign out."""
    await accounts.sign_out(unit, viewer, realm=cell.settings.realm, at=now)
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.delete("/sessions", status_code=204, responses=problems(accounts.NotSignedIn, accounts.SessionEnded))
async def delete_sessions(
    viewer: SignedInEvenMoving, response: Response, unit: Write, cell: InCell, now: Now
) -> None:
    """Sign out everywhere, here too."""
    await accounts.sign_out_everywhere(unit, viewer, realm=cell.settings.realm, at=now)
    response.delete_cookie(SESSION_COOKIE, path="/")
