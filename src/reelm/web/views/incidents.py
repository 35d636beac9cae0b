"""How is an incident shown?"""

from datetime import date, datetime

from pydantic import AwareDatetime, BaseModel, Field

from reelm.kernel.data_classes import DataClass
from reelm.law import Standing
from reelm.privacy.incidents import Duty, Facts, Incident, Kind, Step


class FactsView(BaseModel):
    """What is known of an incident, whole. Name nobody in it: counts, classes, and what happened.

    `people` counts by place, as `CA-QC` or `FR`. `is_serious`: whether there is a real risk of harm; `null` while
    that is not decided, and then every duty stands.
    """

    information: list[DataClass]
    information_unknown: str = ""
    circumstances: str
    began_on: date
    ended_on: date | None = None
    noticed_at: AwareDatetime
    people: dict[str, int] = Field(min_length=1)
    risk: str
    measures: str
    is_serious: bool | None = None

    def facts(self) -> Facts:
        return Facts(
            information=tuple(self.information),
            information_unknown=self.information_unknown,
            circumstances=self.circumstances,
            began_on=self.began_on,
            ended_on=self.ended_on,
            noticed_at=self.noticed_at,
            people=self.people,
            risk=self.risk,
            measures=self.measures,
            is_serious=self.is_serious,
        )

    @classmethod
    def of(cls, facts: Facts) -> "FactsView":
        return cls.model_validate(facts, from_attributes=True)


class StepView(BaseModel):
    """One line of the register; `entry` is its entry in the log."""

    kind: Kind
    at: datetime
    written_at: datetime
    entry: str
    law: str | None
    facts: FactsView | None

    @classmethod
    def of(cls, step: Step) -> "StepView":
        return cls(
            kind=step.kind,
            at=step.at,
            written_at=step.written_at,
            entry=step.entry,
            law=step.law,
            facts=FactsView.of(step.facts) if step.facts else None,
        )


class DutyView(BaseModel):
    """Whom to tell, by when; `by_law`: the limit is the law's own, and not Reelm's 72 hours."""

    law: str
    names: dict[str, str]
    authority: dict[str, str]
    people: int
    due_at: datetime
    by_law: bool
    told_at: datetime | None
    standing: Standing | None

    @classmethod
    def of(cls, duty: Duty, now: datetime) -> "DutyView":
        return cls(
            law=duty.law.code,
            names=dict(duty.law.names),
            authority=dict(duty.law.authority),
            people=duty.people,
            due_at=duty.due_at,
            by_law=duty.by_law,
            told_at=duty.told_at,
            standing=duty.standing(now),
        )


class IncidentView(BaseModel):
    """One incident: as it is known now, whom to tell, and every line of the register about it."""

    code: str
    facts: FactsView
    duties: list[DutyView]
    people_told_at: datetime | None
    steps: list[StepView]

    @classmethod
    def of(cls, incident: Incident, duties: tuple[Duty, ...], now: datetime) -> "IncidentView":
        return cls(
            code=incident.code,
            facts=FactsView.of(incident.facts),
            duties=[DutyView.of(duty, now) for duty in duties],
            people_told_at=incident.people_told_at,
            steps=[StepView.of(step) for step in incident.steps],
        )


class IncidentList(BaseModel):
    """The whole register, the newest first."""

    items: list[IncidentView]
