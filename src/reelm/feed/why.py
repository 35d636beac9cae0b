"""Why is this clip on the page? What truly raised its score, and of whose doing: shares of 1, most first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from reelm.feed.candidates import Source
from reelm.feed.candidates.learned import Following, explain_neighbours
from reelm.feed.catalogue import NOBODY, Catalogue, Numbers, Rows
from reelm.feed.model import Reason
from reelm.feed.models import Model
from reelm.feed.resembling import Liked, explain_resemblance
from reelm.feed.taste import DECAYS_S, Taste

# A like or more; below it was watched for long.
_LIKED = 1.5
_MOST_PARTS, _LEAST = 5, 0.03
_SOURCES = tuple(Source)
_REASONS = {"liked_alike": Reason.ALIKE, "content": Reason.ALIKE}


@dataclass(frozen=True)
class Why:
    """`source` is who named the clip; `parts` what spoke for it, as the API tells it."""

    reason: Reason
    source: str
    explored: bool
    parts: Sequence[dict[str, Any]]

    def told(self, creator: str) -> dict[str, Any]:
        """`creator` is the handle of whoever made the clip: where a part is about its creator, it is about them."""
        parts = [one | {"handle": creator} if one["kind"] == "creator" else one for one in self.parts]
        return {"source": self.source, "explored": self.explored, "parts": parts}


@dataclass(frozen=True)
class Known:
    """What explanations are made of."""

    taste: Taste
    catalogue: Catalogue
    model: Model | None
    liked: Liked
    following: Following | None


class _Clip(NamedTuple):
    """A row, with what of this viewer speaks for it: how much each of its hashtags, and each of what they watched by
    the model, most first.
    """

    row: int
    tags: Sequence[float]
    watched: Sequence[tuple[int, float]]


def explain(known: Known, rows: Rows, named: Numbers, causes: Sequence[dict[str, float]]) -> list[Why]:
    """Of each of these rows. `named` [rows, sources]: what each source said for it, by its best; `causes`: shares as
    `share_causes` gives them.
    """
    tags = known.taste.tags.whole(known.catalogue.tags[rows])
    watched: Sequence[Sequence[tuple[int, float]]] = [()] * len(rows)
    if known.model and known.following:
        watched = explain_neighbours(known.model, known.following, rows)
    clips = map(_Clip, rows.tolist(), tags.tolist(), watched)
    return [_explain(known, *one) for one in zip(clips, named.tolist(), causes, strict=True)]


def _explain(known: Known, clip: _Clip, named: Sequence[float], causes: dict[str, float]) -> Why:
    parts: list[dict[str, Any]] = []
    for cause, share in causes.items():
        if share >= _LEAST:
            parts += _parts_of(known, clip, cause, share)
    parts = _together(parts)
    kept = sorted((one for one in parts if one["share"] >= _LEAST), key=lambda one: -one["share"])[:_MOST_PARTS]
    top, most = next(iter(causes), "fresh"), max(named)
    source = _SOURCES[named.index(most)] if most else Source.NEWEST
    return Why(_REASONS.get(top) or Reason(top), source, explored=False, parts=kept)


def _together(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was said twice of one thing, once."""
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for part in parts:
        what = part["kind"], part.get("tag"), part.get("video_id")
        said = merged.setdefault(what, {**part, "share": 0.0})
        said["share"] = round(said["share"] + part["share"], 3)
    return list(merged.values())


def explain_tried() -> Why:
    """A clip that is owed its first showings."""
    return Why(Reason.EXPLORE, "explore", explored=True, parts=[{"kind": "explore", "share": 1.0}])


def _parts_of(known: Known, clip: _Clip, cause: str, share: float) -> list[dict[str, Any]]:
    if cause == "liked_alike":
        anchors = clip.watched[:3]
        whole = sum(added for _, added in anchors)
        return [_anchor(known, at, share * added / whole) for at, added in anchors] or [
            {"kind": "watched", "share": round(share, 3)}
        ]
    if cause == "tag":
        return _by_tag(known, clip, share)
    if cause == "content":
        return _by_content(known, clip, share)
    return [{"kind": cause, "share": round(share, 3)}]


def _by_tag(known: Known, clip: _Clip, share: float) -> list[dict[str, Any]]:
    names, whole = known.catalogue.tag_names.names, sum(lean for lean in clip.tags if lean > 0)
    return [
        {"kind": "tag", "tag": names[tag], "share": round(share * lean / whole, 3)}
        for tag, lean in zip(known.catalogue.tags[clip.row].tolist(), clip.tags, strict=True)
        if tag != NOBODY and lean > 0
    ]


def _by_content(known: Known, clip: _Clip, share: float) -> list[dict[str, Any]]:
    """The hashtags that it shares with what was watched, and the clips that its caption or its picture resembles."""
    lean = max(sum(clip.tags), 0.0) / len(DECAYS_S)
    like = explain_resemblance(known.catalogue, known.liked, clip.row)
    whole = lean + sum(added for _, added in like)
    if not whole:
        return []
    resembled = [
        {"kind": "content", "video_id": _id(known.catalogue, at), "share": round(share * added / whole, 3)}
        for at, added in like[:3]
    ]
    return resembled + (_by_tag(known, clip, share * lean / whole) if lean else [])


def _anchor(known: Known, row: int, share: float) -> dict[str, Any]:
    worth = float(known.taste.worth[np.flatnonzero(known.taste.liked == row)[0]])
    kind = "liked" if worth >= _LIKED else "watched"
    return {"kind": kind, "video_id": _id(known.catalogue, row), "share": round(share, 3)}


def _id(catalogue: Catalogue, row: int) -> str:
    return str(UUID(bytes=catalogue.ids[row].tobytes()))
