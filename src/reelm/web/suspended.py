"""Is this caller one whom an organisation's decision keeps from us? Asked of every request, before anything else is.

Whoever is bound gets the notice in place of what they asked for: as a page where a browser opens one, else as a
problem. Left open is what they need to read the decision, to answer it, to act for the organisation, and to see the
public log. Before the deadline everything is served, with a header that has the client show a banner.
"""

from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any, cast

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelm import accounts, devices
from reelm.bootstrap import Cell
from reelm.kernel.words import choose_language
from reelm.web.callers import address_of
from reelm.web.guard import DEVICE_COOKIE, SESSION_COOKIE
from reelm.web.notice.page import render_notice
from reelm.web.problems import log_refusal, render_problem
from reelm.web.refusals import OrganisationSuspension, SuspensionByLaw

DEVICE_HEADER, NOTICE_HEADER = "reelm-device", "Reelm-Suspension"
_DEVICE = DEVICE_HEADER.encode()
_ASKED = frozenset({_DEVICE, b"cookie", b"authorization", b"x-real-ip"})
# What is open to whoever is bound, with everything below it.
_OPEN = (
    "/api/v1/register",
    "/api/v1/organisations",
    "/api/v1/device",
    "/api/v1/session",
    "/api/v1/health",
    "/api/v1/realms",
    "/api/openapi.json",
    "/register",
    "/organisations",
    "/device",
    "/sign-in",
    "/ledger",
    "/trust",
    "/scim",
    "/mdm",
    "/signals",
    "/assets",
    "/.well-known",
    "/icon.svg",
)
# The client asks who is signed in, also where somebody acts for an organisation.
_OPEN_TO_READ = frozenset({"/api/v1/me"})


class Suspended:
    """The layer that refuses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cell = cast("Cell", scope["app"].state.cell)
        now = cell.clock.now()
        await cell.watch.refresh(now)
        suspensions = cell.watch.suspensions
        binding = None if suspensions.is_empty else _find(suspensions, scope, cell, now)
        if binding is None or _is_open(scope):
            await self._app(scope, receive, send)
        elif binding.effect is devices.Effect.REFUSE:
            await _refuse(cell.watch.notice_of(binding), cell, scope, receive, send)
        else:
            await self._app(scope, receive, _noticed(send, cell.watch.notice_of(binding)))


def read_device(headers: Headers, cell: Cell, now: datetime) -> bytes | None:
    """The thumbprint of the device that a request comes from, by the pass in its header or its cookie."""
    shown = headers.get(DEVICE_HEADER) or _cookie(headers.get("cookie", ""), DEVICE_COOKIE)
    return devices.read_pass(cell.secret, shown, now) if shown else None


def _find(suspensions: devices.Suspensions, scope: Scope, cell: Cell, now: datetime) -> devices.Binding | None:
    """What binds a caller. Asked of every request: headers are gone through once, and read where there is need."""
    told = {name: value for name, value in scope["headers"] if name in _ASKED}
    cookies = told.get(b"cookie", b"").decode("latin-1")
    shown = told.get(_DEVICE, b"").decode("latin-1") or _cookie(cookies, DEVICE_COOKIE)
    device = devices.read_pass(cell.secret, shown, now) if shown else None
    if device is None and suspensions.knows_sessions:
        token = _token(told.get(b"authorization", b"").decode("latin-1"), cookies)
        device = suspensions.device_of(accounts.token_hash(token)) if token else None
    return suspensions.find(address_of(scope, told.get(b"x-real-ip", b""), cell.settings), device)


def _token(authorization: str, cookies: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else _cookie(cookies, SESSION_COOKIE)


def _cookie(cookies: str, name: str) -> str:
    if name not in cookies:
        return ""
    try:
        morsel = SimpleCookie(cookies).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _is_open(scope: Scope) -> bool:
    path = str(scope["path"])
    if scope["method"] == "GET" and path in _OPEN_TO_READ:
        return True
    return any(path == one or path.startswith(f"{one}/") for one in _OPEN)


async def _refuse(notice: devices.register.Notice, cell: Cell, scope: Scope, receive: Receive, send: Send) -> None:
    headers = Headers(scope=scope)
    language = choose_language(headers.get("accept-language"))
    url = f"{cell.settings.public_url}/register/{notice.id}"
    if _is_page(scope, headers):
        answer = render_notice(notice, url, language)
    else:
        kind = SuspensionByLaw if notice.is_legal_demand else OrganisationSuspension
        problem = kind(**_facts(notice, url, language))
        log_refusal(problem, scope["method"], "(suspended)")
        answer = render_problem(problem, headers.get("accept-language"))
    answer.headers["Link"] = f'<{cell.settings.public_url}>; rel="blocked-by", <{url}>; rel="describedby"'
    answer.headers["Vary"] = "Accept, Accept-Language"
    await answer(scope, receive, send)


def _is_page(scope: Scope, headers: Headers) -> bool:
    """Whether a browser opens a page, and not a clip, a script's call or a program."""
    path = str(scope["path"])
    is_other = path.startswith(("/api/", "/media/"))
    return scope["method"] in {"GET", "HEAD"} and not is_other and "text/html" in headers.get("accept", "")


def _facts(notice: devices.register.Notice, url: str, language: str) -> dict[str, Any]:
    decision = notice.decision
    reason = decision.reason.public
    return {
        "organisation": decision.authority.organisation,
        "decided_by": f"{decision.authority.body}, {decision.authority.signatory}",
        "reason": reason[devices.register.choose_language(reason, language)],
        "since": decision.stages.deadline_at,
        "review_by": notice.review_due,
        "contact": decision.contact.email,
        "decision": url,
        "decision_sha256": notice.digest,
    }


def _noticed(send: Send, notice: devices.register.Notice) -> Send:
    async def send_noticed(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)[NOTICE_HEADER] = notice.id
        await send(message)

    return send_noticed
