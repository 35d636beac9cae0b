"""What do many reports tell, in columns? So that thousands are counted and learned from in a few steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelm.feed.catalogue import key_of
from reelm.feed.model import Accepted, EventKind
from reelm.kernel.ids import AccountId, VideoId

KINDS = list(EventKind)
_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Reports:
    """Of reports that are new or have grown, those of one person together; `of` says where whose are.

    `video` is the place in `videos`, `kind` that in `KINDS`; `at` in seconds of the epoch, the rest as in `Accepted`.
    """

    of: Mapping[AccountId | None, slice]
    videos: list[VideoId]
    video: Ints
    kind: Ints
    watched_ms: Ints
    before_ms: Ints
    duration_ms: Ints
    replays: Ints
    at: Doubles
    known: Bools
    is_new: Bools

    def keys(self) -> NDArray[np.uint64]:
        """By which a state knows each clip (`catalogue.key_of`), [reports]."""
        return key_of([video.bytes for video in self.videos])[self.video]


def as_reports(accepted: Iterable[Accepted]) -> Reports:
    """These in columns."""
    by_viewer: dict[AccountId | None, list[Accepted]] = {}
    for one in accepted:
        by_viewer.setdefault(one.viewer, []).append(one)
    of: dict[AccountId | None, slice] = {}
    rows: list[Accepted] = []
    for viewer, theirs in by_viewer.items():
        of[viewer] = slice(len(rows), len(rows) + len(theirs))
        rows += theirs
    places: dict[VideoId, int] = {}
    return Reports(
        of=of,
        video=np.array([places.setdefault(one.video, len(places)) for one in rows], np.int64),
        videos=list(places),
        kind=np.array([_NUMBERS[one.kind] for one in rows], np.int64),
        watched_ms=np.array([one.watched_ms for one in rows], np.int64),
        before_ms=np.array([one.before_ms for one in rows], np.int64),
        duration_ms=np.array([one.duration_ms for one in rows], np.int64),
        replays=np.array([one.replays for one in rows], np.int64),
        at=np.array([one.at.timestamp() for one in rows], np.float64),
        known=np.array([one.known for one in rows], np.bool_),
        is_new=np.array([one.is_new for one in rows], np.bool_),
    )
