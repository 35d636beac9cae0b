"""What is true of every answer? Strict headers, no act for another site's page, and no failure without a problem."""

import logging
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelm.kernel.errors import Problem
from reelm.web import tus
from reelm.web.problems import log_refusal, render_problem
from reelm.web.refusals import BodyTooLarge, CrossSiteRefused, ServerFailed

_log = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}
BODY_LIMIT = 2 * 1024 * 1024
EVENTS_LIMIT = 128 * 1024
AVATAR_LIMIT = 5 * 1024 * 1024
_LIMITS = {"/api/v1/me/avatar": AVATAR_LIMIT, "/api/v1/events": EVENTS_LIMIT}
SESSION_COOKIE, DEVICE_COOKIE = "reelm_session", "reelm_device"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = complete = False

        async def send_guarded(message: Message) -> None:
            nonlocal started, complete
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            if message["type"] == "http.response.start":
                started = True
                answered = MutableHeaders(scope=message)
                for name, value in (HEADERS | tus.answer_headers(scope["path"], message["status"])).items():
                    answered.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        scope = tus.name_method(scope, headers)
        try:
            _refuse_cross_site(scope["method"], headers)
            limit = _body_limit(scope["path"])
            await self._app(scope, _limited(receive, headers, limit) if limit else receive, send_guarded)
        except Exception as failure:
            problem = failure if isinstance(failure, Problem) else ServerFailed()
            if isinstance(failure, Problem):
                log_refusal(problem, scope["method"], "(guard)")
            else:
                _log.exception("request failed", extra={"facts": {"method": scope["method"]}})
            if complete:
                return  # the app has answered 500 and told us why
            if started:
                raise
            answer = render_problem(problem, headers.get("accept-language"), scope["path"])
            await answer(scope, receive, send_guarded)


def _refuse_cross_site(method: str, headers: Headers) -> None:
    """A cookie acts only for Reelm's own pages (Fetch Metadata, else the Origin header)."""
    cookies = headers.get("cookie", "")
    is_known = SESSION_COOKIE in cookies or DEVICE_COOKIE in cookies
    if method in _SAFE_METHODS or not is_known or "authorization" in headers:
        return
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None:
        refused = site not in ("same-origin", "none")
    else:
        refused = origin is not None and urlsplit(origin).netloc != headers.get("host")
    if refused:
        raise CrossSiteRefused


def _body_limit(path: str) -> int | None:
    """The most bytes a call takes; `None` for uploads, which know their own size."""
    if path.startswith(tus.UPLOADS):
        return None
    return _LIMITS.get(path, BODY_LIMIT)


def _limited(receive: Receive, headers: Headers, limit: int) -> Receive:
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise BodyTooLarge(limit_bytes=limit)
    came = 0

    async def receive_limited() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > limit:
            raise BodyTooLarge(limit_bytes=limit)
        return message

    return receive_limited
