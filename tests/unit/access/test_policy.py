"""Who may do what on the way to private data: every role, every step, every relation, against a table by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.access.errors import ClassesNotListed, CountryMayNot, MinutesNotAllowed, ReasonNotListed
from reelm.access.model import Request, Staff, State
from reelm.access.policy import (
    CLASSES,
    Relation,
    Step,
    check_wish,
    find_read_refusal,
    find_refusal,
    find_refusal_of,
    is_over,
    is_overdue,
    list_powers,
    may_see,
    relation_of,
)
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccessId, AccountId, SessionId, new_uuid, public_id
from reelm.kernel.roles import Role
from reelm.ledger import Reason

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ASKER, SUBJECT, OTHER = Relation.ASKER, Relation.SUBJECT, Relation.OTHER
MODERATOR, OPERATOR, AUDITOR = Role.MODERATOR, Role.OPERATOR, Role.AUDITOR

# step: who may, as role and relation. Whatever isn't here is refused.
ALLOWED: dict[Step, set[tuple[Role, Relation]]] = {
    Step.LIST: set(product((MODERATOR, OPERATOR, AUDITOR), Relation)),
    Step.ASK: set(product((MODERATOR, OPERATOR), (ASKER, OTHER))),
    Step.BREAK_GLASS: {(OPERATOR, ASKER), (OPERATOR, OTHER)},
    Step.DECIDE: {(OPERATOR, OTHER)},
    Step.OPEN: {(MODERATOR, ASKER), (OPERATOR, ASKER)},
    Step.READ: {(MODERATOR, ASKER), (OPERATOR, ASKER)},
    Step.END: {(role, ASKER) for role in Role} | {(OPERATOR, OTHER)},
    Step.REVIEW: {(OPERATOR, OTHER), (AUDITOR, OTHER)},
}


@pytest.mark.parametrize("step", Step)
def test_who_may_take_which_step(step: Step) -> None:
    allowed = {pair for pair in product(Role, Relation) if find_refusal(step, *pair) is None}
    assert allowed == ALLOWED[step]


@pytest.mark.parametrize(
    ("step", "role", "relation", "slug"),
    [
        (Step.DECIDE, OPERATOR, ASKER, "second-person-needed"),
        (Step.DECIDE, OPERATOR, SUBJECT, "own-data-not-here"),
        (Step.DECIDE, AUDITOR, OTHER, "role-may-not"),
        (Step.ASK, OPERATOR, SUBJECT, "own-data-not-here"),
        (Step.READ, OPERATOR, OTHER, "access-not-yours"),
        (Step.READ, Role.VIEWER, ASKER, "role-may-not"),
        (Step.REVIEW, AUDITOR, ASKER, "second-person-needed"),
    ],
)
def test_a_refusal_says_why(step: Step, role: Role, relation: Relation, slug: str) -> None:
    refusal = find_refusal(step, role, relation)
    assert refusal is not None
    assert refusal.slug() == slug


@pytest.mark.parametrize("step", Step)
def test_from_abroad_nobody_takes_a_step_that_leads_to_seeing_something(step: Step) -> None:
    shows = step in {Step.ASK, Step.BREAK_GLASS, Step.OPEN, Step.READ}
    for role, relation in product(Role, Relation):
        by = Staff(AccountId(new_uuid()), role, SessionId(new_uuid()), "US", is_abroad=True)
        here, abroad = find_refusal(step, role, relation), find_refusal_of(step, by, relation)
        assert abroad is (CountryMayNot if here is None and shows else here)


def test_who_sees_a_request() -> None:
    seen = {pair for pair in product(Role, Relation) if may_see(*pair)}
    assert seen == {(MODERATOR, ASKER), *product((OPERATOR, AUDITOR), Relation)}


def make_request(state: State = State.OPEN, **more: object) -> Request:
    request = Request(
        id=AccessId(new_uuid()),
        subject=AccountId(new_uuid()),
        asked_by=AccountId(new_uuid()),
        reason=Reason.ABUSE_REPORT,
        classes=frozenset({DataClass.EMAIL}),
        minutes=30,
        break_glass=False,
        state=state,
        asked_at=NOW,
        decided_at=NOW,
        session=SessionId(new_uuid()),
        opened_at=NOW,
        ends_at=NOW + timedelta(minutes=30),
    )
    return replace(request, **more)  # pyright: ignore[reportArgumentType]


def asker_of(request: Request, role: Role = OPERATOR) -> Staff:
    assert request.asked_by
    assert request.session
    return Staff(request.asked_by, role, request.session, "FR", is_abroad=False)


def test_an_open_access_is_read_by_its_asker_in_its_session_in_its_time() -> None:
    request = make_request()
    mine = asker_of(request)
    assert find_read_refusal(request, mine, NOW) is None
    last = NOW + timedelta(minutes=30) - timedelta(microseconds=1)
    assert find_read_refusal(request, mine, last) is None
    for by, at, slug in (
        (mine, NOW + timedelta(minutes=30), "access-over"),
        (mine, NOW - timedelta(minutes=2), "access-over"),
        (replace(mine, session=SessionId(new_uuid())), NOW, "access-opened-elsewhere"),
        (replace(mine, role=Role.VIEWER), NOW, "role-may-not"),
        (replace(mine, id=AccountId(new_uuid())), NOW, "access-not-yours"),
    ):
        refusal = find_read_refusal(request, by, at)
        assert refusal is not None
        assert refusal.slug() == slug


@pytest.mark.parametrize("state", [state for state in State if state is not State.OPEN])
def test_in_no_other_state_is_anything_read(state: State) -> None:
    request = make_request(state)
    assert find_read_refusal(request, asker_of(request), NOW) is not None


def test_broken_glass_is_looked_through_by_operators_only() -> None:
    request = make_request(break_glass=True)
    assert find_read_refusal(request, asker_of(request, OPERATOR), NOW) is None
    assert find_read_refusal(request, asker_of(request, MODERATOR), NOW) is not None


def test_whom_it_was_about_is_gone_and_so_is_the_access() -> None:
    request = make_request(subject=None)
    refusal = find_read_refusal(request, asker_of(request), NOW)
    assert refusal is not None
    assert refusal.slug() == "access-over"


@given(st.integers(-200_000, 200_000), st.integers(0, 1799))
def test_an_access_never_lasts_longer_than_asked(seconds: int, read_after_s: int) -> None:
    request = make_request(last_read_at=NOW + timedelta(seconds=read_after_s))
    if not is_over(request, NOW + timedelta(seconds=seconds)):
        assert read_after_s - 60 <= seconds < 1800


@pytest.mark.parametrize(("hours", "over"), [(0, False), (23, False), (24, True), (-1, True)])
def test_an_approval_lasts_a_day(hours: int, over: bool) -> None:
    assert is_over(make_request(State.APPROVED), NOW + timedelta(hours=hours)) is over


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("relation", Relation)
def test_powers_agree_with_the_rules(state: State, role: Role, relation: Relation) -> None:
    request = make_request(state)
    who = {ASKER: request.asked_by, SUBJECT: request.subject, OTHER: AccountId(new_uuid())}[relation]
    assert who
    assert request.session
    assert relation_of(who, request) is relation
    by = Staff(who, role, request.session, "FR", is_abroad=False)
    powers = list_powers(request, by, NOW)
    assert powers.approve == powers.refuse == (state is State.ASKED and (role, relation) in ALLOWED[Step.DECIDE])
    assert powers.open == (state is State.APPROVED and (role, relation) in ALLOWED[Step.OPEN])
    assert powers.read == (state is State.OPEN and (role, relation) in ALLOWED[Step.READ])
    assert powers.end == (
        state in (State.ASKED, State.APPROVED, State.OPEN) and (role, relation) in ALLOWED[Step.END]
    )
    assert not powers.review
    broken = list_powers(replace(request, break_glass=True), by, NOW)
    assert broken.review == (state is State.ENDED and (role, relation) in ALLOWED[Step.REVIEW])


def test_a_review_is_overdue_from_its_day_on_until_it_is_done() -> None:
    request = make_request(State.ENDED, break_glass=True, review_by=NOW)
    assert not is_overdue(request, NOW - timedelta(seconds=1))
    assert is_overdue(request, NOW)
    assert not is_overdue(replace(request, reviewed_at=NOW), NOW + timedelta(days=9))


def test_a_wish_is_of_listed_things_only() -> None:
    someone = AccountId(new_uuid())
    wish = check_wish(someone, reason="security-incident", classes=[*CLASSES, CLASSES[0]], minutes=240)
    assert (wish.classes, wish.reason) == (frozenset(CLASSES), Reason.SECURITY_INCIDENT)
    with pytest.raises(ReasonNotListed):
        check_wish(someone, reason="", classes=CLASSES, minutes=30)
    for classes in ([], ["user"], [DataClass.PASSWORD], [DataClass.DEVICE], [DataClass.EMAIL, "x"]):
        with pytest.raises(ClassesNotListed):
            check_wish(someone, reason="legal-obligation", classes=classes, minutes=30)
    for minutes, break_glass in ((4, False), (241, False), (61, True), (0, True), (-5, False)):
        with pytest.raises(MinutesNotAllowed):
            check_wish(someone, reason="legal-obligation", classes=CLASSES, minutes=minutes, break_glass=break_glass)


def test_what_can_be_asked_for_is_private_and_no_secret() -> None:
    assert all(one.is_private for one in CLASSES)
    assert {one for one in DataClass if one.is_private} - set(CLASSES) == {DataClass.PASSWORD, DataClass.DEVICE}


@given(st.uuids())
def test_a_public_id_is_of_the_form_that_entries_take(id: object) -> None:
    text = public_id(AccessId(id))  # pyright: ignore[reportArgumentType]
    assert len(text) == 22
    assert text.replace("-", "").replace("_", "").isalnum()
