"""`/trust`: what this realm's log says of itself, for everybody."""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import cast

from fastapi import APIRouter, Request, Response

import reelm
from reelm import access, ledger, probing
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import RealmCode
from reelm.web.depends import InCell
from reelm.web.kept import Kept
from reelm.web.views.trust import (
    BreakGlassView,
    DayCount,
    KindCount,
    ProbesView,
    RunningView,
    TrustView,
    read_log_files,
)

router = APIRouter(tags=["trust"])
SHOWN_DAYS = timedelta(days=30)


@router.get("/trust", response_model=TrustView)
async def get_trust(request: Request, cell: InCell) -> Response:
    """Key, size, freshness, witnesses, and how many entries of which kind. It may be a second old."""
    kept = cast("Kept[bytes]", request.app.state.trust)
    body = await kept.get(partial(_encode, cell))
    return Response(body, headers={"Cache-Control": "no-cache"}, media_type="application/json")


async def _encode(cell: Cell) -> bytes:
    async with cell.database.read() as unit:
        shown = await _gather(unit, cell)
    return shown.model_dump_json().encode()


async def _gather(unit: ReadUnit, cell: Cell) -> TrustView:
    """From the database what is counted there, from the log's folder what everybody can check."""
    now, settings = cell.clock.now(), cell.settings
    state = await ledger.find_state(unit)
    counts = await ledger.list_counts(unit)
    alarms = await access.count_alarms(unit, at=now)
    code = await _find_code(unit)
    probes = await probing.find_standing(unit, RealmCode(settings.realm), now.date())
    files = await asyncio.to_thread(read_log_files, cell.log, now)
    kinds: Counter[str] = Counter()
    for _, kind, count in counts:
        kinds[kind] += count
    since = (now - SHOWN_DAYS).date()
    return TrustView(
        realm=settings.realm,
        origin=state.origin if state else settings.origin,
        url=f"{settings.public_url}/ledger",
        vkey=files.vkeys[0] if files.vkeys else "",
        vkeys=files.vkeys,
        size=files.size,
        root=files.root,
        checkpoint=files.checkpoint,
        published_at=state.published_at if state else None,
        waiting=state.waiting if state else 0,
        entries_by_kind=[KindCount(kind=kind, count=count) for kind, count in sorted(kinds.items())],
        entries_by_day=[DayCount(day=day, kind=kind, count=count) for day, kind, count in counts if day >= since],
        witnesses=files.witnesses,
        quorum=files.quorum,
        break_glass=BreakGlassView(open=alarms.open, overdue=alarms.overdue),
        probes=ProbesView.of(probes),
        running=RunningView(version=reelm.__version__, code=code),
        hand_overs=files.hand_overs,
        witness_vkey=files.witness_vkey,
    )


async def _find_code(unit: ReadUnit) -> str | None:
    body = await ledger.find_last_of(unit, "running-digest")
    return ledger.decode(body).fact["code"] if body else None
