"""Why is this clip on the page? What truly raised its score, and of whose doing: shares of 1, most first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from reelm.feed.candidates import Source
from reelm.feed.candidates.learned import Following, explain_neighbour
from reelm.feed.candidates.shared import lean_by_tags
from reelm.feed.catalogue import NOBODY, Catalogue, Numbers
from reelm.feed.model import Reason
from reelm.feed.models import Model
from reelm.feed.resembling import Liked, explain_resemblance
from reelm.feed.taste import Taste

# A like or more; below it was watched for long.
_LIKED = 1.5
_MOST_PARTS, _LEAST = 5, 0.03
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


def explain(known: Known, row: int, named: Numbers, causes: dict[str, float]) -> Why:
    """`named`: what each source said for it, by its best; `causes`: shares as `share_causes` gives them."""
    parts: list[dict[str, Any]] = []
    for cause, share in causes.items():
        if share >= _LEAST:
            parts += _parts_of(known, cause, share, row)
    parts = _together(parts)
    kept = sorted((one for one in parts if one["share"] >= _LEAST), key=lambda one: -one["share"])[:_MOST_PARTS]
    top = next(iter(causes), "fresh")
    source = list(Source)[int(np.argmax(named))] if named.any() else Source.NEWEST
    return Why(_REASONS.get(top) or Reason(top), source, explored=False, parts=kept)


def _together(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was said twice of one thing, once."""
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for part in parts:
        what = tuple(part.get(name) for name in ("kind", "tag", "video_id"))
        said = merged.setdefault(what, {**part, "share": 0.0})
        said["share"] = round(said["share"] + part["share"], 3)
    return list(merged.values())


def explain_tried() -> Why:
    """A clip that is owed its first showings."""
    return Why(Reason.EXPLORE, "explore", explored=True, parts=[{"kind": "explore", "share": 1.0}])


def _parts_of(known: Known, cause: str, share: float, row: int) -> list[dict[str, Any]]:
    if cause == "liked_alike":
        anchors = explain_neighbour(known.model, known.following, row)[:3] if known.model and known.following else []
        whole = sum(added for _, added in anchors)
        return [_anchor(at, share * added / whole, known.taste, known.catalogue) for at, added in anchors] or [
            {"kind": "watched", "share": round(share, 3)}
        ]
    if cause == "tag":
        return _by_tag(known, share, row)
    if cause == "content":
        return _by_content(known, share, row)
    return [{"kind": cause, "share": round(share, 3)}]


def _by_tag(known: Known, share: float, row: int) -> list[dict[str, Any]]:
    tags = known.catalogue.tags[row]
    lean = np.maximum(known.taste.tags.of(tags).sum(axis=1), 0.0)
    lean[tags == NOBODY] = 0.0
    whole = float(lean.sum())
    return [
        {"kind": "tag", "tag": known.catalogue.tag_names.names[tag], "share": round(share * float(part) / whole, 3)}
        for tag, part in zip(tags.tolist(), lean, strict=True)
        if part > 0
    ]


def _by_content(known: Known, share: float, row: int) -> list[dict[str, Any]]:
    """The hashtags that it shares with what was watched, and the clips that its caption or its picture resembles."""
    lean = float(lean_by_tags(known.catalogue, np.array([row], np.int32), known.taste)[0])
    like = explain_resemblance(known.catalogue, known.liked, row)
    whole = lean + sum(added for _, added in like)
    if not whole:
        return []
    resembled = [
        {"kind": "content", "video_id": _id(known.catalogue, at), "share": round(share * added / whole, 3)}
        for at, added in like[:3]
    ]
    return resembled + (_by_tag(known, share * lean / whole, row) if lean else [])


def _anchor(row: int, share: float, taste: Taste, catalogue: Catalogue) -> dict[str, Any]:
    worth = float(taste.worth[np.flatnonzero(taste.liked == row)[0]])
    kind = "liked" if worth >= _LIKED else "watched"
    return {"kind": kind, "video_id": _id(catalogue, row), "share": round(share, 3)}


def _id(catalogue: Catalogue, row: int) -> str:
    return str(UUID(bytes=catalogue.ids[row].tobytes()))
