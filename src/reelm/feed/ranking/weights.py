"""What counts how much? The numbers in force, as they are published on the page of main parameters (DSA Art. 27).

`HEADS` weigh what the trained network expects to happen; the shape, few strong wishes and very strong refusals, is
that of the weights X published in 2026. `LINEAR` is the score where no network has been trained: the sum of features,
each cut to [-3, 3] and taken times its weight.
"""

from collections.abc import Mapping

HEADS: Mapping[str, float] = {
    "skip": -1.0,
    "completion": 1.0,
    "watch": 1.5,
    "like": 2.0,
    "comment": 3.0,
    "share": 4.0,
    "follow": 4.0,
    "not_interested": -20.0,
    "report": -100.0,
}

LINEAR: Mapping[str, float] = {
    "from_neighbours": 2.0,
    "from_factors": 2.0,
    "from_trend": 2.0,
    "from_following": 0.5,
    "from_content": 0.3,
    "from_popular": 0.4,
    "creator_hour": 0.35,
    "creator_day": 0.25,
    "creator_month": 0.15,
    "tags_hour": 0.35,
    "tags_day": 0.25,
    "tags_month": 0.15,
    "completed": 1.2,
    "liked": 3.0,
    "commented": 1.0,
    "shared": 3.0,
    "skipped": -1.2,
    "refused": -12.0,
    "follows": 0.6,
    "own_language": 0.5,
    "own_topic": 0.8,
    "fresh": 0.6,
    "new_creator": 1.0,
}
CUT = 3.0
# How much being unlike what already stands on the page counts against the score (maximal marginal relevance).
UNLIKENESS = 0.3
