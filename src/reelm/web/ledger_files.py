"""What is served below `/ledger`? The log's public files as they lie on the disk; nginx does it where it is there."""

import asyncio

import orjson
from fastapi import APIRouter, Response

from reelm import ledger
from reelm.web.depends import InCell
from reelm.web.refusals import PageNotFound

router = APIRouter(include_in_schema=False)

_OPEN = {"Access-Control-Allow-Origin": "*"}
_STEADY = _OPEN | {"Cache-Control": "public, max-age=31536000, immutable"}
_CHANGING = _OPEN | {"Cache-Control": "no-cache"}
_TEXT = "text/plain; charset=utf-8"


@router.get(f"/ledger/{ledger.SCHEMA_PATH}")
async def get_schema() -> Response:
    """The JSON Schema of an entry, version 1."""
    return Response(orjson.dumps(ledger.entry_schema()), headers=_CHANGING, media_type="application/schema+json")


@router.get("/ledger/{name:path}")
async def get_ledger_file(name: str, cell: InCell) -> Response:
    """A checkpoint, a tile, a bundle (C2SP tlog-tiles), or the keys that sign."""
    parts = name.split("/")
    if "\0" in name or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
        raise PageNotFound
    content = await asyncio.to_thread(_read, cell.log, name)
    if parts[0] == "tile":
        return Response(content, headers=_STEADY, media_type="application/octet-stream")
    return Response(content, headers=_CHANGING, media_type=_TEXT)


def _read(log: ledger.LogFolder, name: str) -> bytes:
    try:
        content = log.read(name)
    except OSError:
        content = None  # a folder, or a name too long
    if content is None:
        raise PageNotFound
    return content
