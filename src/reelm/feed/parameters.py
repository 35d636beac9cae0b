"""What does the feed go by? The parameters in force, for the page that tells them (DSA Art. 27 and 38)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reelm.feed.exploring import LEAST_SHARE, MOST_SHARE, OWED
from reelm.feed.model import Mode
from reelm.feed.models import Model
from reelm.feed.ranking import HEADS, LINEAR
from reelm.feed.rules import MOST_OF_A_CREATOR
from reelm.feed.shelves import HALF_LIFE_H, NOW_HALF_LIFE_H


@dataclass(frozen=True)
class Parameters:
    """`weights` are those of the trained model's estimates, or of plain facts where none serves (`model` is `None`).

    `sources`: which part of what was shown in the last day each source named.
    """

    model: tuple[str, datetime] | None
    weights: Mapping[str, float]
    sources: Mapping[str, float]
    rules: Mapping[str, int]
    least_explored: float = LEAST_SHARE
    most_explored: float = MOST_SHARE
    without_profile: Mode = Mode.PLAIN


def tell_parameters(model: Model | None, shown_by: Mapping[str, int]) -> Parameters:
    """`shown_by`: how many clips each source put on pages in the last day."""
    ranked = model is not None and model.ranker is not None
    whole = sum(shown_by.values()) or 1
    return Parameters(
        model=(model.id, datetime.fromisoformat(model.about["made_at"])) if model is not None else None,
        weights=HEADS if ranked else LINEAR,
        sources={source: count / whole for source, count in sorted(shown_by.items(), key=lambda one: -one[1])},
        rules={
            "most_of_a_creator": MOST_OF_A_CREATOR,
            "same_sound_in_a_row": 1,
            "seen_again": 0,
            "first_showings": OWED,
            "popular_half_life_h": int(HALF_LIFE_H),
            "popular_now_half_life_h": int(NOW_HALF_LIFE_H),
        },
    )
