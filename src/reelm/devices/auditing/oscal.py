"""How do other people's programs read an audit? As OSCAL assessment results, version 1.2.1. Pure.

NIST's model has controls, what was observed of them, findings and risks; it has no decision, so that the decision is
a resource that the results name by its digest. A finding has two states only: what is not known is not satisfied, for
the reason `other`. The same facts always make the same identifiers (RFC 9562, 5.5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from reelm.devices.artefacts.coverage import Control
from reelm.devices.auditing.checklist import SHAPE, count_devices, count_people, judge_items, status_of
from reelm.devices.auditing.gaps import list_gaps
from reelm.devices.auditing.layers import LAYERS, Kind, is_asked, list_kinds
from reelm.devices.auditing.model import Facts, Gap, Item, Line, Met
from reelm.devices.probing.model import Outcome

VERSION = "1.2.1"
OURS = "urn:reelm:devices:auditing"
_NAMES = UUID("c0d1d0f6-3b1a-5d5e-9a0b-6b8f4b8f2d10")
# Which observations a finding rests on, by their topic.
_TOPICS: Mapping[Item, Sequence[str]] = {
    Item.PRESENCE: ("devices",),
    Item.EXCEPTIONS: ("exceptions", "people"),
    Item.REMOVAL: ("devices", "app"),
    Item.TRAFFIC: ("browser", "network", "probe"),
}
# On which item a gap weighs, by its kind.
_WEIGHS_ON: Mapping[str, Item] = {
    "devices": Item.PRESENCE,
    "people": Item.EXCEPTIONS,
    "probe": Item.TRAFFIC,
}
_STATUS: Mapping[Met, Mapping[str, str]] = {
    Met.MET: {"state": "satisfied", "reason": "pass"},
    Met.NOT_MET: {"state": "not-satisfied", "reason": "fail"},
    Met.NOT_KNOWN: {"state": "not-satisfied", "reason": "other"},
}


@dataclass(frozen=True)
class _Seen:
    """An observation, and what it is about."""

    topic: str
    uuid: str
    told: Mapping[str, Any]


def make_assessment(facts: Facts) -> dict[str, Any]:
    """The assessment results."""
    namer = _Namer(facts)
    seen = _observe(facts, namer)
    gaps = list_gaps(facts)
    filed, app = facts.filed, facts.filed.decision.app.name
    source = namer.name("decision")
    result = {
        "uuid": namer.name("result"),
        "title": f"{SHAPE} checklist",
        "description": f"What is enforced of the suspension of {app}, on which devices, and what is not known.",
        "start": filed.published_at or filed.filed_at,
        "end": facts.at,
        "reviewed-controls": {
            "control-selections": [{"include-controls": [{"control-id": _control_id(item)} for item in Item]}]
        },
        "observations": [one.told for one in seen],
        "findings": [_find(line, seen, gaps, namer) for line in judge_items(facts)],
    }
    if gaps:
        result["risks"] = [_risk(gap, namer) for gap in gaps]
    metadata = {
        "title": f"Audit of the suspension of {app} by {filed.decision.authority.organisation}",
        "last-modified": facts.at,
        "version": str(filed.version),
        "oscal-version": VERSION,
    }
    resource = {
        "uuid": source,
        "title": "The decision, as it was signed",
        "description": f"{filed.decision.id}, version {filed.version}",
        "rlinks": [{"href": "decision.json", "media-type": "application/json"}],
        "props": [_prop("canonical-sha256", filed.digest)],
    }
    plan = {"href": f"#{source}", "remarks": "There is no plan apart from the decision."}
    told = {"uuid": namer.name("assessment"), "metadata": metadata, "import-ap": plan, "results": [result]}
    return {"assessment-results": told | {"back-matter": {"resources": [resource]}}}


class _Namer:
    """Names by what they are about: another moment, or another version, has others."""

    def __init__(self, facts: Facts) -> None:
        self._of = f"{facts.filed.digest}/{facts.at.isoformat()}"

    def name(self, *about: str) -> str:
        return str(uuid5(_NAMES, "/".join((self._of, *about))))


def _observe(facts: Facts, namer: _Namer) -> list[_Seen]:
    counted = {str(state): number for state, number in count_devices(facts).items()}
    statuses = [status_of(one, facts) for one in facts.exceptions]
    granted = {f"exceptions-{name}": statuses.count(name) for name in sorted({*statuses, "granted"})}
    people = {name.replace("_", "-"): number for name, number in count_people(facts).items()}
    seen = [
        _see(namer, facts, "devices", "Devices by how they stand to the decision", counted),
        _see(namer, facts, "exceptions", "Exceptions, each a record about one device or person", granted),
        _see(namer, facts, "people", "People whom the decision binds, and who of them was told", people),
    ]
    for kind in list_kinds(facts.standings):
        seen += [_see_control(namer, facts, kind, control) for control in Control]
    for place, probe in enumerate(facts.probes.probes if facts.probes else ()):
        title = f"{probe.way}: {probe.target}"[:300]
        props = {"outcome": probe.outcome}
        one = _see(namer, facts, "probe", title, props, place=str(place), method="TEST", words=probe.how)
        seen.append(one)
    return seen


def _see_control(namer: _Namer, facts: Facts, kind: Kind, control: Control) -> _Seen:
    cell, asked = kind.cells[control], is_asked(facts.filed.decision, control)
    (layer,) = (name for name, controls in LAYERS.items() if control in controls)
    props = {"reach": cell.reach, "devices": kind.devices, "asked": "yes" if asked else "no"}
    words = f"{cell.reach} by {', '.join(cell.by) or 'nothing that Reelm makes'}, on {kind.devices} devices"
    return _see(namer, facts, layer, f"{control} on {kind.name}", props, words=words)


def _see(
    namer: _Namer,
    facts: Facts,
    topic: str,
    title: str,
    props: Mapping[str, object],
    *,
    place: str = "",
    method: str = "EXAMINE",
    words: str = "",
) -> _Seen:
    uuid = namer.name("observation", topic, title, place)
    is_probe = topic == "probe" and facts.probes is not None
    told = {
        "uuid": uuid,
        "title": title,
        "description": words or f"{title}: " + ", ".join(f"{name} {value}" for name, value in props.items()),
        "props": [_prop(name, str(value)) for name, value in props.items()],
        "methods": [method],
        "types": ["finding" if props.get("outcome") == Outcome.OPEN else "control-objective"],
        "collected": facts.probes.at if is_probe and facts.probes else facts.at,
    }
    return _Seen(topic, uuid, told)


def _find(line: Line, seen: Sequence[_Seen], gaps: Sequence[Gap], namer: _Namer) -> dict[str, Any]:
    rests_on = [one.uuid for one in seen if one.topic in _TOPICS.get(line.item, ())]
    risks = [namer.name("risk", gap.kind, gap.subject, gap.how) for gap in gaps if _weighs_on(gap) is line.item]
    why = ", ".join(line.because) or "nothing stands against it"
    figures = [_prop(name.replace("_", "-"), str(number)) for name, number in line.figures.items()]
    told: dict[str, Any] = {
        "uuid": namer.name("finding", line.item),
        "title": f"{line.item}, within {line.within_days} days",
        "description": f"{line.met}: {why}",
        "props": [_prop("state", line.met), *figures],
        "target": {"type": "objective-id", "target-id": _control_id(line.item), "status": dict(_STATUS[line.met])},
    }
    if line.due_at is not None:
        told["props"].append(_prop("due", line.due_at.isoformat()))
    if rests_on:
        told["related-observations"] = [{"observation-uuid": uuid} for uuid in rests_on]
    if risks:
        told["related-risks"] = [{"risk-uuid": uuid} for uuid in dict.fromkeys(risks)]
    return told


def _weighs_on(gap: Gap) -> Item:
    if gap.kind in _WEIGHS_ON:
        return _WEIGHS_ON[gap.kind]
    return Item.TRAFFIC if gap.subject.startswith("site-") else Item.REMOVAL


def _risk(gap: Gap, namer: _Namer) -> dict[str, Any]:
    return {
        "uuid": namer.name("risk", gap.kind, gap.subject, gap.how),
        "title": f"{gap.kind}: {gap.subject}"[:300],
        "description": gap.how,
        "statement": f"The app may stay within reach, or nobody would know: {gap.subject} ({gap.how}).",
        "status": "open",
        "props": [_prop("count", str(gap.count))],
    }


def _control_id(item: Item) -> str:
    return f"m-23-13.{item}"


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": OURS, "value": value}
