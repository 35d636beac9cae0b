"""`/session`, `/sessions`: signing in and out."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from reelm import accounts
from reelm.accounts import passkeys
from reelm.bootstrap import Cell
from reelm.web.depends import InCell, Now, SignedInEvenMoving, Write, caller_of
from reelm.web.guard import SESSION_COOKIE
from reelm.web.problems import problems
from reelm.web.views.people import MeView

router = APIRouter(tags=["session"])
# Many people may share an address; each challenge is a row for five minutes.
PASSKEYS_ASKED = 600


class SignIn(BaseModel):
    handle: str = Field(max_length=100)
    password: str = Field(repr=False, max_length=1000)


class SessionView(BaseModel):
    """`token` authenticates as `Authorization: Bearer`; browsers get an HttpOnly cookie as well."""

    token: str
    account: MeView


class PasskeyAnswer(BaseModel):
    """WebAuthn's `AuthenticationResponseJSON`, as `PublicKeyCredential.toJSON` makes it."""

    credential: dict[str, Any] = Field(repr=False)


async def _enter(session: accounts.Session, response: Response, cell: Cell, now: datetime) -> SessionView:
    async with cell.database.read() as unit:
        account = await accounts.fetch_own_account(accounts.own_eyes(unit, session.viewer))
    _set_cookie(response, cell, session, int((session.expires_at - now).total_seconds()))
    return SessionView(token=session.token, account=MeView.of_account(account, cell.settings.realm))


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
    return await _enter(session, response, cell, now)


@router.post("/session/passkey/options", responses=problems(passkeys.PasskeysNeedName, accounts.TooManyTries))
async def post_options(request: Request, cell: InCell, now: Now) -> dict[str, Any]:
    """What a browser asks a passkey for: WebAuthn's `PublicKeyCredentialRequestOptionsJSON`, for five minutes."""
    site, caller = passkeys.site_at(cell.settings.public_url), caller_of(request, cell, PASSKEYS_ASKED)
    return dict(await passkeys.ask_any(cell.database, site, at=now, caller=caller))


@router.post(
    "/session/passkey",
    responses=problems(
        passkeys.PasskeysNeedName, passkeys.PasskeyNotTaken, passkeys.PasskeyTooLate, passkeys.PasskeyUnknown
    ),
)
async def post_passkey(
    form: PasskeyAnswer, request: Request, response: Response, cell: InCell, now: Now
) -> SessionView:
    """Sign in with what a passkey answered."""
    site, device = passkeys.site_at(cell.settings.public_url), caller_of(request, cell, PASSKEYS_ASKED).device
    session = await passkeys.sign_in(cell.database, form.credential, site, at=now, device=device)
    return await _enter(session, response, cell, now)


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
