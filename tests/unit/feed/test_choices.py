"""What somebody chose decides what they are not shown: words in any script, hashtags, languages, creators, sounds."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.feed.choices import (
    Choices,
    Kind,
    clean_tag,
    clean_word,
    fold,
    has_word,
    is_filtered,
    is_hidden,
    stands_in,
)
from reelm.feed.profiling import Profiling, decide_profiling, may_profile
from reelm.kernel.ids import AccountId
from reelm.realms import parse_world

ANA, BEN = AccountId(UUID(int=1)), AccountId(UUID(int=2))
REALMS = Path(__file__).parents[3] / "deploy" / "realms.toml"


@pytest.mark.parametrize(
    ("word", "text", "hides"),
    [
        ("art", "Street ART!", True),
        ("art", "party", False),
        ("art", "art_", False),
        ("art", "(art)", True),
        ("art", "#art", True),
        ("été", "L’ÉTÉ à Nice", True),
        ("e\u0301te\u0301", "cet été", True),
        ("straße", "HAUPTSTRASSE", False),
        ("straße", "die STRASSE", True),
        ("spoiler alert", "Spoiler\n  alert: …", True),
        ("spoiler alert", "spoiler, alert", False),
        ("c++", "I like C++.", True),
        ("full", "ｆｕｌｌ width", True),
        ("fútbol", "FÚTBOL", True),
        ("футбол", "наш футбол!", True),
        ("футбол", "футболист", False),
        ("كرة", "لعبة كرة اليوم", True),
        ("كرة", "كرةالقدم", False),
        ("足球", "我爱足球", True),
        ("さくら", "今日はさくらを見た", True),
        ("แมว", "ฉันรักแมวมาก", True),
        ("กา", "กาา", True),
        ("ก", "กิน", False),
        ("हिन्द", "हिन्दी", False),
        ("हिन्दी", "मैं हिन्दी बोलता हूँ", True),
        ("축구", "오늘 축구 보자", True),
        ("😀", "well 😀😀", True),
        ("7", "17", False),
        ("i", "İstanbul", False),
    ],
)
def test_a_hidden_word_is_found_as_a_word_in_any_script(word: str, text: str, hides: bool) -> None:
    assert has_word(text, frozenset({clean_word(word)})) is hides


def test_one_of_many_words_is_enough() -> None:
    assert has_word("a car", frozenset({"car pool", "car"}))
    assert has_word("a car pool", frozenset({"pool", "ca"}))
    assert not has_word("a cart", frozenset({"car", "ar"}))
    assert not has_word("anything", frozenset())


@given(st.text(max_size=40), st.text(max_size=12))
def test_what_is_cleaned_is_clean_and_a_caption_of_just_the_word_is_hidden(text: str, word: str) -> None:
    clean = clean_word(word)
    assert clean_word(clean) == clean
    assert clean_tag(clean_tag(word)) == clean_tag(word)
    if clean:
        assert has_word(clean, frozenset({clean}))
        assert has_word(f"{text} . {clean} . {text}", frozenset({clean}))


@given(st.text("aé ก足_-\u0301x", max_size=12), st.text("aé ก足_-\u0301x", max_size=4))
def test_looking_a_word_up_says_the_same_as_searching_for_it(text: str, word: str) -> None:
    clean = clean_word(word)
    if clean:
        assert has_word(text, frozenset({clean})) is stands_in(" ".join(fold(text).split()), clean)


def _cases() -> Iterator[tuple[Choices, bool, bool]]:
    """Choices, and whether a clip of ana's with #Cats in French with the sound s1 is in no feed, not in For You."""
    yield Choices(), False, False
    yield Choices(frozenset({(Kind.HIDDEN_WORD, "nice")})), True, True
    yield Choices(frozenset({(Kind.HIDDEN_WORD, "dog")})), False, False
    yield Choices(frozenset({(Kind.HIDDEN_TAG, "cats")})), True, True
    yield Choices(frozenset({(Kind.LESS_TAG, "cats")})), False, True
    yield Choices(frozenset({(Kind.LESS_SOUND, "s1")})), False, True
    yield Choices(less_creators=frozenset({ANA})), False, True
    yield Choices(less_creators=frozenset({BEN})), False, False
    yield Choices(frozenset({(Kind.LANGUAGE, "fr")})), False, False
    yield Choices(frozenset({(Kind.LANGUAGE, "en")})), True, True
    yield Choices(frozenset({(Kind.TOPIC, "dogs")})), False, False


@pytest.mark.parametrize(("choices", "filtered", "hidden"), list(_cases()))
def test_hidden_is_in_no_feed_and_less_is_out_of_for_you(choices: Choices, filtered: bool, hidden: bool) -> None:
    caption, tags = "so nice #Cats", ["Cats"]
    assert is_filtered(choices, caption=caption, tags=tags, language="fr-CA") is filtered
    assert is_hidden(choices, caption=caption, tags=tags, language="fr-CA", author=ANA, sound="s1") is hidden


def test_a_clip_whose_language_is_not_known_is_not_hidden_for_it() -> None:
    choices = Choices(frozenset({(Kind.LANGUAGE, "en")}))
    assert not is_filtered(choices, caption="", tags=(), language=None)


@pytest.mark.parametrize(
    ("realm", "place", "from_age"),
    [
        ("eu", "DE", 16),
        ("eu", "FR", 15),
        ("us", "US", 13),
        ("ca-qc", "CA-QC", 14),
        ("ca", "CA", 13),
        ("gb", "GB", 13),
        ("ch", "CH", 16),
        ("la", "BR", 16),
        ("ap", "IN", 18),
        ("ap", "JP", 16),
        ("me-af", "ZA", 18),
    ],
)
def test_from_which_age_a_feed_learns_follows_from_the_realm_and_the_place(
    realm: str, place: str, from_age: int
) -> None:
    realms = {str(code): one for code, one in parse_world(REALMS.read_bytes(), REALMS.name).realms.items()}
    consent = realms[realm].consent_age_in(place)
    assert min(age for age in range(30) if may_profile(age, consent)) == from_age


@pytest.mark.parametrize("age", range(10, 20))
@pytest.mark.parametrize("consent", [13, 14, 15, 16, 18])
def test_nobody_below_that_age_is_profiled_whatever_they_chose(age: int, consent: int) -> None:
    for plain in (False, True):
        found = decide_profiling(is_plain=plain, age=age, consent_age=consent)
        if age < consent:
            assert found is Profiling.UNDER_AGE
        else:
            assert found is (Profiling.PLAIN if plain else Profiling.LEARNS)
