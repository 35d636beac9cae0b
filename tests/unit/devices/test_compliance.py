"""Silence is never compliance, and what nobody can see is never said to be gone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.devices import (
    COVERAGE,
    Compliance,
    Control,
    Device,
    Enrolment,
    Ownership,
    Platform,
    Reach,
    Report,
    count_states,
    judge,
)
from reelm.devices.compliance import CLOCKS_DIFFER, REPORT_LASTS

NOW = datetime(2027, 1, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _device(platform: Platform, enrolment: Enrolment) -> Device:
    return Device(id="d1", platform=platform, enrolment=enrolment, ownership=Ownership.CORPORATE)


COMPANY_ANDROID = _device(Platform.ANDROID, Enrolment.FULLY_MANAGED)
OWN_ANDROID = _device(Platform.ANDROID, Enrolment.WORK_PROFILE_PERSONAL)
USER_IPHONE = _device(Platform.IOS, Enrolment.USER)
UNKNOWN = _device(Platform.ANDROID, Enrolment.UNMANAGED)
HAS, HAS_NOT, OLD = Report(NOW - HOUR, True), Report(NOW - HOUR, False), Report(NOW - REPORT_LASTS - HOUR, False)


@pytest.mark.parametrize(
    ("device", "report", "is_excepted", "state"),
    [
        (COMPANY_ANDROID, HAS_NOT, False, "compliant"),
        (COMPANY_ANDROID, HAS, False, "not-compliant"),
        (COMPANY_ANDROID, HAS, True, "exempt"),
        (COMPANY_ANDROID, None, True, "exempt"),
        (COMPANY_ANDROID, None, False, "stale"),
        (COMPANY_ANDROID, OLD, False, "stale"),
        (COMPANY_ANDROID, Report(NOW + CLOCKS_DIFFER + HOUR, False), False, "stale"),
        (OWN_ANDROID, HAS, False, "not-compliant"),
        (OWN_ANDROID, HAS_NOT, False, "cannot-be-verified"),
        (USER_IPHONE, None, False, "cannot-be-verified"),
        (USER_IPHONE, HAS_NOT, False, "cannot-be-verified"),
        (USER_IPHONE, HAS, False, "not-compliant"),
        (UNKNOWN, None, False, "unmanaged"),
        (UNKNOWN, HAS_NOT, True, "unmanaged"),
    ],
)
def test_each_device_stands_as_what_is_known_of_it(
    device: Device, report: Report | None, is_excepted: bool, state: str
) -> None:
    assert judge(device, report, is_excepted=is_excepted, now=NOW) == state


_REPORTS = st.none() | st.builds(Report, st.datetimes(timezones=st.just(UTC)), st.booleans())


@given(st.sampled_from(Platform), st.sampled_from(Enrolment), _REPORTS, st.booleans())
def test_only_a_fresh_report_of_all_of_a_device_makes_it_compliant(
    platform: Platform, enrolment: Enrolment, report: Report | None, is_excepted: bool
) -> None:
    state = judge(_device(platform, enrolment), report, is_excepted=is_excepted, now=NOW)
    if state is Compliance.COMPLIANT:
        assert report
        assert not report.has_app
        assert report.at >= NOW - REPORT_LASTS
        assert COVERAGE[platform, enrolment][Control.APP_SEEN].reach is Reach.ENFORCED
    if state is Compliance.EXEMPT:
        assert is_excepted


def test_every_state_is_counted_and_told_in_the_two_words_of_caep() -> None:
    counted = count_states([Compliance.STALE, Compliance.STALE, Compliance.EXEMPT])
    assert (counted[Compliance.STALE], counted[Compliance.COMPLIANT], len(counted)) == (2, 0, 6)
    assert [state for state in Compliance if state.caep_status == "compliant"] == ["compliant", "exempt"]
