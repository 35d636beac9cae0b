"""A device's message is answered, with a certificate or a reason. No message, whatever is in it, does more."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any, cast

import pytest
from asn1crypto import cms as untyped_cms
from asn1crypto import core as untyped_core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates, pkcs7_decrypt_der
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.devices.enrolling.device import NOW, SCEP, Message, authority, request, rsa_key, seal, sign_itself

from reelm.devices import ScepMessageMalformed
from reelm.devices.enrolling import (
    Asked,
    FailInfo,
    Refused,
    answer_operation,
    cms,
    issue_certificate,
    list_scep_certificates,
    read_operation,
)

_cms: Any = cast("Any", untyped_cms)
_core: Any = cast("Any", untyped_core)
TYPE, NONCE, TRANSACTION = (f"{SCEP}{arc}" for arc in (2, 5, 7))


def der(one: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    return one.public_bytes(Encoding.DER)


def issue(asked: Asked) -> x509.Certificate:
    return issue_certificate(authority(), asked.request, device="d1", organisation="parliament", now=NOW)


def read(message: bytes, *, over_tls: bool = False) -> Asked | Refused:
    return read_operation(authority(), message, NOW, over_tls=over_tls)


def ask(message: Message) -> Asked:
    asked = read(message.dump())
    assert isinstance(asked, Asked)
    return asked


def said(reply: bytes) -> dict[str, object]:
    """What an answer says, once it is known to be by our registration authority."""
    signed = cms.read_signed(reply)
    assert signed.certificate == der(authority().registration)
    cms.verify(signed)
    return {name.removeprefix(SCEP): value for name, value in signed.attributes.items()} | {"content": signed.content}


@cache
def plain() -> bytes:
    return Message().dump()


@cache
def renewed() -> x509.Certificate:
    """A certificate that a device has from us already, by a key that it is about to give up."""
    return issue_certificate(authority(), request(rsa_key(1)), device="d1", organisation="parliament", now=NOW)


def test_a_device_gets_its_certificate() -> None:
    told = said(answer_operation(authority(), plain(), issue, NOW))
    assert (told["2"], told["3"], told["6"], told["7"]) == ("3", "0", b"n" * 16, "transaction")
    assert told["5"] != b"n" * 16
    content = cast("bytes", told["content"])
    held = pkcs7_decrypt_der(content, sign_itself(rsa_key()), rsa_key(), [])
    (certificate,) = load_der_pkcs7_certificates(held)
    assert certificate.subject.rfc4514_string() == "CN=d1,O=parliament"
    assert certificate.public_key() == rsa_key().public_key()


@pytest.mark.parametrize("fail", FailInfo)
def test_a_device_is_told_why_it_gets_none(fail: FailInfo) -> None:
    told = said(answer_operation(authority(), plain(), lambda _: fail, NOW))
    assert (told["2"], told["3"], told["4"], told["content"]) == ("3", "2", str(fail), b"")
    assert (told["6"], told["7"]) == (b"n" * 16, "transaction")


def test_what_a_device_asks_is_read() -> None:
    asked = ask(Message())
    assert (asked.challenge, asked.renews, asked.transaction.id) == ("secret", None, "transaction")
    assert asked.request == request()


@pytest.mark.parametrize("challenge", [None, "", "é" * 100])
def test_a_challenge_may_be_left_out_or_be_anything(challenge: str | None) -> None:
    content = seal(der(request(challenge=challenge)))
    assert ask(Message(content=content)).challenge == challenge


@pytest.mark.parametrize("type_", ["17", "19"])
def test_a_certificate_of_ours_asks_for_the_next_one_by_any_key(type_: str) -> None:
    message = Message(key=rsa_key(1), certificate=renewed(), content=seal(der(request(rsa_key()))))
    asked = ask(message.change(attributes={TYPE: _core.PrintableString(type_)}))
    assert asked.renews is not None
    assert (asked.renews.device, asked.renews.serial) == ("d1", renewed().serial_number)
    assert asked.request.public_key() == rsa_key().public_key()


def test_both_certificates_are_listed_for_devices_to_choose_from() -> None:
    listed = load_der_pkcs7_certificates(list_scep_certificates(authority()))
    assert set(listed) == {authority().certificate, authority().registration}


@pytest.mark.parametrize("message", [Message(digest=one) for one in ("sha384", "sha512")] + [Message(at=None)])
def test_messages_may_differ_in_this(message: Message) -> None:
    assert isinstance(read(message.dump()), Asked)


def test_longer_keys_of_aes_are_taken() -> None:
    content = seal(der(request()), algorithm=AES256)
    assert isinstance(read(Message(content=content).dump()), Asked)


def test_sha_1_is_taken_only_from_a_connection_that_was_encrypted() -> None:
    old = Message(digest="sha1").dump()
    assert isinstance(read(old, over_tls=True), Asked)
    refused = read(old)
    assert isinstance(refused, Refused)
    assert refused.fail is FailInfo.BAD_ALG


@pytest.mark.parametrize(
    ("algorithm", "over_tls", "fail"),
    [
        ("des", False, FailInfo.BAD_ALG),
        ("des", True, FailInfo.BAD_MESSAGE_CHECK),
        ("tripledes_3key", True, FailInfo.BAD_ALG),
        ("1.2.840.113549.3.4", True, FailInfo.BAD_ALG),
    ],
)
def test_other_ciphers_are_not_even_tried(algorithm: str, over_tls: bool, fail: FailInfo) -> None:
    """What was sealed by AES says of itself that it was by another cipher."""
    told = _cms.ContentInfo.load(seal(der(request())))
    named = {"algorithm": algorithm, "parameters": _core.OctetString(bytes(8))}
    told["content"]["encrypted_content_info"]["content_encryption_algorithm"] = named
    refused = read(Message(content=told.dump()).dump(), over_tls=over_tls)
    assert isinstance(refused, Refused)
    assert refused.fail is fail


def _of_another_key() -> bytes:
    return seal(der(request(rsa_key(1))))


HOUR = timedelta(hours=1)
REFUSED: dict[str, tuple[Callable[[], Message], FailInfo]] = {
    "md5": (lambda: Message(digest="md5"), FailInfo.BAD_ALG),
    "a short key": (lambda: Message(key=rsa_key(bits=1024), content=_of_another_key()), FailInfo.BAD_ALG),
    "a short key in the request": (
        lambda: Message(content=seal(der(request(rsa_key(bits=1024))))),
        FailInfo.BAD_MESSAGE_CHECK,
    ),
    "another key than the request's": (lambda: Message(content=_of_another_key()), FailInfo.BAD_REQUEST),
    "a key that can't be encrypted to": (
        lambda: Message(content=seal(der(request(ec.generate_private_key(ec.SECP256R1()))))),
        FailInfo.BAD_REQUEST,
    ),
    "a poll": (lambda: Message(attributes={TYPE: _core.PrintableString("20")}), FailInfo.BAD_REQUEST),
    "no type": (lambda: Message(attributes={TYPE: None}), FailInfo.BAD_REQUEST),
    "a challenge too long": (lambda: Message(content=seal(der(request(challenge="a" * 257)))), FailInfo.BAD_REQUEST),
    "signed too early": (lambda: Message(at=NOW - 2 * HOUR), FailInfo.BAD_TIME),
    "signed too late": (lambda: Message(at=NOW + 2 * HOUR), FailInfo.BAD_TIME),
    "renewing by a certificate not ours": (
        lambda: Message(attributes={TYPE: _core.PrintableString("17")}),
        FailInfo.BAD_CERT_ID,
    ),
    "another digest": (
        lambda: Message(attributes={"message_digest": _core.OctetString(bytes(32))}),
        FailInfo.BAD_MESSAGE_CHECK,
    ),
    "no digest": (lambda: Message(attributes={"message_digest": None}), FailInfo.BAD_MESSAGE_CHECK),
    "no content type": (lambda: Message(attributes={"content_type": None}), FailInfo.BAD_MESSAGE_CHECK),
    "another's certificate": (lambda: Message(certificate=sign_itself(rsa_key(1))), FailInfo.BAD_MESSAGE_CHECK),
    "our own certificate, stolen": (lambda: Message(certificate=renewed()), FailInfo.BAD_MESSAGE_CHECK),
    "sealed for another": (
        lambda: Message(content=seal(der(request()), authority("ca-qc").registration)),
        FailInfo.BAD_MESSAGE_CHECK,
    ),
    "sealed for what signs certificates": (
        lambda: Message(content=seal(der(request()), authority().certificate)),
        FailInfo.BAD_MESSAGE_CHECK,
    ),
    "not sealed": (lambda: Message(content=der(request())), FailInfo.BAD_MESSAGE_CHECK),
    "nothing sealed": (lambda: Message(content=seal(b"")), FailInfo.BAD_MESSAGE_CHECK),
    "no request sealed": (lambda: Message(content=seal(b"no request")), FailInfo.BAD_MESSAGE_CHECK),
    "no content": (lambda: Message(content=b""), FailInfo.BAD_MESSAGE_CHECK),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_message_is_refused_and_says_why(case: str) -> None:
    make, fail = REFUSED[case]
    refused = read(make().dump())
    assert isinstance(refused, Refused)
    assert refused.fail is fail
    told = said(refused.reply)
    assert (told["3"], told["4"], told["7"]) == ("2", str(fail), "transaction")


def test_nobody_is_asked_about_a_message_that_is_refused() -> None:
    def decide(asked: Asked) -> FailInfo:
        raise AssertionError(asked)

    assert said(answer_operation(authority(), Message(digest="md5").dump(), decide, NOW))["4"] == "0"


def nested(opening: bytes) -> bytes:
    """As deep as a message may be long, each part said to hold the rest."""
    return (opening * 30_000)[:60_000]


def nested_strings() -> bytes:
    inner = b""
    while len(inner) < 60_000:
        inner = b"\x24\x83" + len(inner).to_bytes(3) + inner
    return inner


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"GET / HTTP/1.1",
        bytes(60_000),
        bytes(64 * 1024 + 1),
        nested(b"\x30\x80"),
        nested(b"\x24\x80"),
        nested(b"\xa0\x80"),
        nested_strings(),
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x88" + b"\xff" * 8,
        b"\x1f" + b"\xff" * 1000,
        list_scep_certificates(authority()),
        seal(b"sealed and not signed"),
        Message(attributes={TRANSACTION: None}).dump(),
        Message(attributes={TRANSACTION: _core.PrintableString("t" * 257)}).dump(),
        Message(attributes={TRANSACTION: _core.Integer(7)}).dump(),
        Message(attributes={TRANSACTION: _core.UTF8String("n° 7")}).dump(),
        Message(attributes={NONCE: None}).dump(),
        Message(attributes={NONCE: _core.OctetString(bytes(65))}).dump(),
    ],
)
def test_what_could_not_even_be_answered_is_refused(message: bytes) -> None:
    with pytest.raises(ScepMessageMalformed):
        read(message)


@pytest.mark.parametrize(
    "content", [nested(b"\x30\x80"), nested(b"\x24\x80"), nested_strings()], ids=["30", "24", "s"]
)
def test_what_is_signed_may_be_anything_and_is_refused(content: bytes) -> None:
    refused = read(Message(content=content).dump())
    assert isinstance(refused, Refused)
    assert refused.fail is FailInfo.BAD_MESSAGE_CHECK


Changes = list[tuple[int, bytes, int]]


def changed(data: bytes, changes: Changes) -> bytes:
    """Bytes put over others, and now and then some that are taken out or come on top."""
    for where, put, more in changes:
        at = where % (len(data) + 1)
        data = data[:at] + put + data[max(at + len(put) + more, at) :]
    return data


LENGTHS = st.one_of(st.just(0), st.just(0), st.integers(-4, 4))
CHANGES = st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=4), LENGTHS), min_size=1, max_size=3)


@given(CHANGES, st.booleans())
def test_a_message_that_was_changed_asks_the_same_or_is_refused(changes: Changes, over_tls: bool) -> None:
    try:
        asked = read(changed(plain(), changes), over_tls=over_tls)
    except ScepMessageMalformed:
        return
    if isinstance(asked, Refused):
        assert said(asked.reply)["3"] == "2"
    else:
        assert (asked.request, asked.challenge, asked.renews) == (request(), "secret", None)


@cache
def sealed() -> bytes:
    return seal(der(request()))


@given(CHANGES)
def test_nobody_learns_by_trying_whether_a_changed_message_was_unsealed(changes: Changes) -> None:
    """An eavesdropper may sign what another has sealed, and must not learn what is in it from how that is refused."""
    content = changed(sealed(), changes)
    refused = read(Message(key=rsa_key(1), content=content).dump())
    assert isinstance(refused, Refused)
    try:
        opened = cms.unseal(content, authority().registration, authority().registration_key)
    except (cms.Unreadable, cms.Unsupported):
        opened = b""
    assert (refused.fail is FailInfo.BAD_REQUEST) == (opened == der(request()))


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_no_message(data: bytes) -> None:
    with pytest.raises(ScepMessageMalformed):
        read(data)
