"""The policies let through what was promised and nothing else: every class, route, purpose and age, one by one."""

from csv import DictReader
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.permitted import FEWEST, FIELDS, PERMITTED, REALMS, TABLE, TOLD

from reelm.gateway import Kind, Message, Rules, read_rules
from reelm.gateway.model import TERMS
from reelm.gateway.policy import DEFAULT_DENY, NOT_ASSESSED
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import RealmCode
from reelm.ledger import Purpose

POLICIES = Path("deploy/policies")
EU, QC = RealmCode("eu"), RealmCode("ca-qc")
TODAY, TOO_LATE, TOO_EARLY = date(2026, 12, 1), date(2027, 11, 2), date(2026, 11, 1)
FORBID_ALL = b'@id("closed") forbid (principal, action, resource);'
NO = {
    "minors-stay-home",
    "never",
    "home-is-not-abroad",
    "no-transfer-without-assessment",
    DEFAULT_DENY,
}


def read_files() -> dict[str, bytes]:
    return {
        path.relative_to(POLICIES).as_posix(): path.read_bytes() for path in POLICIES.rglob("*") if path.is_file()
    }


@cache
def rules() -> Rules:
    return read_rules(read_files())


@cache
def closed() -> Rules:
    return read_rules(read_files() | {"closed.cedar": FORBID_ALL})


def read_table() -> list[dict[str, str]]:
    with Path(TABLE).open(encoding="utf-8", newline="") as file:
        return list(DictReader(file))


def test_the_policies_agree_with_every_row_of_the_table() -> None:
    wrong: list[str] = []
    for row in read_table():
        allowed, named = rules().may_disclose(
            DataClass(row["class"]),
            RealmCode(row["from"]),
            RealmCode(row["to"]),
            Purpose(row["purpose"]),
            minor=row["minor"] == "yes",
            assessed=row["assessed"] == "yes",
        )
        if allowed is not (row["may"] == "yes") or (not allowed and not NO & set(named)):
            wrong.append(f"{row} {named}")
    assert wrong == []


def test_the_table_has_every_combination_once() -> None:
    told = [tuple(row.values())[:6] for row in read_table()]
    classes, purposes = [one.value for one in DataClass], [one.value for one in Purpose]
    whole = set(product(classes, purposes, REALMS, REALMS, ("yes", "no"), ("yes", "no")))
    assert len(told) == len(set(told)) == len(whole)
    assert set(told) == whole


def test_what_was_said_by_hand_names_only_classes_and_purposes_there_are() -> None:
    assert {Purpose(name) for name in PERMITTED} <= set(Purpose)
    assert {DataClass(one) for classes in PERMITTED.values() for one in classes} == set(DataClass)


def test_what_must_never_cross_crosses_only_with_whoever_moves() -> None:
    """As the issue lists it: messages, drafts, e-mail, addresses, watch history."""
    never = {"user.content.private", "user.contact.email", "user.behavior", "reelm.user.behavior.view_time"}
    assert {
        row["purpose"] for row in read_table() if row["class"] in never | {"user.device"} and row["may"] == "yes"
    } == {"relocation"}


def make_message(kind: Kind, fields: frozenset[str] | None = None) -> Message:
    chosen = FIELDS[kind] if fields is None else fields
    return Message(kind, dict.fromkeys(chosen, ""), told=True, people=FEWEST.get(kind, 0))


def may_cross(message: Message, *, among: Rules | None = None, today: date = TODAY) -> bool:
    return (among or rules()).decide(message, from_=EU, to=QC, today=today).allowed


@pytest.mark.parametrize("kind", Kind)
def test_a_message_crosses_with_exactly_its_fields(kind: Kind) -> None:
    assert may_cross(make_message(kind))
    for one in FIELDS[kind]:
        assert may_cross(make_message(kind, frozenset({one}))), one
    assert may_cross(make_message(kind, frozenset()))
    for pair in combinations(sorted(FIELDS[kind]), 2):
        assert may_cross(make_message(kind, frozenset(pair)))


EVERY_FIELD = frozenset(one for fields in FIELDS.values() for one in fields)
MORE = EVERY_FIELD | {"email", "birth_date", "viewer", "watched_ms", "ip", "", "Text"}


@pytest.mark.parametrize("kind", Kind)
def test_a_message_with_one_field_more_goes_nowhere(kind: Kind) -> None:
    for one in MORE - FIELDS[kind]:
        decision = rules().decide(make_message(kind, FIELDS[kind] | {one}), from_=EU, to=QC, today=TODAY)
        assert (decision.allowed, decision.rules) == (False, (DEFAULT_DENY,)), one
        assert not may_cross(make_message(kind, frozenset({one}))), one


@pytest.mark.parametrize("kind", Kind)
def test_what_a_person_does_crosses_only_once_they_were_told(kind: Kind) -> None:
    assert may_cross(replace(make_message(kind), told=False)) is (kind not in TOLD)


@pytest.mark.parametrize(("people", "may"), [(0, False), (1, False), (49, False), (50, True), (51, True)])
def test_counts_cross_over_fifty_people_and_not_over_fewer(people: int, may: bool) -> None:
    assert may_cross(replace(make_message(Kind.COUNTS), people=people)) is may


@pytest.mark.parametrize("kind", Kind)
def test_nothing_about_somebody_below_18_crosses_unless_they_move(kind: Kind) -> None:
    decision = rules().decide(replace(make_message(kind), minor=True), from_=EU, to=QC, today=TODAY)
    assert decision.allowed is (kind is Kind.RELOCATION)
    if not decision.allowed:
        assert decision.rules == ("minors-stay-home",)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_says_only_classes_its_purpose_permits(kind: Kind) -> None:
    terms = TERMS[kind]
    assert {one.value for one in terms.classes} <= PERMITTED[terms.purpose.value]


@pytest.mark.parametrize("kind", Kind)
def test_nothing_crosses_before_an_assessment_was_made_or_after_it_ran_out(kind: Kind) -> None:
    for day in (TOO_EARLY, TOO_LATE):
        decision = rules().decide(make_message(kind), from_=EU, to=QC, today=day)
        assert (decision.allowed, decision.rules) == (False, (NOT_ASSESSED,))
    assert may_cross(make_message(kind), today=date(2026, 11, 2))
    assert may_cross(make_message(kind), today=date(2027, 11, 1))


def test_without_an_assessment_nothing_crosses_even_if_the_policies_forget_to_say_so() -> None:
    files = read_files() | {"disclose.cedar": b'@id("all") permit (principal, action, resource);'}
    lax = read_rules(files)
    assert may_cross(make_message(Kind.CLIP), among=lax)
    decision = lax.decide(make_message(Kind.CLIP), from_=EU, to=QC, today=TOO_LATE)
    assert (decision.allowed, decision.rules) == (False, (NOT_ASSESSED,))


def test_staff_of_a_route_without_support_are_shown_nothing() -> None:
    look = make_message(Kind.LOOK)
    assert rules().decide(look, from_=EU, to=QC, today=TODAY).allowed
    assert rules().decide(look, from_=EU, to=RealmCode("us"), today=TODAY).rules == (NOT_ASSESSED,)


def test_nothing_crosses_to_a_realm_nobody_assessed_or_to_itself() -> None:
    for to in (EU, RealmCode("gb"), RealmCode("ap")):
        assert not rules().decide(make_message(Kind.CLIP), from_=EU, to=to, today=TODAY).allowed


realms = st.sampled_from([RealmCode(one) for one in REALMS])
messages = st.builds(
    Message,
    kind=st.sampled_from(Kind),
    fields=st.dictionaries(st.sampled_from(sorted(MORE)), st.none(), max_size=9),
    minor=st.booleans(),
    told=st.booleans(),
    people=st.integers(0, 2**40),
)


@given(messages, realms, realms)
def test_a_forbid_wins_over_every_permit(message: Message, from_: RealmCode, to: RealmCode) -> None:
    decision = closed().decide(message, from_=from_, to=to, today=TODAY)
    assert not decision.allowed
    assert "closed" in decision.rules


@given(messages, realms, realms)
def test_what_crosses_is_what_was_said_by_hand(message: Message, from_: RealmCode, to: RealmCode) -> None:
    decision = rules().decide(message, from_=from_, to=to, today=TODAY)
    promised = (
        from_ != to
        and message.fields.keys() <= FIELDS[message.kind]
        and (message.told or message.kind not in TOLD)
        and message.people >= FEWEST.get(message.kind, 0)
        and (not message.minor or message.kind is Kind.RELOCATION)
        and not (message.kind is Kind.LOOK and "us" in (from_, to))
    )
    assert decision.allowed is promised
    assert decision.rules


@given(st.text(max_size=40), st.text(max_size=40), st.booleans())
def test_an_unknown_class_or_purpose_goes_nowhere(data_class: str, purpose: str, known: bool) -> None:
    """As if somebody had added one and forgotten the policies."""

    class Unknown(str):
        @property
        def value(self) -> str:
            return str(self)

    for one, why in ((Unknown(data_class), Purpose.SERVICE), (Unknown(data_class), Purpose.RELOCATION)):
        if data_class not in set(DataClass):
            answer = rules().may_disclose(one, EU, QC, why, minor=False, assessed=True)  # pyright: ignore[reportArgumentType]
            assert answer == (False, (DEFAULT_DENY,))
    if purpose not in set(Purpose):
        given_class = DataClass.PUBLIC_CONTENT if known else DataClass.SYSTEM
        allowed, _ = rules().may_disclose(given_class, EU, QC, Unknown(purpose), minor=False, assessed=True)  # pyright: ignore[reportArgumentType]
        assert not allowed
