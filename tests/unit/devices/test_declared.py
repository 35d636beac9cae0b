"""What is declared to one of Apple's devices follows from decisions alone; what it says of that is read strictly."""

import json
import plistlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.devices.examples import decision

from reelm.devices import Enrolment, Platform
from reelm.devices.errors import MdmMessageMalformed
from reelm.devices.mdm import (
    Command,
    Place,
    Progress,
    Status,
    Told,
    Wanted,
    Way,
    choose_way,
    declare,
    find,
    hear,
    install_profile,
    is_refused,
    list_declared,
    make_items,
    make_tokens_for,
    name_profile,
    note_answer,
    plan_commands,
    read_answer,
    read_report,
    remove_profile,
    send_next,
    synchronise,
    token_of_all,
    want,
)
from reelm.devices.mdm.declarations import ACTIVATION, PROFILE, Declared
from reelm.devices.mdm.statuses import MOST_REPORT

NOW = datetime(2027, 1, 15, tzinfo=UTC)
ONE = decision()
OTHER = decision(id="urn:uuid:00000000-0000-4000-8000-000000000002", app__apple=["example.other"])
APP = "example.shortvideo.app"
PLACE = Place("https://reelm.example", UUID(int=7), b"k" * 32, "Example Institution")


def wanted(*decided: Any, platform: Platform = Platform.IOS, place: Place = PLACE) -> Wanted:
    found = want(platform, Enrolment.SUPERVISED, decided, decided)
    return replace(found, declared=declare(place, found.profile, decided))


def tokens(declared: Declared) -> dict[str, str]:
    return {one.identifier: one.token for one in declared}


WANTED = wanted(ONE)
DECLARED = WANTED.declared
DONE = Command("1", synchronise(make_tokens_for(DECLARED, [], NOW)), Progress.DONE, ended_at=NOW)
TAKEN = Command("2", install_profile(WANTED.profile or b""), Progress.DONE, ended_at=NOW)


def test_the_same_decisions_declare_the_same_bytes_and_lifting_one_brings_back_what_was() -> None:
    both = wanted(ONE, OTHER).declared
    assert wanted(OTHER, ONE).declared == both
    assert make_items(wanted(ONE).declared) == make_items(DECLARED) != make_items(both)
    assert [one.encode() for one in wanted(ONE).declared] == [one.encode() for one in DECLARED]
    assert wanted().declared == ()


def test_a_token_changes_when_what_it_is_of_does_and_only_then() -> None:
    before, after = tokens(DECLARED), tokens(wanted(ONE, OTHER).declared)
    assert {name for name in before if before[name] != after[name]} == {PROFILE}
    renamed = tokens(wanted(ONE, place=replace(PLACE, organisation="Another")).declared)
    assert [name for name in before if before[name] != renamed[name]] == ["org.reelm.suspension.organisation"]
    assert token_of_all(DECLARED) == token_of_all(tuple(reversed(DECLARED)))


def test_a_profile_has_an_address_that_only_its_device_is_told() -> None:
    assert WANTED.profile is not None
    legacy = find(DECLARED, "configuration", PROFILE)
    assert legacy is not None
    name = name_profile(PLACE.key, WANTED.profile)
    assert legacy.payload == {"ProfileURL": f"https://reelm.example/mdm/profiles/{UUID(int=7)}/{name}"}
    assert name != name_profile(b"o" * 32, WANTED.profile)
    assert find(DECLARED, "management", PROFILE) is None


def test_a_mac_is_told_whom_to_ask_and_gets_no_profile_and_recommending_declares_nothing() -> None:
    mac = wanted(ONE, platform=Platform.MACOS).declared
    assert "com.apple.configuration.legacy" not in {one.type for one in mac}
    (who,) = [one.payload for one in mac if one.type == "com.apple.management.organization-info"]
    assert (who["Name"], who["Email"]) == ("Example Institution", ONE.contact.email)
    assert wanted(decision(measures=["recommend"])).declared == ()


def test_a_device_is_asked_whether_it_takes_declarations_before_it_gets_a_profile_in_any_way() -> None:
    assert choose_way(WANTED, [], NOW) is Way.UNKNOWN
    types = [one["RequestType"] for one in plan_commands(WANTED, [], NOW).requests]
    assert types == ["DeclarativeManagement"]
    put_off = plan_commands(WANTED, [replace(DONE, progress=Progress.PUT_OFF)], NOW).requests
    assert [one["RequestType"] for one in put_off] == ["InstalledApplicationList"] * 2
    assert choose_way(WANTED, [DONE], NOW) is Way.DECLARATIONS


def test_a_device_that_does_not_take_declarations_gets_commands_and_is_asked_again_a_day_later() -> None:
    failed = replace(DONE, progress=Progress.FAILED)
    assert choose_way(WANTED, [failed], NOW) is Way.COMMANDS
    assert "InstallProfile" in [one["RequestType"] for one in plan_commands(WANTED, [failed], NOW).requests]
    assert list_declared(WANTED, [failed], NOW) == ()
    assert choose_way(WANTED, [failed], NOW + timedelta(hours=25)) is Way.UNKNOWN


def test_who_has_a_profile_by_a_command_keeps_it_until_it_is_to_go() -> None:
    late = NOW + timedelta(days=9)
    assert choose_way(WANTED, [TAKEN], late) is Way.COMMANDS
    assert choose_way(WANTED, [DONE, replace(TAKEN, progress=Progress.PUT_OFF)], late) is Way.COMMANDS
    nothing = wanted()
    plan = plan_commands(nothing, [DONE, TAKEN], late)
    assert [one["RequestType"] for one in plan.requests] == ["RemoveProfile"]
    removing = Command("3", plan.requests[0])
    assert plan_commands(nothing, [DONE, TAKEN, removing], late).forgotten == frozenset()
    gone = Command("3", remove_profile("p"), Progress.DONE, ended_at=NOW)
    assert choose_way(WANTED, [TAKEN, gone], late) is Way.UNKNOWN


def test_a_device_is_told_once_of_what_changed_and_also_that_nothing_is_declared_any_more() -> None:
    assert not _told(plan_commands(WANTED, [DONE], NOW).requests)
    (gone,) = _told(plan_commands(wanted(), [DONE], NOW).requests)
    assert gone == synchronise(make_tokens_for((), [], NOW))
    assert make_tokens_for(DECLARED, [DONE], NOW + timedelta(days=1)) == DONE.request["Data"]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([*Status]), st.integers(0, 30)), max_size=25))
def test_however_a_device_answers_it_never_has_the_profile_in_two_ways(steps: list[tuple[bool, Status, int]]) -> None:
    """`installed` is what a device has by commands, `declared` what it was last told of and may have fetched."""
    queue: list[Command] = []
    now, installed, declared = NOW, False, False
    for number, (in_force, status, hours) in enumerate(steps):
        now += timedelta(hours=hours)
        this = WANTED if in_force else wanted()
        plan = plan_commands(this, queue, now)
        queue = [one for one in queue if one.id not in plan.forgotten]
        queue += [Command(f"{number}-{place}", made) for place, made in enumerate(plan.requests)]
        queue, sent = send_next(queue)
        if sent is None:
            continue
        told = {"UDID": "1", "Status": status.value} | ({} if status is Status.IDLE else {"CommandUUID": sent.id})
        if status is Status.ACKNOWLEDGED:
            installed = sent.type == "InstallProfile" or (installed and sent.type != "RemoveProfile")
            if sent.type == "DeclarativeManagement":
                declared = bool(list_declared(this, queue, now))
        assert not (installed and declared)
        queue = note_answer(queue, read_answer(plistlib.dumps(told)), now)
        assert len(queue) <= 14


def _told(requests: Any) -> list[Any]:
    return [one for one in requests if one["RequestType"] == "DeclarativeManagement"]


def state(identifier: str, token: str, *codes: str, active: bool = True, valid: str = "valid") -> dict[str, Any]:
    told = {"identifier": identifier, "server-token": token, "active": active, "valid": valid}
    return told | ({"reasons": [{"code": one, "description": "why"} for one in codes]} if codes else {})


def report(*configurations: Any, activations: Any = (), errors: Any = ()) -> bytes:
    lists = {"activations": list(activations), "configurations": list(configurations), "assets": [], "management": []}
    items = {"management": {"declarations": lists, "client-capabilities": {"supported-versions": ["1.0.0"]}}}
    return json.dumps({"StatusItems": items, "Errors": list(errors)}).encode()


def heard(data: bytes, before: Told = Told(), hiding: frozenset[str] = frozenset({APP})) -> Told:  # noqa: B008
    return hear(read_report(data), DECLARED, hiding, before, NOW)


LISTS = "Data.StatusItems.management.declarations"
TOKEN = tokens(DECLARED)[PROFILE]


def test_an_app_is_hidden_where_the_newest_profile_is_valid_and_active_and_nowhere_else() -> None:
    in_force = heard(report(state(PROFILE, TOKEN)))
    assert (in_force.token, in_force.hidden, in_force.fault) == (TOKEN, {APP}, "")
    for told in (
        report(),
        report(state(PROFILE, TOKEN, active=False)),
        report(state(PROFILE, TOKEN, valid="unknown")),
        report(state(PROFILE, TOKEN, valid="invalid")),
        report(state(PROFILE, "another")),
        report(state("com.example.other", TOKEN)),
        report(activations=[state(PROFILE, TOKEN)]),
    ):
        assert heard(told, in_force).hidden == frozenset(), told


def test_until_a_device_has_the_newest_profile_the_one_before_is_in_force() -> None:
    before = Told("older", frozenset({"example.other"}), said_at=NOW, changed_at=NOW)
    assert heard(report(state(PROFILE, "older")), before).hidden == {"example.other"}


def test_why_a_profile_is_not_in_force_is_kept_and_not_yet_is_no_refusal() -> None:
    wrong = report(state(PROFILE, TOKEN, "Error.ConfigurationCannotBeApplied", active=False, valid="invalid"))
    assert heard(wrong).fault == f"{PROFILE}: Error.ConfigurationCannotBeApplied"
    assert is_refused(read_report(wrong), DECLARED)
    activation = tokens(DECLARED)[ACTIVATION]
    failed = report(activations=[state(ACTIVATION, activation, "Error.MissingConfigurations", active=False)])
    assert is_refused(read_report(failed), DECLARED)
    for waiting in (
        report(),
        report(state(PROFILE, TOKEN, "Info.NotReferencedByActivation", active=False)),
        report(state(PROFILE, "older", "Error.Unknown", active=False, valid="invalid")),
    ):
        assert not is_refused(read_report(waiting), DECLARED)
        assert heard(waiting).fault == ""
    assert not is_refused(read_report(wrong), wanted(ONE, platform=Platform.MACOS).declared)


def test_a_report_about_other_things_changes_nothing_and_one_that_can_not_be_made_is_no_answer() -> None:
    before = heard(report(state(PROFILE, TOKEN)))
    assert heard(b'{"StatusItems": {"device": {"model": {"family": "iPhone"}}}, "Errors": []}', before) is before
    failed = {"StatusItem": "management.declarations", "Reasons": [{"Code": "Error.Internal"}]}
    after = heard(json.dumps({"StatusItems": {}, "Errors": [failed]}).encode(), before)
    assert (after.hidden, after.fault, after.changed_at) == (frozenset(), "Error.Internal", NOW)


def test_what_was_said_counts_for_three_days_and_when_it_changed_is_kept() -> None:
    first = heard(report(state(PROFILE, TOKEN)))
    later = hear(read_report(report(state(PROFILE, TOKEN))), DECLARED, first.hidden, first, NOW + timedelta(days=1))
    assert (later.changed_at, later.said_at) == (NOW, NOW + timedelta(days=1))
    assert first.hides(NOW + timedelta(hours=71)) == {APP}
    assert first.hides(NOW + timedelta(hours=72)) == frozenset()
    assert Told("t", frozenset({APP})).hides(NOW) == frozenset()


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (None, "Data"),
        (b" " * (MOST_REPORT + 1), "Data"),
        (b"", "Data"),
        (b"[]", "Data"),
        (b"[" * 100_000, "Data"),
        (b'{"StatusItems": {}}', "Data.Errors"),
        (b'{"Errors": []}', "Data.StatusItems"),
        (b'{"StatusItems": [], "Errors": []}', "Data.StatusItems"),
        (b'{"StatusItems": {}, "Errors": [{"StatusItem": 7}]}', "Data.Errors.0.StatusItem"),
        (
            b'{"StatusItems": {"management": {"declarations": {"activations": []}}}, "Errors": []}',
            f"{LISTS}.configurations",
        ),
        (report(state(PROFILE, TOKEN, valid="maybe")), f"{LISTS}.configurations.0.valid"),
        (
            report(state(PROFILE, TOKEN) | {"active": "true"}),
            f"{LISTS}.configurations.0.active",
        ),
        (
            report(state(PROFILE, TOKEN) | {"active": 1}),
            f"{LISTS}.configurations.0.active",
        ),
        (
            report(*[state(PROFILE, TOKEN)] * 501),
            f"{LISTS}.configurations",
        ),
        (report(state("x" * 301, TOKEN)), f"{LISTS}.configurations.0.identifier"),
    ],
    ids=lambda told: repr(told)[-40:],
)
def test_a_report_by_another_form_is_refused_by_the_place_where_it_is_wrong(data: bytes | None, where: str) -> None:
    with pytest.raises(MdmMessageMalformed) as refused:
        read_report(data)
    assert refused.value.where == where


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_any_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(MdmMessageMalformed):
        read_report(data)
