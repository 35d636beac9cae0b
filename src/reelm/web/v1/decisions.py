"""`/organisations/{organisation}/decisions`: what its deciders do with a decision, and who is excepted from it."""

from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel

from reelm import devices
from reelm.devices import InWords, organisations, register
from reelm.kernel.errors import Problem
from reelm.kernel.ids import ExceptionId
from reelm.web.acting import Acting, SignedActor
from reelm.web.depends import InCell, Now, Read
from reelm.web.problems import problems
from reelm.web.v1.organisations import SEATED, WRITTEN
from reelm.web.v1.register import line_of
from reelm.web.views.register import ExceptionView, FileView, LineView, ReachedView

router = APIRouter(prefix="/organisations/{organisation}", tags=["organisations"])
_STEP = (*WRITTEN, devices.DecisionNotFound)
_CHECKED: tuple[type[Problem], ...] = (
    devices.DecisionOfAnother,
    devices.NetworkNotProven,
    devices.DecisionBackDated,
    devices.DecisionOverlaps,
)
_FILED = (
    *_CHECKED,
    devices.DecisionMalformed,
    devices.DecisionUnsigned,
    devices.DecisionSignatureWrong,
    devices.VersionNotNext,
)


class NewReview(BaseModel):
    """Why the decision is kept until another day, and an answer to each reply, by its id."""

    until: AwareDatetime
    reason: InWords
    answers: dict[str, InWords] = {}


class Lifting(BaseModel):
    """Why it is lifted."""

    reason: InWords


class NewException(BaseModel):
    """For one device or one person, by the directory's id. `mitigations` count those of the decision from 0."""

    device: UUID | None = None
    person: UUID | None = None
    purpose: str
    mitigations: list[int] = []
    until: AwareDatetime


@router.get("/decisions", responses=problems(*SEATED))
async def get_decisions(organisation: str, actor: SignedActor, unit: Read, cell: InCell, now: Now) -> list[LineView]:
    """All of its decisions, drafts among them, each version by itself."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.LOOK)
    decisions = await register.list_decisions(unit, organisation=found.id)
    return [line_of(one, found.code, cell, now) for one in decisions]


@router.post("/decisions", status_code=201, responses=problems(*WRITTEN, *_FILED))
async def post_decision(organisation: str, document: dict[str, Any], act: Acting, cell: InCell) -> LineView:
    """File a signed decision as a draft."""
    return line_of(await register.file(act, organisation, orjson.dumps(document)), organisation, cell, act.at)


@router.post("/decisions/{decision}/ask", responses=problems(*_STEP))
async def post_ask(organisation: str, decision: UUID, act: Acting, cell: InCell) -> LineView:
    """Ask the service, and whom it binds, what they have to say."""
    return line_of(await register.ask(act, organisation, decision), organisation, cell, act.at)


@router.post(
    "/decisions/{decision}/publish",
    responses=problems(*_STEP, *_CHECKED, devices.DecisionNotAsked, devices.DecisionPublished),
)
async def post_publish(organisation: str, decision: UUID, act: Acting, cell: InCell) -> LineView:
    """Publish it. Nothing of it changes from then on."""
    return line_of(await register.publish(act, organisation, decision), organisation, cell, act.at)


@router.post(
    "/decisions/{decision}/reviews",
    responses=problems(*_STEP, devices.DecisionOver, devices.ReviewLeavesOut, devices.ReviewUntilNotTaken),
)
async def post_review(organisation: str, decision: UUID, form: NewReview, act: Acting, cell: InCell) -> LineView:
    """Keep it until another day."""
    record = register.ReviewRecord(reason=form.reason, answers=form.answers)
    return line_of(await register.review(act, organisation, decision, record, form.until), organisation, cell, act.at)


@router.post("/decisions/{decision}/lift", responses=problems(*_STEP, devices.DecisionOver))
async def post_lift(organisation: str, decision: UUID, form: Lifting, act: Acting, cell: InCell) -> LineView:
    """End it now."""
    return line_of(await register.lift(act, organisation, decision, form.reason), organisation, cell, act.at)


@router.get("/artefacts/{target}", responses=problems(*SEATED, devices.TargetUnknown))
async def get_artefacts(organisation: str, target: str, actor: SignedActor, unit: Read, now: Now) -> list[FileView]:
    """The files that enforce what is in force now, for one kind of program; fetch each by its path."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.LOOK)
    files = await register.compile_now(unit, found.id, target, now)
    return [FileView.of(path, content) for path, content in sorted(files.items())]


@router.get(
    "/artefacts/{target}/{path:path}", responses=problems(*SEATED, devices.TargetUnknown), response_class=Response
)
async def get_artefact(
    organisation: str, target: str, path: str, actor: SignedActor, unit: Read, now: Now
) -> Response:
    """One of them."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.LOOK)
    files = await register.compile_now(unit, found.id, target, now)
    if path not in files:
        raise devices.TargetUnknown(offered=", ".join(sorted(files))[:150])
    return Response(files[path], headers={"Cache-Control": "no-store"}, media_type="application/octet-stream")


@router.get("/decisions/{decision}/told", responses=problems(*SEATED, devices.DecisionNotFound))
async def get_told(organisation: str, decision: UUID, actor: SignedActor, unit: Read) -> ReachedView:
    """How many of those whom it binds were told, and who was not."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.LOOK)
    filed = await register.fetch_own(unit, found.id, decision)
    return ReachedView.of(await register.report_telling(unit, filed))


@router.get("/decisions/{decision}/exceptions", responses=problems(*SEATED, devices.DecisionNotFound))
async def get_exceptions(
    organisation: str, decision: UUID, actor: SignedActor, unit: Read, now: Now
) -> list[ExceptionView]:
    """Everybody who asked, in the order in which they did."""
    found, _ = await organisations.sit(unit, organisation, actor, organisations.Step.LOOK)
    filed = await register.fetch_own(unit, found.id, decision)
    asked = await register.list_exceptions(unit, decision=filed.id, organisation=found.id)
    return [ExceptionView.of(one, now) for one in asked]


@router.post(
    "/decisions/{decision}/exceptions",
    status_code=201,
    responses=problems(*_STEP, devices.ExceptionNotAllowed, devices.SubjectUnknown),
)
async def post_exception(organisation: str, decision: UUID, form: NewException, act: Acting) -> ExceptionView:
    """Ask for an exception."""
    wish = register.Wish(form.device, form.person, form.purpose, tuple(form.mitigations), form.until)
    return ExceptionView.of(await register.ask_exception(act, organisation, decision, wish), act.at)


_DECIDED = (*WRITTEN, devices.ExceptionNotFound, devices.DecisionNotFound)


@router.post(
    "/exceptions/{exception}/grant",
    responses=problems(
        *_DECIDED, devices.ExceptionDecided, devices.SecondApproverNeeded, devices.ExceptionNotAllowed
    ),
)
async def post_grant(organisation: str, exception: UUID, act: Acting) -> ExceptionView:
    """Grant it; not for whoever asked."""
    granted = await register.decide_exception(act, organisation, ExceptionId(exception), granted=True)
    return ExceptionView.of(granted, act.at)


@router.post(
    "/exceptions/{exception}/refuse",
    responses=problems(*_DECIDED, devices.ExceptionDecided, devices.SecondApproverNeeded),
)
async def post_refuse(organisation: str, exception: UUID, act: Acting) -> ExceptionView:
    """Refuse it."""
    refused = await register.decide_exception(act, organisation, ExceptionId(exception), granted=False)
    return ExceptionView.of(refused, act.at)


@router.post("/exceptions/{exception}/revoke", responses=problems(*_DECIDED))
async def post_revoke(organisation: str, exception: UUID, act: Acting) -> ExceptionView:
    """Take it back; it holds no more from now on."""
    return ExceptionView.of(await register.revoke_exception(act, organisation, ExceptionId(exception)), act.at)
