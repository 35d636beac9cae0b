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
from reelm.ledger.facts import FACTS

REFUSED = dict(list_refused())


@pytest.fixture(scope="module")
def schema() -> Any:
    Draft202012Validator.check_schema(entry_schema())
    return Draft202012Validator(entry_schema())


def test_every_kind_has_an_example() -> None:
    assert FACT_OF.keys() == FACTS.keys()


@pytest.mark.parametrize("kind", FACT_OF)
def test_an_entry_of_each_kind_is_taken_and_comes_back_the_same(kind: str, schema: Any) -> None:
    data = encode(make_entry(**fields_of(kind)))
    assert json.loads(data) == fields_of(kind)
    assert encode(decode(data)) == data
    assert list(schema.iter_errors(json.loads(data))) == []


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_hold_personal_data_or_mean_two_things_is_refused(case: str, schema: Any) -> None:
    data = json.dumps(REFUSED[case], sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(EntryRefused):
        decode(data)
    assert list(schema.iter_errors(REFUSED[case])) != []


GOOD = encode(make_entry(**fields_of("access-requested")))
NOT_CANONICAL = {
    "a space at the end": GOOD + b" ",
    "a space inside": GOOD.replace(b":", b": ", 1),
    "names in another order": json.dumps(dict(reversed(json.loads(GOOD).items())), separators=(",", ":")).encode(),
    "a number with a point": GOOD.replace(b'"v":1', b'"v":1.0'),
    "a letter escaped": GOOD.replace(b"moderator", b"\\u006doderator"),
    "a name twice": GOOD.replace(b'"v":1', b'"v":1,"v":1'),
    "cut off": GOOD[:-1],
    "not UTF-8": b"\xff" + GOOD,
    "nothing": b"",
    "a list": b"[]",
    "null": b"null",
}


@pytest.mark.parametrize("case", NOT_CANONICAL)
def test_only_the_canonical_form_is_an_entry(case: str) -> None:
    assert NOT_CANONICAL[case] != GOOD
    with pytest.raises(EntryRefused):
        decode(NOT_CANONICAL[case])


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
