"""In which state is a decision, at any moment? It follows from its dates and from what was done with it. Pure.

Nobody has to act for a suspension to end: one that was not reviewed in time has lapsed. Somebody has to act, in
writing, for it to go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reelm.devices.model import LONGEST_UNTIL_REVIEW, Decision

# So long before its review is due a decision is under review, whether or not anybody has begun.
REVIEW_OPENS = timedelta(days=30)


class State(StrEnum):
    """Where a decision stands. In force and under review it is enforced, and in no other state."""

    DRAFT = "draft"
    HEARD = "heard"
    PUBLISHED = "published"
    IN_FORCE = "in-force"
    UNDER_REVIEW = "under-review"
    LIFTED = "lifted"
    LAPSED = "lapsed"

    @property
    def is_enforced(self) -> bool:
        return self in {State.IN_FORCE, State.UNDER_REVIEW}


@dataclass(frozen=True)
class Review:
    """Somebody looked again at `at` and kept the decision until `until`."""

    at: datetime
    until: datetime


@dataclass(frozen=True)
class History:
    """What was done with a decision: the service and staff were asked, it was published, reviewed, lifted."""

    asked_at: datetime | None = None
    published_at: datetime | None = None
    reviews: Sequence[Review] = ()
    lifted_at: datetime | None = None


def review_due(decision: Decision, history: History, now: datetime) -> datetime:
    """When it lapses unless it is reviewed. A review counts that came in time, and none keeps it for over a year.

    What came too late renews nothing: there is nothing left to renew.
    """
    due = decision.stages.review_at
    for review in sorted(history.reviews, key=lambda one: one.at):
        if review.at <= now and review.at < due:
            due = max(due, min(review.until, review.at + LONGEST_UNTIL_REVIEW))
    return due


def state_at(decision: Decision, history: History, now: datetime) -> State:
    """The state at `now`: the first of lifted, not published yet, lapsed, not yet due, in force."""
    published = _is_past(history.published_at, now)
    if _is_past(history.lifted_at, now):
        return State.LIFTED
    if not published:
        return State.HEARD if _is_past(history.asked_at, now) else State.DRAFT
    due = review_due(decision, history, now)
    if now >= due:
        return State.LAPSED
    if now < decision.stages.deadline_at:
        return State.PUBLISHED
    return State.UNDER_REVIEW if now >= due - REVIEW_OPENS else State.IN_FORCE


def _is_past(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
