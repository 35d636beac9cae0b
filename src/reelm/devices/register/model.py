"""The plain data of the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from reelm.devices.document import SignedDecision, read_decision
from reelm.devices.model import Decision, InWords
from reelm.devices.states import History, Review, State, review_due, state_at
from reelm.kernel.ids import ExceptionId, OrganisationId, StaffId

By = Literal["service", "staff"]


class ReviewRecord(BaseModel):
    """What a review says: why the decision is kept, and what is answered to each reply, by the reply's id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: InWords
    answers: dict[str, InWords] = {}


@dataclass(frozen=True)
class Reviewed:
    """A review that was written down."""

    at: datetime
    until: datetime
    record: ReviewRecord
    entry: str | None = None


@dataclass(frozen=True)
class Said:
    """A reply. `domain` is that of the service; somebody who is bound is not named."""

    id: UUID
    by: By
    domain: str | None
    words: str
    at: datetime
    entry: str | None = None


@dataclass(frozen=True)
class Filed:
    """One version of a decision as it was signed, and what was done with it. `document` is in canonical form."""

    id: UUID
    version: int
    organisation: OrganisationId
    digest: str
    document: bytes
    filed_at: datetime
    asked_at: datetime | None = None
    published_at: datetime | None = None
    replaced_at: datetime | None = None
    lifted_at: datetime | None = None
    lifted_because: str | None = None
    lapsed_at: datetime | None = None
    entries: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    reviews: Sequence[Reviewed] = ()

    @cached_property
    def signed(self) -> SignedDecision:
        return read_decision(self.document)

    @property
    def decision(self) -> Decision:
        return self.signed.decision

    @property
    def history(self) -> History:
        """One that another version takes the place of is lifted by that."""
        ends = [at for at in (self.lifted_at, self.replaced_at) if at is not None]
        reviews = [Review(one.at, one.until) for one in self.reviews]
        return History(self.asked_at, self.published_at, reviews, min(ends) if ends else None)

    def state(self, now: datetime) -> State:
        return state_at(self.decision, self.history, now)

    def review_due(self, now: datetime) -> datetime:
        return review_due(self.decision, self.history, now)

    def is_live(self, now: datetime) -> bool:
        """Whether it is published and not over: it binds, or will."""
        return self.state(now) in {State.PUBLISHED, State.IN_FORCE, State.UNDER_REVIEW}

    def changes_at(self, now: datetime) -> list[datetime]:
        """When its state changes by itself, after `now`."""
        moments = [self.decision.stages.deadline_at, self.review_due(now), self.replaced_at]
        return [at for at in moments if at is not None and at > now]

    def with_reviews(self, reviews: Sequence[Reviewed]) -> "Filed":
        return replace(self, reviews=tuple(reviews))


@dataclass(frozen=True)
class Excepted:
    """An exception, asked for, granted or not, for one device or one person."""

    id: ExceptionId
    decision: UUID
    organisation: OrganisationId
    device: UUID | None
    person: UUID | None
    purpose: str
    mitigations: tuple[int, ...]
    until: datetime
    asked_by: StaffId
    asked_at: datetime
    decided_by: StaffId | None = None
    decided_at: datetime | None = None
    granted: bool | None = None
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it excepts now."""
        is_granted = bool(self.granted) and self.decided_at is not None and self.decided_at <= now
        return is_granted and now < self.until and (self.revoked_at is None or now < self.revoked_at)


@dataclass(frozen=True)
class Telling:
    """Somebody was shown a decision on a device of theirs."""

    decision: UUID
    version: int
    language: str
    told_at: datetime
    acknowledged_at: datetime | None
