"""A device's messages are read for what a suspension needs, and its queue loses no command and does none unasked."""

import plistlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.devices.errors import MdmMessageMalformed
from reelm.devices.mdm import (
    Answer,
    Authenticate,
    CheckOut,
    Command,
    Progress,
    Status,
    TokenUpdate,
    list_suspended_apps,
    read_answer,
    read_check_in,
    read_inventory,
    remove_app,
    remove_profile,
    take_answer,
)
from reelm.devices.mdm.messages import MOST_BYTES

NOW = datetime(2027, 1, 15, tzinfo=UTC)
UDID = "00008030-001C2D3E4F50002E"
IPHONE: dict[str, Any] = {
    "MessageType": "Authenticate",
    "Topic": "com.apple.mgmt.External.1",
    "UDID": UDID,
    "OSVersion": "26.1",
    "BuildVersion": "23B85",
    "ProductName": "iPhone17,1",
    "SerialNumber": "C8QXXXXXXXXX",
    "IMEI": "35 999999 999999 9",
    "DeviceName": "Ana's iPhone",
}
OWN = {name: value for name, value in IPHONE.items() if name not in ("UDID", "SerialNumber", "IMEI")}
OWN["EnrollmentID"] = "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"
TOKEN = IPHONE | {"MessageType": "TokenUpdate", "Token": b"\x01" * 32, "PushMagic": "8D4A"}
ENTITIES = '<!DOCTYPE plist [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
BOMB = f'<?xml version="1.0"?>{ENTITIES}<plist><string>&b;</string></plist>'.encode()


def test_a_check_in_is_read_and_what_is_not_needed_of_it_is_not_kept() -> None:
    begun = read_check_in(plistlib.dumps(IPHONE))
    assert isinstance(begun, Authenticate)
    assert (begun.device, begun.is_user_enrolled, begun.OSVersion) == (UDID, False, "26.1")
    kept = begun.model_dump_json()
    assert not any(word in kept for word in ("C8QX", "35 99", "Ana"))
    binary = read_check_in(plistlib.dumps(TOKEN, fmt=plistlib.FMT_BINARY))
    assert isinstance(binary, TokenUpdate)
    assert (binary.Token, binary.PushMagic) == (b"\x01" * 32, "8D4A")
    assert isinstance(read_check_in(plistlib.dumps(OWN | {"MessageType": "CheckOut"})), CheckOut)


def test_a_device_of_somebodys_own_is_known_by_its_enrolment_alone() -> None:
    own = read_check_in(plistlib.dumps(OWN))
    assert (own.device, own.is_user_enrolled) == (OWN["EnrollmentID"], True)
    for wrong in (OWN | {"UDID": UDID}, {name: value for name, value in OWN.items() if name != "EnrollmentID"}):
        with pytest.raises(MdmMessageMalformed):
            read_check_in(plistlib.dumps(wrong))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        BOMB,
        b"<plist>" + b"<array>" * 50_000,
        b"bplist00" + b"\xff" * 40,
        b"bplist00\xa1\x00\x08" + bytes(6) + b"\x01\x01" + bytes(7) + b"\x01" + bytes(15) + b"\x0a",
        plistlib.dumps(["not", "a", "dictionary"]),
        plistlib.dumps({"MessageType": "SetBootstrapToken", "UDID": UDID}),
        plistlib.dumps(TOKEN | {"Token": "text"}),
        plistlib.dumps(TOKEN | {"Token": b"\x01" * 5000}),
        plistlib.dumps(IPHONE | {"UDID": "../../etc/passwd"}),
        plistlib.dumps(IPHONE | {"UDID": "x" * 200}),
        b" " * (MOST_BYTES + 1),
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_check_in_is_refused(data: bytes) -> None:
    with pytest.raises(MdmMessageMalformed):
        read_check_in(data)


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: b"bplist00" + tail))
def test_any_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(MdmMessageMalformed):
        read_answer(data)


def _answer(status: Status, command: str | None = None, **more: Any) -> Answer:
    told: dict[str, Any] = {"UDID": UDID, "Status": status.value, **more}
    return read_answer(plistlib.dumps(told | ({"CommandUUID": command} if command else {})))


def test_only_apps_that_were_asked_about_count() -> None:
    there = [{"Identifier": "example.shortvideo.app", "Name": "Shortvideo"}, {"Identifier": "org.private.diary"}]
    answer = _answer(Status.ACKNOWLEDGED, "1", InstalledApplicationList=there)
    assert read_inventory(answer, ["example.shortvideo.app"]) == {"example.shortvideo.app"}
    assert read_inventory(answer, ["example.other"]) == frozenset()
    assert "Shortvideo" not in answer.model_dump_json()
    assert read_inventory(_answer(Status.ACKNOWLEDGED, "1"), ["example.other"]) is None
    assert read_inventory(_answer(Status.NOT_NOW, "1"), ["example.other"]) is None
    assert list_suspended_apps(["a.b"])["Identifiers"] == ["a.b"]


def _queue() -> list[Command]:
    requests = list_suspended_apps(["a.b"]), remove_app("a.b"), remove_profile("p")
    return [Command(str(number), request) for number, request in enumerate(requests, start=1)]


def test_commands_go_out_one_by_one_in_their_order() -> None:
    queue, sent = _queue(), list[str]()
    queue, next_ = take_answer(queue, _answer(Status.IDLE))
    while next_:
        sent.append(next_.id)
        queue, next_ = take_answer(queue, _answer(Status.ACKNOWLEDGED, next_.id))
    assert sent == ["1", "2", "3"]
    assert {one.progress for one in queue} == {Progress.DONE}


def test_what_is_put_off_comes_again_when_the_device_is_idle_and_what_failed_does_not() -> None:
    queue, _ = take_answer(_queue(), _answer(Status.IDLE))
    queue, next_ = take_answer(queue, _answer(Status.NOT_NOW, "1"))
    assert next_ is not None
    assert next_.id == "2"
    chain = [{"ErrorCode": 12026, "ErrorDomain": "MCMDMErrorDomain", "LocalizedDescription": "It is not managed"}]
    queue, next_ = take_answer(queue, _answer(Status.ERROR, "2", ErrorChain=chain))
    queue, nothing = take_answer(queue, _answer(Status.ACKNOWLEDGED, "3"))
    assert nothing is None
    queue, next_ = take_answer(queue, _answer(Status.IDLE))
    assert next_ is not None
    assert next_.id == "1"
    assert (queue[1].progress, queue[1].fault) == (Progress.FAILED, "MCMDMErrorDomain 12026")


def test_an_answer_about_a_command_that_was_not_sent_changes_nothing() -> None:
    queue, _ = take_answer(_queue(), _answer(Status.IDLE))
    after, _ = take_answer(queue, _answer(Status.ACKNOWLEDGED, "3"))
    assert [one.progress for one in after] == [Progress.SENT, Progress.SENT, Progress.WAITING]


_STATUSES = st.lists(st.sampled_from([*Status]), max_size=30)


@given(_STATUSES)
def test_however_a_device_answers_each_command_is_done_or_failed_in_the_end(statuses: list[Status]) -> None:
    queue, sent = take_answer(_queue(), _answer(Status.IDLE))
    for status in statuses:
        answer = _answer(status, sent.id) if sent and status is not Status.IDLE else _answer(Status.IDLE)
        queue, sent = take_answer(queue, answer)
        assert sum(one.progress is Progress.SENT for one in queue) <= 1
    queue, sent = take_answer(queue, _answer(Status.IDLE))
    while sent:
        queue, sent = take_answer(queue, _answer(Status.ACKNOWLEDGED, sent.id))
    assert {one.progress for one in queue} <= {Progress.DONE, Progress.FAILED}
