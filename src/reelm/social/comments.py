"""Who says what under a clip?"""

from datetime import datetime
from uuid import UUID

from reelm import accounts, videos
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, CommentId, VideoId, new_uuid
from reelm.social.errors import CommentEmpty, CommentNotFound, CommentsClosed
from reelm.social.model import Comment, NotificationKind
from reelm.social.store import (
    delete_comment,
    find_comment,
    insert_comment,
    insert_notification,
    list_comment_rows,
)

COMMENT_MAX = 500


async def add_comment(unit: WriteUnit, *, viewer: AccountId, video: VideoId, text: str, at: datetime) -> Comment:
    """Write a comment and tell the creator.

    Raises `VideoNotVisible`, `CommentsClosed`, `CommentEmpty`, `TextTooLong`.
    """
    found = await videos.fetch_visible(unit, video, viewer)
    if not found.allow_comments:
        raise CommentsClosed
    said = accounts.clean_text(text, COMMENT_MAX)
    if not said:
        raise CommentEmpty
    comment = Comment(CommentId(new_uuid()), video, viewer, said, at)
    await insert_comment(unit, comment)
    await videos.add_counts(unit, video, comments=1)
    await insert_notification(
        unit, NotificationKind.COMMENT, to=found.author, actor=viewer, at=at, video=video, comment=comment.id
    )
    return comment


async def list_comments(
    unit: ReadUnit, *, viewer: AccountId | None, video: VideoId, before: UUID | None, limit: int
) -> list[Comment]:
    """The comments under a video, newest first. Raises `VideoNotVisible`."""
    await videos.fetch_visible(unit, video, viewer)
    return await list_comment_rows(unit, video, before=before, limit=limit)


async def remove_comment(unit: WriteUnit, *, viewer: AccountId, video: VideoId, comment: CommentId) -> None:
    """Its author and the video's creator may. Raises `VideoNotVisible`, `CommentNotFound`."""
    under = await videos.fetch_visible(unit, video, viewer)
    found = await find_comment(unit, comment)
    if found is None or found.video != video or viewer not in (found.author, under.author):
        raise CommentNotFound
    if not await delete_comment(unit, comment):
        raise CommentNotFound
    await videos.add_counts(unit, video, comments=-1)
