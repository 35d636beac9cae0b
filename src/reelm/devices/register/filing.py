"""How does a decision come into the register? It is filed, the service is asked, and it is published.

Each step is one transaction with its entry in the log. What was published is never changed: another version takes its
place, and the older one stays to be read.
"""

import hashlib
from datetime import datetime
from typing import Literal
from uuid import UUID

import rfc8785

from reelm import ledger
from reelm.devices import organisations
from reelm.devices.acting import Act
from reelm.devices.document import read_decision, verify
from reelm.devices.model import LONGEST_UNTIL_REVIEW, InWords
from reelm.devices.organisations import Organisation, Step
from reelm.devices.register import store
from reelm.devices.register.errors import (
    DecisionBackDated,
    DecisionNotAsked,
    DecisionNotFound,
    DecisionOfAnother,
    DecisionOver,
    DecisionPublished,
    ReviewLeavesOut,
    ReviewUntilNotTaken,
)
from reelm.devices.register.model import Filed, Reviewed, ReviewRecord
from reelm.devices.register.rules import Held, check_authority, check_dates, check_overlap, check_version
from reelm.devices.states import State
from reelm.infra.db import Database, ReadUnit
from reelm.kernel.ids import OrganisationId, public_id


async def file(act: Act, code: str, document: bytes) -> Filed:
    """Take a signed decision into the register, as a draft that only its organisation sees.

    Raises as `organisations.sit` and `read_decision` do; `DecisionSignatureWrong` for a stranger's,
    `DecisionOfAnother`, `NetworkNotProven`, `DecisionBackDated`, `VersionNotNext`, `DecisionOverlaps`.
    """
    organisation = await _decide(act, code)
    signed = read_decision(document)
    verify(signed, await organisations.list_valid_keys(act.unit, organisation.id))
    decision, id = signed.decision, UUID(signed.decision.id)
    check_authority(decision, await _held(act.unit, organisation))
    check_dates(decision, act.at)
    before = await store.list_decisions(act.unit, id=id)
    if any(one.organisation != organisation.id for one in before):
        raise DecisionOfAnother(domain=decision.authority.domain)
    if before and before[-1].asked_at is before[-1].published_at is None:  # a draft that nobody saw gives way
        await store.delete_decision(act.unit, before[-1])
        before = before[:-1]
    check_version(decision, before)
    check_overlap(decision, await store.list_decisions(act.unit, organisation=organisation.id), act.at)
    filed = Filed(id, decision.version, organisation.id, signed.digest, signed.encode(), act.at)
    await store.insert_decision(act.unit, filed)
    return filed


async def ask(act: Act, code: str, id: UUID) -> Filed:
    """Ask the service that is to be suspended, and whom it binds, what they have to say. Twice changes nothing.

    Raises as `organisations.sit` does, `DecisionNotFound`, `DecisionOver`.
    """
    filed = await _fetch_own(act, code, id)
    if filed.asked_at is None:
        await _step(act, filed, "asked")
    return await _again(act, filed)


async def publish(act: Act, code: str, id: UUID) -> Filed:
    """Tell everybody. From its deadline on it is enforced; the version before it is, until then.

    Raises as `organisations.sit` does, `DecisionNotFound`, `DecisionNotAsked`, `DecisionPublished`, and what of
    `file` may have changed since: proofs, dates and other decisions are looked at again.
    """
    filed = await _fetch_own(act, code, id)
    if filed.published_at is not None:
        raise DecisionPublished
    if filed.asked_at is None:
        raise DecisionNotAsked
    decision = filed.decision
    organisation = await organisations.fetch_organisation(act.unit, code)
    check_authority(decision, await _held(act.unit, organisation))
    if act.at >= decision.stages.deadline_at:
        raise DecisionBackDated(notice_at=decision.stages.notice_at)
    check_overlap(decision, await store.list_decisions(act.unit, organisation=organisation.id), act.at)
    for older in await store.list_decisions(act.unit, id=id, published=True):
        if older.replaced_at is None:
            await store.update_decision(act.unit, older, replaced_at=max(act.at, decision.stages.deadline_at))
    await _step(act, filed, "published")
    return await _again(act, filed)


async def review(act: Act, code: str, id: UUID, record: ReviewRecord, until: datetime) -> Filed:
    """Keep a decision until another day, with reasons, and with an answer to everybody who replied.

    Raises as `organisations.sit` does, `DecisionNotFound`, `DecisionOver`, `ReviewLeavesOut`, `ReviewUntilNotTaken`.
    """
    filed = await _fetch_live(act, code, id)
    replied = {str(one.id) for one in await store.list_replies(act.unit, filed.id, filed.version)}
    answered = set(record.answers) | {reply for one in filed.reviews for reply in one.record.answers}
    if missing := sorted(replied - answered):
        raise ReviewLeavesOut(replies=", ".join(missing[:5]))
    if not filed.review_due(act.at) < until <= act.at + LONGEST_UNTIL_REVIEW:
        raise ReviewUntilNotTaken(longest_days=LONGEST_UNTIL_REVIEW.days)
    said = rfc8785.dumps(record.model_dump(mode="json"))
    entry = await act.log(_fact(filed, "reviewed", until=until, record=said))
    await store.insert_review(act.unit, filed, Reviewed(act.at, until, record, entry), said)
    return await _again(act, filed)


async def lift(act: Act, code: str, id: UUID, because: InWords) -> Filed:
    """End it now: whatever enforced it goes back to what it was before. Raises as `review` does of these."""
    filed = await _fetch_live(act, code, id)
    said = rfc8785.dumps(because)
    await store.update_decision(act.unit, filed, lifted_because=said.decode())
    await _step(act, filed, "lifted", record=said)
    return await _again(act, filed)


async def note_lapsed(database: Database, *, realm: str, at: datetime) -> int:
    """Tell in the log of decisions that ended because nobody reviewed them; returns how many there were.

    They have ended already: nobody enforces a decision whose review is past due, whether or not this has run.
    """
    async with database.read() as unit:
        due = [
            one
            for one in await store.list_decisions(unit, published=True)
            if one.lapsed_at is None and one.state(at) is State.LAPSED
        ]
    for filed in due:
        async with database.write() as unit:
            act = Act(unit, realm, at)
            await store.hold_decisions(unit, filed.organisation)
            now = await _again(act, filed)
            if now.lapsed_at is None and now.state(at) is State.LAPSED:
                await _step(act, filed, "lapsed", when=now.review_due(at))
    return len(due)


async def fetch_own(unit: ReadUnit, organisation: OrganisationId, id: UUID) -> Filed:
    """The newest version, drafts too, of an organisation's own decision. Raises `DecisionNotFound`."""
    found = [one for one in await store.list_decisions(unit, id=id) if one.organisation == organisation]
    if not found:
        raise DecisionNotFound
    return found[-1]


async def _decide(act: Act, code: str) -> Organisation:
    organisation, _ = await organisations.sit(act.unit, code, act.actor, Step.DECIDE)
    await store.hold_decisions(act.unit, organisation.id)
    return organisation


async def _held(unit: ReadUnit, organisation: Organisation) -> Held:
    return Held(organisation.domain, *await organisations.list_held(unit, organisation.id))


async def _fetch_own(act: Act, code: str, id: UUID) -> Filed:
    organisation = await _decide(act, code)
    return await fetch_own(act.unit, organisation.id, id)


async def _fetch_live(act: Act, code: str, id: UUID) -> Filed:
    """The version in force where another one waits; else the newest. Raises `DecisionOver`."""
    organisation = await _decide(act, code)
    found = [one for one in await store.list_decisions(act.unit, id=id) if one.organisation == organisation.id]
    if not found:
        raise DecisionNotFound
    live = [one for one in found if one.is_live(act.at)]
    if not live:
        raise DecisionOver
    return live[-1]


async def _again(act: Act, filed: Filed) -> Filed:
    found = await store.list_decisions(act.unit, id=filed.id)
    return next(one for one in found if one.version == filed.version)


_Step = Literal["asked", "published", "reviewed", "lifted", "lapsed"]


async def _step(
    act: Act, filed: Filed, step: _Step, *, record: bytes | None = None, when: datetime | None = None
) -> None:
    entry = await act.log(_fact(filed, step, record=record))
    await store.update_decision(act.unit, filed, **{f"{step}_at": when or act.at, f"{step}_entry": entry})


def _fact(
    filed: Filed, step: _Step, *, until: datetime | None = None, record: bytes | None = None
) -> ledger.SuspensionStep:
    return ledger.SuspensionStep(
        organisation=public_id(filed.organisation),
        decision=filed.digest,
        step=step,
        until=ledger.as_instant(until) if until else None,
        record=hashlib.sha256(record).hexdigest() if record else None,
    )
