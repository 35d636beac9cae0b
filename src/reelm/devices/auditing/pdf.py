"""What does somebody read of an audit who reads no JSON? A few pages, in English or in French. Pure.

What is not known to be compliant stands before everything else.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from reelm.devices.artefacts.coverage import Control, Reach
from reelm.devices.auditing.checklist import count_devices, count_people, judge_items, status_of
from reelm.devices.auditing.layers import is_asked, list_kinds
from reelm.devices.auditing.model import LOUD, Because, Facts, Line, Met
from reelm.devices.auditing.pages import MISSING, Cell, Pages, Tone
from reelm.devices.auditing.sheets import in_words
from reelm.devices.compliance import Compliance
from reelm.devices.probing.model import Outcome
from reelm.kernel.words import Language

MOST_ROWS = 200
_MET: Mapping[Met, Tone] = {Met.MET: "good", Met.NOT_MET: "bad", Met.NOT_KNOWN: "unknown"}
_REACH: Mapping[Reach, Tone] = {
    Reach.ENFORCED: "good",
    Reach.PARTLY: "unknown",
    Reach.NOT_POSSIBLE: "bad",
    Reach.NOT_BUILT: "bad",
}
_OUTCOME: Mapping[Outcome, Tone] = {Outcome.OPEN: "bad", Outcome.CLOSED: "good", Outcome.NOT_MEASURED: "unknown"}
_STATE: Mapping[Compliance, Tone] = {
    Compliance.COMPLIANT: "good",
    Compliance.EXEMPT: "plain",
    Compliance.NOT_COMPLIANT: "bad",
    Compliance.UNMANAGED: "bad",
    Compliance.STALE: "unknown",
    Compliance.CANNOT_BE_VERIFIED: "unknown",
}


def make_pdf(facts: Facts, language: Language) -> bytes:
    """The pages, as PDF. The same facts make the same bytes."""
    return _Report(facts, language).write().render()


class _Report:
    def __init__(self, facts: Facts, language: Language) -> None:
        self.facts, self.language = facts, language
        self.words: Mapping[str, Any] = read_words()[language]
        decision = facts.filed.decision
        self.title = self.say("title", app=decision.app.name, organisation=decision.authority.organisation)
        footing = f"{facts.filed.decision.id} · SHA-256 {facts.filed.digest[:16]}…"
        numbered = str(self.words["page"])
        self.pages = Pages(title=self.title, language=language, at=facts.at, footing=footing, numbered=numbered)

    def say(self, name: str, **facts: object) -> str:
        return str(self.words[name]).format_map(facts)

    def write(self) -> Pages:
        """Everything, in order."""
        self._write_head()
        self._write_checklist()
        self._write_devices()
        self._write_layers()
        self._write_exceptions()
        self._write_people()
        self._write_probes()
        self.pages.section(self.say("checking"), self.say("checking_lead", log=self.facts.log))
        if self.pages.missed:
            self.pages.paragraph(self.say("missing_signs", sign=MISSING), "quiet")
        return self.pages

    def _write_head(self) -> None:
        filed, at = self.facts.filed, self.facts.at
        decision, authority = filed.decision, filed.decision.authority
        self.pages.head(self.say("kicker"), self.title, self.say("as_of", at=_when(at)))
        self._call_out()
        rows = [
            (self.say("state"), str(self.words["decision_state"][filed.state(at)])),
            (self.say("authority"), f"{authority.body}, {authority.signatory}, {authority.organisation}"),
            (self.say("basis"), "; ".join(f"{one.title}, {one.citation}" for one in decision.legal_basis)),
            (self.say("reason"), in_words(decision.reason.public, self.language)),
            (self.say("evidence"), in_words(decision.reason.evidence, self.language)),
            (self.say("published"), _when(filed.published_at) if filed.published_at else self.say("never")),
            (self.say("deadline"), _when(decision.stages.deadline_at)),
            (self.say("review"), _when(filed.review_due(at))),
            (self.say("decision"), f"{decision.id}, {self.say('version').lower()} {filed.version}"),
            (self.say("digest"), filed.digest),
        ]
        self.pages.facts(rows)

    def _call_out(self) -> None:
        counted = count_devices(self.facts)
        unknown = sum(counted[state] for state in LOUD)
        if not unknown:
            self.pages.call_out(self.say("loud_none"), "", "good")
            return
        title = self.say("loud_some", n=unknown, total=sum(counted.values()))
        parts = self.say("loud_parts", **{state: counted[state] for state in LOUD})
        self.pages.call_out(title, parts, "bad")

    def _write_checklist(self) -> None:
        self.pages.section(self.say("checklist"), self.say("checklist_lead"))
        head = [self.say(name) for name in ("item", "due", "state", "why")]
        self.pages.grid(head, [self._row_of(line) for line in judge_items(self.facts)], (30, 19, 17, 34))

    def _row_of(self, line: Line) -> list[Cell]:
        days = self.say("days", n=line.within_days)
        due = f"{line.due_at:%Y-%m-%d}\n{days}" if line.due_at else days
        if line.is_overdue(self.facts.at):
            due += f", {self.say('overdue')}"
        because: Mapping[Because, str] = self.words["because"]
        why = "; ".join(because[one] for one in line.because)
        met = str(self.words["met"][line.met])
        return [
            Cell(str(self.words["items"][line.item])),
            Cell(due, "quiet"),
            Cell(met, _MET[line.met], bold=True),
            Cell(why[:1].upper() + why[1:]),
        ]

    def _write_devices(self) -> None:
        counted = count_devices(self.facts)
        total = sum(counted.values())
        self.pages.section(self.say("devices"), self.say("devices_lead"))
        ordered = [*LOUD, *(state for state in Compliance if state not in LOUD)]
        rows = [
            (
                Cell(str(self.words["states"][state]), _STATE[state] if counted[state] else "quiet"),
                Cell(str(counted[state]), bold=bool(counted[state])),
                Cell(self._share(counted[state], total), "quiet"),
            )
            for state in ordered
        ]
        self.pages.grid([self.say(name) for name in ("state", "number", "share")], rows, (60, 20, 20))

    def _share(self, part: int, total: int) -> str:
        share = f"{100 * part / total:.1f}" if total else "0"
        return self.say("percent", n=share.replace(".", self.say("decimal")))

    def _write_layers(self) -> None:
        kinds, decision = list_kinds(self.facts.standings), self.facts.filed.decision
        self.pages.section(self.say("layers"), self.say("layers_lead"))
        reach: Mapping[Reach, str] = self.words["reach"]
        rows: list[list[Cell]] = []
        for kind in kinds:
            enrolment = self.words["enrolments"][kind.enrolment]
            row = [Cell(f"{self.words['platforms'][kind.platform]}, {enrolment} ({kind.devices})")]
            for control in Control:
                how_far = kind.cells[control].reach
                asked = is_asked(decision, control)
                row.append(Cell(reach[how_far], _REACH[how_far]) if asked else Cell(self.say("not_asked"), "quiet"))
            rows.append(row)
        head = [self.say("kind"), *(str(self.words["controls"][control]) for control in Control)]
        self.pages.grid(head, rows, (30, 14, 14, 14, 14, 14))

    def _write_exceptions(self) -> None:
        exceptions = self.facts.exceptions
        self.pages.section(self.say("exceptions"), self.say("exceptions_lead"))
        if not exceptions:
            self.pages.paragraph(self.say("exceptions_none"))
            return
        policy = self.facts.filed.decision.exceptions
        purposes = {one.code: in_words(one.words, self.language) for one in policy.purposes}
        rows: list[list[Cell]] = []
        for one in exceptions[:MOST_ROWS]:
            whose = self.say("for_device", id=one.device) if one.device else self.say("for_person", id=one.person)
            listed = [policy.mitigations[place] for place in one.mitigations if place < len(policy.mitigations)]
            lines = [purposes.get(one.purpose, one.purpose), *(f"– {in_words(it, self.language)}" for it in listed)]
            state = str(self.words["status"][status_of(one, self.facts)])
            cells = (Cell(f"{one.id}\n{whose}"), Cell("\n".join(lines)), Cell(f"{one.until:%Y-%m-%d}"))
            rows.append([*cells, Cell(state, bold=True)])
        head = [self.say(name) for name in ("exception", "purpose", "until", "state")]
        self.pages.grid(head, rows, (38, 37, 13, 12))
        if len(exceptions) > MOST_ROWS:
            self.pages.paragraph(self.say("exceptions_more", n=len(exceptions) - MOST_ROWS), "quiet")

    def _write_people(self) -> None:
        counted = count_people(self.facts)
        self.pages.section(self.say("people"), self.say("people_lead"))
        rows = [
            (Cell(self.say("people_bound")), Cell(str(counted["people"]), bold=True)),
            (Cell(self.say("people_told")), Cell(str(counted["told"]), bold=True)),
            (Cell(self.say("people_acknowledged")), Cell(str(counted["acknowledged"]), bold=True)),
            (
                Cell(self.say("people_not_told"), "bad" if counted["not_told"] else "plain"),
                Cell(str(counted["not_told"]), "bad" if counted["not_told"] else "plain", bold=True),
            ),
        ]
        self.pages.grid((), rows, (28, 72))
        not_told = [str(one.id) for one in self.facts.people if one.told_at is None]
        if not_told:
            more = len(not_told) - MOST_ROWS
            told = ", ".join(not_told[:MOST_ROWS]) + (f" {self.say('not_told_more', n=more)}" if more > 0 else "")
            self.pages.paragraph(f"{self.say('not_told_lead')} {told}", "quiet")

    def _write_probes(self) -> None:
        probes = self.facts.probes
        if probes is None:
            self.pages.section(self.say("probes"), self.say("probes_none"))
            return
        self.pages.section(self.say("probes"), self.say("probes_lead", at=_when(probes.at)))
        rows = [
            (
                Cell(str(self.words["ways"][one.way])),
                Cell(one.target),
                Cell(str(self.words["outcomes"][one.outcome]), _OUTCOME[one.outcome], bold=True),
                Cell(one.how, "quiet"),
            )
            for one in probes.probes[:MOST_ROWS]
        ]
        self.pages.grid([self.say(name) for name in ("way", "target", "outcome", "how")], rows, (20, 28, 15, 37))


def _when(at: datetime) -> str:
    """ISO 8601's order, which reads the same in both languages."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


@cache
def read_words() -> dict[Language, Any]:
    words: Any = tomllib.loads((files("reelm.devices.auditing") / "words.toml").read_text("utf-8"))
    return words
