"""Every refusal is said in every language, with the same facts, and says what to do next."""

import re
import string
from dataclasses import fields

import pytest
from tests.house.catalogue import list_problems

from reelm.kernel.errors import Problem
from reelm.kernel.words import LANGUAGES, Language, catalogue

PROBLEMS = sorted(list_problems(), key=lambda problem: problem.slug())
LONGEST_TITLE, LONGEST_DETAIL = 60, 200
# Words of facts that could only be about a person; a refusal is shown and logged.
PERSONAL = {"handle", "email", "name", "birth_date", "password", "address", "caption", "text"}
# A straight apostrophe in a word, and a space where the line may break before or after a sign.
ILL_SET = re.compile(r"[^\W\d_]'[^\W\d_]| [:»%]|« ")


def braces(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_two_refusals_share_a_name() -> None:
    slugs = [problem.slug() for problem in PROBLEMS]
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words_and_all_words_have_a_refusal(language: Language) -> None:
    assert set(catalogue(language)) == {problem.slug() for problem in PROBLEMS}


@pytest.mark.parametrize("problem", PROBLEMS, ids=Problem.slug.__func__)
def test_the_words_of_a_refusal(problem: type[Problem]) -> None:
    english, french = (catalogue(language)[problem.slug()] for language in ("en", "fr-CA"))
    facts = {field.name for field in fields(problem)}
    assert braces(english.detail) == braces(french.detail)
    assert braces(english.detail) <= facts
    assert not braces(english.title)
    assert english.detail != french.detail
    for words in (english, french):
        assert 0 < len(words.title) <= LONGEST_TITLE
        assert not words.title.endswith(".")
        assert len(words.detail) <= LONGEST_DETAIL
        assert words.detail.endswith(".")


@pytest.mark.parametrize("problem", PROBLEMS, ids=Problem.slug.__func__)
def test_french_words_are_set_as_french_is(problem: type[Problem]) -> None:
    words = catalogue("fr-CA")[problem.slug()]
    assert not ILL_SET.search(f"{words.title} {words.detail}")


@pytest.mark.parametrize("problem", PROBLEMS, ids=Problem.slug.__func__)
def test_the_class_of_a_refusal(problem: type[Problem]) -> None:
    assert problem.__doc__
    assert 400 <= problem.status < 600
    assert PERSONAL.isdisjoint(field.name for field in fields(problem))
