"""What one of Apple's devices is told follows from decisions and from what it has done; nothing is told twice."""

import plistlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.devices.examples import decision

from reelm.devices import Enrolment, Platform
from reelm.devices.mdm import (
    Answer,
    Command,
    Progress,
    Status,
    Wanted,
    note_answer,
    plan_commands,
    plan_removals,
    read_answer,
    read_hidden,
    send_next,
    want,
)

NOW = datetime(2027, 1, 15, tzinfo=UTC)
ONE, OTHER = decision(), decision(app__apple=["example.other"], app__domains=["other.example"])
APP = "example.shortvideo.app"
NOTHING = Wanted(None, (), (), has_items=True)
WANTED = want(Platform.IOS, Enrolment.SUPERVISED, [ONE], [ONE])


def add(queue: Sequence[Command], wanted: Wanted, now: datetime = NOW) -> list[Command]:
    """The queue as it then is."""
    plan = plan_commands(wanted, queue, now)
    kept = [one for one in queue if one.id not in plan.forgotten]
    last = max((int(one.id) for one in queue), default=0)
    return kept + [Command(str(last + place), made) for place, made in enumerate(plan.requests, start=1)]


def do(
    queue: Sequence[Command], wanted: Wanted, status: Status = Status.ACKNOWLEDGED, now: datetime = NOW
) -> list[Command]:
    """Everything that is due is sent and answered so."""
    queue = note_answer(add(queue, wanted, now), _answer(Status.IDLE, None), now)
    queue, sent = send_next(queue)
    while sent:
        queue = add(note_answer(queue, _answer(status, sent.id), now), wanted, now)
        queue, sent = send_next(queue)
    return queue


def _answer(status: Status, command: str | None) -> Answer:
    told = {"UDID": "1", "Status": status.value} | ({"CommandUUID": command} if command else {})
    return read_answer(plistlib.dumps(told))


def types(queue: Sequence[Command], progress: Progress = Progress.WAITING) -> list[str]:
    return [one.type for one in queue if one.progress is progress]


def test_before_the_deadline_a_device_is_asked_and_nothing_is_done_to_it() -> None:
    wanted = want(Platform.IOS, Enrolment.SUPERVISED, [ONE], [])
    assert (wanted.profile, wanted.asked, wanted.removed) == (None, (APP,), ())
    assert types(add([], wanted)) == ["InstalledApplicationList"]


def test_a_persons_own_iphone_and_devices_of_others_are_told_nothing() -> None:
    for platform, enrolment in (
        (Platform.IOS, Enrolment.USER),
        (Platform.IOS, Enrolment.UNMANAGED),
        (Platform.ANDROID, Enrolment.FULLY_MANAGED),
        (Platform.LINUX, Enrolment.AGENT),
    ):
        wanted = want(platform, enrolment, [ONE], [ONE])
        assert (wanted.profile, wanted.asked, wanted.removed) == (None, (), ()), (platform, enrolment)
        assert add([], wanted) == []


def test_a_mac_gets_no_profile_and_no_question_that_it_does_not_know() -> None:
    wanted = want(Platform.MACOS, Enrolment.DEVICE, [ONE], [ONE])
    assert wanted.profile is None
    assert all("Items" not in one.request for one in add([], wanted))


def test_apps_are_asked_about_and_removed_by_the_decisions_that_say_so_only() -> None:
    told = decision(measures=["not-compliant"])
    site = decision(app__covers={"app": False, "site": True, "embeds": True, "successors": True})
    wanted = want(Platform.IOS, Enrolment.SUPERVISED, [told, site, OTHER], [told, site, OTHER])
    assert (wanted.asked, wanted.removed) == (("example.other", APP), ("example.other",))
    assert plan_removals(wanted, [APP, "example.other"], [], NOW) == [
        {"RequestType": "RemoveApplication", "Identifier": "example.other"}
    ]


def test_what_was_done_is_not_told_again_and_apps_are_asked_about_three_times_a_day() -> None:
    queue = do([], WANTED)
    assert add(queue, WANTED) == queue
    later = add(queue, WANTED, NOW + timedelta(hours=8))
    assert types(later) == ["InstalledApplicationList"] * 2
    assert add(later, WANTED, NOW + timedelta(hours=9)) == later


def test_another_decision_changes_the_profile_and_lifting_it_brings_the_first_one_back() -> None:
    queue = do([], WANTED)
    both = want(Platform.IOS, Enrolment.SUPERVISED, [ONE, OTHER], [ONE, OTHER])
    queue = do(queue, both)
    assert read_hidden(queue) == {APP, "example.other"}
    queue = do(queue, WANTED)
    assert read_hidden(queue) == {APP}
    (profile,) = [one for one in queue if one.type == "InstallProfile" and one.progress is Progress.DONE]
    assert profile.request["Payload"] == WANTED.profile


def test_when_nothing_is_in_force_the_profile_goes_and_nothing_waits() -> None:
    queue = do(do([], WANTED), NOTHING)
    assert read_hidden(queue) == frozenset()
    assert add(queue, NOTHING) == queue
    assert types(queue) == []


def test_what_waits_and_is_wanted_no_more_is_never_sent() -> None:
    assert types(add([], WANTED))
    assert add(add([], WANTED), NOTHING) == []
    put_off = [replace(one, progress=Progress.PUT_OFF) for one in add([], WANTED)]
    assert add(put_off, NOTHING) == []
    sent = [replace(one, progress=Progress.SENT) for one in add([], WANTED)]
    assert types(add(sent, NOTHING)) == ["RemoveProfile"]


def test_what_failed_rests_for_a_day() -> None:
    queue = do([], WANTED, Status.ERROR)
    assert types(add(queue, WANTED, NOW + timedelta(hours=23))) == []
    again = add(queue, WANTED, NOW + timedelta(hours=24))
    assert "InstallProfile" in types(again)


@given(st.lists(st.tuples(st.sampled_from([WANTED, NOTHING]), st.sampled_from([*Status]), st.integers(0, 30))))
def test_however_it_goes_the_queue_stays_short_and_ends_as_it_should(
    steps: list[tuple[Wanted, Status, int]],
) -> None:
    queue: list[Command] = []
    now = NOW
    for wanted, status, hours in steps:
        now += timedelta(hours=hours)
        queue, sent = send_next(add(queue, wanted, now))
        answer = _answer(status, sent.id) if sent and status is not Status.IDLE else _answer(Status.IDLE, None)
        queue = add(note_answer(queue, answer, now), wanted, now)
        assert len(queue) <= 12
    now += timedelta(hours=48)
    for wanted, hidden in ((WANTED, {APP}), (NOTHING, set[str]())):
        now += timedelta(hours=25)
        queue = do(queue, wanted, now=now)
        assert read_hidden(queue) == hidden
        assert not types(queue, Progress.WAITING)
