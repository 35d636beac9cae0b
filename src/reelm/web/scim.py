"""`/scim/v2/{organisation}`: an organisation's own directory keeps ours, by SCIM 2.0 (RFC 7644).

Everything here asks for the organisation's token, also what SCIM lets be open: who has a directory here is nobody's
business.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from reelm import devices
from reelm.web.depends import InCell, Now, Read, Write, bearer_token
from reelm.web.problems import SCIM, SCIM_TYPE
from reelm.web.refusals import MethodNotAllowed

router = APIRouter(prefix=f"{SCIM}{{organisation}}", include_in_schema=False)

_DISCOVERY = frozenset({"ServiceProviderConfig", "ResourceTypes", "Schemas"})
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


async def _directory(organisation: str, request: Request, cell: InCell, now: Now) -> devices.Directory:
    """The directory that the caller's token opens, which is the one that was asked for."""
    token = bearer_token(request)
    if not token:
        raise devices.TokenMissing
    async with cell.database.read() as unit:
        shown = await devices.recognise_token(unit, token, devices.TokenPurpose.DIRECTORY, at=now)
    if shown.code != organisation:
        raise devices.NotInDirectory
    return devices.Directory(shown.organisation, f"{cell.settings.public_url}{SCIM}{shown.code}")


Directory = Annotated[devices.Directory, Depends(_directory)]
_SHOWN = (Depends(_directory),)


async def _asked(request: Request) -> devices.Asked:
    names = request.path_params
    if names.get("endpoint") in _DISCOVERY:
        raise MethodNotAllowed
    if_match = request.headers.get("if-match")
    return devices.Asked(names.get("endpoint", ""), names.get("id", ""), dict(request.query_params), if_match)


Asked = Annotated[devices.Asked, Depends(_asked)]


async def _sent(request: Request, directory: Directory) -> Any:
    """What was sent, read when it is known by whom and before a connection to the database is taken."""
    del directory
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise devices.DirectoryRefused(scim_type="invalidSyntax", fault="what was sent is no JSON") from None


Sent = Annotated[Any, Depends(_sent)]


@router.get("/ServiceProviderConfig")
async def get_config(directory: Directory) -> Response:
    """What can be done here."""
    return _say(_scim().show_config(directory.url))


@router.get("/ResourceTypes")
async def get_resource_types(directory: Directory) -> Response:
    """What is kept."""
    return _say(_as_list(_scim().list_resource_types(directory.url)))


@router.get("/ResourceTypes/{id}")
async def get_resource_type(directory: Directory, id: str) -> Response:
    """One kind of it."""
    return _say(_pick(_scim().list_resource_types(directory.url), id))


@router.get("/Schemas")
async def get_schemas(directory: Directory) -> Response:
    """What of each."""
    return _say(_as_list(_scim().list_schemas(directory.url)))


@router.get("/Schemas/{id}")
async def get_schema(directory: Directory, id: str) -> Response:
    """What of one."""
    return _say(_pick(_scim().list_schemas(directory.url), id))


@router.get("/Me", dependencies=_SHOWN)
@router.post("/Bulk", dependencies=_SHOWN)
@router.post("/.search", dependencies=_SHOWN)
async def refuse_optional() -> Response:
    """What SCIM leaves open, and isn't here: a token is nobody's, and a list is asked for at its address."""
    raise devices.DirectoryNotServed


@router.get("/{endpoint}")
async def get_resources(directory: Directory, asked: Asked, unit: Read) -> Response:
    """People, groups or devices, some or all."""
    return _say(await _scim().list_resources(unit, directory, asked))


@router.post("/{endpoint}")
async def post_resource(directory: Directory, asked: Asked, sent: Sent, unit: Write, now: Now) -> Response:
    """Somebody or something new."""
    return _answer(await _scim().create_resource(unit, directory, asked, sent, at=now), 201)


@router.get("/{endpoint}/{id}")
async def get_resource(directory: Directory, asked: Asked, unit: Read, request: Request) -> Response:
    """One of them; 304 where the caller has that version (If-None-Match)."""
    answer = await _scim().fetch_resource(unit, directory, asked)
    known = request.headers.get("if-none-match", "").split(",")
    return _answer(answer, 304 if answer.etag in (one.strip() for one in known) else 200)


@router.put("/{endpoint}/{id}")
async def put_resource(directory: Directory, asked: Asked, sent: Sent, unit: Write, now: Now) -> Response:
    """One as a whole, in the place of what it was."""
    return _answer(await _scim().replace_resource(unit, directory, asked, sent, at=now))


@router.patch("/{endpoint}/{id}")
async def patch_resource(directory: Directory, asked: Asked, sent: Sent, unit: Write, now: Now) -> Response:
    """A part of one."""
    return _answer(await _scim().patch_resource(unit, directory, asked, sent, at=now))


@router.delete("/{endpoint}/{id}")
async def delete_resource(directory: Directory, asked: Asked, unit: Write) -> Response:
    """One, gone."""
    await _scim().delete_resource(unit, directory, asked)
    return Response(status_code=204)


@router.get("/{rest:path}", dependencies=_SHOWN)
async def get_nothing() -> Response:
    """No page of ours lies below a directory."""
    raise devices.NotInDirectory


def _scim():
    """What answers. It takes most of a second to load, which only those wait for who use it."""
    from reelm.devices import directory  # noqa: PLC0415 - see above

    return directory


def _say(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(orjson.dumps(body), status, kept, SCIM_TYPE)


def _answer(answer: devices.Answer, status: int = 200) -> Response:
    headers = {"Location": answer.location, "ETag": answer.etag}
    if status == 304 or answer.body is None:
        return Response(status_code=304 if status == 304 else 204, headers=headers)
    return _say(answer.body, status, headers)


def _as_list(many: Sequence[Any]) -> dict[str, Any]:
    return {
        "schemas": [_LIST],
        "totalResults": len(many),
        "startIndex": 1,
        "itemsPerPage": len(many),
        "Resources": list(many),
    }


def _pick(many: Sequence[Any], id: str) -> Any:
    found = next((one for one in many if one["id"] == id), None)
    if found is None:
        raise devices.NotInDirectory
    return found
