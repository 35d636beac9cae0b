"""What can be overheard between realms: gateways and nobody else, what the policies list and nothing besides, and an
entry for all of it. Every connection is opened with the secrets that the gateways told this test, and read whole."""

import re
import socket
from collections import Counter
from pathlib import Path

import pytest
from bench._search import Net
from tests.integration.wire.conftest import GATEWAY, Evidence
from tests.integration.wire.letters import Letter

from reelm.gateway import Kind

POLICY = Path(__file__).parents[3] / "deploy" / "policies" / "send.cedar"
# `knows` says what the asking realm's version keeps to, here limits of age; a probe asks without.
ABOUT = {
    "catalogue": [{"knows"}, {"knows", "known"}],
    "profile": [{"handle"}, {"handle", "knows"}],
    "clip": [{"clip", "knows"}],
    "comments": [{"clip"}, {"clip", "before"}],
    "media": [{"object", "name"}],
}
# What an envelope, its signature and HTTP may add to each request or answer.
MOST_AROUND_BYTES = 1_000


def listed_fields() -> dict[str, set[str]]:
    """Message by message, the fields that the policies let leave."""
    fields: dict[str, set[str]] = {}
    for rule in POLICY.read_text().split("@id(")[1:]:
        first, *more = re.findall(r"\[([^\]]*)\]", rule)
        names = re.findall(r'context\.message == "([^"]+)"', rule) or re.findall(r'"([^"]+)"', first)
        for name in names:
            fields[name] = set(re.findall(r'"([^"]+)"', more[0] if more else first))
    return fields


def test_only_gateways_are_spoken_to_between_realms(evidence: Evidence) -> None:
    assert evidence.dropped == 0
    assert evidence.traffic.others == set()
    assert evidence.traffic.ports == {(village.address, GATEWAY) for village in evidence.villages.values()}


def test_no_other_port_of_a_realm_is_reached_from_another(evidence: Evidence) -> None:
    for code, ports in evidence.listening.items():
        assert len(ports) >= 2, (code, ports)  # nginx and the gateway
    reached = {port for (_, _, port), came in evidence.reached.items() if came}
    refused = {port for (_, _, port), came in evidence.reached.items() if not came}
    assert reached == {GATEWAY}
    assert refused >= {8000}


def test_whoever_listens_hears_what_is_no_gateways(evidence: Evidence) -> None:
    """The control: attempts at other ports are seen, so that their absence before means something."""
    assert {port for _, port in evidence.control.ports} > {GATEWAY}


def test_a_stranger_gets_no_answer_from_a_gateway(evidence: Evidence) -> None:
    eu, us = evidence.villages["eu"], evidence.villages["us"]
    with us.inside(), socket.create_connection((eu.address, GATEWAY), 5) as asking:
        asking.sendall(b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        asking.settimeout(5)
        try:
            said = asking.recv(100)
        except ConnectionResetError:
            said = b""
    assert not said.startswith(b"HTTP")


def test_every_kind_of_crossing_of_the_day_was_overheard_with_exactly_the_listed_fields(evidence: Evidence) -> None:
    listed, seen = listed_fields(), Counter[str]()
    for letter in evidence.letters:
        for message in letter.messages:
            assert set(message.fields) <= listed[message.kind], message
            seen[message.kind] += 1
        for kind, about in letter.questions:
            assert set(about) in ABOUT[kind], (kind, about)
    assert {"catalogue", "profile", "clip", "comments", "media"} <= set(seen)
    assert {"comment", "comment-removal", "follow", "revocation"} <= set(seen)
    assert set(seen) <= set(Kind)
    print("overheard:", dict(seen))


def test_no_letter_says_more_than_its_envelope(evidence: Evidence) -> None:
    for letter in evidence.letters:
        if not letter.envelope:
            assert letter.is_log or letter.head.startswith(b"HTTP/1.1 4"), letter.head
            continue
        assert (letter.envelope["from"], letter.envelope["to"]) == (letter.from_, letter.to)
        known = {"ask": {"questions"}, "answer": {"answers"}, "deliver": {"messages"}, "media": {"object", "name"}}
        assert set(letter.envelope["body"]) <= known.get(letter.envelope["what"], {"through", "refused"})


def test_no_canary_crosses_beyond_what_the_policies_list(evidence: Evidence) -> None:
    values = evidence.whole.values
    net, crossed = Net(values), 0
    for letter in evidence.letters:
        area = "questions" if letter.questions else "wire"
        for number in net.find([letter.head, letter.body, letter.file]):
            value = values[number]
            for realm in (letter.from_, letter.to):
                leaks = evidence.whole.is_leak(value, realm, area)
                assert not leaks, (letter.from_, letter.to, evidence.whole.describe(value), letter.body[:400])
            crossed += 1
    assert crossed > 50
    print("canaries:", len(values), "crossed as they may:", crossed)


def test_a_canary_that_may_not_cross_would_be_found(evidence: Evidence) -> None:
    """The control of the one above: a letter with an e-mail address in it."""
    values = evidence.whole.values
    secret = next(v for v in values if "accounts.email" in evidence.whole.describe(v) and isinstance(v, str))
    letter = Letter("eu", "us", b"", f'{{"text": "{secret}"}}'.encode(), b"")
    found = Net(values).find([letter.head, letter.body, letter.file])
    homes = {one.realm for one in evidence.whole.homes(secret)}
    assert [values[number] for number in found] == [secret]
    assert any(evidence.whole.is_leak(secret, realm, "wire") for realm in {"eu", "us"} - homes)


def test_every_byte_of_messages_and_files_has_its_entry_in_the_senders_log(evidence: Evidence) -> None:
    entries = {(one.realm, one.index): one for one in evidence.entries}
    overheard: set[tuple[str, int]] = set()
    for letter in evidence.letters:
        for message in letter.messages:
            entry = entries[message.from_, message.entry].fact
            told = (entry["to"], entry["message"], entry["bytes"], entry["content"], entry["fields"])
            expected = message.to, message.kind, message.size_bytes, message.digest, len(message.fields)
            assert told == expected
            overheard.add((message.from_, message.entry))
    missing = set(entries) - overheard
    assert len(missing) <= len(evidence.villages), missing  # told in the moment at which the listening ended
    print("entries:", len(entries), "overheard:", len(overheard))


@pytest.mark.parametrize("from_", ["eu", "ca-qc", "us"])
def test_what_is_not_messages_is_envelopes_of_limited_size(evidence: Evidence, from_: str) -> None:
    entries = {(one.realm, one.index): one.fact["bytes"] for one in evidence.entries}
    for to in set(evidence.villages) - {from_}:
        heard = [one for one in evidence.letters if (one.from_, one.to) == (from_, to)]
        letters = [one for one in heard if not one.is_log]
        said = evidence.said_bytes[from_, to] - sum(one.size_bytes for one in heard if one.is_log)
        read = sum(one.size_bytes for one in letters)
        logged = sum(entries[from_, message.entry] for one in letters for message in one.messages)
        around = said - logged
        assert said - read <= 100_000, "more than the letter that was on its way at the end"
        assert around <= len(letters) * MOST_AROUND_BYTES + (said - read)
        print(f"{from_} to {to}: {said} bytes said, {logged} in entries, {len(letters)} letters,", end=" ")
        print(f"{around / max(len(letters), 1):.0f} bytes around each, {logged / said:.1%} in entries")
