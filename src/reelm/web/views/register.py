"""What shape has a decision in an answer?"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel

from reelm.devices import Compliance, InWords, State
from reelm.devices.register import Difference, Event, Excepted, Filed, Reached, Said
from reelm.kernel.ids import EntryId


class LineView(BaseModel):
    """A decision in a list. It lapses at `review_by` unless it is reviewed; `about_us`: whether it names Reelm.
    `code` is the organisation's here, where its keys are.
    """

    id: UUID
    version: int
    organisation: str
    code: str
    app: str
    state: State
    notice_at: datetime
    deadline_at: datetime
    review_by: datetime
    sha256: str
    about_us: bool

    @classmethod
    def of(cls, filed: Filed, now: datetime, *, code: str, about_us: bool) -> "LineView":
        decision = filed.decision
        return cls(
            id=filed.id,
            version=filed.version,
            organisation=decision.authority.organisation,
            code=code,
            app=decision.app.name,
            state=filed.state(now),
            notice_at=decision.stages.notice_at,
            deadline_at=decision.stages.deadline_at,
            review_by=filed.review_due(now),
            sha256=filed.digest,
            about_us=about_us,
        )


class ReplyView(BaseModel):
    """What the service, or somebody who is bound and not named, answered."""

    id: UUID
    by: str
    domain: str | None
    words: str
    at: datetime
    entry: str | None

    @classmethod
    def of(cls, said: Said) -> "ReplyView":
        return cls(id=said.id, by=said.by, domain=said.domain, words=said.words, at=said.at, entry=said.entry)


class ReviewView(BaseModel):
    """A review: why it was kept until when, and what was answered to whom, by the id of the reply."""

    at: datetime
    until: datetime
    reason: InWords
    answers: dict[str, InWords]
    entry: str | None


class EventView(BaseModel):
    """A step, the id of its entry in the log, and where that stands there once it is published."""

    what: str
    at: datetime
    version: int
    entry: str | None
    index: int | None

    @classmethod
    def of(cls, event: Event, places: Mapping[EntryId, int | None]) -> "EventView":
        index = places.get(EntryId(event.entry)) if event.entry else None
        return cls(what=event.what, at=event.at, version=event.filed.version, entry=event.entry, index=index)


class FiguresView(BaseModel):
    """Devices by how they stand; `null` for what is not told because it is so few. `about` is the rounded sum."""

    states: dict[Compliance, int | None]
    about: int


class DecisionView(BaseModel):
    """A decision with all that happened to it. `document` is what was signed, with its signature."""

    line: LineView
    document: dict[str, Any]
    lifted_because: InWords | None
    replies: list[ReplyView]
    reviews: list[ReviewView]
    history: list[EventView]
    versions: list[int]
    figures: FiguresView | None

    @classmethod
    def of(
        cls,
        line: LineView,
        filed: Filed,
        replies: Sequence[Said],
        events: Sequence[Event],
        places: Mapping[EntryId, int | None],
        versions: Sequence[int],
        figures: FiguresView | None,
    ) -> "DecisionView":
        reviews = [
            ReviewView(
                at=one.at, until=one.until, reason=one.record.reason, answers=one.record.answers, entry=one.entry
            )
            for one in filed.reviews
        ]
        return cls(
            line=line,
            document=orjson.loads(filed.document),
            lifted_because=orjson.loads(filed.lifted_because) if filed.lifted_because else None,
            replies=[ReplyView.of(one) for one in replies],
            reviews=reviews,
            history=[EventView.of(one, places) for one in events],
            versions=list(versions),
            figures=figures,
        )


class DifferenceView(BaseModel):
    """A field that two versions have otherwise."""

    path: str
    before: Any
    after: Any

    @classmethod
    def of(cls, one: Difference) -> "DifferenceView":
        return cls(path=one.path, before=one.before, after=one.after)


class ExceptionView(BaseModel):
    """An exception, to those who act for the organisation."""

    id: UUID
    decision: UUID
    device: UUID | None
    person: UUID | None
    purpose: str
    mitigations: list[int]
    until: datetime
    asked_at: datetime
    decided_at: datetime | None
    granted: bool | None
    revoked_at: datetime | None
    holds: bool

    @classmethod
    def of(cls, one: Excepted, now: datetime) -> "ExceptionView":
        return cls(
            id=one.id,
            decision=one.decision,
            device=one.device,
            person=one.person,
            purpose=one.purpose,
            mitigations=list(one.mitigations),
            until=one.until,
            asked_at=one.asked_at,
            decided_at=one.decided_at,
            granted=one.granted,
            revoked_at=one.revoked_at,
            holds=one.holds(now),
        )


class ReachedView(BaseModel):
    """How many of the people whom a decision binds were shown it, and said so; `not_told` are the others' ids."""

    people: int
    told: int
    acknowledged: int
    not_told: list[UUID]

    @classmethod
    def of(cls, reached: Reached) -> "ReachedView":
        return cls(
            people=reached.people,
            told=reached.told,
            acknowledged=reached.acknowledged,
            not_told=list(reached.not_told),
        )


class FileView(BaseModel):
    """A file that enforces a decision in some program."""

    path: str
    size_bytes: int
    sha256: str

    @classmethod
    def of(cls, path: str, content: bytes) -> "FileView":
        return cls(path=path, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
