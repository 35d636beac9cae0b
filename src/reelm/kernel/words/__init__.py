"""What does Reelm say when it says no? The words of every `Problem`, in each language, side by side.

`*.en.toml` and `*.fr-CA.toml` hold one table per slug: `title`, and `detail`, which says what to do next
and may name the problem's facts in braces.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["en", "fr-CA"]
LANGUAGES: tuple[Language, ...] = ("en", "fr-CA")


@dataclass(frozen=True)
class Words:
    """A refusal in one language."""

    title: str
    detail: str


@cache
def catalogue(language: Language) -> dict[str, Words]:
    """Every refusal's words in one language, by slug. Raises `ValueError` where a slug has words twice."""
    words: dict[str, Words] = {}
    for entry in sorted(files("reelm.kernel.words").iterdir(), key=lambda file: file.name):
        if not entry.name.endswith(f".{language}.toml"):
            continue
        for slug, table in tomllib.loads(entry.read_text("utf-8")).items():
            if slug in words:
                raise ValueError(f"{slug} has words twice in {language}")
            words[slug] = Words(title=table["title"], detail=table["detail"])
    return words


def say(slug: str, facts: Mapping[str, object], language: Language) -> Words:
    """The words for one refusal with its facts filled in; a moment is told to the minute, in UTC."""
    words = catalogue(language)[slug]
    told = {name: _tell(fact) for name, fact in facts.items()}
    return Words(title=words.title, detail=words.detail.format_map(told))


def _tell(fact: object) -> object:
    return f"{fact.astimezone(UTC):%Y-%m-%d, %H:%M} UTC" if isinstance(fact, datetime) else fact


def choose_language(accept_language: str | None) -> Language:
    """The language to answer in, from an Accept-Language header (RFC 9110 §12.5.4); English when unsure.

    >>> choose_language("fr-CA,fr;q=0.9,en;q=0.8"), choose_language("en;q=0.9, fr;q=0.2")
    ('fr-CA', 'en')
    """
    best: tuple[float, Language] = (0.0, "en")
    for part in (accept_language or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        quality = parameter.strip().removeprefix("q=") if parameter else "1"
        try:
            weight = float(quality)
        except ValueError:
            continue
        primary = tag.strip().lower().partition("-")[0]
        if primary in ("en", "fr") and weight > best[0]:
            best = (weight, "fr-CA" if primary == "fr" else "en")
    return best[1]
