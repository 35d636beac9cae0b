"""Who likes what?"""

from datetime import datetime
from enum import Enum, auto

from reelm import videos
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccountId, VideoId
from reelm.social.blocks import fetch_watchable
from reelm.social.model import NotificationKind
from reelm.social.store import delete_like, delete_notification, insert_like, insert_notification


class LikeOutcome(Enum):
    """What a like changed."""

    ADDED = auto()
    STOOD_ALREADY = auto()


async def like(unit: WriteUnit, *, viewer: AccountId, video: VideoId, at: datetime) -> tuple[LikeOutcome, int]:
    """Record that `viewer` likes `video` and tell its creator. Liking twice changes nothing.

    Returns the outcome and the video's likes. Raises `VideoNotVisible` whether the video is missing, removed or
    hidden from this viewer: the three look the same on purpose, so that a block cannot be discovered by liking.
    And `NotOldEnough`.
    """
    found = await fetch_watchable(unit, video, viewer, at.date())
    if not await insert_like(unit, viewer, video, at):
        return LikeOutcome.STOOD_ALREADY, found.counts.likes
    if found.realm is None:  # a like of a clip of another realm stays here
        await insert_notification(unit, NotificationKind.LIKE, to=found.author, actor=viewer, at=at, video=video)
    return LikeOutcome.ADDED, await _count(unit, found, 1)


async def unlike(unit: WriteUnit, *, viewer: AccountId, video: VideoId, at: datetime) -> int:
    """Take a like back, and the word of it; returns the video's likes. Raises as `like`."""
    found = await fetch_watchable(unit, video, viewer, at.date())
    if not await delete_like(unit, viewer, video):
        return found.counts.likes
    if found.realm is None:
        await delete_notification(unit, NotificationKind.LIKE, to=found.author, actor=viewer, video=video)
    return await _count(unit, found, -1)


async def _count(unit: WriteUnit, video: videos.Video, by: int) -> int:
    """Change the number of likes; what a clip has now, with those its home told of where that is another realm."""
    ours = await videos.add_counts(unit, video.id, likes=by)
    return ours if video.realm is None else video.counts.likes + by
