"""What resembles the clips that a person liked, by what captions are about and how pictures look? Pure.

What they liked falls into topics, the largest first, each with a middle of its own: the mean of unlike topics
resembles neither. A picture counts where it looks the same as one of theirs, not merely alike: colours tell a series
or a repost, not a topic.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import Catalogue, Numbers, Rows
from reelm.feed.content.codes import (
    WORDS_BYTES,
    Codes,
    at_length_one,
    count_unlike,
    decode_looks,
    decode_words,
    pack_words,
    read_signs,
)
from reelm.feed.shelves import Cold
from reelm.feed.taste import Taste

# So many of what was liked last are looked at; they count less the longer ago, in events.
RECENT, DECAY = 40, 30.0
TOPICS, SAME_TOPIC = 4, 0.15
# Above these cosines a caption is on a topic, and a picture looks the same: `docs/decisions/`, 66.
ON_TOPIC, SAME_LOOK = 0.2, 0.85
LOOKS_COUNT = 0.5
# So many are compared number by number, after the signs of all.
_COMPARED, _LOOKS_COMPARED = 250, 12


class Liked(NamedTuple):
    """What somebody liked last: `rows`, the `worth` of each now, and its caption and picture in numbers, at length 1.

    `topic` is the number of the topic each belongs to, -1 for none; `middles` [topics, numbers] and `weights` are
    those of the topics.
    """

    rows: Rows
    worth: Numbers
    words: Numbers
    looks: Numbers
    topic: NDArray[np.int8]
    middles: Numbers
    weights: Numbers


def read_liked(catalogue: Catalogue, taste: Taste) -> Liked:
    """What a person liked, by topics."""
    worth = taste.worth[:RECENT] * np.exp(-taste.age[:RECENT] / DECAY)
    return read_topics(catalogue, taste.liked[:RECENT], worth.astype(np.float32))


def read_topics(catalogue: Catalogue, rows: Rows, worth: Numbers) -> Liked:
    """Clips that are worth so much to somebody, by topics."""
    words, looks = _decode(catalogue.content.take(rows, axis=0))
    topic = np.full(len(rows), -1, np.int8)
    near = words @ words.T > SAME_TOPIC
    left = np.where(words.any(axis=1), worth, 0.0)
    middles, weights = list[Numbers](), list[float]()
    while len(middles) < TOPICS and left.any():
        heart = int(np.argmax(np.where(left > 0, near @ left, 0.0)))
        members = near[heart] & (left > 0)
        topic[members] = len(middles)
        middles.append(left[members] @ words[members])
        weights.append(float(left[members].sum()))
        left[members] = 0.0
    middle = at_length_one(np.array(middles, np.float32).reshape(len(middles), words.shape[1]))
    return Liked(rows, worth, words, looks, topic, middle, np.array(weights, np.float32))


def resemble(catalogue: Catalogue, rows: Rows, liked: Liked) -> Numbers:
    """How much each of these clips speaks to what was liked, from 0 on, in the worth of what was liked, [n]."""
    if not len(liked.rows) or not len(rows):
        return np.zeros(len(rows), np.float32)
    words, looks = _decode(catalogue.content.take(rows, axis=0))
    return _by_topic(words, liked).max(axis=1, initial=0.0) + _by_look(looks, liked).max(axis=1, initial=0.0)


def find_resembling(cold: Cold, liked: Liked) -> Rows:
    """Those of the cold clips that may resemble what was liked, to be compared."""
    found = [cold.wordless[_by_look(cold.looks, liked).any(axis=1)]]
    if len(liked.middles) and len(cold.rows):
        signs = read_signs(pack_words(liked.middles))
        unlike = count_unlike(cold.signs, signs[:, 0])
        for at in range(1, len(liked.middles)):
            np.minimum(unlike, count_unlike(cold.signs, signs[:, at]), out=unlike)
        found.append(cold.rows[_least(unlike, _COMPARED)])
    return np.concatenate(found)


def explain_resemblance(catalogue: Catalogue, liked: Liked, row: int) -> list[tuple[int, float]]:
    """Which of what was liked made this row resemble it, and how much each added, most first."""
    words, looks = _decode(catalogue.content[[row]])
    added = np.zeros(len(liked.rows), np.float32)
    same = _by_look(looks, liked)[0]
    added[: len(same)] = np.where(same == same.max(initial=0.0), same, 0.0)
    parts = _by_topic(words, liked)[0]
    if parts.any():
        best = int(np.argmax(parts))
        pull = np.where(liked.topic == best, np.maximum(liked.words @ words[0], 0.0) * liked.worth, 0.0)
        added = added + parts[best] * pull / (float(pull.sum()) or 1.0)
    order = np.argsort(-added, kind="stable")
    return [(int(liked.rows[at]), float(added[at])) for at in order.tolist() if added[at] > 0]


def _by_topic(words: Numbers, liked: Liked) -> Numbers:
    """[n, topics]"""
    near = np.maximum(words @ liked.middles.T - ON_TOPIC, 0.0)
    return near * (liked.weights * np.float32(1 / (1 - ON_TOPIC)))


def _by_look(looks: Numbers, liked: Liked) -> Numbers:
    """[n, what was liked last]"""
    same = np.maximum(looks @ liked.looks[:_LOOKS_COMPARED].T - SAME_LOOK, 0.0)
    return same * (liked.worth[:_LOOKS_COMPARED] * np.float32(LOOKS_COUNT / (1 - SAME_LOOK)))


def _decode(codes: Codes) -> tuple[Numbers, Numbers]:
    return decode_words(codes[:, :WORDS_BYTES]), decode_looks(codes[:, WORDS_BYTES:])


def _least(numbers: NDArray[np.uint8], most: int) -> NDArray[np.intp]:
    return np.argpartition(numbers, most)[:most] if len(numbers) > most else np.arange(len(numbers))
