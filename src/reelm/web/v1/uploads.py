"""`/uploads`: a tus 1.0.0 server with creation, checksum, termination and expiration."""

from collections.abc import AsyncIterator
from email.utils import format_datetime
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from reelm import accounts, media
from reelm.bootstrap import Cell
from reelm.kernel.ids import UploadId
from reelm.web.depends import InCell, Now, SignedIn
from reelm.web.problems import problems
from reelm.web.tus import VERSION

router = APIRouter(tags=["uploads"])
EXTENSIONS = "creation,checksum,termination,expiration"
CHUNK_TYPE = "application/offset+octet-stream"
_REFUSALS = (accounts.NotSignedIn, accounts.SessionEnded, media.UploadNotFound, media.TusVersionUnknown)


async def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise media.TusVersionUnknown


_SPEAKS_TUS = [Depends(_check_version)]


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise media.TusRequestWrong(header=header)
    return int(text)


def _headers(upload: media.Upload, offset: int) -> dict[str, str]:
    return {
        "Upload-Offset": str(offset),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
        "Cache-Control": "no-store",
    }


async def _fetch(cell: Cell, upload: UUID, viewer: accounts.Viewer, now: Now) -> media.Upload:
    async with cell.database.read() as unit:
        return await media.fetch_upload(unit, UploadId(upload), viewer.id, now)


@router.options("/uploads", status_code=204)
async def options_uploads(cell: InCell) -> Response:
    """What this server speaks."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(cell.settings.max_upload_bytes),
        "Tus-Checksum-Algorithm": ",".join(media.CHECKSUMS),
    }
    return Response(status_code=204, headers=headers)


@router.post(
    "/uploads",
    dependencies=_SPEAKS_TUS,
    status_code=201,
    responses=problems(*_REFUSALS, media.UploadTooLarge, media.UploadSizeUnknown, media.TusRequestWrong),
)
async def post_upload(request: Request, viewer: SignedIn, cell: InCell, now: Now) -> Response:
    """Open an upload of `Upload-Length` bytes. `Upload-Metadata` is not kept: file names are personal."""
    if "upload-length" not in request.headers:
        raise media.UploadSizeUnknown
    size = _number(request, "Upload-Length")
    upload = await media.create_upload(cell.inbox, owner=viewer.id, size_bytes=size, at=now)
    location = {"Location": f"/api/v1/uploads/{upload.id}"}
    return Response(status_code=201, headers=_headers(upload, 0) | location)


@router.head("/uploads/{upload}", dependencies=_SPEAKS_TUS, responses=problems(*_REFUSALS))
async def head_upload(upload: UUID, viewer: SignedIn, cell: InCell, now: Now) -> Response:
    """Where the upload stands."""
    found = await _fetch(cell, upload, viewer, now)
    return Response(headers=_headers(found, found.offset_bytes) | {"Upload-Length": str(found.size_bytes)})


@router.patch(
    "/uploads/{upload}",
    dependencies=_SPEAKS_TUS,
    status_code=204,
    responses=problems(
        *_REFUSALS,
        media.TusRequestWrong,
        media.ChunkTypeWrong,
        media.UploadOffsetWrong,
        media.UploadBeyondSize,
        media.UploadBusy,
        media.ChecksumWrong,
        media.ChecksumUnknown,
    ),
)
async def patch_upload(upload: UUID, request: Request, viewer: SignedIn, cell: InCell, now: Now) -> Response:
    """Append a chunk at `Upload-Offset`; 204 once it is durable. Of one cut half-way, what came is kept."""
    if request.headers.get("content-type") != CHUNK_TYPE:
        raise media.ChunkTypeWrong
    checksum = request.headers.get("upload-checksum")
    found = await _fetch(cell, upload, viewer, now)
    offset = await media.append(
        cell.inbox,
        found,
        _body(request),
        offset=_number(request, "Upload-Offset"),
        checksum=media.Checksum.parse(checksum) if checksum else None,
        at=now,
    )
    return Response(status_code=204, headers=_headers(found, offset))


async def _body(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


@router.delete("/uploads/{upload}", dependencies=_SPEAKS_TUS, status_code=204, responses=problems(*_REFUSALS))
async def delete_upload(upload: UUID, viewer: SignedIn, cell: InCell, now: Now) -> Response:
    """Forget the upload and its bytes."""
    await media.terminate(cell.inbox, await _fetch(cell, upload, viewer, now))
    return Response(status_code=204)
