"""`/transfers` and `/trust/…`: what crossed between realms, day by day, and which rules decide. Counts, no people."""

import asyncio
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from reelm import gateway, ledger
from reelm.infra.db import ReadUnit
from reelm.web.depends import InCell, Now, Read
from reelm.web.problems import problems
from reelm.web.views.transfers import (
    AssessmentView,
    CrossingsView,
    FileView,
    PoliciesView,
    PolicyFault,
    PolicyView,
    RegisterView,
    RulesChange,
    TransferDaysView,
)

router = APIRouter(tags=["trust"])
RULES_IN_FORCE = "rules-in-force"
MOST_DAYS = 366
Day = Annotated[date | None, Query(description="A day, UTC, as YYYY-MM-DD; today if left out")]
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.get("/transfers", response_model=RegisterView, responses=problems())
async def get_transfers(unit: Read, now: Now, day: Day = None) -> Response:
    """The transfer register of one day, as `reelm ledger register` makes it from the log."""
    register = await ledger.fetch_register(unit, day or now.date())
    return _send(register.to_json(), "application/json")


@router.get("/transfers.csv", response_class=Response, responses=problems() | _CSV)
async def get_transfers_csv(unit: Read, now: Now, day: Day = None) -> Response:
    """The same as CSV (RFC 4180)."""
    register = await ledger.fetch_register(unit, day or now.date())
    answer = _send(register.to_csv(), "text/csv; charset=utf-8; header=present")
    answer.headers["Content-Disposition"] = f'attachment; filename="transfers-{register.day}.csv"'
    return answer


def _send(body: bytes, media_type: str) -> Response:
    return Response(body, headers={"Cache-Control": "no-cache"}, media_type=media_type)


@router.get("/transfers/days")
async def get_transfer_days(unit: Read) -> TransferDaysView:
    """The days that have a register with anything in it."""
    return TransferDaysView.of(await ledger.list_transfer_days(unit))


@router.get("/trust/crossings", responses=problems())
async def get_crossings(
    cell: InCell, unit: Read, now: Now, days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 30
) -> CrossingsView:
    """What crossed on the last days, today included, added up by route, message, purpose, class and rule."""
    last = now.date()
    first = last - timedelta(days - 1)
    totals = gateway.add_up(await ledger.list_transfers(unit, first, last), first, last)
    return CrossingsView.of(cell.settings.realm, totals)


@router.get("/trust/policies")
async def get_policies(cell: InCell, unit: Read, now: Now) -> PoliciesView:
    """The policies and transfers in force, and since when, by entries of the log."""
    rules, fault = await asyncio.to_thread(_read_rules, cell.abroad.rulebook)
    return PoliciesView(
        digest=rules.digest if rules else None,
        policies=[PolicyView.model_validate(vars(one)) for one in rules.policies] if rules else [],
        assessments=[AssessmentView.of(one, now.date()) for one in rules.transfers] if rules else [],
        files=[FileView(name=name, text=text) for name, text in rules.texts.items()] if rules else [],
        fault=PolicyFault(file=fault.file, fault=fault.fault) if fault else None,
        history=await _list_history(unit),
    )


def _read_rules(rulebook: gateway.Rulebook) -> tuple[gateway.Rules | None, gateway.RulesMalformed | None]:
    try:
        return rulebook.rules, rulebook.fault
    except gateway.RulesMalformed as fault:
        return None, fault


async def _list_history(unit: ReadUnit) -> list[RulesChange]:
    found = await ledger.list_newest_of(unit, RULES_IN_FORCE)
    return [
        RulesChange(index=one.index, at=one.at, digest=one.fact["policy"], routes=one.fact["routes"]) for one in found
    ]
