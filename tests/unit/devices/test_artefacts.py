"""Files follow from decisions alone: lifted is as it was before, and an exception is one in all of them."""

import json
import plistlib
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.devices.examples import decision

from reelm.devices import (
    COVERAGE,
    TARGETS,
    Control,
    Enrolment,
    Fleet,
    FleetMalformed,
    Platform,
    ProfileNotForUserEnrolment,
    Reach,
    check_exceptions,
    compile_decisions,
    plan_groups,
    read_coverage,
    read_fleet,
)
from reelm.devices.artefacts.apple import make_profile
from reelm.devices.artefacts.blocked import read_blocked
from reelm.devices.artefacts.coverage import REPORTERS

NOW = datetime(2027, 1, 10, tzinfo=UTC)
ONE = decision(scope__groups=["press", "staff"])
OTHER = decision(
    id="urn:uuid:00000000-0000-4000-8000-000000000001",
    authority__organisation="Another Institution",
    scope__groups=["press", "staff"],
    app__domains=["other.example", "shortvideo.example"],
    app__apple=["example.other"],
    app__android=["example.other"],
)


def _device(id: str, *groups: str, **more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"platform": "linux", "enrolment": "agent", "ownership": "corporate"}
    return {"id": id, "groups": list(groups), **facts, **more}


def _exception(**more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": "e1",
        "purpose": "supervision",
        "asked_by": "an investigator",
        "granted_by": "head of security",
        "granted_at": "2027-01-01T00:00:00Z",
        "until": "2027-03-01T00:00:00Z",
    }
    return {**facts, **more}


def _fleet(devices: list[dict[str, Any]], *exceptions: dict[str, Any]) -> Fleet:
    return read_fleet(json.dumps({"devices": devices, "exceptions": list(exceptions)}).encode())


DEVICES = [
    _device("d1", "press", addresses=["192.0.2.17", "2001:db8::5"], person="ana"),
    _device("d2", "staff", person="ana", ownership="enrolled-personal"),
    _device("d3", "staff", person="ben"),
    _device("d4", "elsewhere"),
]


@pytest.mark.parametrize("target", TARGETS)
def test_a_decision_that_is_lifted_leaves_every_byte_as_it_was(target: str) -> None:
    plans = plan_groups(ONE, _fleet(DEVICES, _exception(person="ana")), NOW)
    before, without = compile_decisions(target, [OTHER], plans), compile_decisions(target, [], plans)
    both = compile_decisions(target, [OTHER, ONE], plans)
    assert both not in (before, without)
    assert compile_decisions(target, [OTHER], plans) == before
    assert compile_decisions(target, [], plans) == without
    assert not any(b"shortvideo" in content or b"other.example" in content for content in without.values())


@pytest.mark.parametrize("target", TARGETS)
def test_the_order_of_decisions_says_nothing(target: str) -> None:
    plans = plan_groups(ONE, _fleet(DEVICES, _exception(person="ana")), NOW)
    one, other = compile_decisions(target, [ONE, OTHER], plans), compile_decisions(target, [OTHER, ONE], plans)
    assert one == other


def test_who_is_bound_and_who_is_excepted() -> None:
    press, staff = plan_groups(ONE, _fleet(DEVICES, _exception(person="ana")), NOW)
    assert ([one.id for one in press.bound], [one.id for one in press.excepted]) == ([], ["d1"])
    assert ([one.id for one in staff.bound], [one.id for one in staff.excepted]) == (["d3"], ["d2"])
    corporate = decision(scope__groups=["staff"], scope__ownership=["corporate"])
    (only,) = plan_groups(corporate, _fleet(DEVICES), NOW)
    assert [one.id for one in only.bound] == ["d3"]
    (everybody,) = plan_groups(decision(), _fleet(DEVICES, _exception(device="d1")), NOW)
    assert [one.id for one in everybody.bound] == ["d2", "d3", "d4"]


def test_an_exception_ends_by_itself() -> None:
    fleet = _fleet(DEVICES, _exception(device="d1"))
    for at, excepted in {"2026-12-31": [], "2027-01-01": ["d1"], "2027-02-28": ["d1"], "2027-03-01": []}.items():
        press, _ = plan_groups(ONE, fleet, datetime.fromisoformat(at).replace(tzinfo=UTC))
        assert [one.id for one in press.excepted] == excepted


@pytest.mark.parametrize(
    "exception",
    [
        _exception(),
        _exception(device="d1", person="ana"),
        _exception(device="d1", purpose="fun"),
        _exception(device="d1", granted_by="an investigator"),
        _exception(device="d1", until="2027-05-01T00:00:00Z"),
        _exception(device="d1", until="2026-12-01T00:00:00Z"),
    ],
)
def test_an_exception_that_the_decision_does_not_allow_is_refused(exception: dict[str, Any]) -> None:
    with pytest.raises(FleetMalformed) as refused:
        check_exceptions(ONE, _fleet(DEVICES, exception))
    assert refused.value.where == "exceptions.0"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"devices":[{}]}', b'{"group":1}', b'{"exceptions":[{"everybody":1}]}']
)
def test_a_list_of_devices_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(FleetMalformed):
        read_fleet(content)


def test_the_zone_lets_who_is_excepted_through_before_it_names_anything() -> None:
    press, staff = plan_groups(ONE, _fleet(DEVICES, _exception(device="d1")), NOW)
    zones = compile_decisions("rpz", [ONE], [press, staff], serial=7)
    lines = zones["press.zone"].decode().splitlines()
    assert "SOA localhost. hostmaster.localhost. 7 " in lines[1]
    assert lines[3:5] == [
        "32.17.2.0.192.rpz-client-ip CNAME rpz-passthru.",
        "128.5.zz.db8.2001.rpz-client-ip CNAME rpz-passthru.",
    ]
    assert lines[5:] == [
        "shortvideo-cdn.example CNAME .", "*.shortvideo-cdn.example CNAME .", "shortvideo.example CNAME .",
        "*.shortvideo.example CNAME .",
    ]  # fmt: skip
    assert "passthru" not in zones["staff.zone"].decode()


def test_apps_are_blocked_on_supervised_phones_only_and_nothing_is_made_for_user_enrolment() -> None:
    blocked = read_blocked([ONE])
    supervised = plistlib.loads(make_profile(blocked, "X", Enrolment.SUPERVISED) or b"")
    apps, sites = supervised["PayloadContent"]
    assert apps["blockedAppBundleIDs"] == ["example.shortvideo.app"]
    assert "https://shortvideo.example" in sites["DenyListURLs"]
    (only,) = plistlib.loads(make_profile(blocked, "X", Enrolment.DEVICE) or b"")["PayloadContent"]
    assert only["PayloadType"] == "com.apple.webcontent-filter"
    with pytest.raises(ProfileNotForUserEnrolment):
        make_profile(blocked, "X", Enrolment.USER)
    assert make_profile(read_blocked([]), "X", Enrolment.SUPERVISED) is None


def test_what_is_only_to_be_reported_is_not_blocked() -> None:
    reported = decision(measures=["not-compliant"])
    plans = plan_groups(reported, Fleet(), NOW)
    assert json.loads(compile_decisions("android", [reported], plans)["fully-managed.json"]) == {}
    intune = json.loads(compile_decisions("intune", [reported], plans)["ios.json"])
    assert [one["appId"] for one in intune["compliantAppsList"]] == ["example.shortvideo.app"]
    assert compile_decisions("mobileconfig", [reported], plans) == {}


def test_what_nobody_can_see_is_said() -> None:
    user = read_coverage(Platform.IOS, Enrolment.USER)
    assert {control for control, cell in user.items() if cell.reach is Reach.NOT_POSSIBLE} == {*Control} - {
        Control.SITE_ON_NETWORK
    }
    assert read_coverage(Platform.ANDROID, Enrolment.UNMANAGED) == user
    for cells in COVERAGE.values():
        assert set(cells) == set(Control)
        for cell in cells.values():
            assert set(cell.by) <= set(TARGETS) | REPORTERS
            assert bool(cell.by) == (cell.reach in {Reach.ENFORCED, Reach.PARTLY})
