"""`/incidents`: the realm's register of what went wrong with people's data, and whom it told."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse
from pydantic import AwareDatetime, BaseModel

from reelm import access, accounts, ledger, privacy
from reelm.bootstrap import Cell
from reelm.kernel.words import Language
from reelm.privacy import incidents
from reelm.web.depends import InCell, Now, Read, SignedIn, Write
from reelm.web.problems import problems
from reelm.web.views.incidents import FactsView, IncidentList, IncidentView

router = APIRouter(prefix="/incidents", tags=["incidents"])
_STAFF = (accounts.NotSignedIn, accounts.SessionEnded, access.RoleMayNot)
_WRITTEN = (*_STAFF, ledger.LedgerBusy, ledger.PersonHasNoKey)
_TOLD = (*_WRITTEN, incidents.IncidentNotFound, incidents.NotDecidedYet, incidents.NotYet)


class Told(BaseModel):
    """When somebody was told."""

    at: AwareDatetime


async def _act(unit: Write, viewer: SignedIn, cell: InCell, now: Now) -> incidents.Act:
    role, _ = await accounts.fetch_position(unit, viewer.id)
    privacy.check_may(privacy.Deed.RECORD_INCIDENTS, role)
    return incidents.Act(unit, cell.settings.realm, viewer.id, now)


async def _reader(unit: Read, viewer: SignedIn) -> None:
    role, _ = await accounts.fetch_position(unit, viewer.id)
    privacy.check_may(privacy.Deed.READ_REGISTERS, role)


Acting = Annotated[incidents.Act, Depends(_act)]
Reader = Depends(_reader)


def _show(cell: Cell, incident: incidents.Incident, now: datetime) -> IncidentView:
    return IncidentView.of(incident, incidents.list_duties(incident, cell.laws.of_place), now)


@router.get("", dependencies=[Reader], responses=problems(*_STAFF))
async def get_incidents(unit: Read, cell: InCell, now: Now) -> IncidentList:
    """The register, for operators and auditors."""
    return IncidentList(items=[_show(cell, one, now) for one in await incidents.list_all(unit)])


@router.post("", status_code=201, responses=problems(*_WRITTEN, incidents.IncidentNotUnderstood, incidents.NotYet))
async def post_incident(form: FactsView, act: Acting, cell: InCell) -> IncidentView:
    """Record an incident. Its clocks run since the realm noticed."""
    return _show(cell, await incidents.record(act, form.facts(), cell.laws.of_place), act.at)


@router.get("/{code}", dependencies=[Reader], responses=problems(*_STAFF, incidents.IncidentNotFound))
async def get_incident(code: str, unit: Read, cell: InCell, now: Now) -> IncidentView:
    """One incident with every line of the register about it."""
    return _show(cell, await incidents.fetch(unit, code), now)


@router.put(
    "/{code}",
    responses=problems(*_WRITTEN, incidents.IncidentNotFound, incidents.IncidentNotUnderstood, incidents.NotYet),
)
async def put_incident(code: str, form: FactsView, act: Acting, cell: InCell) -> IncidentView:
    """Say what is known now. What was said before stays in the register."""
    return _show(cell, await incidents.amend(act, code, form.facts(), cell.laws.of_place), act.at)


@router.put("/{code}/told/{law}", responses=problems(*_TOLD, incidents.LawNotConcerned))
async def put_told(code: str, law: str, form: Told, act: Acting, cell: InCell) -> IncidentView:
    """Note when the authority of a law was told."""
    told = await incidents.note_authority_told(act, code, law, form.at, cell.laws.of_place)
    return _show(cell, told, act.at)


@router.put("/{code}/people-told", responses=problems(*_TOLD))
async def put_people_told(code: str, form: Told, act: Acting, cell: InCell) -> IncidentView:
    """Note when those concerned were told."""
    return _show(cell, await incidents.note_people_told(act, code, form.at), act.at)


@router.get(
    "/{code}/draft/{law}",
    dependencies=[Reader],
    response_class=PlainTextResponse,
    responses=problems(*_STAFF, incidents.IncidentNotFound, incidents.LawNotConcerned),
)
async def get_draft(
    code: str,
    law: str,
    unit: Read,
    cell: InCell,
    now: Now,
    language: Annotated[Language, Query()] = "en",
) -> str:
    """The draft of the report to the authority of one law, as Markdown."""
    settings = cell.settings
    office = incidents.Office(settings.realm, settings.privacy_officer_title, settings.privacy_officer_contact)
    incident = await incidents.fetch(unit, code)
    return incidents.draft_report(incident, law, cell.laws.of_place, office, language=language, now=now)
