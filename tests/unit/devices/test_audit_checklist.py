"""What the checklist of an audit says is met, what not, and what nobody here can know."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.unit.devices.audited import NOW, PUBLISHED, device, excepted, facts, filed, person, probed

from reelm.devices import Enrolment, Platform
from reelm.devices.auditing import Facts, Item, Met
from reelm.devices.auditing.checklist import judge_items, make_checklist
from reelm.devices.auditing.gaps import list_gaps
from reelm.devices.auditing.gathering import choose_version
from reelm.devices.probing import Outcome

PHONE = device(1)
UNMANAGED = device(2, Platform.ANDROID, Enrolment.UNMANAGED)
SILENT = device(3, has_app=None)
UNSEEN = device(4, enrolment=Enrolment.USER, has_app=None)
ANDROID = device(5, Platform.ANDROID, Enrolment.FULLY_MANAGED)


def judge(told: Facts, item: Item) -> tuple[Met, list[str]]:
    line = next(one for one in judge_items(told) if one.item is item)
    return line.met, [str(one) for one in line.because]


@pytest.mark.parametrize(
    ("devices", "met", "because"),
    [
        ([PHONE, ANDROID], Met.MET, []),
        ([PHONE, UNMANAGED], Met.NOT_MET, ["devices-unmanaged"]),
        ([PHONE, SILENT, UNSEEN], Met.NOT_MET, ["devices-stale", "devices-cannot-be-verified"]),
        ([], Met.NOT_KNOWN, ["no-devices-known"]),
    ],
)
def test_where_the_app_is_is_known_when_every_device_is(devices: Any, met: Met, because: list[str]) -> None:
    assert judge(facts(*devices), Item.PRESENCE) == (met, because)


@pytest.mark.parametrize(
    ("devices", "met", "because"),
    [
        ([PHONE], Met.MET, []),
        ([device(1, has_app=True)], Met.NOT_MET, ["app-found-on-devices"]),
        ([UNMANAGED], Met.NOT_MET, ["devices-unmanaged", "no-control-of-installing"]),
        ([SILENT], Met.NOT_KNOWN, ["devices-stale"]),
        ([device(1, has_app=True, excepted=True)], Met.MET, []),
        ([], Met.NOT_KNOWN, ["no-devices-known"]),
    ],
)
def test_the_app_is_removed_where_every_device_says_so(devices: Any, met: Met, because: list[str]) -> None:
    assert judge(facts(*devices), Item.REMOVAL) == (met, because)


@pytest.mark.parametrize(
    ("devices", "probes", "met", "because"),
    [
        ([PHONE], {"resolver": Outcome.CLOSED}, Met.MET, []),
        ([PHONE], None, Met.NOT_KNOWN, ["not-probed"]),
        ([PHONE], {"address": Outcome.OPEN}, Met.NOT_KNOWN, ["resolver-not-measured"]),
        ([PHONE], {"resolver": Outcome.OPEN}, Met.NOT_MET, ["resolver-answers"]),
        ([ANDROID], {"resolver": Outcome.CLOSED}, Met.NOT_MET, ["no-control-in-browser"]),
    ],
)
def test_traffic_is_prohibited_where_the_browser_is_held_and_the_resolver_was_measured(
    devices: Any, probes: Any, met: Met, because: list[str]
) -> None:
    of = filed()
    told = facts(*devices, decision=of, probes=probed(of, **probes) if probes is not None else None)
    assert judge(told, Item.TRAFFIC) == (met, because)


def test_what_is_around_the_decision_is_a_gap_even_where_everything_is_met() -> None:
    of = filed()
    told = facts(PHONE, decision=of, probes=probed(of, resolver=Outcome.CLOSED, address=Outcome.OPEN))
    assert judge(told, Item.TRAFFIC)[0] is Met.MET
    assert [(one.kind, one.subject) for one in list_gaps(told)] == [
        ("control", "site-on-network: ios, supervised"),
        ("probe", "address: shortvideo.example"),
    ]


def test_contracts_are_never_met_nor_failed() -> None:
    for item in (Item.NO_NEW_CONTRACTS, Item.CEASE_CONTRACTS, Item.CLAUSES):
        assert judge(facts(PHONE), item) == (Met.NOT_KNOWN, ["contracts-are-not-known-here"])


def test_an_exception_needs_somebody_who_may_grant_it() -> None:
    assert judge(facts(PHONE), Item.EXCEPTIONS) == (Met.MET, [])
    assert judge(facts(PHONE, approvers=0), Item.EXCEPTIONS) == (Met.NOT_MET, ["nobody-may-grant"])
    waiting = excepted(1, granted=None, decided_by=None, decided_at=None)
    assert judge(facts(PHONE, exceptions=[waiting]), Item.EXCEPTIONS) == (Met.MET, ["exceptions-wait"])


def test_days_count_from_publication_and_what_is_late_is_told() -> None:
    lines = {line.item: line for line in judge_items(facts(UNMANAGED))}
    assert [line.within_days for line in lines.values()] == [30, 30, 30, 30, 90, 90, 120]
    assert lines[Item.PRESENCE].due_at == PUBLISHED + timedelta(days=30)
    assert lines[Item.PRESENCE].is_overdue(NOW)
    assert not lines[Item.CLAUSES].is_overdue(PUBLISHED + timedelta(days=121))


def test_nothing_is_met_of_what_is_not_published_not_yet_in_force_or_lifted() -> None:
    draft = replace(filed(), published_at=None)
    assert judge(facts(PHONE, decision=draft), Item.PRESENCE) == (Met.NOT_MET, ["not-published"])
    assert judge_items(facts(PHONE, decision=draft))[0].due_at is None
    early = facts(PHONE, at=PUBLISHED + timedelta(days=1))
    assert judge(early, Item.REMOVAL)[1][0] == "not-yet-in-force"
    lifted = replace(filed(), lifted_at=NOW - timedelta(hours=2))
    assert judge(facts(PHONE, decision=lifted), Item.REMOVAL) == (Met.NOT_MET, ["no-longer-in-force"])


def test_what_a_decision_does_not_ask_for_is_not_met() -> None:
    of = filed(measures=["not-compliant"])
    assert judge(facts(PHONE, decision=of), Item.REMOVAL) == (Met.NOT_MET, ["not-asked-by-the-decision"])
    assert judge(facts(PHONE, decision=of), Item.TRAFFIC)[1][0] == "not-asked-by-the-decision"


def test_every_exception_is_listed_with_what_became_of_it() -> None:
    asked = [
        excepted(1),
        excepted(2, granted=False),
        excepted(3, until=NOW - timedelta(hours=1)),
        excepted(4, revoked_at=NOW - timedelta(hours=1)),
        excepted(5, granted=None, decided_by=None, decided_at=None),
    ]
    told = make_checklist(facts(PHONE, exceptions=asked))["exceptions"]
    assert [one["status"] for one in told] == ["granted", "refused", "expired", "revoked", "asked"]
    assert [one["id"] for one in told] == [UUID(int=1000 + number) for number in range(1, 6)]
    assert {one["purpose"] for one in told} == {"supervision"}
    assert all(one["mitigations"][0]["en"].startswith("A device of its own") for one in told)


def test_people_who_were_not_told_are_named_by_id() -> None:
    people = [person(1), person(2, told=True), person(3, told=True, acknowledged=True)]
    told = make_checklist(facts(PHONE, people=people))["people"]
    assert told == {"people": 3, "told": 2, "acknowledged": 1, "not_told": 1, "not_told_ids": [people[0].id]}


def test_the_version_in_force_is_audited_while_the_next_one_waits() -> None:
    first = filed()
    second = replace(first, version=2, published_at=None, digest="0" * 64)
    assert choose_version([first, second], NOW) is first
    assert choose_version([second], NOW) is second
