"""What a receiver asks is understood or refused by the name of its field; whatever it sends, nothing else happens."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.devices.examples import decision, signed

from reelm.devices import Compliance
from reelm.devices.delivery import POLL, PUSH, is_endpoint
from reelm.devices.listening import read_status
from reelm.devices.register import Filed
from reelm.devices.signalling import (
    Issuing,
    PollForm,
    Receiver,
    StatusForm,
    Stream,
    StreamForm,
    StreamRequestMalformed,
    VerificationForm,
    read_form,
)
from reelm.devices.signalling.forms import Form
from reelm.devices.signalling.model import SUPPORTED
from reelm.devices.signalling.wording import say_why
from reelm.kernel.ids import OrganisationId

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
ID = UUID(int=7)
US = Issuing("https://reelm.example")
STREAM = Stream(ID, Receiver(ID, OrganisationId(ID), "institution", "https://siem.example", NOW), NOW, NOW)
FORMS = (StreamForm, StatusForm, VerificationForm, PollForm)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["stream_id", "delivery", "events_requested", "aud", "iss", "status", "state", "ack", "setErrs", "maxEvents"]
INNER = ["method", "endpoint_url", "description", "authorization_header"]
ASKED = st.dictionaries(
    st.sampled_from([*FIELDS, "description"]),
    JSON | st.just(str(ID)) | st.dictionaries(st.sampled_from(INNER), JSON | st.sampled_from([PUSH, POLL])),
)


@given(st.binary(max_size=300) | ASKED.map(lambda told: json.dumps(told).encode()))
def test_whatever_is_sent_is_understood_or_refused(body: bytes) -> None:
    for form in FORMS:
        with suppress(StreamRequestMalformed):
            told: Form = read_form(form, body)
            if isinstance(told, StreamForm):
                changed = US.change(STREAM, told, wholly=True)
                assert changed.method == POLL or is_endpoint(changed.endpoint or "")
                assert "\0" not in str(changed.description)
            if isinstance(told, PollForm):
                assert all(isinstance(id, UUID) for id in told.done)


def test_what_is_not_said_stays_or_is_taken_out() -> None:
    pushed = {"method": PUSH, "endpoint_url": "https://siem.example/in", "authorization_header": "Bearer theirs"}
    whole = US.change(
        STREAM, read_form(StreamForm, orjson.dumps({"delivery": pushed, "description": "A"})), wholly=True
    )
    assert (whole.endpoint, whole.authorization) == ("https://siem.example/in", "Bearer theirs")
    nothing = read_form(StreamForm, b"{}")
    assert US.change(whole, nothing, wholly=False) == whole
    assert US.change(whole, nothing, wholly=True) == STREAM
    assert "Bearer theirs" not in str(US.show(whole))


def test_events_that_we_have_not_are_not_delivered() -> None:
    asked = US.change(STREAM, read_form(StreamForm, b'{"events_requested": ["urn:x"]}'), wholly=False)
    assert (asked.requested, asked.delivered) == (("urn:x",), ())
    assert replace(asked, requested=("urn:x", *SUPPORTED)).delivered == SUPPORTED


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "https://",
            "https:///in",
            "https://siem",
            "ftp://siem.example/in",
            "//siem.example/in",
            "siem.example",
        ),
        *("https://siem.example:0/in", "https://siem.example:99999/in", "https://siem.example:x/in"),
        *(
            "https://127.0.0.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://[::1]/",
            "https://[::ffff:1.2.3.4]/",
        ),
        *(
            "https://siem.example/in#part",
            "https://me@siem.example/in",
            "https://siem.example/ in",
            "https://é.example/",
        ),
        *("https://siem.example/in\r\nHost: other", "https://siem.example/" + "a" * 1000, "https://siem.example./in"),
    ],
)
def test_no_machine_is_called_that_has_no_name_of_its_own(url: str) -> None:
    assert not is_endpoint(url)


def _filed(**changes: Any) -> Filed:
    one = signed(**changes)
    id = UUID(one.decision.id)
    return Filed(id, 1, OrganisationId(ID), one.digest, one.encode(), NOW)


@pytest.mark.parametrize(
    ("measures", "status", "says"),
    [
        (["not-compliant"], "not-compliant", [True]),
        (["not-compliant"], "compliant", [False]),
        (["remove", "refuse-service", "not-compliant"], "compliant", [False]),
        (["remove"], "not-compliant", []),
        (["remove"], "compliant", []),
        (["recommend"], "compliant", []),
    ],
)
def test_a_signal_says_something_of_decisions_that_the_management_was_asked_to_watch(
    measures: list[str], status: Any, says: list[bool]
) -> None:
    filed = _filed(measures=measures)
    assert list(read_status(status, [filed]).values()) == says
    assert set(read_status(status, [filed])) <= {filed.id}


def test_the_reason_is_said_in_every_language_of_the_decision() -> None:
    told = say_why(decision(reason__public={"en": "Why.", "fr-CA": "Pourquoi.", "nl": "Waarom."}), Compliance.STALE)
    assert told["en"].endswith("Why.")
    assert "nothing was heard of the device for a day" in told["en"]
    assert "on n’a rien su de l’appareil depuis un jour" in told["fr-CA"]
    assert ": stale (" in told["nl"]
    long = say_why(decision(reason__public={"en": "a" * 4000}), Compliance.EXEMPT)
    assert len(long["en"]) == 1000
