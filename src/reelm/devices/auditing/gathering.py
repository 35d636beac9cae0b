"""Where do the facts of an audit come from? From the register, the reports and the tellings, all of one moment."""

from datetime import datetime
from uuid import UUID

from reelm.devices import organisations
from reelm.devices.acting import Actor
from reelm.devices.auditing.model import Facts
from reelm.devices.organisations import Duty, Step
from reelm.devices.probing.model import read_probes
from reelm.devices.register import Filed, list_decisions, list_exceptions, list_people
from reelm.devices.register.errors import DecisionNotFound
from reelm.devices.reporting import list_standings
from reelm.infra.db import ReadUnit


async def gather(
    unit: ReadUnit,
    code: str,
    actor: Actor,
    decision: UUID,
    *,
    log: str,
    now: datetime,
    probes: bytes | None = None,
) -> Facts:
    """All that is known of a decision, to somebody who may take evidence. `probes` is a report of them.

    Raises as `organisations.sit` does, `DecisionNotFound`, `ProbesMalformed`.
    """
    found, _ = await organisations.sit(unit, code, actor, Step.TAKE_EVIDENCE)
    versions = await list_decisions(unit, organisation=found.id, id=decision)
    if not versions:
        raise DecisionNotFound
    filed = choose_version(versions, now)
    told = None
    if probes is not None:
        told = read_probes(probes, decision=filed.decision.id, sha256=filed.digest, now=now)
    seats = await organisations.list_seats(unit, found.id)
    return Facts(
        organisation=found.code,
        log=log,
        filed=filed,
        keys=await organisations.list_keys(unit, found.id),
        standings=await list_standings(unit, found.id, filed.decision, now),
        exceptions=await list_exceptions(unit, decision=filed.id, organisation=found.id),
        people=await list_people(unit, filed),
        approvers=sum(Duty.APPROVER in seat.duties for seat in seats),
        at=now,
        probes=told,
    )


def choose_version(versions: list[Filed], now: datetime) -> Filed:
    """The version that is enforced, else the newest published, else the draft: `versions` has the oldest first."""
    enforced = [one for one in versions if one.state(now).is_enforced]
    published = [one for one in versions if one.published_at is not None]
    return (enforced or published or versions)[-1]
