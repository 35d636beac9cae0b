"""`/register`: every published decision, for everybody to read; and where those may answer whom it is about."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from reelm import accounts, devices, ledger
from reelm.bootstrap import Cell
from reelm.devices import register
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import EntryId
from reelm.web.acting import Acting
from reelm.web.depends import InCell, MaybeSignedIn, Now, Read, SignedIn
from reelm.web.feeds import render_atom, render_json_feed
from reelm.web.problems import problems
from reelm.web.v1.organisations import SIGNED_IN
from reelm.web.views.register import DecisionView, DifferenceView, FiguresView, LineView, ReplyView

router = APIRouter(prefix="/register", tags=["register"])
_ANY = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
_THEIRS = {"Cache-Control": "private, no-store"}


Version = Annotated[int | None, Query(ge=1)]


class NewReply(BaseModel):
    """What the service has to say."""

    words: str = Field(min_length=1, max_length=4000)


@router.get("", responses=problems())
async def get_register(unit: Read, cell: InCell, now: Now, response: Response) -> list[LineView]:
    """The newest version of every decision, whatever became of it; the newest first."""
    response.headers.update(_ANY)
    newest = {one.id: one for one in await register.list_decisions(unit, published=True)}
    codes = {one.id: one.code for one in await devices.organisations.list_organisations(unit)}
    return [line_of(one, codes[one.organisation], cell, now) for one in reversed(list(newest.values()))]


@router.get("/feed.atom", responses=problems(), response_class=Response)
async def get_atom(unit: Read, cell: InCell, now: Now) -> Response:
    """What happened, as an Atom feed (RFC 4287)."""
    events = await _list_events(unit, now)
    return Response(render_atom(events, cell.settings, now), headers=_ANY, media_type="application/atom+xml")


@router.get("/feed.json", responses=problems(), response_class=Response)
async def get_json_feed(unit: Read, cell: InCell, now: Now) -> Response:
    """The same as a JSON Feed 1.1 (jsonfeed.org)."""
    events = await _list_events(unit, now)
    return Response(render_json_feed(events, cell.settings), headers=_ANY, media_type="application/feed+json")


@router.get("/asked", responses=problems(*SIGNED_IN))
async def get_asked(viewer: SignedIn, unit: Read, cell: InCell, now: Now) -> list[LineView]:
    """Decisions that the caller is asked about as the suspended service, and that are not published yet."""
    codes = {one.id: one.code for one in await devices.organisations.list_organisations(unit)}
    asked = await register.list_asked(unit, viewer.id, host=cell.watch.host)
    return [line_of(one, codes[one.organisation], cell, now) for one in asked]


@router.get("/{decision}", responses=problems(accounts.SessionEnded, devices.DecisionNotFound))
async def get_decision(
    decision: UUID, viewer: MaybeSignedIn, unit: Read, cell: InCell, now: Now, version: Version = None
) -> DecisionView:
    """One decision: what was signed, what was answered, and what became of it. Whom it suspends reads it already
    when they are asked about it.
    """
    filed = await register.fetch_readable(unit, decision, viewer, host=cell.watch.host, version=version)
    replies = await register.list_replies(unit, filed.id, filed.version)
    published = await register.list_decisions(unit, id=decision, published=True)
    versions = sorted({filed.version, *(one.version for one in published)})
    figures = await register.count_figures(unit, filed)
    shown = FiguresView(states=figures[0], about=figures[1]) if figures else None
    events = register.list_events(filed, replies, now)
    written = await ledger.list_written(unit, [EntryId(one.entry) for one in events if one.entry])
    places = {one.id: one.index for one in written}
    codes = {one.id: one.code for one in await devices.organisations.list_organisations(unit)}
    line = line_of(filed, codes[filed.organisation], cell, now)
    return DecisionView.of(line, filed, replies, events, places, versions, shown)


@router.get(
    "/{decision}/document",
    responses=problems(accounts.SessionEnded, devices.DecisionNotFound),
    response_class=Response,
)
async def get_document(
    decision: UUID, viewer: MaybeSignedIn, unit: Read, cell: InCell, version: Version = None
) -> Response:
    """What was signed, with its signature, to be checked with `reelm devices verify` or any JOSE library."""
    filed = await register.fetch_readable(unit, decision, viewer, host=cell.watch.host, version=version)
    headers = _ANY if filed.published_at else _THEIRS
    return Response(filed.document, headers=headers, media_type="application/json")


@router.get("/{decision}/differences", responses=problems(accounts.SessionEnded, devices.DecisionNotFound))
async def get_differences(
    decision: UUID,
    viewer: MaybeSignedIn,
    unit: Read,
    cell: InCell,
    before: Annotated[int, Query(ge=1)],
    after: Annotated[int, Query(ge=1)],
) -> list[DifferenceView]:
    """What one version says otherwise than another."""
    old, new = [
        await register.fetch_readable(unit, decision, viewer, host=cell.watch.host, version=version)
        for version in (before, after)
    ]
    return [DifferenceView.of(one) for one in register.compare(old.decision, new.decision)]


@router.post(
    "/{decision}/replies",
    status_code=201,
    responses=problems(*SIGNED_IN, devices.DecisionNotFound, devices.NotTheService, devices.ReplyNotTaken),
)
async def post_reply(decision: UUID, form: NewReply, act: Acting, cell: InCell) -> ReplyView:
    """Answer for the service that is suspended: as an organisation that has proven one of its domains or, where it
    is this realm, as its operator.
    """
    return ReplyView.of(await register.reply_as_service(act, decision, form.words, host=cell.watch.host))


def line_of(filed: register.Filed, code: str, cell: Cell, now: datetime) -> LineView:
    """In a list; `code` is its organisation's."""
    return LineView.of(filed, now, code=code, about_us=register.names_host(filed.decision.app, cell.watch.host))


async def _list_events(unit: ReadUnit, now: datetime) -> list[register.Event]:
    events: list[register.Event] = []
    for filed in await register.list_decisions(unit, published=True):
        replies = await register.list_replies(unit, filed.id, filed.version)
        events += register.list_events(filed, replies, now)
    return sorted(events, key=lambda one: one.at, reverse=True)[:100]
