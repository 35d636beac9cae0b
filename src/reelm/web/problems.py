"""How does a refusal travel? As problem+json (RFC 9457), in the language the caller asked for."""

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from reelm.accounts import MARKED_FOR, AccountMoving, NotSignedIn, TooManyTries
from reelm.devices import TokenRefused
from reelm.kernel.errors import Problem
from reelm.kernel.words import Language, choose_language, say
from reelm.realms import TooYoung
from reelm.web.refusals import (
    BodyCutOff,
    MethodNotAllowed,
    OrganisationSuspension,
    PageNotFound,
    RequestNotUnderstood,
    ServerFailed,
    SuspensionByLaw,
)

_log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# Says that whoever uses this browser was too young at sign-up, and nothing else: not who, and not how old.
TOO_YOUNG_COOKIE = "reelm_too_young"
_OF_ALL = (RequestNotUnderstood, OrganisationSuspension, SuspensionByLaw)
# Below it refusals are told as RFC 7644, section 3.12, has them.
SCIM, SCIM_TYPE = "/scim/v2/", "application/scim+json"
_SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class ProblemView(BaseModel):
    """A refusal (RFC 9457). Its facts stand beside these fields."""

    type: str
    title: str
    status: int
    detail: str


def problem_body(slug: str, status: int, facts: Mapping[str, object], language: Language) -> dict[str, object]:
    """The JSON object of a refusal."""
    words = say(slug, facts, language)
    return {"type": f"/problems/{slug}", "title": words.title, "status": status, "detail": words.detail, **facts}


def scim_body(problem: Problem, language: Language) -> dict[str, object]:
    """The JSON object of a refusal, for a machine that speaks SCIM."""
    detail = say(problem.slug(), problem.facts(), language).detail
    keyword = getattr(problem, "scim_type", None)
    told: dict[str, object] = {"schemas": [_SCIM_ERROR], "status": str(problem.status), "detail": detail}
    return {**told, "scimType": keyword} if keyword else told


def render_problem(problem: Problem, accept_language: str | None, path: str = "") -> Response:
    """The answer to a refused request for `path`."""
    language, is_scim = choose_language(accept_language), path.startswith(SCIM)
    body = (
        scim_body(problem, language)
        if is_scim
        else problem_body(problem.slug(), problem.status, problem.facts(), language)
    )
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if isinstance(problem, TooManyTries):
        headers["Retry-After"] = str(problem.retry_after_s)
    if isinstance(problem, TooYoung):
        lasts = int(MARKED_FOR.total_seconds())
        headers["Set-Cookie"] = (
            f"{TOO_YOUNG_COOKIE}=1; Max-Age={lasts}; Path=/api/v1/accounts; HttpOnly; SameSite=Strict"
        )
    if problem.status == 401:
        headers["WWW-Authenticate"] = (
            'Bearer error="invalid_token"' if isinstance(problem, TokenRefused) else "Bearer"
        )
    return Response(orjson.dumps(body), problem.status, headers, SCIM_TYPE if is_scim else MEDIA_TYPE)


def log_refusal(problem: Problem, method: str, route: str) -> None:
    """One line a refusal; the route is the template, so that no handle or id is in it."""
    facts = {"problem": problem.slug(), "status": problem.status, "method": method, "route": route}
    _log.info("refused", extra={"facts": facts})


def route_of(request: Request) -> str:
    """The template of the route, such as `/api/v1/videos/{video}`."""
    return getattr(request.scope.get("route"), "path", "(none)")


def problems(*classes: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint, from the refusals it may answer with. Any may find a request malformed, or its
    caller bound by a suspension.

    Whoever must be signed in may be on their way to another realm.
    """
    slugs: dict[int, list[str]] = {}
    moving = (AccountMoving,) if NotSignedIn in classes else ()
    for problem in dict.fromkeys((*classes, *moving, *_OF_ALL)):
        slugs.setdefault(problem.status, []).append(problem.slug())
    return {
        status: {
            "model": ProblemView,
            "description": " · ".join(names),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemView"}}},
        }
        for status, names in sorted(slugs.items())
    }


def install(app: FastAPI) -> None:
    """Answer every refusal of the app, and every one of the framework's, as a problem."""

    async def on_problem(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, Problem)
        log_refusal(problem, request.method, route_of(request))
        return render_problem(problem, request.headers.get("accept-language"), request.url.path)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        where = [str(part) for part in error.errors()[0]["loc"] if part != "body"] or ["body"]
        return await on_problem(request, RequestNotUnderstood(field=".".join(where)))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if isinstance(error.__cause__, ClientDisconnect):
            return await on_cut(request, error)
        if isinstance(error.__cause__, Problem):
            return await on_problem(request, error.__cause__)
        known = {404: PageNotFound(), 405: MethodNotAllowed()}
        problem = known.get(error.status_code)
        if problem is None:
            problem = RequestNotUnderstood(field="body") if error.status_code < 500 else ServerFailed()
        return await on_problem(request, problem)

    async def on_cut(request: Request, error: Exception) -> Response:
        del error
        return await on_problem(request, BodyCutOff())

    async def on_failure(request: Request, error: Exception) -> Response:
        del error  # the guard logs it
        return render_problem(ServerFailed(), request.headers.get("accept-language"), request.url.path)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(ClientDisconnect, on_cut)
    app.add_exception_handler(Exception, on_failure)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
