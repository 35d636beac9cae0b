"""Which files enforce an organisation's decisions now? Made of what is in force, who is excepted, and nothing else.

Files for groups are made for each decision by itself, so that whoever is excepted from one is not let through by the
zone of another. The others are made of all decisions together. What is not in force leaves no trace in any of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reelm.devices.artefacts import BY_GROUP, TARGETS, Files, compile_decisions
from reelm.devices.fleet import Fleet, plan_groups
from reelm.devices.register import store, subjects_store
from reelm.devices.register.errors import TargetUnknown
from reelm.devices.register.model import Filed
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import OrganisationId


@dataclass(frozen=True)
class Published:
    """A decision that was published, and the devices and exceptions that its files are made of."""

    filed: Filed
    fleet: Fleet


async def compile_now(
    unit: ReadUnit, organisation: OrganisationId, target: str, now: datetime, *, serial: int | None = None
) -> Files:
    """By path. `serial` is that of zones; of the last change, where none is given. Raises `TargetUnknown`."""
    if target not in TARGETS:
        raise TargetUnknown(offered=", ".join(TARGETS))
    newest = {one.id: one for one in await store.list_decisions(unit, organisation=organisation, published=True)}
    if target not in BY_GROUP:
        enforced = [one.decision for one in newest.values() if one.state(now).is_enforced]
        return compile_decisions(target, enforced, [])
    if serial is None:
        serial = serial_of([*newest.values()], await subjects_store.list_change_times(unit, organisation), now)
    files: Files = {}
    for filed in newest.values():
        fleet = await subjects_store.fetch_fleet(unit, organisation, filed.decision, now)
        decisions = [filed.decision] if filed.state(now).is_enforced else []
        made = compile_decisions(target, decisions, plan_groups(filed.decision, fleet, now), serial=serial)
        files |= {f"{filed.id}/{path}": content for path, content in made.items()}
    return files


async def find_next_change(unit: ReadUnit, organisation: OrganisationId, now: datetime) -> datetime | None:
    """When files change by a date alone, next: of a decision, or of the end of an exception."""
    moments = [at for at in await subjects_store.list_change_times(unit, organisation) if at > now]
    for filed in await store.list_decisions(unit, organisation=organisation, published=True):
        moments += filed.changes_at(now)
    return min(moments, default=None)


def serial_of(decisions: Sequence[Filed], changed: Sequence[datetime], now: datetime) -> int:
    """The serial of zones (RFC 1982): the second of the last change that has come, so that it goes up with each.

    What comes by its date counts from then on, and so do exceptions that begin and end.
    """
    moments = [at for at in changed if at <= now]
    for filed in decisions:
        dates = (filed.published_at, filed.lifted_at, filed.replaced_at, filed.decision.stages.deadline_at)
        moments += [at for at in (*dates, filed.review_due(now)) if at is not None and at <= now]
    return max((int(at.timestamp()) for at in moments), default=1)
