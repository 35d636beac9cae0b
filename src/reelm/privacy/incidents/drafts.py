"""What would the realm tell an authority of an incident? A draft in Markdown, of what its law asks for. Pure."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from reelm.kernel.words import Language
from reelm.law import Law, Section
from reelm.privacy.incidents.duties import Duty, LawOf, list_duties
from reelm.privacy.incidents.errors import LawNotConcerned
from reelm.privacy.incidents.model import Incident, Kind


@dataclass(frozen=True)
class Office:
    """Who reports: the realm, and who answers for privacy there."""

    realm: str
    title: str
    contact: str


@dataclass(frozen=True)
class _Draft:
    incident: Incident
    duty: Duty
    office: Office
    language: Language
    now: datetime

    @property
    def law(self) -> Law:
        return self.duty.law

    def say(self, word: str, **facts: object) -> str:
        return str(_words(self.language)[word]).format(**facts)


@cache
def _words(language: Language) -> Mapping[str, Any]:
    text = files("reelm.privacy.incidents.words").joinpath(f"report.{language}.toml").read_text("utf-8")
    return tomllib.loads(text)


def draft_report(
    incident: Incident, law: str, law_of: LawOf, office: Office, *, language: Language, now: datetime
) -> str:
    """The draft for the authority of one law. Raises `LawNotConcerned` where there is no duty to tell it."""
    duties = list_duties(incident, law_of)
    duty = next((one for one in duties if one.law.code == law), None)
    if duty is None:
        raise LawNotConcerned(laws=", ".join(one.law.code for one in duties) or "-")
    draft = _Draft(incident, duty, office, language, now)
    head = draft.say("title", authority=duty.law.authority[language])
    today = now.date().isoformat()
    note = draft.say("note", code=incident.code, today=today, cite=f"{duty.law.cite}; {duty.law.breach.source}")
    headings: Mapping[str, str] = _words(language)["sections"]
    sections = (f"## {headings[section]}\n\n{_SAY[section](draft)}\n" for section in duty.law.breach.report)
    return "\n".join([f"# {head}\n", f"{note}\n", *sections])


def _organisation(draft: _Draft) -> str:
    return f"Reelm, {draft.office.realm}"


def _circumstances(draft: _Draft) -> str:
    return draft.incident.facts.circumstances


def _period(draft: _Draft) -> str:
    facts = draft.incident.facts
    if facts.ended_on is None:
        return draft.say("since", began=facts.began_on)
    return draft.say("between", began=facts.began_on, ended=facts.ended_on)


def _noticed(draft: _Draft) -> str:
    return _moment(draft.incident.facts.noticed_at)


def _information(draft: _Draft) -> str:
    facts = draft.incident.facts
    listed = "\n".join(f"- `{one}`" for one in facts.information)
    return listed or draft.say("unknown", why=facts.information_unknown)


def _people(draft: _Draft) -> str:
    people = draft.incident.facts.people
    places = ", ".join(f"{place}: {count}" for place, count in sorted(people.items()))
    return draft.say("by_place", here=draft.duty.people, all=sum(people.values()), places=places)


def _risk(draft: _Draft) -> str:
    facts = draft.incident.facts
    threshold = draft.law.breach.threshold[draft.language]
    return draft.say("serious" if facts.is_serious else "undecided", threshold=threshold) + facts.risk


def _measures(draft: _Draft) -> str:
    return draft.incident.facts.measures


def _people_told(draft: _Draft) -> str:
    at = draft.incident.people_told_at
    return _moment(at) if at else draft.say("not_yet")


def _others_told(draft: _Draft) -> str:
    told = [
        f"- {step.law}: {_moment(step.at)}"
        for step in draft.incident.steps
        if step.kind is Kind.AUTHORITY_TOLD and step.law != draft.law.code
    ]
    return "\n".join(told) or draft.say("none")


def _delay(draft: _Draft) -> str:
    told = draft.duty.told_at or draft.now
    hours = round((told - draft.incident.facts.noticed_at).total_seconds() / 3600)
    over = round((told - draft.duty.due_at).total_seconds() / 3600)
    return draft.say("late", hours=hours, over=over) if over > 0 else draft.say("in_time", hours=hours)


def _contact(draft: _Draft) -> str:
    return ", ".join(filter(None, (draft.office.title, draft.office.contact)))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


_SAY: Mapping[Section, Callable[[_Draft], str]] = {
    Section.ORGANISATION: _organisation,
    Section.CIRCUMSTANCES: _circumstances,
    Section.PERIOD: _period,
    Section.NOTICED: _noticed,
    Section.INFORMATION: _information,
    Section.PEOPLE: _people,
    Section.RISK: _risk,
    Section.MEASURES: _measures,
    Section.PEOPLE_TOLD: _people_told,
    Section.OTHERS_TOLD: _others_told,
    Section.DELAY: _delay,
    Section.CONTACT: _contact,
}
