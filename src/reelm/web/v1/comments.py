"""`/videos/{video}/comments`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from reelm import accounts, gateway, social, videos
from reelm.infra.db import ReadUnit
from reelm.kernel.cursors import CursorNotOurs
from reelm.kernel.ids import AccountId, CommentId, VideoId
from reelm.social import Comment
from reelm.web.depends import InCell, Limit, MaybeSignedIn, Now, SignedIn, Write
from reelm.web.paging import next_cursor, open_cursor
from reelm.web.problems import problems
from reelm.web.views.people import PersonView

router = APIRouter(tags=["social"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)
ABROAD = (gateway.CrossingNotTold, gateway.CrossingRefused, gateway.OutboxFull, gateway.RealmUnknown)


class NewComment(BaseModel):
    """`told` is the realm of a clip of another realm, once the writer was told that the remark goes there."""

    text: str
    told: str | None = None


class CommentRegard(BaseModel):
    is_author: bool
    may_delete: bool


class CommentView(BaseModel):
    id: UUID
    author: PersonView
    text: str
    created_at: datetime
    you: CommentRegard


class CommentPage(BaseModel):
    items: list[CommentView]
    next_cursor: str | None
    total: int


async def _show(
    unit: ReadUnit, comments: list[Comment], *, creator: AccountId, viewer: AccountId | None, realm: str
) -> list[CommentView]:
    people = await accounts.fetch_people(unit, (comment.author for comment in comments))
    return [
        CommentView(
            id=comment.id,
            author=PersonView.of(people[comment.author], realm),
            text=comment.text,
            created_at=comment.created_at,
            you=CommentRegard(
                is_author=viewer == comment.author,
                may_delete=viewer is not None and viewer in (comment.author, creator),
            ),
        )
        for comment in comments
    ]


def _show_abroad(comment: social.CommentAbroad) -> CommentView:
    return CommentView(
        id=comment.id,
        author=PersonView.of(comment.author, ""),
        text=comment.text,
        created_at=comment.at,
        you=CommentRegard(is_author=False, may_delete=False),
    )


@router.get("/videos/{video}/comments", responses=problems(accounts.SessionEnded, *videos.UNWATCHABLE, CursorNotOurs))
async def get_comments(
    video: UUID,
    viewer: MaybeSignedIn,
    cell: InCell,
    now: Now,
    cursor: str | None = None,
    limit: Annotated[Limit, Query()] = 20,
) -> CommentPage:
    """The comments under a clip, newest first; of a clip of another realm those that stand there, and ours."""
    id, listing = VideoId(video), f"comments:{video}"
    before = open_cursor(cell.cursors, listing, cursor)
    async with cell.database.read() as unit:
        found = await social.fetch_watchable(unit, id, viewer, now.date())
        comments = await social.list_comments(unit, viewer=viewer, video=id, before=before, limit=limit, at=now)
        ours = await _show(unit, comments, creator=found.author, viewer=viewer, realm=cell.settings.realm)
        total = found.counts.comments if found.realm is not None else await social.count_comments(unit, id, viewer)
        unseen = await social.list_unseen_names(unit, viewer)
    if found.realm is not None:
        abroad = await social.visit_comments(cell.abroad, id, found.realm, before=before, without=unseen)
        ours = sorted([*ours, *map(_show_abroad, abroad)], key=lambda one: one.id, reverse=True)[:limit]
    return CommentPage(
        items=ours,
        next_cursor=next_cursor(cell.cursors, listing, [comment.id for comment in ours], limit),
        total=total,
    )


@router.post(
    "/videos/{video}/comments",
    status_code=201,
    responses=problems(
        *_SIGNED_OUT,
        *videos.UNWATCHABLE,
        social.CommentsClosed,
        social.CommentEmpty,
        accounts.TextTooLong,
        *ABROAD,
    ),
)
async def post_comment(
    video: UUID, form: NewComment, viewer: SignedIn, unit: Write, cell: InCell, now: Now
) -> CommentView:
    """Write a comment."""
    comment = await social.add_comment(
        unit, viewer=viewer.id, video=VideoId(video), text=form.text, at=now, abroad=cell.abroad, told=form.told
    )
    shown = await _show(unit, [comment], creator=viewer.id, viewer=viewer.id, realm=cell.settings.realm)
    return shown[0]


@router.delete(
    "/videos/{video}/comments/{comment}",
    status_code=204,
    responses=problems(*_SIGNED_OUT, *videos.UNWATCHABLE, social.CommentNotFound),
)
async def delete_comment(video: UUID, comment: UUID, viewer: SignedIn, unit: Write, cell: InCell, now: Now) -> None:
    """Remove one's own comment, or one under one's own clip."""
    await social.remove_comment(
        unit, viewer=viewer.id, video=VideoId(video), comment=CommentId(comment), at=now, abroad=cell.abroad
    )
