"""`/organisations/{organisation}/decisions/{decision}/audit-pack`: what an auditor takes away."""

import asyncio
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Response

from reelm import devices
from reelm.bootstrap import Cell
from reelm.devices import auditing, probing
from reelm.kernel.words import Language
from reelm.web.acting import SignedActor
from reelm.web.depends import InCell, Now
from reelm.web.problems import problems
from reelm.web.v1.organisations import SEATED

router = APIRouter(prefix="/organisations/{organisation}/decisions/{decision}", tags=["organisations"])


@router.get("/audit-pack", responses=problems(*SEATED, devices.DecisionNotFound), response_class=Response)
async def get_audit_pack(
    organisation: str, decision: UUID, actor: SignedActor, cell: InCell, now: Now, language: Language = "en"
) -> Response:
    """The decision, how every device stands to it, who is excepted and who was told, what stays open: as a ZIP."""
    async with cell.database.read() as unit:
        facts = await auditing.gather(unit, organisation, actor, decision, log=_log(cell), now=now)
    return await _answer(facts, language)


@router.post(
    "/audit-pack",
    responses=problems(*SEATED, devices.DecisionNotFound, probing.ProbesMalformed),
    response_class=Response,
)
async def post_audit_pack(
    organisation: str,
    decision: UUID,
    probes: dict[str, Any],
    actor: SignedActor,
    cell: InCell,
    now: Now,
    language: Language = "en",
) -> Response:
    """The same with what `reelm devices probe` has measured. The report is in the pack, and is not kept here."""
    async with cell.database.read() as unit:
        facts = await auditing.gather(
            unit, organisation, actor, decision, log=_log(cell), now=now, probes=orjson.dumps(probes)
        )
    return await _answer(facts, language)


async def _answer(facts: auditing.Facts, language: Language) -> Response:
    content = await asyncio.to_thread(auditing.make_pack, facts, language)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="audit-{facts.filed.id}.zip"',
    }
    return Response(content, headers=headers, media_type="application/zip")


def _log(cell: Cell) -> str:
    return f"{cell.settings.public_url}/ledger"
