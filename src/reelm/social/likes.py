"""Who likes what?"""

from datetime import datetime
from enum import Enum, auto

from reelm import videos
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccountId, VideoId
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
    """
    found = await videos.fetch_visible(unit, video, viewer)
    if not await insert_like(unit, viewer, video, at):
        return LikeOutcome.STOOD_ALREADY, found.counts.likes
    await insert_notification(unit, NotificationKind.LIKE, to=found.author, actor=viewer, at=at, video=video)
    return LikeOutcome.ADDED, await videos.add_counts(unit, video, likes=1)


async def unlike(unit: WriteUnit, *, viewer: AccountId, video: VideoId) -> int:
    """Take a like back, and the word of it; returns the video's likes. Raises `VideoNotVisible`."""
    found = await videos.fetch_visible(unit, video, viewer)
    if not await delete_like(unit, viewer, video):
        return found.counts.likes
    await delete_notification(unit, NotificationKind.LIKE, to=found.author, actor=viewer, video=video)
    return await videos.add_counts(unit, video, likes=-1)
