"""A decision that lacks what it needs, or that a stranger signed, is none."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey
from tests.unit.devices.examples import KEY, VECTORS, draft, signed

from reelm.devices import (
    DecisionMalformed,
    DecisionSignatureWrong,
    DecisionUnsigned,
    KeysMalformed,
    read_decision,
    read_keys,
    sign_decision,
    verify,
)

BAD: list[tuple[str, dict[str, Any]]] = [
    ("reason", {"reason": None}),
    ("reason.public", {"reason__public": {}}),
    ("reason.public.en", {"reason__public": {"en": "  "}}),
    ("reason.evidence", {"reason__evidence": None}),
    ("authority", {"authority": None}),
    ("authority.domain", {"authority__domain": "Institution.example"}),
    ("authority.domain", {"authority__domain": "example"}),
    ("legal_basis", {"legal_basis": []}),
    ("stages.review_at", {"stages__review_at": None}),
    ("stages", {"stages__review_at": "2026-12-21T23:00:00Z"}),
    ("stages", {"stages__review_at": "2028-06-21T22:00:00Z"}),
    ("stages", {"stages__issued_at": "2026-12-02T08:00:00Z"}),
    ("stages", {"stages__deadline_at": "2026-12-01T08:00:00Z"}),
    ("stages.review_at", {"stages__review_at": "2027-06-21T22:00:00+02:00"}),
    ("stages.review_at", {"stages__review_at": "2027-06-21"}),
    ("app", {"app__apple": [], "app__android": []}),
    ("app", {"app__domains": []}),
    ("app", {"app__successor_clause": None}),
    ("app.covers.embeds", {"app__covers__embeds": None}),
    ("app.covers", {"app__covers": {"app": True}}),
    ("app.domains.0", {"app__domains": ["*.shortvideo.example"]}),
    ("app.domains.0", {"app__domains": ["short video.example"]}),
    ("app.domains.0", {"app__domains": ["shortvideo.example\nevil.example"]}),
    ("app.domains", {"app__domains": ["a.example", "a.example"]}),
    ("app.apple.0", {"app__apple": ["one"]}),
    ("scope.networks.0", {"scope__networks": ["0.0.0.0/0"]}),
    ("scope.networks.0", {"scope__networks": ["::/0"]}),
    ("scope.networks.0", {"scope__networks": ["192.0.2.1/24"]}),
    ("scope.ownership", {"scope__ownership": []}),
    ("scope.groups", {"scope__groups": []}),
    ("measures", {"measures": []}),
    ("", {"measures": ["recommend", "remove"]}),
    ("measures.0", {"measures": ["wipe"]}),
    ("exceptions.longest_days", {"exceptions__longest_days": 400}),
    ("", {"reply__until": "2026-12-22T00:00:00Z"}),
    ("", {"version": 2}),
    ("", {"replaces_sha256": "0" * 64}),
    ("kind", {"kind": "something-else"}),
    ("id", {"id": "1"}),
    ("more", {"more": 1}),
    ("contact.email", {"contact__email": "nobody"}),
    ("contact.url", {"contact": {"email": "a@b.example", "url": "javascript:alert(1)"}}),
]


@pytest.mark.parametrize(("where", "changes"), BAD, ids=lambda one: str(one)[:60])
def test_a_decision_that_lacks_or_bends_something_is_refused_there(where: str, changes: dict[str, Any]) -> None:
    with pytest.raises(DecisionMalformed) as refused:
        sign_decision(json.dumps(draft(**changes)).encode(), KEY)
    assert refused.value.where.startswith(where)
    assert (refused.value.where == "") == (where == "")
    assert refused.value.fault


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b"1" * 300_000, b"[" * 100_000, b'{"a":' * 300 + b"1" + b"}" * 300, b"null"],
    ids=lambda one: repr(one[:8]),
)
def test_what_is_no_decision_at_all_is_refused(content: bytes) -> None:
    with pytest.raises(DecisionMalformed):
        read_decision(content)


def test_the_example_is_signed_by_the_key_beside_it() -> None:
    example = read_decision((VECTORS / "decision-example.json").read_bytes())
    (key,) = read_keys((VECTORS / "decision-example.keys.json").read_bytes())
    assert not key.is_private
    assert verify(example, [key]) == key.thumbprint()
    assert example.decision.app.domains[0] == "shortvideo.example"


def test_a_decision_signed_by_a_stranger_or_changed_afterwards_does_not_hold() -> None:
    mine = signed()
    assert verify(mine, [ECKey.generate_key("P-256"), KEY]) == KEY.thumbprint()
    with pytest.raises(DecisionSignatureWrong):
        verify(mine, [ECKey.generate_key("P-256")])
    with pytest.raises(DecisionSignatureWrong):
        verify(mine, [])
    told: dict[str, Any] = draft() | {"signature": mine.signature}
    assert verify(read_decision(json.dumps(told, indent=3).encode()), [KEY])  # its spaces and order say nothing
    told["authority"] = {**told["authority"], "body": "Somebody Else"}
    with pytest.raises(DecisionSignatureWrong):
        verify(read_decision(json.dumps(told).encode()), [KEY])


def test_no_header_makes_a_signature_of_nothing() -> None:
    head, _, tail = signed().signature.partition("..")
    for header in ("", "e30", "eyJhbGciOiJub25lIn0", head[:-4], "!", head + "."):
        told = draft() | {"signature": f"{header}..{tail}"}
        with pytest.raises(DecisionSignatureWrong):
            verify(read_decision(json.dumps(told).encode()), [KEY])


@pytest.mark.parametrize("signature", [None, 1, [], {"jws": "x"}, "x" * 3000])
def test_a_decision_without_a_signature_is_refused(signature: object) -> None:
    with pytest.raises(DecisionUnsigned):
        read_decision(json.dumps(draft() | {"signature": signature}).encode())


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"keys":[]}', b'{"kty":"oct","k":"AAAA"}', b'{"keys":[1]}', b'{"keys":1}', b"1"]
)
def test_keys_of_another_kind_are_refused(content: bytes) -> None:
    with pytest.raises(KeysMalformed):
        read_keys(content)
