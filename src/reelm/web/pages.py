"""What does a browser get? One page that the client fills, with the words of a link preview where it is shared."""

import html
from pathlib import Path
from typing import Annotated, cast
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse

from reelm import accounts, moving, social, videos
from reelm.bootstrap import Cell
from reelm.kernel.ids import RealmCode, VideoId
from reelm.web.depends import Browsing, InCell, Read
from reelm.web.moved import find_moved_clip, find_moved_person
from reelm.web.problems import problems
from reelm.web.refusals import PageNotFound
from reelm.web.views.people import media_url

router = APIRouter(include_in_schema=False)
oembed = APIRouter(tags=["pages"])
_HEAD = "<!--reelm:head-->"
_SIMPLE = (
    *("following", "upload", "inbox", "settings", "sign-up", "sign-in", "my-data", "data-map", "trust", "staff"),
    *("register", "organisations", "device"),
)
_APP_PAGES = (
    "/",
    *(f"/{name}" for name in _SIMPLE),
    "/settings/move",
    "/settings/feed",
    "/feed-parameters",
    "/v/{video}/edit",
    "/register/{decision}",
    "/organisations/{organisation}",
)


def _dist(request: Request) -> Path:
    return cast("Cell", request.app.state.cell).settings.client_dist


def _page(request: Request, head: str = "", status: int = 200) -> Response:
    """index.html with the realm and `head` in it. Read anew each time: it is small, and a new build shows at once."""
    cell, index = cast("Cell", request.app.state.cell), _dist(request) / "index.html"
    if not index.is_file():
        return Response("The client is not built. Run: make setup", 503, media_type="text/plain")
    realm = f'<meta name="reelm:realm" content="{html.escape(cell.settings.realm)}">'
    text = index.read_text("utf-8").replace(_HEAD, f"{realm}\n{head}")
    return HTMLResponse(text, status, headers={"Cache-Control": "no-cache"})


def _meta(title: str, text: str, url: str, image: str | None, kind: str) -> str:
    """Open Graph tags (ogp.me) and the oEmbed link."""
    tags = {"og:title": title, "og:description": text, "og:url": url, "og:type": kind, "og:site_name": "Reelm"}
    if image:
        tags["og:image"] = image
    lines = [f'<meta property="{name}" content="{html.escape(value)}">' for name, value in tags.items()]
    lines.append(f"<title>{html.escape(title)}</title>")
    link = html.escape(f"/api/oembed?url={url}")
    lines.append(f'<link rel="alternate" type="application/json+oembed" href="{link}">')
    return "\n".join(lines)


def _moved(request: Request, to: moving.MovedToRealm | None) -> Response:
    """On to where it is now; without an address there, the page that says that nothing is here."""
    if to is None or not to.url:
        return _page(request, status=404)
    return RedirectResponse(to.url, 308, headers={"Cache-Control": "no-cache"})


async def _get_app_page(request: Request) -> Response:
    return _page(request)


for _path in _APP_PAGES:
    router.add_api_route(_path, _get_app_page, methods=["GET"])


def _address(person: accounts.Person) -> str:
    """The handle; of somebody of another realm with the realm, as in `ana@eu`."""
    return f"{person.handle}@{person.realm}" if person.realm else person.handle


def _link(cell: Cell, video: videos.Video) -> str:
    """Where everybody finds a clip: at its home."""
    card = cell.abroad.cards.all().get(video.realm) if video.realm else None
    return f"{card.public_url if card else cell.settings.public_url}/v/{video.id}"


def _is_other(cell: Cell, realm: str) -> bool:
    """Whether this is the code of another realm of the deployment, where the client can ask."""
    return realm != cell.settings.realm and RealmCode(realm) in cell.abroad.cards.all()


@router.get("/v/{video}")
async def get_video_page(video: str, request: Request, viewer: Browsing, unit: Read, cell: InCell) -> Response:
    """A clip one can share; one of another realm (`id@eu`) has a preview once a copy is kept.

    Across a block there is nothing here, as in the API. Of a clip with an age limit the preview shows no picture and
    no words of it: whoever gets the link may be below it.
    """
    id, _, home = video.partition("@")
    try:
        found = await videos.fetch_public(unit, VideoId(UUID(id)))
        await social.check_meets(unit, viewer, found.author)
    except (ValueError, accounts.AccountNotFound):
        return _page(request, status=404)
    except videos.VideoNotVisible:
        if _is_other(cell, home):
            return _page(request, status=200)
        return _moved(request, await find_moved_clip(unit, cell, id))
    clip = (await videos.fetch_clips(unit, [found.id]))[found.id]
    title = f"{clip.author.display_name} (@{_address(clip.author)}) · Reelm"
    poster = None if found.age_limit else media_url(clip.asset.poster_key)
    image = f"{cell.settings.public_url}{poster}" if poster else None
    return _page(request, _meta(title, _told_of(found), _link(cell, found), image, "video.other"))


def _told_of(video: videos.Video) -> str:
    """What a preview says of a clip: its caption, or the age it is for."""
    return f"{video.age_limit}+" if video.age_limit else video.caption


@router.get("/@{handle}")
async def get_profile_page(handle: str, request: Request, viewer: Browsing, unit: Read, cell: InCell) -> Response:
    """A profile one can share; that of somebody of another realm (`ana@eu`) has a preview once a copy is kept.

    Across a block there is nothing here, as in the API.
    """
    name, realm = accounts.split_handle(handle)
    try:
        account = await social.fetch_known(unit, name, realm if realm != cell.settings.realm else None)
        await social.check_meets(unit, viewer, account.person.id)
    except accounts.AccountNotFound:
        if realm and _is_other(cell, realm):
            return _page(request, status=200)
        return _moved(request, await find_moved_person(unit, cell, handle))
    person, base = account.person, cell.settings.public_url
    avatar = media_url(person.avatar_key)
    title = f"{person.display_name} (@{_address(person)}) · Reelm"
    head = _meta(title, account.bio, f"{base}/@{_address(person)}", f"{base}{avatar}" if avatar else None, "profile")
    return _page(request, head)


@router.get("/api/docs")
async def get_api_docs(request: Request) -> Response:
    """The API's page, without third parties."""
    return _file(_dist(request) / "api-docs.html")


@router.get("/{name:path}")
async def get_file(name: str, request: Request) -> Response:
    """A file of the built client, such as /assets/… or /manifest.webmanifest. nginx serves /assets/ before us."""
    root = _dist(request).resolve()
    path = (root / name.replace("\0", "")).resolve()  # no file has a NUL in its name
    if not path.is_relative_to(root) or not path.is_file():
        raise PageNotFound
    return _file(path, immutable=name.startswith("assets/"))


def _file(path: Path, *, immutable: bool = False) -> Response:
    if not path.is_file():
        raise PageNotFound
    cache = "public, max-age=31536000, immutable" if immutable else "no-cache"
    return FileResponse(path, headers={"Cache-Control": cache})


class OEmbedView(BaseModel):
    """oEmbed 1.0, type link (oembed.com §2.3.4)."""

    version: str = "1.0"
    type: str = "link"
    provider_name: str = "Reelm"
    provider_url: str
    title: str
    author_name: str
    author_url: str
    thumbnail_url: str | None
    thumbnail_width: int | None
    thumbnail_height: int | None


@oembed.get("/api/oembed", responses=problems(videos.VideoNotVisible))
async def get_oembed(url: Annotated[str, Query()], unit: Read, cell: InCell) -> OEmbedView:
    """What a clip's link stands for."""
    try:
        id = VideoId(UUID(urlsplit(url).path.rstrip("/").rpartition("/")[2].partition("@")[0]))
    except ValueError:
        raise videos.VideoNotVisible from None
    found = await videos.fetch_public(unit, id)
    clip = (await videos.fetch_clips(unit, [id]))[id]
    base, poster = cell.settings.public_url, None if found.age_limit else media_url(clip.asset.poster_key)
    return OEmbedView(
        provider_url=base,
        title=_told_of(found),
        author_name=clip.author.display_name,
        author_url=f"{base}/@{_address(clip.author)}",
        thumbnail_url=f"{base}{poster}" if poster else None,
        thumbnail_width=clip.asset.width if poster else None,
        thumbnail_height=clip.asset.height if poster else None,
    )
