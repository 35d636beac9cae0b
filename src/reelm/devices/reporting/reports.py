"""What happens with what is said of devices? It is judged, and every change of state is an entry of the log.

Nothing that was said is lost: it is in the database, with the entries of what changed by it, when it is answered. And
nothing is taken as read: what nobody said anything about for a day, what nobody can see, and what nobody manages is
told as that by `look_over`, which goes over all devices again and again. What has changed is queued, in the same
transaction, for whoever the organisation lets hear of it (`signalling`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from reelm import ledger
from reelm.devices.acting import Act
from reelm.devices.compliance import CLOCKS_DIFFER
from reelm.devices.register import Filed, list_decisions
from reelm.devices.reporting import report_store as store
from reelm.devices.reporting.model import BoundBy, Change, Said, Source, Standing
from reelm.devices.reporting.standing import commit_device, state_of, take
from reelm.devices.signalling import Turned, queue_changes
from reelm.infra.db import Database, ReadUnit
from reelm.kernel.ids import OrganisationId

AT_ONCE = 1000


async def note(act: Act, said: Sequence[Said]) -> list[Change]:
    """Write down what was said of devices, all of one transaction; what is about no decision that binds them, or
    from a later time than clocks differ, changes nothing. Returns who stands otherwise now.
    """
    heard = [one for one in said if one.at <= act.at + CLOCKS_DIFFER]
    if not heard:
        return []
    await store.hold_devices(act.unit, {one.device for one in heard})
    whose = await store.find_organisations(act.unit, {one.device for one in heard})
    by_decision = defaultdict[UUID, list[Said]](list)
    for one in heard:
        if one.device in whose:
            by_decision[one.decision].append(one)
    changes: list[Change] = []
    for id, about in by_decision.items():
        for filed in await list_live(act.unit, act.at, id=id):
            changes += await _note_about(act, filed, about)
    return changes


async def note_apps(
    act: Act, device: UUID, apps: frozenset[str], asked: frozenset[str] | None, *, at: datetime, source: Source
) -> list[Change]:
    """Write down which apps a device has, by their identities, of those that were `asked` about; of all, if `None`.

    Of a decision nothing is known of whose apps it was not asked.
    """
    whose = await store.find_organisations(act.unit, [device])
    if device not in whose:
        return []
    said = [
        Said(device, filed.id, not apps.isdisjoint(names_of(filed)), at, source)
        for filed in await list_live(act.unit, act.at, organisation=whose[device])
        if asked is None or not asked.isdisjoint(names_of(filed))
    ]
    return await note(act, said)


async def note_seen(
    act: Act, organisation: OrganisationId, seen: Sequence[tuple[UUID, bool, datetime]], *, source: Source
) -> list[Change]:
    """Write down that an app was there, or was not, where nobody says which: it counts for every decision."""
    live = await list_live(act.unit, act.at, organisation=organisation) if seen else []
    said = [Said(device, filed.id, has_app, at, source) for device, has_app, at in seen for filed in live]
    return await note(act, said)


async def look_over(database: Database, *, realm: str, at: datetime) -> int:
    """Judge every device anew by every decision that binds it; returns how many stand otherwise now.

    What was heard of long ago is stale; who was excepted may be so no more.
    """
    async with database.read() as unit:
        live = await list_live(unit, at)
    changed = 0
    for filed in live:
        after: UUID | None = None
        while True:
            async with database.write() as unit:
                act = Act(unit, realm, at)
                found = await store.list_standings(
                    unit, filed.organisation, filed.decision, at, after=after, limit=AT_ONCE
                )
                changed += len(await _write_changes(act, filed, found))
            if len(found) < AT_ONCE:
                break
            after = found[-1].device
    return changed


async def list_bound_by(unit: ReadUnit, organisation: OrganisationId, device: UUID, now: datetime) -> list[BoundBy]:
    """The decisions of its organisation that bind a device."""
    bound: list[BoundBy] = []
    for filed in await list_live(unit, now, organisation=organisation):
        found = await store.list_standings(unit, organisation, filed.decision, now, devices=[device])
        bound += [BoundBy(filed, one.is_excepted) for one in found]
    return bound


async def list_live(
    unit: ReadUnit, now: datetime, *, organisation: OrganisationId | None = None, id: UUID | None = None
) -> list[Filed]:
    """The newest version of each decision that binds, or will."""
    found = await list_decisions(unit, organisation=organisation, id=id, published=True)
    newest = {one.id: one for one in found if one.is_live(now)}
    return list(newest.values())


def names_of(filed: Filed) -> frozenset[str]:
    """The app by all that it is called in stores."""
    return frozenset((*filed.decision.app.apple, *filed.decision.app.android))


async def _note_about(act: Act, filed: Filed, said: Iterable[Said]) -> list[Change]:
    by_device = defaultdict[UUID, list[Said]](list)
    for one in said:
        by_device[one.device].append(one)
    found = await store.list_standings(act.unit, filed.organisation, filed.decision, act.at, devices=by_device.keys())
    told: list[Standing] = []
    for standing in found:
        now = standing
        for one in by_device[standing.device]:
            now = take(now, one)
        told.append(now)
    return await _write_changes(act, filed, told, was=found)


async def _write_changes(
    act: Act, filed: Filed, told: Sequence[Standing], *, was: Sequence[Standing] | None = None
) -> list[Change]:
    """An entry for each that stands otherwise; `was` tells apart what was said anew, which is kept either way."""
    changes: list[Change] = []
    drafts: list[ledger.Draft] = []
    changed: list[Standing] = []
    kept: list[Standing] = []
    for place, standing in enumerate(told):
        state = state_of(standing, act.at)
        if state is standing.state:
            if was is not None and standing != was[place]:
                kept.append(standing)
            continue
        changes.append(Change(standing.device, filed.id, standing.state, state, act.at))
        changed.append(replace(standing, state=state, since=act.at))
        drafts.append(ledger.Draft(_fact(filed, changed[-1]), act.at))
    if drafts:
        entries = await ledger.append_all(act.unit, drafts, realm=act.realm)
        written = [replace(one, entry=entry) for one, entry in zip(changed, entries, strict=True)]
        await store.insert_history(act.unit, filed.id, written)
        kept += written
        turned = [Turned(one.device, one.before, one.now) for one in changes]
        await queue_changes(act.unit, filed, turned, act.at)
    await store.put_standings(act.unit, filed.id, kept)
    return changes


def _fact(filed: Filed, standing: Standing) -> ledger.DeviceState:
    assert standing.state is not None
    assert standing.since is not None
    since = ledger.as_instant(standing.since)
    told = {
        "decision": filed.digest,
        "device": commit_device(standing.ledger_key, standing.device, filed.digest, since),
        "state": standing.state.value,
        "since": since,
        "reported": ledger.as_instant(standing.reported_at) if standing.reported_at else None,
    }
    return ledger.DeviceState.model_validate(told)
