"""Which handles, names, passwords and addresses may be chosen."""

import string
import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.accounts.errors import DisplayNameNotTaken, EmailNotTaken, HandleNotAllowed, PasswordTooWeak, TextTooLong
from reelm.accounts.handles import (
    check_password,
    clean_display_name,
    clean_email,
    clean_handle,
    clean_text,
    may_be_handle,
)
from reelm.accounts.limits import Limit
from reelm.accounts.sessions import token_hash


@pytest.mark.parametrize("text", ["ab", "Ana.B", "@ana", "a_b", "ana_", "0ana", "a" * 30, "x.y.z_1"])
def test_handles_that_may_be(text: str) -> None:
    assert clean_handle(text) == text.removeprefix("@").lower()


@pytest.mark.parametrize(
    "text",
    ["", "a", "a" * 31, ".ana", "_ana", "ana.", "a..b", "a._b", "a b", "ana\n", "@@ana", "me", "Admin", "éa", "аna",
     "ana🎬", "שלום", "a\u202eb", "ﬁlm", "a\0b", "a-b", "K\u212a"],
)  # fmt: skip
def test_handles_that_may_not_be(text: str) -> None:
    with pytest.raises(HandleNotAllowed):
        clean_handle(text)


@given(st.text(max_size=40))
def test_a_clean_handle_is_plain_and_stays_as_it_is(text: str) -> None:
    try:
        handle = clean_handle(text)
    except HandleNotAllowed:
        return
    assert set(handle) <= set(string.ascii_lowercase + string.digits + "._")
    assert clean_handle(handle) == handle
    assert may_be_handle(handle)


@given(st.text(max_size=60), st.booleans())
def test_clean_text_has_nothing_invisible_and_stays_as_it_is(text: str, lines: bool) -> None:
    clean = clean_text(text, 60, lines=lines)
    assert clean == clean.strip() == unicodedata.normalize("NFC", clean)
    allowed = "\u200d\n" if lines else "\u200d"
    assert not [c for c in clean if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in allowed]
    assert clean_text(clean, 60, lines=lines) == clean


def test_text_is_measured_after_cleaning() -> None:
    assert clean_text("é" * 10 + " " * 20, 10) == "é" * 10
    with pytest.raises(TextTooLong) as refusal:
        clean_text("x" * 11, 10)
    assert (refusal.value.limit_chars, refusal.value.was_chars) == (10, 11)
    with pytest.raises(TextTooLong):
        clean_text(" " * 41, 10)


def test_right_to_left_words_and_joined_emoji_stay() -> None:
    assert clean_text("שלום 👩‍🍳", 20) == "שלום 👩‍🍳"


def test_a_name_has_something_to_see() -> None:
    assert clean_display_name(" Ana\n B ") == "Ana B"
    for text in ("", " ", "\u202e\u200b", "\n"):
        with pytest.raises(DisplayNameNotTaken):
            clean_display_name(text)


@pytest.mark.parametrize("password", ["123456789", "", "x" * 257, "ANA.BERGER"])
def test_passwords_that_are_too_weak(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        check_password(password, "ana.berger")


@pytest.mark.parametrize("password", ["0123456789", "x" * 256, "パスワードは十文字以上", "    spaces    "])
def test_passwords_of_any_composition(password: str) -> None:
    assert check_password(password, "ana") is None  # it would raise


@pytest.mark.parametrize("email", ["a@b", "a b@c.de", "@b.de", "a@b.de.", "a@@b.de", "a\0@b.de", "x" * 250 + "@b.de"])
def test_addresses_that_are_none(email: str) -> None:
    with pytest.raises(EmailNotTaken):
        clean_email(email)


def test_an_address_is_kept_as_written() -> None:
    assert clean_email(" Ana+x@Exemple.fr ") == "Ana+x@Exemple.fr"


@given(st.text(), st.text())
def test_tokens_and_limits_are_told_apart(one: str, other: str) -> None:
    limit = Limit("sign-in", 1, timedelta(minutes=1))
    hashes = [token_hash(one), token_hash(other)], [limit.key(b"s", one, "x"), limit.key(b"s", other, "x")]
    for first, second in hashes:
        assert (first == second) == (one == other)
    assert limit.key(b"s", one) != limit.key(b"t", one)
