"""How likely is each thing that a person may do with a clip? A small network with one output an action.

Every head is a logistic output with cross-entropy, the watch-time quantile too, whose label is a share of 1 (how long
somebody watched among all watches of clips about as long: Zhan et al. 2022, "Deconfounding Duration Bias in
Watch-time Prediction"). A label may be unknown (NaN): that head learns nothing from that row. Inputs are standardised
while training and the standardisation is folded into the first layer, so that what is served takes plain features.

Trained with NumPy: 100,000 rows of 64 features take some seconds on one core, so nothing heavier is worth its weight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from reelm.feed.ranking import HEADS as WEIGHTS
from reelm.feed.training.arrays import Bools, Doubles, Floats

HEADS = tuple(WEIGHTS)  # what has a weight in the score
DURATION_BUCKETS = 20
HIDDEN = (64, 32)
BATCH, EPOCHS = 512, 5
LEARNING_RATE, DECAY = 2e-3, 1e-4  # Adam with decoupled weight decay (Loshchilov and Hutter 2019)
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
LEAST_SPREAD = 1e-6  # a feature that varies less is left out


@dataclass(frozen=True)
class Ranker:
    """Layers of weights [in, out] and biases [out], ReLU between them; the last gives log-odds, one a head."""

    features: tuple[str, ...]
    heads: tuple[str, ...]
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]

    def predict(self, x: Floats) -> Floats:
        """Probabilities [n, heads] of `x` [n, features]."""
        return _sigmoid(_forward(self.weights, self.biases, x)[-1])


@dataclass(frozen=True)
class Judged:
    """A ranker, and what was found of it: `to`, the time of the newest showing it learned from, and its figures."""

    ranker: Ranker
    told: dict[str, float]


class _Examples(NamedTuple):
    """Standardised features, labels, and which of these are known, 1 or 0."""

    x: Floats
    labels: Floats
    known: Floats


def train_ranker(
    features: Sequence[str],
    x: Floats,
    labels: Floats,
    *,
    heads: Sequence[str] = HEADS,
    start: Ranker | None = None,
    epochs: int = EPOCHS,
    seed: int = 1,
) -> Ranker:
    """Fit by `epochs` passes over the rows. `x` [n, features] is finite; `labels` [n, heads] lies in 0…1 or is NaN.

    Goes on from `start`, of the same features and heads, where there is one. Equal input gives an equal ranker. A
    head without any known label answers with one half.
    """
    draws = np.random.default_rng(seed)
    mean, spread = _spread(x)
    scale = np.where(spread > LEAST_SPREAD, 1 / np.maximum(spread, LEAST_SPREAD), 0)
    standard = ((x - mean) * scale).astype(np.float32)
    known = ~np.isnan(labels)
    layers = _begin(x.shape[1], labels, known, draws) if start is None else _unfold(start, mean, spread)
    _descend(layers, _Examples(standard, np.nan_to_num(labels), known.astype(np.float32)), draws, epochs)
    depth = len(layers) // 2
    weights, biases = layers[:depth], layers[depth:]
    biases[0] = (biases[0] - (mean * scale) @ weights[0]).astype(np.float32)
    weights[0] = (weights[0] * scale[:, None]).astype(np.float32)
    return Ranker(tuple(features), tuple(heads), tuple(weights), tuple(biases))


def label_watch_quantile(watched_ms: Doubles, duration_ms: Doubles) -> Floats:
    """How long each watch was among all of clips about as long, 0…1, in `DURATION_BUCKETS` of equally many rows.

    Ties stand in the middle of their places. NaN where either is not known.

    >>> label_watch_quantile(np.array([1.0, 2.0, 2.0, 4.0]), np.array([5.0] * 4)).tolist()
    [0.125, 0.5, 0.5, 0.875]
    """
    found = np.full(len(watched_ms), np.nan, np.float32)
    known = np.flatnonzero(np.isfinite(watched_ms) & np.isfinite(duration_ms))
    if not len(known):
        return found
    edges = np.unique(np.quantile(duration_ms[known], np.linspace(0, 1, DURATION_BUCKETS + 1)[1:-1]))
    bucket = np.searchsorted(edges, duration_ms[known], side="left")
    for one in np.unique(bucket):
        rows = known[bucket == one]
        _, inverse, counts = np.unique(watched_ms[rows], return_inverse=True, return_counts=True)
        found[rows] = ((np.cumsum(counts) - counts / 2) / len(rows))[inverse]
    return found


def _begin(width: int, labels: Floats, known: Bools, draws: np.random.Generator) -> list[Floats]:
    sizes = (width, *HIDDEN, labels.shape[1])
    layers = [
        *(draws.normal(0, np.sqrt(2 / one), (one, two)).astype(np.float32) for one, two in pairwise(sizes)),
        *(np.zeros(size, np.float32) for size in sizes[1:]),
    ]
    layers[len(sizes) - 2] *= 0.1
    layers[-1] += _usual_log_odds(labels, known)
    return layers


def _unfold(start: Ranker, mean: Doubles, spread: Doubles) -> list[Floats]:
    """Its layers as they answer to standardised features: what `train_ranker` folds in at its end, undone."""
    layers = [one.copy() for one in (*start.weights, *start.biases)]
    depth = len(start.weights)
    varies = np.where(spread > LEAST_SPREAD, spread, 0)
    layers[depth] = (layers[depth] + mean @ layers[0]).astype(np.float32)
    layers[0] = (layers[0] * varies[:, None]).astype(np.float32)
    return layers


def _spread(x: Floats) -> tuple[Doubles, Doubles]:
    if not len(x):
        return np.zeros(len(x.T)), np.zeros(len(x.T))
    plain: Doubles = x.astype(np.float64)
    return np.mean(plain, axis=0), np.std(plain, axis=0)


def _usual_log_odds(labels: Floats, known: Bools) -> Floats:
    rate = np.where(known, labels, 0).sum(0) / np.maximum(known.sum(0), 1)
    rate = np.where(known.any(0), np.clip(rate, 1e-4, 1 - 1e-4), 0.5)
    return np.log(rate / (1 - rate)).astype(np.float32)


def _sigmoid(logits: Floats) -> Floats:
    return (1 / (1 + np.exp(-np.clip(logits, -60, 60)))).astype(np.float32)


def _forward(weights: Sequence[Floats], biases: Sequence[Floats], x: Floats) -> list[Floats]:
    """The input, what each hidden layer gives, and the log-odds."""
    found = [x]
    for index, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        out = found[-1] @ weight + bias
        found.append(np.maximum(out, 0) if index + 1 < len(weights) else out)
    return found


def _slopes(layers: Sequence[Floats], x: Floats, labels: Floats, known: Floats) -> list[Floats]:
    """The gradient of the mean masked cross-entropy, each head's over the rows where its label is known."""
    depth = len(layers) // 2
    passed = _forward(layers[:depth], layers[depth:], x)
    slope = (_sigmoid(passed[-1]) - labels) * known / np.maximum(known.sum(0), 1)
    found: list[Floats] = [slope] * len(layers)
    for index in reversed(range(depth)):
        found[index], found[depth + index] = passed[index].T @ slope, slope.sum(0)
        slope = (slope @ layers[index].T) * (passed[index] > 0)
    return found


def _descend(layers: list[Floats], examples: _Examples, draws: np.random.Generator, epochs: int) -> None:
    x, labels, known = examples
    first, second = [np.zeros_like(one) for one in layers], [np.zeros_like(one) for one in layers]
    batches = -(-len(x) // BATCH) if len(x) else 0
    order = draws.permutation(len(x))
    for step in range(epochs * batches):
        if step and step % batches == 0:
            order = draws.permutation(len(x))
        rows = order[step % batches * BATCH :][:BATCH]
        rate = LEARNING_RATE * (1 - step / (epochs * batches))
        for index, slope in enumerate(_slopes(layers, x[rows], labels[rows], known[rows])):
            first[index] += (1 - BETA_1) * (slope - first[index])
            second[index] += (1 - BETA_2) * (slope * slope - second[index])
            push = first[index] / (1 - BETA_1 ** (step + 1))
            push /= np.sqrt(second[index] / (1 - BETA_2 ** (step + 1))) + EPSILON
            if layers[index].ndim == 2:
                push += DECAY * layers[index]
            layers[index] -= rate * push
