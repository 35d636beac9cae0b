"""What may an endpoint ask for? The cell, the time, a unit, and who is calling: each by its type."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Query, Request

from reelm import accounts
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId
from reelm.web.callers import address_of
from reelm.web.guard import SESSION_COOKIE
from reelm.web.refusals import BodyTooLarge

_LOOKS = frozenset({"GET", "HEAD"})


async def cell_of(request: Request) -> Cell:
    """The realm this process serves."""
    return cast("Cell", request.app.state.cell)


InCell = Annotated[Cell, Depends(cell_of)]


async def _now(cell: InCell) -> datetime:
    return cell.clock.now()


Now = Annotated[datetime, Depends(_now)]


async def _read(cell: InCell) -> AsyncIterator[ReadUnit]:
    async with cell.database.read() as unit:
        yield unit


async def _write(cell: InCell) -> AsyncIterator[WriteUnit]:
    async with cell.database.write() as unit:
        yield unit


# scope="function" ends the dependency, and so commits, before the answer is sent: what a plain `Depends` with
# yield answers 200 for may still fail to commit. `test_a_commit_that_fails_is_answered_500` guards it.
Read = Annotated[ReadUnit, Depends(_read, scope="function")]
Write = Annotated[WriteUnit, Depends(_write, scope="function")]


async def read_body(request: Request, most_bytes: int) -> bytes:
    """All that was sent, of at most so many bytes. Raises `BodyTooLarge`, as soon as it is more."""
    came = bytearray()
    async for piece in request.stream():
        came += piece
        if len(came) > most_bytes:
            raise BodyTooLarge(limit_bytes=most_bytes)
    return bytes(came)


def bearer_token(request: Request) -> str | None:
    """The token of the Authorization header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def token_of(request: Request) -> str | None:
    """The caller's token, from the header or else the cookie."""
    return bearer_token(request) or request.cookies.get(SESSION_COOKIE)


async def _recognised(request: Request, cell: InCell, now: Now) -> accounts.Viewer:
    token = token_of(request)
    if token is None:
        raise accounts.NotSignedIn
    async with cell.database.read() as unit:
        return await accounts.recognise(unit, token, at=now)


# Whoever is moving to another realm too: for calling it off, and for signing out.
SignedInEvenMoving = Annotated[accounts.Viewer, Depends(_recognised)]


async def _signed_in(request: Request, viewer: SignedInEvenMoving) -> accounts.Viewer:
    if viewer.is_moving and request.method not in _LOOKS:
        raise accounts.AccountMoving
    return viewer


SignedIn = Annotated[accounts.Viewer, Depends(_signed_in)]


async def _maybe_viewer(request: Request, cell: InCell, now: Now) -> accounts.Viewer | None:
    """A bearer token that has ended is refused; a cookie that has ended counts as signed out."""
    if token_of(request) is None:
        return None
    try:
        return await _recognised(request, cell, now)
    except accounts.SessionEnded:
        if bearer_token(request):
            raise
        return None


MaybeViewer = Annotated[accounts.Viewer | None, Depends(_maybe_viewer)]


async def _maybe_signed_in(viewer: MaybeViewer) -> AccountId | None:
    return viewer.id if viewer else None


MaybeSignedIn = Annotated[AccountId | None, Depends(_maybe_signed_in)]


async def _browsing(request: Request, cell: InCell, now: Now) -> AccountId | None:
    token = request.cookies.get(SESSION_COOKIE)
    if token is None:
        return None
    try:
        async with cell.database.read() as unit:
            return (await accounts.recognise(unit, token, at=now)).id
    except accounts.SessionEnded:
        return None


# Whoever opens a page in a browser: the cookie counts only, and one that has ended counts as nobody.
Browsing = Annotated[AccountId | None, Depends(_browsing)]


def caller_of(request: Request, cell: Cell, limit: int) -> accounts.Caller:
    """Who is calling, for rate limits, and what the session that they open is called."""
    return accounts.Caller(
        address_of(request.scope, request.headers.get("x-real-ip", "").encode("latin-1"), cell.settings),
        cell.secret,
        limit,
        accounts.name_device(request.headers.get("user-agent", "")),
    )


Limit = Annotated[int, Query(ge=1, le=50)]
