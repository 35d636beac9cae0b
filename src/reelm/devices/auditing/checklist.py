"""What does a decision come to, item by item, in the shape in which an agency was asked for it? Pure.

The items and their days are those of OMB memorandum M-23-13 (27 February 2023); they count from publication. Of each
it is said whether it is met, and of what nobody here can know, that it is not known. What nobody has heard of is
never counted as compliant, and a group is never excepted: an exception is a record about one device or one person.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from reelm.devices.artefacts.coverage import Control
from reelm.devices.auditing.gaps import list_gaps
from reelm.devices.auditing.layers import count_without, is_asked, list_kinds, show_layers
from reelm.devices.auditing.model import LOUD, Because, Facts, Item, Line, Met
from reelm.devices.compliance import Compliance, count_states
from reelm.devices.model import Measure
from reelm.devices.probing.model import Outcome, Way, summarise
from reelm.devices.register.model import Excepted
from reelm.devices.states import State
from reelm.kernel.ids import public_id

SHAPE = "OMB M-23-13"
WITHIN_DAYS: Mapping[Item, int] = {
    Item.PRESENCE: 30,
    Item.EXCEPTIONS: 30,
    Item.REMOVAL: 30,
    Item.TRAFFIC: 30,
    Item.NO_NEW_CONTRACTS: 90,
    Item.CEASE_CONTRACTS: 90,
    Item.CLAUSES: 120,
}
_UNKNOWN = {
    Compliance.UNMANAGED: Because.DEVICES_UNMANAGED,
    Compliance.STALE: Because.DEVICES_STALE,
    Compliance.CANNOT_BE_VERIFIED: Because.DEVICES_UNVERIFIABLE,
}
_Judged = tuple[Met, Sequence[Because], Mapping[str, int]]


def judge_items(facts: Facts) -> list[Line]:
    """Every item, in the order of its days."""
    published = facts.filed.published_at
    lines: list[Line] = []
    for item, days in WITHIN_DAYS.items():
        met, because, figures = _JUDGES[item](facts)
        if published is None and met is not Met.NOT_KNOWN:
            met, because = Met.NOT_MET, (Because.NOT_PUBLISHED, *because)
        due = published + timedelta(days=days) if published else None
        lines.append(Line(item, days, due, met, tuple(because), figures))
    return lines


def count_devices(facts: Facts) -> dict[Compliance, int]:
    """How many devices stand how, each state named also where there is none."""
    return count_states(facts.states)


def status_of(one: Excepted, facts: Facts) -> str:
    """What became of an exception: asked, refused, granted, expired or revoked."""
    if one.granted is None:
        return "asked" if facts.at < one.until else "expired"
    if not one.granted:
        return "refused"
    if one.revoked_at is not None and one.revoked_at <= facts.at:
        return "revoked"
    return "granted" if one.holds(facts.at) else "expired"


def count_people(facts: Facts) -> dict[str, int]:
    """How many of those whom it binds were told, and have said so."""
    told = [one for one in facts.people if one.told_at is not None]
    acknowledged = sum(one.acknowledged_at is not None for one in told)
    return {
        "people": len(facts.people),
        "told": len(told),
        "acknowledged": acknowledged,
        "not_told": len(facts.people) - len(told),
    }


def make_checklist(facts: Facts) -> dict[str, Any]:
    """The checklist, as JSON has it."""
    filed, counted = facts.filed, count_devices(facts)
    kinds = list_kinds(facts.standings)
    return {
        "kind": "audit-checklist",
        "v": 1,
        "shape": SHAPE,
        "organisation": facts.organisation,
        "decision": filed.decision.id,
        "version": filed.version,
        "sha256": filed.digest,
        "state": filed.state(facts.at),
        "as_of": facts.at,
        "published_at": filed.published_at,
        "deadline_at": filed.decision.stages.deadline_at,
        "review_due": filed.review_due(facts.at),
        "items": [_show_line(one, facts) for one in judge_items(facts)],
        "devices": {
            "total": sum(counted.values()),
            "compliant": counted[Compliance.COMPLIANT],
            "not_known_to_be_compliant": {state: counted[state] for state in LOUD},
            "states": counted,
        },
        "exceptions": [_show_exception(one, facts) for one in facts.exceptions],
        "people": count_people(facts) | {"not_told_ids": [one.id for one in facts.people if one.told_at is None]},
        "coverage": show_layers(filed.decision, kinds),
        "gaps": [vars(gap) for gap in list_gaps(facts)],
        "probed_at": facts.probes.at if facts.probes else None,
    }


def _show_line(line: Line, facts: Facts) -> dict[str, Any]:
    return {
        "item": line.item,
        "within_days": line.within_days,
        "due_at": line.due_at,
        "state": line.met,
        "overdue": line.is_overdue(facts.at),
        "because": list(line.because),
        "figures": line.figures,
    }


def _show_exception(one: Excepted, facts: Facts) -> dict[str, Any]:
    listed = facts.filed.decision.exceptions.mitigations
    return {
        "id": one.id,
        "in_log": public_id(one.id),
        "status": status_of(one, facts),
        "device": one.device,
        "person": one.person,
        "purpose": one.purpose,
        "mitigations": [listed[place] for place in one.mitigations if place < len(listed)],
        "asked_at": one.asked_at,
        "decided_at": one.decided_at,
        "until": one.until,
        "revoked_at": one.revoked_at,
        "asked_and_decided_by_two": one.decided_by is None or one.decided_by != one.asked_by,
    }


def _judge_presence(facts: Facts) -> _Judged:
    counted = count_devices(facts)
    figures = {"devices": sum(counted.values()), **{str(state): counted[state] for state in LOUD}}
    unknown = [_UNKNOWN[state] for state in LOUD if counted[state]]
    if not facts.standings:
        return Met.NOT_KNOWN, [Because.NO_DEVICES], figures
    return (Met.NOT_MET if unknown else Met.MET), unknown, figures


def _judge_exceptions(facts: Facts) -> _Judged:
    statuses = [status_of(one, facts) for one in facts.exceptions]
    figures = {name: statuses.count(name) for name in ("asked", "granted", "refused", "expired", "revoked")}
    figures["approvers"] = facts.approvers
    allows = bool(facts.filed.decision.exceptions.purposes)
    if allows and not facts.approvers:
        return Met.NOT_MET, [Because.NO_APPROVER], figures
    return Met.MET, [Because.EXCEPTIONS_WAIT] if figures["asked"] else [], figures


def _judge_removal(facts: Facts) -> _Judged:
    decision, counted = facts.filed.decision, count_devices(facts)
    without = count_without(list_kinds(facts.standings), Control.INSTALLING_BLOCKED)
    figures = {str(state): counted[state] for state in Compliance} | {"without_control_of_installing": without}
    is_asked_for = decision.app.covers.app and {Measure.REMOVE, Measure.BLOCK_INSTALLING} <= set(decision.measures)
    wrong = _list_not_enforced(facts, asked=is_asked_for)
    wrong += [Because.APP_THERE] if counted[Compliance.NOT_COMPLIANT] else []
    wrong += [Because.DEVICES_UNMANAGED] if counted[Compliance.UNMANAGED] else []
    unknown = [_UNKNOWN[state] for state in LOUD[1:] if counted[state]]
    unknown += [Because.NO_CONTROL_OF_APP] if without else []
    unknown += [] if facts.standings else [Because.NO_DEVICES]
    return (Met.NOT_MET if wrong else Met.NOT_KNOWN if unknown else Met.MET), [*wrong, *unknown], figures


def _judge_traffic(facts: Facts) -> _Judged:
    """The network ends where the organisation's does: a device that is elsewhere is held by its browser alone."""
    without = count_without(list_kinds(facts.standings), Control.SITE_IN_BROWSER)
    figures = {"devices": len(facts.standings), "without_control_in_browser": without}
    wrong = _list_not_enforced(facts, asked=is_asked(facts.filed.decision, Control.SITE_ON_NETWORK))
    wrong += [Because.OPEN_IN_BROWSER] if without else []
    if facts.probes is None:
        return (Met.NOT_MET if wrong else Met.NOT_KNOWN), [*wrong, Because.NOT_PROBED], figures
    for way in Way:
        tries = facts.probes.list_by(way)
        figures |= {f"open_by_{way}": sum(one.outcome is Outcome.OPEN for one in tries)}
    seen = summarise(facts.probes.list_by(Way.RESOLVER))
    wrong += [Because.RESOLVER_OPEN] if seen is Outcome.OPEN else []
    unknown = [Because.RESOLVER_NOT_MEASURED] if seen is Outcome.NOT_MEASURED else []
    return (Met.NOT_MET if wrong else Met.NOT_KNOWN if unknown else Met.MET), [*wrong, *unknown], figures


def _list_not_enforced(facts: Facts, *, asked: bool) -> list[Because]:
    state = facts.filed.state(facts.at)
    if not asked:
        return [Because.NOT_ASKED]
    if state.is_enforced or facts.filed.published_at is None:
        return []
    return [Because.NO_LONGER_IN_FORCE if state in {State.LIFTED, State.LAPSED} else Because.NOT_YET_IN_FORCE]


def _judge_contracts(_: Facts) -> _Judged:
    return Met.NOT_KNOWN, [Because.CONTRACTS], {}


_JUDGES: Mapping[Item, Callable[[Facts], _Judged]] = {
    Item.PRESENCE: _judge_presence,
    Item.EXCEPTIONS: _judge_exceptions,
    Item.REMOVAL: _judge_removal,
    Item.TRAFFIC: _judge_traffic,
    Item.NO_NEW_CONTRACTS: _judge_contracts,
    Item.CEASE_CONTRACTS: _judge_contracts,
    Item.CLAUSES: _judge_contracts,
}
