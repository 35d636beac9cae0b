"""How is `axes.npy` made? By principal components of what the encoder says of the words of its own vocabulary.

Nobody's captions are needed for it, so it can be made again anywhere: `python -m reelm.feed.content.fitting FILE`.
Half-whitened (each component is divided by the root of its deviation) and turned, so that every number of a vector
has as much to tell as any other and four bits do for it (Jégou et al. 2010, §III; `docs/decisions/`, 66).
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reelm.feed.content.codes import WIDTH, Numbers
from reelm.feed.content.words import load_encoder

WORDS, _SEED = 20_000, 20261130
_CJK_FROM = "\u3040"


def list_words(pieces: Sequence[str], most: int = WORDS) -> list[str]:
    """Whole words out of a SentencePiece vocabulary, of all its languages, chosen by chance but always the same.

    >>> list_words(["▁please", "▁of", "ings", "▁Paris", "料理"])
    ['please', '料理']
    """
    whole = (piece.lstrip("▁") for piece in pieces if piece.startswith("▁") or piece >= _CJK_FROM)
    words = sorted({one for one in whole if one.isalpha() and (_is_cjk(one) or (one.islower() and len(one) >= 5))})
    chosen = np.random.default_rng(_SEED).permutation(len(words))[:most]
    return [words[place] for place in sorted(chosen.tolist())]


def _is_cjk(word: str) -> bool:
    return len(word) > 1 and all(one >= _CJK_FROM for one in word)


def fit(vectors: Numbers) -> Numbers:
    """The axes [in, `WIDTH`] out of vectors [words, in]."""
    _, spread, across = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    components = across[:WIDTH].T / np.sqrt(spread[:WIDTH] / spread[0])
    turn, _ = np.linalg.qr(np.random.default_rng(_SEED).normal(size=(WIDTH, WIDTH)))
    return (components @ turn).astype(np.float32)


if __name__ == "__main__":
    encoder = load_encoder()
    np.save(Path(sys.argv[1]), fit(encoder.encode(list_words(encoder.pieces))).astype(np.float16))
