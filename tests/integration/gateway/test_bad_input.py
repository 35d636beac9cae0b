"""What comes over the wire and is not what it should be is refused, says why, and changes nothing."""

import asyncio
import base64
import json
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway.realms import EU, QC, OneRealm, until
from tests.integration.gateway.stranger import Stranger, introduce, make_identity, message

from reelm import gateway
from reelm.gateway import Found, Kind, Message, Question
from reelm.gateway.envelope import SKEW
from reelm.infra.line import server_context
from reelm.kernel.ids import RealmCode

US = RealmCode("us")


@pytest.fixture
def us(eu: OneRealm, tmp_path: Path) -> Stranger:
    """A realm that Europe knows, and whose words we choose."""
    identity = make_identity(tmp_path, "us")
    introduce(eu, identity)
    return Stranger(identity, eu)


async def nothing_changed(realm: OneRealm) -> bool:
    async with realm.database.read() as unit:
        standing = await gateway.find_standing(unit, US)
    return standing.next_in == 1 and realm.house.taken == [] and await realm.entries("arrival") == []


async def test_what_is_right_is_taken(eu: OneRealm, us: Stranger) -> None:
    """So that the refusals below are not of something else."""
    heard = await us.deliver(message(1), message(2))
    assert (heard.status, heard.body["body"]["through"]) == (200, 2)
    assert [received.entry for _, received in eu.house.taken] == [1, 2]


async def test_a_forged_signature_is_refused(eu: OneRealm, us: Stranger) -> None:
    sealed = us.seal("deliver", {"messages": [message(1)]})
    forged = base64.b64encode(bytes(64)).decode()
    for signature in (forged, sealed.signature[:-4] + "AAA=", "", "no base64 at all", "AAAA"):
        heard = await us.send("deliver", replace(sealed, signature=signature))
        assert heard.slug in ("envelope-not-signed", "envelope-malformed"), signature
    changed = sealed.content.replace(b"remark 1", b"remark 2")
    assert (await us.post("/v1/deliver", changed, sealed.signature)).slug == "envelope-not-signed"
    assert await nothing_changed(eu)


async def test_a_realm_cannot_pass_on_an_envelope_of_another(eu: OneRealm, qc: OneRealm, us: Stranger) -> None:
    """Québec's own envelope, its own signature: but over the line of another realm."""
    sealed = gateway.seal(qc.door.identity, EU, "deliver", {"messages": [message(1)]}, eu.door.clock.now())
    heard = await us.send("deliver", sealed)
    assert (heard.status, heard.slug) == (403, "envelope-not-signed")
    assert eu.house.taken == []


async def test_a_realm_that_lies_about_its_code_is_refused(eu: OneRealm, us: Stranger, tmp_path: Path) -> None:
    for code in ("gb", "eu", "ca-qc"):
        liar = make_identity(tmp_path, code)
        heard = await us.send("deliver", gateway.seal(liar, EU, "deliver", {"messages": [message(1)]}, now(eu)))
        assert heard.slug == "envelope-not-signed", code
    assert await nothing_changed(eu)


def now(realm: OneRealm) -> datetime:
    return realm.door.clock.now()


@pytest.mark.parametrize("code", ["gb", "us", "eu"])
async def test_nobody_without_a_pinned_certificate_is_heard(
    eu: OneRealm, us: Stranger, code: str, tmp_path: Path
) -> None:
    """Neither with one of a realm that has no card here, nor with another one of a realm that has."""
    other = Stranger(make_identity(tmp_path / "other", code), eu)
    sealed = other.seal("deliver", {"messages": [message(1)]})
    with pytest.raises((OSError, ssl.SSLError, asyncio.IncompleteReadError)):
        await other.send("deliver", sealed)
    assert await nothing_changed(eu)


async def test_nobody_without_a_certificate_is_heard(eu: OneRealm, us: Stranger) -> None:
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.load_verify_locations(cadata=eu.door.identity.certificate)
    with pytest.raises((OSError, ssl.SSLError, asyncio.IncompleteReadError)):
        await us.say(b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", bare)


async def test_an_envelope_is_taken_once(eu: OneRealm, us: Stranger) -> None:
    sealed = us.seal("deliver", {"messages": [message(1)]})
    assert (await us.send("deliver", sealed)).status == 200
    for _ in range(3):
        heard = await us.send("deliver", sealed)
        assert (heard.status, heard.slug) == (409, "envelope-replayed")
    assert len(eu.house.taken) == 1


async def test_an_envelope_from_before_the_start_is_not_taken(eu: OneRealm, us: Stranger) -> None:
    """What came before is not known any more, so that it could have come."""
    sealed = us.seal("deliver", {"messages": [message(1)]}, now(eu) - timedelta(seconds=60))
    assert (await us.send("deliver", sealed)).slug == "envelope-not-of-now"
    assert await nothing_changed(eu)


@pytest.mark.parametrize("apart", [-SKEW, SKEW, -timedelta(hours=1), timedelta(days=400)])
async def test_an_old_envelope_or_a_clock_apart_is_told_so(eu: OneRealm, us: Stranger, apart: timedelta) -> None:
    more = timedelta(seconds=2) if apart > timedelta() else -timedelta(seconds=2)
    heard = await us.send("deliver", us.seal("deliver", {"messages": [message(1)]}, now(eu) + apart + more))
    assert (heard.status, heard.slug) == (409, "envelope-not-of-now")
    assert "clock" in heard.body["detail"]
    assert await nothing_changed(eu)


async def test_what_is_for_another_realm_is_sent_back(eu: OneRealm, us: Stranger) -> None:
    heard = await us.send("deliver", us.seal("deliver", {"messages": [message(1)]}, to="ca-qc"))
    assert (heard.status, heard.slug) == (421, "envelope-for-another")


async def test_an_envelope_for_one_thing_is_not_taken_for_another(eu: OneRealm, us: Stranger) -> None:
    sealed = us.seal("ask", {"messages": [message(1)]})
    assert (await us.send("deliver", sealed)).slug == "envelope-malformed"
    assert (await us.send("media", sealed)).slug == "envelope-malformed"


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda content: content[:-20],
    "empty": lambda content: b"",
    "not JSON": lambda content: b"<xml/>",
    "a list": lambda content: b"[]",
    "nested deeply": lambda content: b"[" * 100_000,
    "nested deeply inside": lambda content: content.replace(b'"remark 1"', b"[" * 90 + b"]" * 90),
    "not UTF-8": lambda content: content.replace(b"remark", b"\xff\xfe\xfd\xfc\xfb\xfa"),
    "another version": lambda content: content.replace(b'"v":1', b'"v":2'),
    "a field more": lambda content: content.replace(b'"v":1', b'"v":1,"w":1'),
    "no body": lambda content: content[: content.index(b',"body"')] + b"}",
    "no time": lambda content: content.replace(b'"at":"2', b'"at":"x'),
    "a short id": lambda content: content.replace(b'"id":"', b'"id":"=')[:],
    "half a character": lambda content: content.replace(b"remark", b"\\ud800"),
    "infinity": lambda content: content.replace(b'"remark 1"', b"1e999"),
    "a NUL": lambda content: content.replace(b"remark", b"\\u0000"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
async def test_what_is_no_envelope_is_malformed_even_if_it_is_signed(eu: OneRealm, us: Stranger, spoilt: str) -> None:
    content = SPOILT[spoilt](us.seal("deliver", {"messages": [message(1)]}).content)
    signature = base64.b64encode(us.identity.sign(b"reelm-gateway/1\n" + content)).decode()
    heard = await us.post("/v1/deliver", content, signature)
    assert (heard.status, heard.slug) == (400, "envelope-malformed")
    assert await nothing_changed(eu)


async def test_a_body_that_is_cut_off_is_not_waited_for(eu: OneRealm, us: Stranger) -> None:
    raw = b"POST /v1/deliver HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
    reader, writer = await asyncio.open_connection(
        "127.0.0.1",
        int(eu.settings.gateway_listen.rpartition(":")[2]),
        ssl=us.context(),
        server_hostname="gateway.eu.reelm",
    )
    writer.write(raw)
    writer.close()
    assert (await us.deliver(message(1))).status == 200
    del reader


async def test_a_body_that_is_too_long_is_refused_before_it_has_come(eu: OneRealm, us: Stranger) -> None:
    long = gateway.LIMIT_BYTES + 1
    announced = f"POST /v1/deliver HTTP/1.1\r\nHost: x\r\nContent-Length: {10**12}\r\n\r\n".encode()
    assert (await us.say(announced + b"{")).slug == "envelope-malformed"
    chunked = b"POST /v1/deliver HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    assert (await us.say(chunked + piece * (long // 0x10000 + 1))).slug == "envelope-malformed"
    assert await nothing_changed(eu)


WRONG: dict[str, dict[str, object]] = {
    "no messages": {},
    "none": {"messages": []},
    "too many": {"messages": [message(1)] * 501},
    "a gap inside": {"messages": [message(1), message(3)]},
    "twice the same number": {"messages": [message(1), message(1)]},
    "backwards": {"messages": [message(2), message(1)]},
    "an unknown kind": {"messages": [message(1, kind="birthday")]},
    "a kind that is a list": {"messages": [message(1, kind=["comment"])]},
    "number 0": {"messages": [message(0)]},
    "a number that is a text": {"messages": [message(1, seq="1")]},
    "a number that is true": {"messages": [message(1, seq=True)]},
    "an entry below 0": {"messages": [message(1, entry=-1)]},
    "an entry that is too large": {"messages": [message(1, entry=2**53)]},
    "no salt": {"messages": [message(1, salt=None)]},
    "a short salt": {"messages": [message(1, salt="A")]},
    "fields that are a list": {"messages": [message(1, fields=["text"])]},
    "a number without one form": {"messages": [message(1, fields={"n": 2**60})]},
    "withdrawn and not": {"messages": [message(1, withdrawn=True) | {"kind": None}]},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_delivery_of_another_form_is_malformed(eu: OneRealm, us: Stranger, wrong: str) -> None:
    heard = await us.send("deliver", us.seal("deliver", WRONG[wrong]))
    assert (heard.status, heard.slug) == (400, "envelope-malformed")
    assert await nothing_changed(eu)


async def test_what_comes_with_a_gap_is_told_what_is_due(eu: OneRealm, us: Stranger) -> None:
    heard = await us.deliver(message(3), message(4))
    assert (heard.status, heard.slug, heard.body["due"]) == (409, "deliveries-missing", 1)
    assert await nothing_changed(eu)
    await us.deliver(message(1))
    assert (await us.deliver(message(3))).body["due"] == 2
    assert (await us.deliver(message(2), message(3))).body["body"]["through"] == 3


async def test_what_comes_twice_is_taken_once(eu: OneRealm, us: Stranger) -> None:
    for batch in ([1, 2], [1, 2], [2, 3], [1, 2, 3, 4]):
        heard = await us.deliver(*(message(seq) for seq in batch))
        assert heard.status == 200
    assert [received.entry for _, received in eu.house.taken] == [1, 2, 3, 4]
    assert len(await eu.entries("arrival")) == 4


async def test_a_number_that_was_withdrawn_is_skipped_and_leaves_no_entry(eu: OneRealm, us: Stranger) -> None:
    heard = await us.deliver(message(1), {"seq": 2, "withdrawn": True}, message(3))
    assert heard.body["body"]["through"] == 3
    assert [received.entry for _, received in eu.house.taken] == [1, 3]
    assert len(await eu.entries("arrival")) == 2


async def test_one_entry_stands_for_one_message(eu: OneRealm, us: Stranger) -> None:
    """Else a realm could log one crossing and send many."""
    assert (await us.deliver(message(1, entry=7), message(2, entry=7))).slug == "envelope-malformed"
    assert (await us.deliver(message(1, entry=7), message(2, entry=9))).status == 200
    for entry in (0, 7, 8, 9):
        assert (await us.deliver(message(3, entry=entry))).slug == "envelope-malformed", entry
    assert (await us.deliver(message(3, entry=10))).status == 200
    assert [received.entry for _, received in eu.house.taken] == [7, 9, 10]


async def test_fields_that_make_no_sense_to_whoever_takes_them_stop_nothing(eu: OneRealm, us: Stranger) -> None:
    eu.house.refuses = lambda received: bool(received.fields["text"].isdigit())  # an AttributeError, a KeyError
    heard = await us.deliver(
        message(1, fields={"text": ["a list"]}), message(2, fields={}), message(3, fields={"text": "fine"})
    )
    assert heard.body["body"] == {"through": 3, "refused": {"1": "message-not-taken", "2": "message-not-taken"}}
    assert [received.entry for _, received in eu.house.taken][-1] == 3


async def test_a_fault_of_ours_takes_nothing_and_it_comes_again(eu: OneRealm, us: Stranger) -> None:
    def fail(_: object) -> bool:
        raise gateway.GatewayBusy

    eu.house.refuses = fail
    assert (await us.deliver(message(1))).status == 503
    assert await nothing_changed(eu)
    eu.house.refuses = lambda _: False
    assert (await us.deliver(message(1))).body["body"] == {"through": 1, "refused": {}}


async def test_questions_that_make_no_sense_have_no_answer(eu: OneRealm, us: Stranger) -> None:
    bodies: list[dict[str, Any]] = [
        {},
        {"questions": []},
        {"questions": [{"kind": {}, "about": {}}]},
        {"questions": [1]},
    ]
    for body in bodies:
        assert (await us.send("ask", us.seal("ask", body))).slug == "envelope-malformed"
    too_many: list[dict[str, Any]] = [{"kind": "clip", "about": {}}] * 101
    assert (await us.send("ask", us.seal("ask", {"questions": too_many}))).slug == "envelope-malformed"
    heard = await us.send("ask", us.seal("ask", {"questions": [{"kind": "comment", "about": {}}]}))
    assert heard.body["body"]["answers"] == [{"kind": "comment", "problem": "not-found-abroad"}]


@pytest.mark.parametrize(
    "path",
    [
        "../keys/gateway.key",
        "tile/../../keys/gateway.key",
        "witnesses.json",
        "tile/0/000.p",
        "%2e%2e/keys/secret",
        "tile/99",
    ],
)
async def test_only_the_public_files_of_the_log_are_given_out(eu: OneRealm, us: Stranger, path: str) -> None:
    heard = await us.say(f"GET /v1/ledger/{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert heard.status == 404


async def test_a_header_does_not_make_a_realm_another(eu: OneRealm, us: Stranger) -> None:
    """Both run on one machine, and the header names the other end of another realm's connection."""
    sealed = us.seal("deliver", {"messages": [message(1)]})
    head = f"Host: x\r\nReelm-Signature: {sealed.signature}\r\nX-Forwarded-For: 127.0.0.1:{'9' * 4}\r\n"
    length = f"Content-Length: {len(sealed.content)}\r\n\r\n"
    heard = await us.say(f"POST /v1/deliver HTTP/1.1\r\n{head}{length}".encode() + sealed.content)
    assert heard.status == 200


async def test_one_realm_cannot_take_the_gateway_from_the_others(eu: OneRealm, qc: OneRealm, us: Stranger) -> None:
    """It begins as many requests as it may, and ends none of them."""
    stuck = [
        asyncio.create_task(us.say(b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"))
        for _ in range(40)
    ]
    done, _ = await asyncio.wait(stuck, return_when=asyncio.FIRST_COMPLETED)
    assert {task.result().slug for task in done} == {"gateway-busy"}
    eu.house.answers[Kind.CLIP] = Found(Message(Kind.CLIP, {"id": "x"}))
    assert (await qc.door.asker.ask(EU, Question(Kind.CLIP, {}))).fields == {"id": "x"}
    for task in stuck:
        task.cancel()
    await asyncio.gather(*stuck, return_exceptions=True)


async def test_a_gateway_that_answers_with_nonsense_is_not_answering(qc: OneRealm, tmp_path: Path) -> None:
    """A realm of ours asks one that is not: whatever comes back, nobody is misled and nothing is lost."""
    identity = make_identity(tmp_path, "eu")
    answers = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        b"no HTTP at all",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * (gateway.LIMIT_BYTES + 70_000),
        b"",
    ]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers[0])
        writer.close()

    context = server_context(
        lambda: qc.door.identity.certificate, cert_file=identity.certificate_file, key_file=identity.key_file
    )
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    introduce(qc, identity, f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    while answers:
        with pytest.raises(gateway.RealmNotAnswering):
            await qc.door.asker.ask(EU, Question(Kind.CLIP, {}))
        answers.pop(0)
    server.close()


async def test_our_own_socket_takes_nonsense_calmly(qc: OneRealm) -> None:
    assert qc.settings.gateway_path.stat().st_mode & 0o777 == 0o600
    reader, writer = await asyncio.open_unix_connection(str(qc.settings.gateway_path))
    body = json.dumps({"kind": ["x"], "about": 1, "realm": 3}).encode()
    writer.write(b"POST /ask HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert b"400" in await reader.readline()
    writer.close()


async def test_a_realm_that_joins_is_heard_without_a_start(eu: OneRealm, us: Stranger, tmp_path: Path) -> None:
    newcomer = Stranger(make_identity(tmp_path, "gb"), eu)
    introduce(eu, newcomer.identity)
    await until(lambda: RealmCode("gb") in eu.door.cards.all())
    assert (await newcomer.deliver(message(1))).status == 200
    assert QC not in eu.door.cards.all()
