"""The routes where each microsecond counts: plain Starlette, raw asyncpg, JSON encoded ahead."""

from typing import cast

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from reelm import accounts, feed, gateway, media, videos
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import AccountId, AssetId, RealmCode, VideoId
from reelm.web.depends import bearer_token, token_of
from reelm.web.refusals import PageNotFound, RangeNotThere, RequestNotUnderstood

_JSON = "application/json"
_NO_STORE = {"Cache-Control": "no-store"}


def _cell(request: Request) -> Cell:
    return cast("Cell", request.app.state.cell)


async def get_feed(request: Request) -> Response:
    """`GET /api/v1/feed?limit&cursor&mode`: one page."""
    cell, query = _cell(request), request.query_params
    limit = query.get("limit", "10")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= 50:
        raise RequestNotUnderstood(field="limit")
    page = await cell.feed.page(
        token=token_of(request),
        mode=query.get("mode"),
        cursor=query.get("cursor"),
        limit=int(limit),
        now=cell.clock.now(),
    )
    if not page.signed_in and bearer_token(request):
        raise accounts.SessionEnded
    return Response(page.body, headers=_NO_STORE, media_type=_JSON)


async def post_events(request: Request) -> Response:
    """`POST /api/v1/events`: 202 once the batch is durable. The type of the body is not looked at (sendBeacon)."""
    cell, now = _cell(request), _cell(request).clock.now()
    events = feed.parse_events(await request.body())
    stored = await cell.intake.take(events, token=token_of(request), now=now)
    return Response(orjson.dumps({"stored": stored}), 202, _NO_STORE, _JSON)


async def get_clip_file(request: Request) -> Response:
    """`GET /media/clips/{asset}/{name}`: the bytes of a clip, to whoever may watch it."""
    cell = _cell(request)
    key = media.clip_key(request.path_params["asset"], request.path_params["name"])
    async with cell.database.read() as unit:
        video = await videos.fetch_by_asset(unit, AssetId(request.path_params["asset"]))
        await _check_watchable(unit, request, cell, video)
    return _send(cell, key, _cache_of(video))


async def _check_watchable(unit: ReadUnit, request: Request, cell: Cell, video: videos.Video | None) -> None:
    """Raises as `videos.check_watchable`. Who asks is looked up for a clip that not everybody may watch only."""
    may_all = video is not None and videos.may_watch(video, None, None)
    viewer = None if may_all else await _viewer(request, cell)
    await videos.check_watchable(unit, video, viewer, cell.clock.now().date())


def _cache_of(video: videos.Video | None) -> str:
    """What is not for every age is kept in no browser: the next person there may be younger."""
    return "private, no-store" if video is not None and video.age_limit is not None else "private, max-age=3600"


async def get_avatar(request: Request) -> Response:
    """`GET /media/avatars/{account}/{name}`: pictures are public and never change under their name."""
    key = media.avatar_key(request.path_params["account"], request.path_params["name"])
    return _send(_cell(request), key, "public, max-age=86400, immutable")


async def get_abroad_file(request: Request) -> Response:
    """`GET /media/abroad/{realm}/{object}/{name}`: a file of a clip or person of another realm."""
    cell, told = _cell(request), request.path_params
    key = media.abroad_key(told["realm"], told["object"], told["name"])
    async with cell.database.read() as unit:
        video = await videos.find_foreign_clip(unit, VideoId(told["object"]))
        if video is not None or not await accounts.is_kept(unit, told["object"]):
            await _check_watchable(unit, request, cell, video)
    if not cell.blobs.path(key).is_file():
        try:
            await cell.abroad.fetch_file(RealmCode(told["realm"]), str(told["object"]), told["name"])
        except (gateway.NotFoundAbroad, gateway.CrossingRefused, gateway.RealmUnknown):
            raise videos.VideoNotVisible from None
    return _send(cell, key, _cache_of(video))


async def _viewer(request: Request, cell: Cell) -> AccountId | None:
    token = token_of(request)
    if token is None:
        return None
    try:
        async with cell.database.read() as unit:
            return (await accounts.recognise(unit, token, at=cell.clock.now())).id
    except accounts.SessionEnded:
        return None


def _send(cell: Cell, key: str, cache: str) -> Response:
    """The blob: by nginx where it is in front, else from here, with Range."""
    kind = media.content_type(key)
    if cell.settings.accel:
        headers = {"X-Accel-Redirect": f"/_blobs/{key}", "Cache-Control": cache}
        return Response(headers=headers, media_type=kind)
    path = cell.blobs.path(key)
    if not path.is_file():
        raise PageNotFound
    return _RangedFile(path, headers={"Cache-Control": cache}, media_type=kind)


class _RangedFile(FileResponse):
    """A file in ranges (RFC 9110 §14), which refuses in our words."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_or_refuse(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                raise RangeNotThere
            await send(message)

        await super().__call__(scope, receive, send_or_refuse)


ROUTES = (
    Route("/api/v1/feed", get_feed, methods=["GET"]),
    Route("/api/v1/events", post_events, methods=["POST"]),
    Route("/media/clips/{asset:uuid}/{name:str}", get_clip_file, methods=["GET"]),
    Route("/media/abroad/{realm:str}/{object:uuid}/{name:str}", get_abroad_file, methods=["GET"]),
    Route("/media/avatars/{account:uuid}/{name:str}", get_avatar, methods=["GET"]),
)
