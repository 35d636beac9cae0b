"""How is somebody excepted from a decision? Asked for by one, granted by another, for a purpose it lists, for a time.

There is no way to except a group: an audit found a department that had excepted itself, with no record of it. What
is granted is one device's or one person's, ends by itself, and can be taken back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from reelm import ledger
from reelm.devices import organisations
from reelm.devices.acting import Act
from reelm.devices.model import Decision
from reelm.devices.organisations import Step
from reelm.devices.register import store, subjects_store
from reelm.devices.register.errors import (
    ExceptionDecided,
    ExceptionNotAllowed,
    ExceptionNotFound,
    SecondApproverNeeded,
    SubjectUnknown,
)
from reelm.devices.register.filing import fetch_own
from reelm.devices.register.model import Excepted, Filed
from reelm.devices.states import State
from reelm.kernel.ids import ExceptionId, OrganisationId, new_uuid, public_id


@dataclass(frozen=True)
class Wish:
    """What is asked for. `mitigations` are numbers of those that the decision lists, from 0."""

    device: UUID | None
    person: UUID | None
    purpose: str
    mitigations: tuple[int, ...]
    until: datetime


async def ask_exception(act: Act, code: str, decision: UUID, wish: Wish) -> Excepted:
    """Ask for an exception. Raises as `organisations.sit` does, `DecisionNotFound`, `ExceptionNotAllowed`,
    `SubjectUnknown`.
    """
    organisation, seat = await organisations.sit(act.unit, code, act.actor, Step.ASK_EXCEPTION)
    filed = await fetch_own(act.unit, organisation.id, decision)
    check_wish(filed, wish, act.at)
    if not await subjects_store.is_there(act.unit, organisation.id, device=wish.device, person=wish.person):
        raise SubjectUnknown
    asked = Excepted(
        id=ExceptionId(new_uuid()),
        decision=filed.id,
        organisation=organisation.id,
        device=wish.device,
        person=wish.person,
        purpose=wish.purpose,
        mitigations=wish.mitigations,
        until=wish.until,
        asked_by=seat.id,
        asked_at=act.at,
    )
    entry = await act.log(_fact(filed, asked, "asked"))
    await store.insert_exception(act.unit, asked, entry)
    return asked


def check_wish(filed: Filed, wish: Wish, now: datetime) -> None:
    """Raises `ExceptionNotAllowed`, which names what the decision does not allow."""
    allowed = filed.decision.exceptions
    faults = {
        "subject": (wish.device is None) == (wish.person is None),
        "purpose": wish.purpose not in {one.code for one in allowed.purposes},
        "mitigations": not _are_listed(filed.decision, wish.mitigations),
        "until": not now < wish.until <= now + timedelta(days=allowed.longest_days),
        "decision": filed.state(now) in {State.LIFTED, State.LAPSED},
    }
    for field, is_wrong in faults.items():
        if is_wrong:
            raise ExceptionNotAllowed(field=field, longest_days=allowed.longest_days)


async def decide_exception(act: Act, code: str, id: ExceptionId, *, granted: bool) -> Excepted:
    """Grant an exception or refuse it. Raises as `organisations.sit` does, `ExceptionNotFound`, `ExceptionDecided`,
    `SecondApproverNeeded`, `ExceptionNotAllowed` where its time has passed meanwhile.
    """
    organisation, seat = await organisations.sit(act.unit, code, act.actor, Step.DECIDE_EXCEPTION)
    asked = await _hold(act, organisation.id, id)
    if asked.granted is not None:
        raise ExceptionDecided
    if asked.asked_by == seat.id:
        raise SecondApproverNeeded
    filed = await fetch_own(act.unit, organisation.id, asked.decision)
    if granted:
        wish = Wish(asked.device, asked.person, asked.purpose, asked.mitigations, asked.until)
        check_wish(filed, wish, act.at)
    entry = await act.log(_fact(filed, asked, "granted" if granted else "refused"))
    told = {"decided_by": seat.id, "decided_at": act.at, "decided_entry": entry, "granted": granted}
    await store.update_exception(act.unit, id, **told)
    return await _hold(act, organisation.id, id)


async def revoke_exception(act: Act, code: str, id: ExceptionId) -> Excepted:
    """Take an exception back. Raises as `organisations.sit` does, `ExceptionNotFound`. Twice changes nothing."""
    organisation, _ = await organisations.sit(act.unit, code, act.actor, Step.DECIDE_EXCEPTION)
    granted = await _hold(act, organisation.id, id)
    if granted.revoked_at is None:
        filed = await fetch_own(act.unit, organisation.id, granted.decision)
        entry = await act.log(_fact(filed, granted, "revoked"))
        await store.update_exception(act.unit, id, revoked_at=act.at, revoked_entry=entry)
    return await _hold(act, organisation.id, id)


async def _hold(act: Act, organisation: OrganisationId, id: ExceptionId) -> Excepted:
    found = await store.hold_exception(act.unit, organisation, id)
    if found is None:
        raise ExceptionNotFound
    return found


def _are_listed(decision: Decision, chosen: tuple[int, ...]) -> bool:
    """At least one, where the decision lists any."""
    listed = len(decision.exceptions.mitigations)
    return all(0 <= one < listed for one in chosen) and (bool(chosen) or listed == 0)


def _fact(filed: Filed, one: Excepted, step: str) -> ledger.SuspensionException:
    until = ledger.as_instant(one.until)
    told = {"decision": filed.digest, "exception": public_id(one.id), "step": step, "until": until}
    return ledger.SuspensionException.model_validate(told)
