"""How does a member of staff come to see private data? They ask, a second person agrees, they open it for a while.

Each step writes its row and its entry in one transaction. Opening and break-glass wait until the entry is in the
log; a look waits too (`eyes.py`). The others show nothing, so they don't.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from reelm import ledger
from reelm.access.desk import Caller, Desk
from reelm.access.ending import hold_request, sweep, write_end, write_end_if_over
from reelm.access.errors import (
    AccessDecided,
    AccessNotApproved,
    AccessNotFound,
    AccessOpenedElsewhere,
    AccessOver,
    ReviewNotDue,
)
from reelm.access.model import EndCause, Finding, Request, Staff, State, Wish
from reelm.access.policy import (
    REVIEW_WITHIN,
    Relation,
    Step,
    check,
    check_wish,
    is_review_due,
    may_see,
    relation_of,
)
from reelm.access.store import find_request, insert_request, list_request_rows, update_request
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccessId, AccountId, new_uuid, public_id


def _relation_to(subject: AccountId, by: Staff) -> Relation:
    """How somebody who asks stands to what they ask for."""
    return Relation.SUBJECT if by.id == subject else Relation.OTHER


async def ask(
    desk: Desk, caller: Caller, *, subject: AccountId, reason: str, classes: Iterable[str], minutes: int
) -> Request:
    """Ask to see classes of somebody's data for a number of minutes.

    Raises `RoleMayNot`, `CountryMayNot`, `OwnDataNotHere`, `ReasonNotListed`, `ClassesNotListed`,
    `MinutesNotAllowed`.
    """
    at = desk.clock.now()
    async with desk.database.write() as unit:
        by = await desk.recognise(unit, caller)
        check(Step.ASK, by, _relation_to(subject, by))
        wish = check_wish(subject, reason=reason, classes=classes, minutes=minutes)
        request = replace(_new_request(wish, by, State.ASKED, at), probe=desk.is_probe)
        await insert_request(unit, request)
        fact = ledger.AccessRequested(
            request=public_id(request.id),
            role=by.role,
            reason=wish.reason,
            classes=tuple(sorted(wish.classes)),
            minutes=wish.minutes,
        )
        entry = await ledger.append(unit, fact, realm=desk.realm, at=at, actor=by.id, subject=subject)
        await update_request(unit, request.id, asked_entry=entry)
        return await _fetch(unit, request.id)


async def break_glass(
    desk: Desk, caller: Caller, *, subject: AccountId, reason: str, classes: Iterable[str], minutes: int
) -> Request:
    """Open an access without a second person's word; it has to be reviewed within 72 hours of that.

    Raises as `ask` does, and `LedgerNotAnswering` where the log does not take it in time: nothing can be seen then.
    """
    at = desk.clock.now()
    async with desk.database.write() as unit:
        by = await desk.recognise(unit, caller)
        check(Step.BREAK_GLASS, by, _relation_to(subject, by))
        wish = check_wish(subject, reason=reason, classes=classes, minutes=minutes, break_glass=True)
        request = _new_request(wish, by, State.OPEN, at)
        await insert_request(unit, request)
        until, review_by = at + timedelta(minutes=wish.minutes), at + REVIEW_WITHIN
        fact = ledger.BreakGlass(
            request=public_id(request.id),
            role=by.role,
            reason=wish.reason,
            classes=tuple(sorted(wish.classes)),
            until=ledger.as_instant(until),
            country=by.country,
            review_by=ledger.as_instant(review_by),
        )
        entry = await ledger.append(unit, fact, realm=desk.realm, at=at, actor=by.id, subject=subject)
        await update_request(unit, request.id, opened_entry=entry)
        opened = await _fetch(unit, request.id)
    await desk.durability.wait(entry)
    return opened


def _new_request(wish: Wish, by: Staff, state: State, at: datetime) -> Request:
    """As asked; open at once where `state` says so."""
    is_open = state is State.OPEN
    return Request(
        id=AccessId(new_uuid()),
        subject=wish.subject,
        asked_by=by.id,
        reason=wish.reason,
        classes=wish.classes,
        minutes=wish.minutes,
        break_glass=is_open,
        state=state,
        asked_at=at,
        session=by.session if is_open else None,
        opened_at=at if is_open else None,
        ends_at=at + timedelta(minutes=wish.minutes) if is_open else None,
        review_by=at + REVIEW_WITHIN if is_open else None,
    )


async def approve(desk: Desk, caller: Caller, id: AccessId) -> Request:
    """Agree. Raises `RoleMayNot`, `SecondPersonNeeded`, `OwnDataNotHere`, `AccessNotFound`, `AccessDecided`."""
    return await _decide(desk, caller, id, State.APPROVED)


async def refuse(desk: Desk, caller: Caller, id: AccessId) -> Request:
    """Disagree. Raises as `approve` does."""
    return await _decide(desk, caller, id, State.REFUSED)


async def _decide(desk: Desk, caller: Caller, id: AccessId, to: State) -> Request:
    at = desk.clock.now()
    async with desk.database.write() as unit:
        by, request = await _hold(desk, unit, caller, Step.DECIDE, id)
        if request.state is not State.ASKED:
            raise AccessDecided
        kind = ledger.AccessApproved if to is State.APPROVED else ledger.AccessRefused
        fact = kind(request=public_id(id), role=by.role)
        entry = await ledger.append(unit, fact, realm=desk.realm, at=at, actor=by.id, subject=request.subject)
        await update_request(unit, id, state=to, decided_by=by.id, decided_at=at, decided_entry=entry)
        return await _fetch(unit, id)


async def open_access(desk: Desk, caller: Caller, id: AccessId) -> Request:
    """Begin the time of an approved access, for this session. Opening what is open here changes nothing.

    Raises `RoleMayNot`, `CountryMayNot`, `AccessNotYours`, `AccessNotFound`, `AccessNotApproved`,
    `AccessOpenedElsewhere`, `AccessOver`, and `LedgerNotAnswering` where the log does not take it in time: nothing
    can be seen then.
    """
    at = desk.clock.now()
    async with desk.database.write() as unit:
        by, request = await _hold(desk, unit, caller, Step.OPEN, id)
        over = await write_end_if_over(unit, request, realm=desk.realm, at=at)
        if not over:
            await _open_held(desk, unit, by, request, at)
        opened = await _fetch(unit, id)
    if over or opened.opened_entry is None:
        raise AccessOver
    await desk.durability.wait(opened.opened_entry)
    return opened


async def _open_held(desk: Desk, unit: WriteUnit, by: Staff, request: Request, at: datetime) -> None:
    if request.state is State.OPEN and request.session == by.session:
        return
    if request.state is State.OPEN:
        raise AccessOpenedElsewhere
    if request.state is State.ENDED:
        raise AccessOver
    if request.state is not State.APPROVED:
        raise AccessNotApproved
    ends_at = at + timedelta(minutes=request.minutes)
    until = ledger.as_instant(ends_at)
    fact = ledger.AccessOpened(request=public_id(request.id), until=until, country=by.country)
    entry = await ledger.append(unit, fact, realm=desk.realm, at=at, actor=by.id, subject=request.subject)
    await update_request(
        unit,
        request.id,
        state=State.OPEN,
        session_id=by.session,
        opened_at=at,
        opened_entry=entry,
        ends_at=ends_at,
    )


async def end(desk: Desk, caller: Caller, id: AccessId) -> Request:
    """End an access, or take a request back. Ending what has ended changes nothing.

    Raises `RoleMayNot`, `OwnDataNotHere`, `AccessNotFound`.
    """
    at = desk.clock.now()
    async with desk.database.write() as unit:
        by, request = await _hold(desk, unit, caller, Step.END, id)
        over = await write_end_if_over(unit, request, realm=desk.realm, at=at)
        if not over and request.state in (State.ASKED, State.APPROVED, State.OPEN):
            cause = EndCause.CLOSED if by.id == request.asked_by else EndCause.REVOKED
            await write_end(unit, request, cause, realm=desk.realm, at=at, by=by.id)
        return await _fetch(unit, id)


async def review(desk: Desk, caller: Caller, id: AccessId, finding: Finding) -> Request:
    """Judge a break-glass access that has ended; late is better than never.

    Raises `RoleMayNot`, `SecondPersonNeeded`, `OwnDataNotHere`, `AccessNotFound`, `ReviewNotDue`.
    """
    at = desk.clock.now()
    async with desk.database.write() as unit:
        by, request = await _hold(desk, unit, caller, Step.REVIEW, id)
        await write_end_if_over(unit, request, realm=desk.realm, at=at)
        if not is_review_due(await _fetch(unit, id)):
            raise ReviewNotDue
        entry = None
        if request.subject is not None:
            fact = ledger.BreakGlassReviewed(request=public_id(id), role=by.role, finding=finding.value)
            entry = await ledger.append(unit, fact, realm=desk.realm, at=at, actor=by.id, subject=request.subject)
        await update_request(unit, id, reviewed_by=by.id, reviewed_at=at, finding=finding, reviewed_entry=entry)
        return await _fetch(unit, id)


async def list_requests(desk: Desk, caller: Caller, *, before: UUID | None, limit: int) -> list[Request]:
    """The requests the caller may see, newest first; what has ended meanwhile is written down first.

    Raises `RoleMayNot`.
    """
    async with desk.database.read() as unit:
        by = await desk.recognise(unit, caller)
    check(Step.LIST, by, Relation.OTHER)
    await sweep(desk.database, realm=desk.realm, at=desk.clock.now())
    asked_by = None if may_see(by.role, Relation.OTHER) else by.id
    async with desk.database.read() as unit:
        return await list_request_rows(unit, asked_by=asked_by, before=before, limit=limit)


async def _hold(desk: Desk, unit: WriteUnit, caller: Caller, step: Step, id: AccessId) -> tuple[Staff, Request]:
    """The caller as they are and the request, held; refused where the step is not theirs."""
    by = await desk.recognise(unit, caller)
    request = await hold_request(unit, id)
    check(step, by, relation_of(by.id, request))
    return by, request


async def _fetch(unit: ReadUnit, id: AccessId) -> Request:
    """As it stands now."""
    request = await find_request(unit, id)
    if request is None:
        raise AccessNotFound
    return request
