"""`/trust`: what this realm's log says of itself, for everybody."""

import asyncio
import json
from datetime import timedelta

from fastapi import APIRouter

import reelm
from reelm import access, ledger
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit
from reelm.web.depends import InCell, Now, Read
from reelm.web.views.trust import (
    BreakGlassView,
    DayCount,
    KindCount,
    QuorumView,
    RunningView,
    TrustView,
    WitnessView,
    read_keys,
)

router = APIRouter(tags=["trust"])
SHOWN_DAYS = timedelta(days=30)


@router.get("/trust")
async def get_trust(unit: Read, cell: InCell, now: Now) -> TrustView:
    """Key, size, freshness, witnesses, and how many entries of which kind."""
    state = await ledger.find_state(unit)
    counts = await ledger.list_counts(unit)
    alarms = await access.count_alarms(unit, at=now)
    keys = read_keys(cell.log)
    checkpoint = (await asyncio.to_thread(cell.log.read, "checkpoint") or b"").decode()
    lines = checkpoint.split("\n")
    kinds: dict[str, int] = {}
    for _, kind, count in counts:
        kinds[kind] = kinds.get(kind, 0) + count
    since = (now - SHOWN_DAYS).date()
    witnesses, quorum, witness_vkey = await asyncio.to_thread(_read_witnesses, cell)
    return TrustView(
        realm=cell.settings.realm,
        origin=state.origin if state else cell.settings.origin,
        url=f"{cell.settings.public_url}/ledger",
        vkey=str(keys[0]) if keys else "",
        vkeys=[str(key) for key in keys],
        size=int(lines[1]) if checkpoint else 0,
        root=lines[2] if checkpoint else "",
        checkpoint=checkpoint,
        published_at=state.published_at if state else None,
        waiting=state.waiting if state else 0,
        entries_by_kind=[KindCount(kind=kind, count=count) for kind, count in sorted(kinds.items())],
        entries_by_day=[DayCount(day=day, kind=kind, count=count) for day, kind, count in counts if day >= since],
        witnesses=witnesses,
        quorum=quorum,
        break_glass=BreakGlassView(open=alarms.open, overdue=alarms.overdue),
        running=RunningView(version=reelm.__version__, code=await _find_code(unit)),
        hand_overs=json.loads(cell.log.read("hand-overs") or b"[]"),
        witness_vkey=witness_vkey,
    )


async def _find_code(unit: ReadUnit) -> str | None:
    body = await ledger.find_last_of(unit, "running-digest")
    return ledger.decode(body).fact["code"] if body else None


def _read_witnesses(cell: Cell) -> tuple[list[WitnessView], QuorumView, str | None]:
    """What the sequencer last learned of the witnesses it asks."""
    told = json.loads(cell.log.read("witnesses.json") or b"{}")
    witnesses = [WitnessView(**one) for one in told.get("witnesses", [])]
    quorum = QuorumView.model_validate(told.get("quorum") or {})
    vkey = cell.log.read("witness-vkey")
    return witnesses, quorum, vkey.decode().strip() if vkey else None
