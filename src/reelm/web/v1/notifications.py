"""`/notifications`: word of likes, comments, follows, and of moves to another realm."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from reelm import accounts, social, videos
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit
from reelm.kernel.cursors import CursorNotOurs
from reelm.kernel.ids import AccountId, VideoId
from reelm.web.depends import InCell, Limit, Now, Read, SignedIn, Write
from reelm.web.paging import next_cursor, open_cursor
from reelm.web.problems import problems
from reelm.web.views.due import DueView, find_due
from reelm.web.views.people import PersonView, media_url

router = APIRouter(tags=["social"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)


class NotificationView(BaseModel):
    """`due` is where somebody moves and when, with word of that; null once the decision has been taken back."""

    id: UUID
    kind: social.NotificationKind
    actor: PersonView
    video_id: UUID | None
    poster: str | None
    text: str | None
    at: datetime
    read: bool
    due: DueView | None


class NotificationPage(BaseModel):
    items: list[NotificationView]
    unread: int
    next_cursor: str | None


def _poster(clips: dict[VideoId, videos.Clip], id: VideoId | None, viewer: AccountId) -> str | None:
    clip = clips.get(id) if id else None
    return media_url(clip.asset.poster_key) if clip and videos.may_watch(clip.video, viewer, None) else None


async def _find_due(
    unit: ReadUnit, viewer: accounts.Viewer, cell: Cell, found: Iterable[social.Notification]
) -> DueView | None:
    if not any(item.kind is social.NotificationKind.MOVE for item in found):
        return None
    return find_due(cell, await accounts.fetch_own_account(accounts.own_eyes(unit, viewer)))


@router.get("/notifications", responses=problems(*_SIGNED_OUT, CursorNotOurs))
async def get_notifications(
    viewer: SignedIn,
    unit: Read,
    cell: InCell,
    cursor: str | None = None,
    limit: Annotated[Limit, Query()] = 30,
) -> NotificationPage:
    """What others did to one's clips and the realm says of a move, newest first."""
    listing = f"notifications:{viewer.id}"
    before = open_cursor(cell.cursors, listing, cursor)
    found = await social.list_notifications(accounts.own_eyes(unit, viewer), before=before, limit=limit)
    people = await accounts.fetch_people(unit, (item.actor for item in found))
    clips = await videos.fetch_clips(unit, [item.video for item in found if item.video])
    due = await _find_due(unit, viewer, cell, found)
    return NotificationPage(
        items=[
            NotificationView(
                id=item.id,
                kind=item.kind,
                actor=PersonView.of(people[item.actor], cell.settings.realm),
                video_id=item.video,
                poster=_poster(clips, item.video, viewer.id),
                text=item.text,
                at=item.at,
                read=item.is_read,
                due=due if item.kind is social.NotificationKind.MOVE else None,
            )
            for item in found
        ],
        unread=await social.count_unread(unit, viewer.id),
        next_cursor=next_cursor(cell.cursors, listing, [item.id for item in found], limit),
    )


@router.post("/notifications/read", status_code=204, responses=problems(*_SIGNED_OUT))
async def post_read(viewer: SignedIn, unit: Write, now: Now) -> None:
    """Everything so far counts as read."""
    await social.mark_read(unit, viewer.id, at=now)
