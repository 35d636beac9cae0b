"""Whatever another realm sends, it is understood or refused: nothing else happens."""

import base64
import json
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reelm import gateway
from reelm.gateway import Card, CardMalformed, EnvelopeMalformed, Kind, Received
from reelm.gateway.asking import read_answer
from reelm.gateway.inbox import Delivery
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode

EU, QC = RealmCode("eu"), RealmCode("ca-qc")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

words = st.sampled_from(
    [
        "messages",
        "questions",
        "seq",
        "kind",
        "entry",
        "salt",
        "fields",
        "about",
        "withdrawn",
        "problem",
        "comment",
        "x",
    ]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from([*Kind, "A" * 22, 2**53, -1, 1e400, "\x00", "\ud800", "crossing-refused"])
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=5), max_leaves=20
)
messages = st.fixed_dictionaries(
    {"seq": anything, "kind": anything, "entry": anything, "salt": anything, "fields": anything}
)


def nest(levels: int) -> Any:
    """Lists in lists."""
    found: Any = []
    for _ in range(levels):
        found = [found]
    return found


@settings(max_examples=300)
@given(st.dictionaries(words, anything) | st.fixed_dictionaries({"messages": st.lists(messages, max_size=3)}))
@example({"messages": [{"seq": 1, "kind": ["comment"], "entry": 1, "salt": "A" * 22, "fields": {}}]})
@example({"messages": [{"seq": 1, "kind": "comment", "entry": 1, "salt": "A" * 22, "fields": {"text": nest(200)}}]})
@example({"messages": [{"seq": 1, "kind": "comment", "entry": 2**53, "salt": "A" * 22, "fields": {}}]})
@example({"messages": [{"seq": True, "withdrawn": True}]})
def test_a_delivery_is_understood_or_malformed(body: dict[str, Any]) -> None:
    try:
        found = gateway.read_delivery(body)
    except EnvelopeMalformed:
        return
    assert [one.seq for one in found] == list(range(found[0].seq, found[0].seq + len(found)))
    for one in found:
        assert isinstance(one, Delivery)
        if one.received is not None:
            assert gateway.draft_arrival(QC, one.received, NOW)


@settings(max_examples=300)
@given(st.dictionaries(words, anything) | st.fixed_dictionaries({"questions": st.lists(messages, max_size=3)}))
@example({"questions": [{"kind": [], "about": {}}]})
@example({"questions": [{"kind": "clip", "about": {"clip": "\x00"}}]})
@example({"questions": [{"kind": "clip", "about": {"clip": nest(200)}}]})
def test_questions_are_understood_or_malformed(body: dict[str, Any]) -> None:
    try:
        found = gateway.read_questions(body)
    except EnvelopeMalformed:
        return
    assert all(question.kind in set(Kind) for question in found)


@settings(max_examples=300)
@given(anything | messages, st.sampled_from(Kind))
@example({"kind": "clip", "entry": 1, "salt": "A" * 22, "fields": {"n": 2**60}}, Kind.CLIP)
@example({"kind": "clip", "entry": -1, "salt": "A" * 22, "fields": {}}, Kind.CLIP)
def test_an_answer_is_understood_or_a_refusal(one: Any, asked: Kind) -> None:
    found = read_answer(one, asked, EU)
    assert isinstance(found, Received | Problem)
    if isinstance(found, Received):
        assert found.kind is asked
        assert gateway.draft_arrival(EU, found, NOW)


def test_an_answer_to_another_question_is_none() -> None:
    profile = {"kind": "profile", "entry": 7, "salt": "A" * 22, "fields": {"id": "x"}}
    assert isinstance(read_answer(profile, Kind.PROFILE, EU), Received)
    assert isinstance(read_answer(profile, Kind.CLIP, EU), gateway.RealmNotAnswering)


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, gateway.Identity]:
    return {
        code: gateway.load_identity(tmp_path_factory.mktemp(code), RealmCode(code)) for code in ("eu", "ca-qc", "us")
    }


def card_of(identity: gateway.Identity) -> Card:
    return Card(identity.realm, "127.0.0.1:1", "http://x", identity.public_key, identity.certificate)


@settings(max_examples=300)
@given(st.binary(max_size=300) | anything.map(lambda one: json.dumps(one).encode()), st.text(max_size=100))
@example(b"[" * 100_000, "")
@example(b'{"v":1,"id":"' + b"A" * 22 + b'","from":"ca-qc","to":"eu","at":"2026", "what":"ask","body":{}}', "AAAA")
def test_an_envelope_is_opened_or_refused(content: bytes, signature: str) -> None:
    with pytest.raises(Problem):
        gateway.open_envelope(content, signature, what="ask", me=EU, cards={}, now=NOW)


@given(st.data())
def test_one_bit_of_an_envelope_makes_it_nobodys(
    identities: dict[str, gateway.Identity], data: st.DataObject
) -> None:
    sealed = gateway.seal(identities["ca-qc"], EU, "ask", {"questions": []}, NOW)
    cards = {QC: card_of(identities["ca-qc"])}
    spoilt = bytearray(sealed.content)
    at = data.draw(st.integers(0, len(spoilt) * 8 - 1))
    spoilt[at // 8] ^= 1 << at % 8
    with pytest.raises(Problem):
        gateway.open_envelope(bytes(spoilt), sealed.signature, what="ask", me=EU, cards=cards, now=NOW)
    assert gateway.open_envelope(sealed.content, sealed.signature, what="ask", me=EU, cards=cards, now=NOW)


def test_another_realms_key_signs_for_nobody_else(identities: dict[str, gateway.Identity]) -> None:
    sealed = gateway.seal(identities["us"], EU, "ask", {}, NOW)
    forged = sealed.content.replace(b'"from":"us"', b'"from":"ca-qc"')
    signature = base64.b64encode(identities["us"].sign(b"reelm-gateway/1\n" + forged)).decode()
    cards = {QC: card_of(identities["ca-qc"]), RealmCode("us"): card_of(identities["us"])}
    with pytest.raises(gateway.EnvelopeNotSigned):
        gateway.open_envelope(forged, signature, what="ask", me=EU, cards=cards, now=NOW)


texts = st.text(max_size=60)


@settings(max_examples=300)
@given(st.binary(max_size=200) | anything.map(lambda one: json.dumps(one).encode()), texts)
@example(b"[" * 100_000, "eu.json")
@example(b"[]", "eu.json")
@example(b"{}", ".json")
def test_a_card_is_understood_or_malformed(content: bytes, name: str) -> None:
    with pytest.raises(CardMalformed):
        Card.parse(name, content)


@pytest.mark.parametrize("field", [field.name for field in fields(Card)])
@given(data=st.data())
def test_a_card_with_one_wrong_field_is_malformed(
    identities: dict[str, gateway.Identity], field: str, data: st.DataObject
) -> None:
    told = asdict(card_of(identities["eu"]))
    assert Card.parse("eu.json", json.dumps(told).encode())
    wrong = anything.filter(lambda one: not isinstance(one, str))
    if field in ("realm", "gateway", "key", "certificate"):
        wrong = wrong | texts | st.just(asdict(card_of(identities["us"]))[field]).filter(lambda _: field != "gateway")
    told[field] = data.draw(wrong)
    if field == "gateway" and isinstance(told[field], str) and ":" in told[field]:
        return
    with pytest.raises(CardMalformed):
        Card.parse("eu.json", json.dumps(told).encode())


def test_one_bad_card_takes_none_of_the_others_away(identities: dict[str, gateway.Identity], tmp_path: Path) -> None:
    for code in ("eu", "ca-qc"):
        gateway.Cards(tmp_path, EU).publish(card_of(identities[code]))
    cards = gateway.Cards(tmp_path, EU)
    assert set(cards.all()) == {EU, QC}
    (tmp_path / "us.json").write_text("{")
    (tmp_path / "ca-qc.json").write_text("{}")
    assert set(cards.all()) == {EU, QC}, "and the realm whose card was spoilt keeps the one it had"
    (tmp_path / "ca-qc.json").unlink()
    assert set(cards.all()) == {EU}


def test_a_realm_whose_card_has_another_key_keeps_the_one_it_had(
    identities: dict[str, gateway.Identity], tmp_path: Path
) -> None:
    peers, pinned = tmp_path / "peers", tmp_path / "pinned"
    gateway.Cards(peers, EU).publish(card_of(identities["ca-qc"]))
    assert gateway.Cards(peers, EU, pinned).fetch(QC).key == identities["ca-qc"].public_key
    other = gateway.load_identity(tmp_path / "other", QC)
    gateway.Cards(peers, EU).publish(card_of(other))

    cards = gateway.Cards(peers, EU, pinned)
    assert cards.fetch(QC).key == identities["ca-qc"].public_key, "also after a start"
    assert cards.changed[QC].key == other.public_key

    gateway.Cards(peers, EU, pinned).trust(QC)
    assert cards.fetch(QC).key == other.public_key
    assert cards.changed == {}


def test_a_card_with_another_address_and_the_same_key_is_taken(
    identities: dict[str, gateway.Identity], tmp_path: Path
) -> None:
    cards = gateway.Cards(tmp_path / "peers", EU, tmp_path / "pinned")
    for address in ("127.0.0.1:1", "[::1]:2", "gateway.example:443"):
        cards.publish(replace(card_of(identities["ca-qc"]), gateway=address))
        assert cards.fetch(QC).gateway == address
    with pytest.raises(gateway.RealmUnknown):
        cards.trust(RealmCode("us"))
