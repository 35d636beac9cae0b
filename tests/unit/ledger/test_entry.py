"""What an entry may say, by our own check and by a JSON Schema validator nobody here wrote."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.vectors.entries import FACT_OF, fields_of, list_refused

from reelm.ledger.commitments import commit, may_open
from reelm.ledger.entry import decode, encode, entry_schema, make_entry
from reelm.ledger.errors import EntryRefused
from reelm.ledger.model import FACTS

REFUSED = dict(list_refused())


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    Draft202012Validator.check_schema(entry_schema())
    return Draft202012Validator(entry_schema())


def test_every_kind_has_an_example() -> None:
    assert FACT_OF.keys() == FACTS.keys()


@pytest.mark.parametrize("kind", FACT_OF)
def test_an_entry_of_each_kind_is_taken_and_comes_back_the_same(kind: str, schema: Draft202012Validator) -> None:
    data = encode(make_entry(**fields_of(kind)))
    assert json.loads(data) == fields_of(kind)
    assert encode(decode(data)) == data
    assert list(schema.iter_errors(json.loads(data))) == []


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_hold_personal_data_or_mean_two_things_is_refused(case: str, schema: Draft202012Validator) -> None:
    data = json.dumps(REFUSED[case], sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(EntryRefused):
        decode(data)
    assert list(schema.iter_errors(REFUSED[case])) != []


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b" ",
        lambda data: data.replace(b":", b": ", 1),
        lambda data: json.dumps(dict(reversed(json.loads(data).items())), separators=(",", ":")).encode(),
        lambda data: data.replace(b'"v":1', b'"v":1.0'),
        lambda data: data.replace(b"moderator", b"\\u006doderator"),
        lambda data: data.replace(b'"v":1', b'"v":1,"v":1'),
        lambda data: data[:-1],
        lambda data: b"\xff" + data,
        lambda data: b"",
        lambda data: b"[]",
        lambda data: b"null",
    ],
)
def test_only_the_canonical_form_is_an_entry(change: Any) -> None:
    with pytest.raises(EntryRefused):
        decode(change(encode(make_entry(**fields_of("access-requested")))))


@given(st.text(min_size=1).filter(lambda text: text not in ("request", "role", "reason", "classes", "minutes")))
def test_no_field_can_be_added(name: str) -> None:
    fields = fields_of("access-requested")
    with pytest.raises(EntryRefused):
        make_entry(**fields | {"fact": fields["fact"] | {name: "x"}})


@given(st.binary(min_size=32, max_size=32), st.uuids(), st.uuids())
def test_a_commitment_opens_with_the_right_key_for_the_right_person_only(key: bytes, one: Any, other: Any) -> None:
    said = commit(key, "subject", "A" * 22, one)
    assert may_open(said, key, "subject", "A" * 22, one)
    assert not may_open(said, key, "actor", "A" * 22, one)
    assert not may_open(said, key, "subject", "B" * 22, one)
    assert not may_open(said, bytes([key[0] ^ 1]) + key[1:], "subject", "A" * 22, one)
    if one != other:
        assert not may_open(said, key, "subject", "A" * 22, other)
