"""How is staff access shown?"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from reelm import access
from reelm.accounts import Person
from reelm.bootstrap import PrivateData
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId
from reelm.ledger import Reason
from reelm.web.views.people import PersonView

People = Mapping[AccountId, Person]


class CollectionView(BaseModel):
    """Private data that is looked at together, and its classes."""

    name: str
    classes: list[DataClass]


class TermsView(BaseModel):
    """What staff can ask for, and for how long."""

    reasons: list[Reason]
    collections: list[CollectionView]
    classes: list[DataClass]
    min_minutes: int
    max_minutes: int
    break_glass_max_minutes: int
    review_hours: int

    @classmethod
    def of(cls, collections: tuple[PrivateData, ...]) -> "TermsView":
        return cls(
            reasons=list(Reason),
            collections=[
                CollectionView(name=one.name, classes=sorted(one.collection.classes)) for one in collections
            ],
            classes=list(access.CLASSES),
            min_minutes=access.MIN_MINUTES,
            max_minutes=access.MAX_MINUTES,
            break_glass_max_minutes=access.BREAK_GLASS_MAX_MINUTES,
            review_hours=int(access.REVIEW_WITHIN.total_seconds() // 3600),
        )


class ReviewView(BaseModel):
    """How a break-glass access was judged; `overdue` once nobody did so by `due_at`."""

    due_at: datetime
    reviewed_at: datetime | None
    reviewed_by: PersonView | None
    finding: access.Finding | None
    overdue: bool


class PowersView(BaseModel):
    """What the caller may do with the request now."""

    approve: bool
    refuse: bool
    open: bool
    end: bool
    review: bool
    read: bool


class RequestView(BaseModel):
    """A request for access. Whoever was forgotten since is null."""

    id: UUID
    state: access.State
    subject: PersonView | None
    asked_by: PersonView | None
    decided_by: PersonView | None
    reason: Reason
    classes: list[DataClass]
    minutes: int
    break_glass: bool
    asked_at: datetime
    decided_at: datetime | None
    opened_at: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None
    end_cause: access.EndCause | None
    reads: int
    review: ReviewView | None
    may: PowersView

    @classmethod
    def of(
        cls, request: access.Request, by: access.Staff, people: People, *, realm: str, at: datetime
    ) -> "RequestView":
        def show(id: AccountId | None) -> PersonView | None:
            return PersonView.of(people[id], realm) if id and id in people else None

        powers = access.list_powers(request, by, at)
        return cls(
            id=request.id,
            state=request.state,
            subject=show(request.subject),
            asked_by=show(request.asked_by),
            decided_by=show(request.decided_by),
            reason=request.reason,
            classes=sorted(request.classes),
            minutes=request.minutes,
            break_glass=request.break_glass,
            asked_at=request.asked_at,
            decided_at=request.decided_at,
            opened_at=request.opened_at,
            ends_at=request.ends_at,
            ended_at=request.ended_at,
            end_cause=request.end_cause,
            reads=request.reads,
            review=request.review_by
            and ReviewView(
                due_at=request.review_by,
                reviewed_at=request.reviewed_at,
                reviewed_by=show(request.reviewed_by),
                finding=request.finding,
                overdue=access.is_overdue(request, at),
            ),
            may=PowersView(
                approve=powers.approve,
                refuse=powers.refuse,
                open=powers.open,
                end=powers.end,
                review=powers.review,
                read=powers.read,
            ),
        )


class RequestPage(BaseModel):
    """`overdue` break-glass accesses, of the whole realm, wait for their review for too long."""

    items: list[RequestView]
    next_cursor: str | None
    overdue: int


class FieldView(BaseModel):
    """One value and its class of data."""

    name: str
    data_class: DataClass = Field(alias="class")
    value: str | int | bool | None

    @classmethod
    def of(cls, field: access.Field) -> "FieldView":
        value = field.value
        if isinstance(value, (datetime, date)):
            value = value.isoformat()
        elif not isinstance(value, (int, bool, type(None))):
            value = str(value)
        return cls.model_validate({"name": field.name, "class": field.data_class, "value": value})


class SightView(BaseModel):
    """What was seen, and where the log tells of it. A profile has `fields`, everything else `rows` of them."""

    collection: str
    person: PersonView
    fields: list[FieldView] | None
    rows: list[list[FieldView]] | None
    entry_id: str | None
    index: int | None

    @classmethod
    def of(cls, sight: access.Sight, person: Person, realm: str) -> "SightView":
        rows = [[FieldView.of(field) for field in row] for row in sight.rows]
        return cls(
            collection=sight.collection,
            person=PersonView.of(person, realm),
            fields=(rows[0] if rows else []) if sight.is_single else None,
            rows=None if sight.is_single else rows,
            entry_id=sight.entry,
            index=sight.index,
        )
