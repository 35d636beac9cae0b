"""What is served below `/ledger`? The log's public files as they lie on the disk. Where nginx is, it does it itself.

Anybody may read them, from pages of other sites too (CORS). Tiles never change; what changes is asked for anew.
"""

import asyncio
from functools import cache
from pathlib import Path

import orjson
from fastapi import APIRouter, Response
from starlette.responses import FileResponse

from reelm import ledger
from reelm.web.depends import InCell
from reelm.web.problems import problems
from reelm.web.refusals import PageNotFound

router = APIRouter(prefix="/ledger", tags=["ledger"])

OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_STEADY = OPEN | {"Cache-Control": "public, max-age=31536000, immutable"}
_CHANGING = OPEN | {"Cache-Control": "no-cache"}
_TEXT = "text/plain; charset=utf-8"
_TYPES = {
    "checkpoint": _TEXT,
    "checkpoint.witnessed": _TEXT,
    "vkey": _TEXT,
    "witness-vkey": _TEXT,
    "hand-overs": "application/json",
    "witnesses.json": "application/json",
}


@router.get(f"/{ledger.SCHEMA_PATH}", response_class=Response)
async def get_schema() -> Response:
    """The JSON Schema (2020-12) of an entry, version 1."""
    return Response(_schema(), headers=_CHANGING, media_type="application/schema+json")


@router.get("/{file}", response_class=Response, responses=problems(PageNotFound))
async def get_ledger_file(file: str, cell: InCell) -> Response:
    """`checkpoint`, `checkpoint.witnessed`, `vkey`, `witness-vkey`, `hand-overs` or `witnesses.json`.

    The tiles and entry bundles lie beside them, below `tile/`, where C2SP tlog-tiles says.
    """
    content = await asyncio.to_thread(cell.log.read, file) if file in _TYPES else None
    if content is None:
        raise PageNotFound
    return Response(content, headers=_CHANGING, media_type=_TYPES[file])


@router.get("/tile/{name:path}", include_in_schema=False)
async def get_tile(name: str, cell: InCell) -> Response:
    """A tile or an entry bundle."""
    path = await asyncio.to_thread(_find_tile, cell.log.path / "tile", name)
    return FileResponse(path, headers=_STEADY, media_type="application/octet-stream")


@cache
def _schema() -> bytes:
    return orjson.dumps(ledger.entry_schema())


def _find_tile(folder: Path, name: str) -> Path:
    """Raises `PageNotFound`, also for what lies outside the folder."""
    try:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file() and not path.name.startswith("."):
            return path
    except (OSError, ValueError):  # a name too long, or with a NUL
        pass
    raise PageNotFound
