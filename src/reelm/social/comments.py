"""Who says what under a clip?"""

from datetime import datetime
from uuid import UUID

from reelm import accounts, gateway, videos
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, CommentId, VideoId, new_uuid
from reelm.social.abroad import COMMENT_MAX, send_comment, send_comment_removal
from reelm.social.blocks import fetch_watchable
from reelm.social.errors import CommentEmpty, CommentNotFound, CommentsClosed
from reelm.social.model import Comment, NotificationKind
from reelm.social.store import (
    delete_comment,
    find_comment,
    insert_comments,
    insert_notification,
    list_comment_rows,
)


async def add_comment(
    unit: WriteUnit,
    *,
    viewer: AccountId,
    video: VideoId,
    text: str,
    at: datetime,
    abroad: gateway.Abroad | None = None,
    told: str | None = None,
) -> Comment:
    """Write a comment and tell the creator; the realm of a clip that is not ours, once the writer was `told` which.

    Raises as `fetch_watchable`, `CommentsClosed`, `CommentEmpty`, `TextTooLong`, and for a clip of another realm
    `CrossingNotTold`, `CrossingRefused`, `OutboxFull`, `RealmUnknown`.
    """
    found = await fetch_watchable(unit, video, viewer, at.date())
    if not found.allow_comments:
        raise CommentsClosed
    said = accounts.clean_text(text, COMMENT_MAX)
    if not said:
        raise CommentEmpty
    comment = Comment(CommentId(new_uuid()), video, viewer, said, at)
    await insert_comments(unit, [comment])
    await videos.add_counts(unit, video, comments=1)
    if found.realm is not None:
        assert abroad is not None
        await send_comment(unit, abroad, comment, found.realm, told)
        return comment
    await insert_notification(
        unit, NotificationKind.COMMENT, to=found.author, actor=viewer, at=at, video=video, comment=comment.id
    )
    return comment


async def list_comments(
    unit: ReadUnit, *, viewer: AccountId | None, video: VideoId, before: UUID | None, limit: int, at: datetime
) -> list[Comment]:
    """The comments under a video, newest first, of those whom `viewer` sees. Raises as `fetch_watchable`."""
    await fetch_watchable(unit, video, viewer, at.date())
    return await list_comment_rows(unit, video, before=before, limit=limit, viewer=viewer)


async def remove_comment(
    unit: WriteUnit,
    *,
    viewer: AccountId,
    video: VideoId,
    comment: CommentId,
    at: datetime,
    abroad: gateway.Abroad,
) -> None:
    """Its author and the video's creator may; the other realm is told, if there is one.

    Raises as `fetch_watchable`, and `CommentNotFound`.
    """
    under = await fetch_watchable(unit, video, viewer, at.date())
    found = await find_comment(unit, comment)
    if found is None or found.video != video or viewer not in (found.author, under.author):
        raise CommentNotFound
    if not await delete_comment(unit, comment):
        raise CommentNotFound
    await videos.add_counts(unit, video, comments=-1)
    if under.realm is not None:
        await send_comment_removal(unit, abroad, found, under.realm, at)
    else:
        await gateway.revoke(unit, comment, "comment", at=at)
