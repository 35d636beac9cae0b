"""What did people do with what ranking put before them? Rows of features and labels out of logged showings.

Labels are one column a head, in the order of `HEADS`; unknown (NaN) are those of a view that nobody told of. Skips
and completions are those that count in the tallies of clips, the watch label is where the time stands among watches
of clips about as long. All but what was explored has propensity 1 where it stood, so weighting by inverse propensity
(IPS, SNIPS) would change nothing here; what was explored has no features yet.
"""

from dataclasses import dataclass

import numpy as np

from reelm.feed.counting import COMPLETE_SHARE, VIEW_MS
from reelm.feed.state import SKIP_MS, SKIP_SHARE
from reelm.feed.training.arrays import Bools, Doubles, Floats, Ints, Longs
from reelm.feed.training.columns import is_long_view
from reelm.feed.training.day_files import ACTS, Showings
from reelm.feed.training.heads import HEADS, label_watch_quantile

_HEAD_OF = {
    "liked": "like",
    "commented": "comment",
    "shared": "share",
    "followed": "follow",
    "refused": "not_interested",
    "reported": "report",
}


@dataclass(frozen=True)
class Reactions:
    """Rows [n]: `x` [n, F], `labels` [n, heads], who (`person`) and on which `page` of theirs, as numbers.

    `took`: whether they watched for long, or liked, said or shared something, and did not refuse it.
    """

    person: Ints
    page: Ints
    at_ms: Longs
    x: Floats
    labels: Floats
    took: Bools

    def __len__(self) -> int:
        return len(self.person)

    def keep(self, rows: Bools) -> "Reactions":
        """Those rows only."""
        return Reactions(
            self.person[rows],
            self.page[rows],
            self.at_ms[rows],
            self.x[rows],
            self.labels[rows],
            self.took[rows],
        )


@dataclass(frozen=True)
class _Views:
    watched_ms: Doubles
    duration_ms: Doubles

    def skipped(self) -> Bools:
        return (self.watched_ms < SKIP_MS) & ~(self.watched_ms >= SKIP_SHARE * self.duration_ms)

    def completed(self) -> Bools:
        enough = self.watched_ms >= np.fmin(VIEW_MS, self.duration_ms)
        return enough & (self.watched_ms >= COMPLETE_SHARE * self.duration_ms)


def read_reactions(showings: Showings) -> Reactions:
    """The rows of these showings, in their order. A page is what one person was shown at one moment."""
    views = _Views(showings.watched_ms, showings.duration_ms)
    is_told = np.isfinite(showings.watched_ms)
    by_act = {_HEAD_OF[name]: showings.acts[:, place] for place, name in enumerate(ACTS)}
    found: dict[str, Doubles | Floats | Bools] = {
        "skip": np.where(is_told, views.skipped(), np.nan),
        "completion": np.where(is_told & np.isfinite(showings.duration_ms), views.completed(), np.nan),
        "watch": label_watch_quantile(showings.watched_ms, showings.duration_ms),
        **by_act,
    }
    liked = np.any([by_act[name] for name in ("like", "comment", "share", "follow")], axis=0)
    long = is_told & is_long_view(showings.watched_ms, showings.duration_ms)
    person = np.unique(showings.person, return_inverse=True)[1].astype(np.int32)
    moment = np.unique(showings.at_ms, return_inverse=True)[1]
    page = np.unique(person.astype(np.int64) * (len(moment) + 1) + moment, return_inverse=True)[1]
    return Reactions(
        person,
        page.astype(np.int32),
        showings.at_ms,
        np.nan_to_num(showings.features.astype(np.float32)),
        np.stack([np.asarray(found[name], np.float32) for name in HEADS], axis=1),
        (liked | long) & ~by_act["not_interested"] & ~by_act["report"],
    )
