"""Who may do what on the way to somebody's private data, and until when? Decided here only, over plain data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reelm.access.errors import (
    AccessNotOpen,
    AccessNotYours,
    AccessOpenedElsewhere,
    AccessOver,
    ClassesNotListed,
    CountryMayNot,
    MinutesNotAllowed,
    OwnDataNotHere,
    ReasonNotListed,
    RoleMayNot,
    SecondPersonNeeded,
)
from reelm.access.model import Request, Staff, State, Wish
from reelm.kernel.data_classes import DataClass
from reelm.kernel.errors import Problem
from reelm.kernel.ids import AccountId
from reelm.kernel.roles import Role
from reelm.ledger import Reason

MIN_MINUTES, MAX_MINUTES, BREAK_GLASS_MAX_MINUTES = 5, 240, 60
OPEN_WITHIN = timedelta(hours=24)
REVIEW_WITHIN = timedelta(hours=72)
CLOCKS_DIFFER_BY = timedelta(minutes=1)
# What can be asked for. Passwords, tokens and addresses of devices nobody can ask for.
CLASSES = (
    DataClass.EMAIL,
    DataClass.BIRTH_DATE,
    DataClass.LOCATION,
    DataClass.LANGUAGE,
    DataClass.BEHAVIOR,
    DataClass.VIEW_TIME,
    DataClass.SOCIAL,
    DataClass.PRIVATE_CONTENT,
)


class Step(StrEnum):
    """What somebody may want to do."""

    LIST = "list"
    ASK = "ask"
    BREAK_GLASS = "break-glass"
    DECIDE = "decide"
    OPEN = "open"
    READ = "read"
    END = "end"
    REVIEW = "review"


class Relation(StrEnum):
    """How they stand to the request: they asked for it, it is about them, or neither."""

    ASKER = "asker"
    SUBJECT = "subject"
    OTHER = "other"


_STAFF = frozenset({Role.MODERATOR, Role.OPERATOR})
_OPERATORS = frozenset({Role.OPERATOR})
_ROLES: Mapping[Step, frozenset[Role]] = {
    Step.LIST: _STAFF | {Role.AUDITOR},
    Step.ASK: _STAFF,
    Step.BREAK_GLASS: _OPERATORS,
    Step.DECIDE: _OPERATORS,
    Step.OPEN: _STAFF,
    Step.READ: _STAFF,
    Step.END: _OPERATORS,
    Step.REVIEW: _OPERATORS | {Role.AUDITOR},
}
_REFUSED_RELATIONS: Mapping[Step, Mapping[Relation, type[Problem]]] = {
    Step.LIST: {},
    Step.ASK: {Relation.SUBJECT: OwnDataNotHere},
    Step.BREAK_GLASS: {Relation.SUBJECT: OwnDataNotHere},
    Step.DECIDE: {Relation.ASKER: SecondPersonNeeded, Relation.SUBJECT: OwnDataNotHere},
    Step.OPEN: {Relation.SUBJECT: AccessNotYours, Relation.OTHER: AccessNotYours},
    Step.READ: {Relation.SUBJECT: AccessNotYours, Relation.OTHER: AccessNotYours},
    Step.END: {Relation.SUBJECT: OwnDataNotHere},
    Step.REVIEW: {Relation.ASKER: SecondPersonNeeded, Relation.SUBJECT: OwnDataNotHere},
}
# Seeing something on a screen abroad is passing it on abroad (EDPB guidelines 05/2021), however often it is approved.
_NOT_ABROAD = frozenset({Step.ASK, Step.BREAK_GLASS, Step.OPEN, Step.READ})


def find_refusal(step: Step, role: Role, relation: Relation) -> type[Problem] | None:
    """Why this step is not theirs; `None` where it is. Whoever has an access may always end it.

    >>> find_refusal(Step.DECIDE, Role.OPERATOR, Relation.ASKER).slug()
    'second-person-needed'
    """
    if step is Step.END and relation is Relation.ASKER:
        return None
    if role not in _ROLES[step]:
        return RoleMayNot
    return _REFUSED_RELATIONS[step].get(relation)


def find_refusal_of(step: Step, by: Staff, relation: Relation) -> type[Problem] | None:
    """`find_refusal`, and `CountryMayNot` for steps that lead to seeing something, from where nothing may be seen."""
    refusal = find_refusal(step, by.role, relation)
    return CountryMayNot if refusal is None and by.is_abroad and step in _NOT_ABROAD else refusal


def check(step: Step, by: Staff, relation: Relation) -> None:
    """Raises what `find_refusal_of` finds."""
    refusal = find_refusal_of(step, by, relation)
    if refusal is not None:
        raise refusal()


def relation_of(who: AccountId, request: Request) -> Relation:
    """How `who` stands to this request."""
    if who == request.asked_by:
        return Relation.ASKER
    return Relation.SUBJECT if who == request.subject else Relation.OTHER


def may_see(role: Role, relation: Relation) -> bool:
    """Operators and auditors see every request, moderators their own."""
    return role in (Role.OPERATOR, Role.AUDITOR) or (role is Role.MODERATOR and relation is Relation.ASKER)


def check_wish(
    subject: AccountId, *, reason: str, classes: Iterable[str], minutes: int, break_glass: bool = False
) -> Wish:
    """What is asked for, understood. Raises `ReasonNotListed`, `ClassesNotListed`, `MinutesNotAllowed`."""
    if reason not in list(Reason):
        raise ReasonNotListed(offered=", ".join(Reason))
    wanted = frozenset(classes)
    if not wanted or not wanted <= frozenset(CLASSES):
        raise ClassesNotListed(offered=", ".join(CLASSES))
    maximum = BREAK_GLASS_MAX_MINUTES if break_glass else MAX_MINUTES
    if not MIN_MINUTES <= minutes <= maximum:
        raise MinutesNotAllowed(minimum=MIN_MINUTES, maximum=maximum)
    return Wish(subject, Reason(reason), frozenset(map(DataClass, wanted)), minutes)


def is_over(request: Request, at: datetime) -> bool:
    """Whether its time has run out, or was not used in time.

    A clock that stands before what is known to have happened was set back: how much time is left cannot be told
    any more, so none is. Machines may differ by `CLOCKS_DIFFER_BY`.
    """
    if request.state is State.APPROVED:
        known, until = request.decided_at, request.decided_at and request.decided_at + OPEN_WITHIN
    elif request.state is State.OPEN:
        known, until = request.last_read_at or request.opened_at, request.ends_at
    else:
        return request.state is State.ENDED
    return known is None or until is None or until <= at or at + CLOCKS_DIFFER_BY < known


def find_read_refusal(request: Request, by: Staff, at: datetime) -> type[Problem] | None:
    """Why nothing is shown to `by` at this moment; `None` where it may be."""
    refusal = find_refusal_of(Step.READ, by, relation_of(by.id, request))
    if refusal is None and request.break_glass:
        refusal = find_refusal_of(Step.BREAK_GLASS, by, Relation.OTHER)
    if refusal is not None:
        return refusal
    if is_over(request, at) or request.subject is None:
        return AccessOver
    if request.state is not State.OPEN:
        return AccessNotOpen
    return AccessOpenedElsewhere if request.session != by.session else None


def is_review_due(request: Request) -> bool:
    """Whether somebody else has to judge it now."""
    return request.break_glass and request.state is State.ENDED and request.reviewed_at is None


def is_overdue(request: Request, at: datetime) -> bool:
    """Whether nobody did so in time."""
    return request.break_glass and request.reviewed_at is None and request.review_by is not None and (
        request.review_by <= at
    )  # fmt: skip


@dataclass(frozen=True)
class Powers:
    """What somebody may do with a request at this moment."""

    approve: bool
    refuse: bool
    open: bool
    end: bool
    review: bool
    read: bool


def list_powers(request: Request, by: Staff, at: datetime) -> Powers:
    """What `by` may do with this request at `at`."""
    relation, over = relation_of(by.id, request), is_over(request, at)

    def may(step: Step) -> bool:
        return find_refusal_of(step, by, relation) is None

    decide = request.state is State.ASKED and may(Step.DECIDE)
    running = request.state in (State.ASKED, State.APPROVED, State.OPEN) and not over
    return Powers(
        approve=decide,
        refuse=decide,
        open=request.state is State.APPROVED and not over and may(Step.OPEN),
        end=running and may(Step.END),
        review=is_review_due(request) and may(Step.REVIEW),
        read=find_read_refusal(request, by, at) is None,
    )
