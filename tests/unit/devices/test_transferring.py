"""What is said to name servers that ask for zones: all of one to whoever has its key, and nothing to anybody else."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.zone
import pytest
from dns.message import Message
from dns.rdtypes.ANY.SOA import SOA
from hypothesis import given
from hypothesis import strategies as st
from tests.conformance.devices.compiling import DOMAIN, compile_example

from reelm.devices.transferring import ALGORITHM, Zone, ZoneKey, answer, make_notice
from reelm.devices.transferring.model import derive_secret, name_zone, read_records
from reelm.devices.transferring.serials import serve
from reelm.kernel.ids import OrganisationId

OURS, OTHERS = OrganisationId(UUID(int=1)), OrganisationId(UUID(int=2))
NAME = name_zone("institution", UUID(int=5), "everybody")
NOW = datetime(2027, 1, 1, tzinfo=UTC)
KEY = ZoneKey("0123456789abcdef", OURS, "institution", b"a secret of this test", NOW + timedelta(days=1))
STRANGE = ZoneKey("fedcba9876543210", OTHERS, "another", b"another secret", NOW + timedelta(days=1))
KEYS = {key.name: key for key in (KEY, STRANGE)}


def zone(more: int = 0) -> Zone:
    content = compile_example("rpz")["everybody.zone"]
    content += "".join(f"n{number}.{DOMAIN} CNAME .\n" for number in range(more)).encode()
    return Zone(NAME, OURS, "institution", 7, read_records(NAME, content, 7))


def ask(kind: str, key: ZoneKey | None = KEY, name: dns.name.Name = NAME, **more: Any) -> Message:
    query = dns.message.make_query(name, kind)
    if key is not None:
        query.use_tsig(dns.tsig.Key(key.name, key.secret, ALGORITHM))
    for section, sets in more.items():
        getattr(query, section).extend(sets)
    return query


def say(
    query: dns.message.Message, *, streamed: bool = True, of: Zone | None = None
) -> Sequence[dns.message.Message]:
    """The answers, each with its TSIG verified."""
    told = list(answer(query.to_wire(), KEYS, {NAME: of or zone()}, streamed=streamed))
    context, read = None, list[dns.message.Message]()
    for data in told:
        one = dns.message.from_wire(
            one_rr_per_rrset=True,
            wire=data,
            keyring=query.keyring,
            request_mac=query.mac,
            multi=len(told) > 1,
            tsig_ctx=context,
        )
        context = one.tsig_ctx
        read.append(one)
    return read


def test_a_large_zone_comes_over_several_messages_each_of_which_is_signed() -> None:
    messages = say(ask("AXFR"), of=zone(more=350))
    assert len(messages) == 4
    assert all(one.had_tsig for one in messages)
    sets = [one for message in messages for one in message.answer]
    assert sets[0] == sets[-1]
    assert sets[0].rdtype == dns.rdatatype.SOA
    names = {str(one.name.relativize(NAME)) for one in sets}
    assert {DOMAIN, f"*.{DOMAIN}", f"n349.{DOMAIN}"} <= names


@pytest.mark.parametrize(("known", "sets"), [(7, 1), (6, 7)])
def test_whoever_has_the_serial_is_sent_no_zone_and_others_are_sent_all_of_it(known: int, sets: int) -> None:
    have = dns.zone.from_text(f"@ 60 IN SOA localhost. h.localhost. {known} 1 1 1 1\n@ NS localhost.", NAME)
    head = have.find_rrset("@", "SOA")
    head.name = NAME
    (message,) = say(ask("IXFR", authority=[head]))
    assert len(message.answer) == sets


def test_over_udp_there_is_the_head_and_never_the_zone() -> None:
    assert [len(one.answer) for one in say(ask("SOA"), streamed=False)] == [1]
    assert [len(one.answer) for one in say(ask("IXFR"), streamed=False)] == [1]
    (refused,) = say(ask("AXFR"), streamed=False)
    assert (refused.rcode(), refused.answer) == (dns.rcode.REFUSED, [])


@pytest.mark.parametrize("kind", ["AXFR", "IXFR", "SOA", "CNAME"])
@pytest.mark.parametrize(
    ("key", "name", "code"),
    [
        (None, NAME, dns.rcode.REFUSED),
        (STRANGE, NAME, dns.rcode.NOTAUTH),
        (ZoneKey(KEY.id, OURS, "institution", b"a guess", NOW), NAME, dns.rcode.NOTAUTH),
        (ZoneKey("0" * 16, OURS, "institution", KEY.secret, NOW), NAME, dns.rcode.NOTAUTH),
        (KEY, dns.name.from_text("no.such.zone.reelm."), dns.rcode.NOTAUTH),
        (None, dns.name.from_text("no.such.zone.reelm."), dns.rcode.REFUSED),
    ],
)
def test_without_the_key_of_its_organisation_a_zone_is_as_if_it_were_not(
    kind: str, key: ZoneKey | None, name: dns.name.Name, code: int
) -> None:
    query = ask(kind, key, name)
    (told,) = answer(query.to_wire(), KEYS, {NAME: zone()}, streamed=True)
    read = dns.message.from_wire(told, question_only=True)
    assert read.rcode() == code
    assert int.from_bytes(told[6:8]) == 0, "it has answers"


def test_what_is_no_question_is_not_answered() -> None:
    response = dns.message.make_response(dns.message.make_query(NAME, "SOA"))
    for data in (b"", b"\0" * 11, response.to_wire(), ask("AXFR").to_wire()[:-9]):
        assert not [one for one in answer(data, KEYS, {NAME: zone()}, streamed=True) if len(one) > 300]
    update = dns.message.make_query(NAME, "SOA")
    update.set_opcode(dns.opcode.NOTIFY)
    (told,) = answer(update.to_wire(), KEYS, {NAME: zone()}, streamed=True)
    assert dns.message.from_wire(told).rcode() == dns.rcode.REFUSED


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    told = list(answer(data, KEYS, {NAME: zone()}, streamed=False))
    assert all(dns.message.from_wire(one).answer == [] for one in told)


def test_a_notice_tells_the_serial_and_nothing_else() -> None:
    read = dns.message.from_wire(make_notice(zone()))
    assert (read.opcode(), bool(read.flags & dns.flags.AA), len(read.answer)) == (dns.opcode.NOTIFY, True, 1)
    assert cast("SOA", read.answer[0][0]).serial == 7


def test_a_key_is_of_one_token_and_one_realm() -> None:
    first = derive_secret(b"r" * 32, b"t" * 32)
    assert len(first) == 32
    assert len({first, derive_secret(b"s" * 32, b"t" * 32), derive_secret(b"r" * 32, b"u" * 32)}) == 3


def test_a_serial_goes_up_with_each_change_also_within_a_second_and_against_the_clock() -> None:
    last = serve(None, b"a", NOW)
    for content, at in ((b"b", NOW), (b"a", NOW), (b"c", NOW - timedelta(days=1))):
        now = serve(last, content, at)
        assert now.serial == last.serial + 1
        last = now
    assert serve(last, b"c", NOW + timedelta(days=1)) == last
    assert serve(last, b"d", NOW + timedelta(days=1)).serial == int(NOW.timestamp()) + 86400
