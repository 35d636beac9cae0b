"""A code is taken however it was typed, and no other code is taken for it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.devices import EnrolmentCodeMalformed
from reelm.devices.enrolling import digest_code, make_code, read_code
from reelm.devices.enrolling.codes import GROUP, GROUPS, LETTERS

CODES = st.text(LETTERS, min_size=16, max_size=16).map(read_code)


def test_a_code_can_not_be_guessed() -> None:
    assert GROUPS * GROUP * math.log2(len(LETTERS)) >= 75
    many = {make_code() for _ in range(1000)}
    assert len(many) == 1000
    assert {letter for one in many for letter in one} == {*LETTERS, "-"}


@pytest.mark.parametrize(
    "typed",
    [
        "0111-abcd-efgh-jkmn",
        "O1IL-ABCD-EFGH-JKMN",
        "oil1abcdefghjkmn",
        " 0111 ABCD EFGH JKMN\n",
        "0-1-1-1-A-B-C-D-E-F-G-H-J-K-M-N",
    ],
)
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "0111-ABCD-EFGH-JKMN"
    assert digest_code(typed) == digest_code("0111-ABCD-EFGH-JKMN")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0111-ABCD-EFGH-JKM",
        "0111-ABCD-EFGH-JKMNP",
        "0111-ABCD-EFGH-JKMU",
        "0111-ABCD-EFGH-JKMÉ",
        "０111-ABCD-EFGH-JKMN",
        "0111ABCDEFGHJKMN" + "-" * 60,
        "0111_ABCD_EFGH_JKMN",
    ],
)
def test_what_is_no_code_is_not_taken_for_one(typed: str) -> None:
    with pytest.raises(EnrolmentCodeMalformed):
        read_code(typed)
    with pytest.raises(EnrolmentCodeMalformed):
        digest_code(typed)


@given(CODES, CODES)
def test_only_the_same_code_is_the_code(one: str, other: str) -> None:
    assert digest_code(one.lower().replace("-", " ")) == digest_code(one)
    assert (digest_code(other) == digest_code(one)) == (other == one)
    assert len(digest_code(one)) == 32


@given(st.text(max_size=80))
def test_anything_typed_is_a_code_or_refused(typed: str) -> None:
    try:
        code = read_code(typed)
    except EnrolmentCodeMalformed:
        return
    assert read_code(code) == code
