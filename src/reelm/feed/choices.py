"""What does somebody want to see, and what not? Their own choices, normalised, and pure rules over them.

Words are compared after Unicode NFKC and case folding (UAX #15, and the caseless match of the Unicode Standard,
§3.13). A hidden word stands on its own: "art" does not hide "party". In scripts that put no spaces between words
it is found wherever it stands.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from reelm.kernel.ids import AccountId

MOST_OF_A_KIND = 200
LONGEST = 100
# Han, kana, Bopomofo, Thai, Lao, Khmer, Myanmar, Tai Le, New Tai Lue, Tai Tham, Javanese, Tibetan: written without
# spaces between words. Named as the Unicode character database begins the names of their letters.
_WITHOUT_SPACES = (
    "CJK ", "HIRAGANA ", "KATAKANA ", "HALFWIDTH KATAKANA ", "BOPOMOFO ", "THAI ", "LAO ", "KHMER ", "MYANMAR ",
    "TAI LE ", "NEW TAI LUE ", "TAI THAM ", "JAVANESE ", "TIBETAN ",
)  # fmt: skip
_JOINERS = "\u200c\u200d"
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class Kind(StrEnum):
    """What a choice is about, as it is stored. A creator to see less of lies in a table of its own."""

    LESS_TAG = "less-tag"
    LESS_SOUND = "less-sound"
    HIDDEN_WORD = "hidden-word"
    HIDDEN_TAG = "hidden-tag"
    LANGUAGE = "language"
    TOPIC = "topic"


class Less(StrEnum):
    """What somebody can ask to see less of."""

    CREATOR = "creator"
    TAG = "tag"
    SOUND = "sound"


@dataclass(frozen=True)
class Choices:
    """Everything somebody has chosen, normalised. Without any, nothing is hidden."""

    values: frozenset[tuple[Kind, str]] = frozenset()
    less_creators: frozenset[AccountId] = frozenset()
    hidden_words: frozenset[str] = field(init=False)
    hidden_tags: frozenset[str] = field(init=False)
    languages: frozenset[str] = field(init=False)
    topics: frozenset[str] = field(init=False)
    less_tags: frozenset[str] = field(init=False)
    less_sounds: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        kinds = {
            "hidden_words": Kind.HIDDEN_WORD,
            "hidden_tags": Kind.HIDDEN_TAG,
            "languages": Kind.LANGUAGE,
            "topics": Kind.TOPIC,
            "less_tags": Kind.LESS_TAG,
            "less_sounds": Kind.LESS_SOUND,
        }
        for name, kind in kinds.items():
            object.__setattr__(self, name, frozenset(value for of, value in self.values if of is kind))


NOTHING_CHOSEN = Choices()


def fold(text: str) -> str:
    """
    >>> fold("ＳＴＲＡＳＳＥ") == fold("straße"), fold("Ⅳ"), fold("é") == fold("É")
    (True, 'iv', True)
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def clean_word(text: str) -> str:
    """A word or phrase as it is compared; empty where nothing visible is left.

    >>> clean_word("  Spoiler \\n ALERT "), clean_word(" \\u200b ")
    ('spoiler alert', '')
    """
    visible = (char for char in fold(text) if char.isspace() or unicodedata.category(char) not in ("Cc", "Cs", "Co"))
    words = " ".join("".join(visible).split())
    while words and (unicodedata.category(words[0])[0] in "MZ" or unicodedata.category(words[0]) == "Cf"):
        words = words[1:]  # a mark without its letter, or nothing that can be seen
    return words


@lru_cache(maxsize=16_384)
def clean_tag(text: str) -> str:
    """A hashtag as it is compared, without its sign.

    >>> clean_tag(" #Été "), clean_tag("＃猫"), clean_tag("two words"), clean_tag("#")
    ('été', '猫', '', '')
    """
    tag = clean_word(text).removeprefix("#")
    return "" if " " in tag or "#" in tag else tag


def clean_language(text: str) -> str:
    """The primary subtag of a language (BCP 47); empty for what can't be one.

    >>> clean_language("fr-CA"), clean_language("EN"), clean_language("klingon")
    ('fr', 'en', '')
    """
    language = text.strip().casefold().partition("-")[0]
    return language if _LANGUAGE.fullmatch(language) else ""


CLEANERS = {
    Kind.LESS_TAG: clean_tag,
    Kind.LESS_SOUND: clean_word,
    Kind.HIDDEN_WORD: clean_word,
    Kind.HIDDEN_TAG: clean_tag,
    Kind.LANGUAGE: clean_language,
    Kind.TOPIC: clean_tag,
}


def is_filtered(choices: Choices, *, caption: str, tags: Collection[str], language: str | None) -> bool:
    """Whether a clip is in no feed of this person: a hidden word or hashtag, or a language they did not choose.

    `tags` as anybody wrote them. A clip whose language is not known is in no other language.
    """
    if choices.languages and language and clean_language(language) not in choices.languages:
        return True
    if choices.hidden_tags and not choices.hidden_tags.isdisjoint(map(clean_tag, tags)):
        return True
    return bool(choices.hidden_words) and has_word(caption, choices.hidden_words)


def is_hidden(
    choices: Choices,
    *,
    caption: str,
    tags: Collection[str],
    language: str | None,
    author: AccountId,
    sound: str | None,
) -> bool:
    """Whether For You leaves a clip out: it is filtered, or of what they asked to see less of.

    The page of its creator and the Following feed still show what they see less of.
    """
    if author in choices.less_creators or (sound is not None and clean_word(sound) in choices.less_sounds):
        return True
    if choices.less_tags and not choices.less_tags.isdisjoint(map(clean_tag, tags)):
        return True
    return is_filtered(choices, caption=caption, tags=tags, language=language)


def has_word(text: str, words: frozenset[str]) -> bool:
    """Whether one of these clean words stands in a text as a word.

    >>> has_word("PARTY on, art!", frozenset({"art"})), has_word("party", frozenset({"art"}))
    (True, False)
    >>> has_word("我爱足球", frozenset({"足球"})), has_word("l’été", frozenset({"été"}))
    (True, True)
    """
    folded, standing = _read(text)
    single, others = _sort_out(words)
    return not standing.isdisjoint(single) or any(stands_in(folded, word) for word in others)


@lru_cache(maxsize=16_384)
def _read(text: str) -> tuple[str, frozenset[str]]:
    """A text as it is compared, and the words in it: the same captions are asked about for many people."""
    folded = " ".join(fold(text).split())
    ends = [at for at in range(1, len(folded)) if not _goes_on(folded, at)]
    return folded, frozenset(folded[at:end] for at, end in pairwise([0, *ends, len(folded)]))


@lru_cache(maxsize=4096)
def _sort_out(words: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Those that are one word each, which are looked up, and phrases and the like, which are searched for."""
    single = frozenset(word for word in words if _read(word) == (word, frozenset({word})))
    return single, tuple(sorted(words - single))


def stands_in(text: str, word: str) -> bool:
    """Whether a clean word is somewhere in a folded text without being part of a longer one."""
    at = text.find(word)
    while at >= 0:
        if not (_goes_on(text, at) or _goes_on(text, at + len(word))):
            return True
        at = text.find(word, at + 1)
    return False


def _goes_on(text: str, at: int) -> bool:
    """Whether the characters on both sides of a place are of one word."""
    if at <= 0 or at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if unicodedata.category(after)[0] == "M" or after in _JOINERS or before in _JOINERS:
        return True  # a mark belongs to the letter that it stands on
    return _is_spaced(before) and _is_spaced(after)


@lru_cache(maxsize=8192)
def _is_spaced(char: str) -> bool:
    """Whether it is part of words that spaces keep apart."""
    if unicodedata.category(char)[0] not in "LMN" and char != "_":
        return False
    return not unicodedata.name(char, "").startswith(_WITHOUT_SPACES)


def clean_all(kind: Kind, texts: Iterable[str]) -> list[str]:
    """A list of one kind as it is stored: each once, in order; an empty string for what can't be one."""
    return list(dict.fromkeys(CLEANERS[kind](text) for text in texts))
