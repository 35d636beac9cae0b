"""What shape has a managed device in an answer?"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from reelm.devices import Compliance, Enrolment, Ownership, Platform, State
from reelm.devices.enrolling import Enrolled, list_visible
from reelm.devices.register import Told
from reelm.devices.reporting import Standing


class VisibleView(BaseModel):
    """What the organisation sees of a device, what is done on it, and what is not seen; words of a closed list."""

    seen: list[str]
    done: list[str]
    not_seen: list[str]


class DeviceView(BaseModel):
    """A device, to whoever has it."""

    id: UUID
    code: str
    organisation: str
    organisation_name: str
    platform: Platform
    enrolment: Enrolment
    ownership: Ownership
    enrolled_at: datetime | None
    consented_at: datetime | None
    may_leave: bool
    visible: VisibleView

    @classmethod
    def of(cls, device: Enrolled) -> "DeviceView":
        visible = list_visible(device.platform, device.enrolment, device.ownership)
        return cls(
            id=device.id,
            code=device.code,
            organisation=device.organisation_code,
            organisation_name=device.organisation_name,
            platform=device.platform,
            enrolment=device.enrolment,
            ownership=device.ownership,
            enrolled_at=device.enrolled_at,
            consented_at=device.consented_at,
            may_leave=device.ownership is Ownership.PERSONAL,
            visible=VisibleView(seen=list(visible.seen), done=list(visible.done), not_seen=list(visible.not_seen)),
        )


class ToldView(BaseModel):
    """A decision as somebody reads it whom it binds, on a device of theirs."""

    id: UUID
    organisation: str
    app: str
    state: State
    language: str
    reason: str
    notice_at: datetime
    deadline_at: datetime
    review_by: datetime
    contact: str
    acknowledged_at: datetime | None

    @classmethod
    def of(cls, told: Told, now: datetime) -> "ToldView":
        decision = told.filed.decision
        return cls(
            id=told.filed.id,
            organisation=decision.authority.organisation,
            app=decision.app.name,
            state=told.filed.state(now),
            language=told.language,
            reason=decision.reason.public[told.language],
            notice_at=decision.stages.notice_at,
            deadline_at=decision.stages.deadline_at,
            review_by=told.filed.review_due(now),
            contact=decision.contact.email,
            acknowledged_at=told.acknowledged_at,
        )


class InvitedView(BaseModel):
    """A code for one device, in the form in which it is typed."""

    code: str
    expires_at: datetime


class StandingView(BaseModel):
    """How a device stands, what said so last, and the id of the log's entry that tells of it.

    `code`: what its organisation calls it, for those who manage its devices.
    """

    device: UUID
    code: str | None
    platform: Platform
    enrolment: Enrolment
    state: Compliance | None
    since: datetime | None
    reported_at: datetime | None
    source: str | None
    entry: str | None

    @classmethod
    def of(cls, one: Standing, *, is_named: bool) -> "StandingView":
        return cls(
            device=one.device,
            code=one.code if is_named else None,
            platform=one.platform,
            enrolment=one.enrolment,
            state=one.state,
            since=one.since,
            reported_at=one.reported_at,
            source=one.source,
            entry=one.entry,
        )


class StandingPage(BaseModel):
    """Some of them, and where the next ones begin."""

    items: list[StandingView]
    next_cursor: str | None
