"""`/videos`: posting, showing, editing and removing clips."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from reelm import accounts, gateway, media, moving, social, videos
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import RealmCode, UploadId, VideoId
from reelm.kernel.words import choose_language
from reelm.web.depends import InCell, MaybeViewer, Now, SignedIn, Write
from reelm.web.moved import clip_may_have_moved
from reelm.web.problems import problems
from reelm.web.views.clips import VideoForYouView, VideoView, YouView

router = APIRouter(tags=["videos"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)


class NewVideo(BaseModel):
    """`upload_id` is the last part of the upload's address; `cover_at_ms` the moment whose picture is the cover.

    `age_limit` 18 is for adults only, 0 or none for everybody.
    """

    upload_id: UUID
    caption: str = ""
    visibility: str = videos.Visibility.PUBLIC
    allow_comments: bool = True
    age_limit: int | None = None
    cover_at_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None


class PostedVideo(BaseModel):
    id: UUID
    state: videos.VideoState


class VideoEdit(BaseModel):
    """What is left out stays as it is; an `age_limit` of 0 takes it away."""

    caption: str | None = None
    visibility: str | None = None
    allow_comments: bool | None = None
    age_limit: int | None = None


async def _show(
    unit: ReadUnit, cell: Cell, request: Request, id: VideoId, viewer: accounts.Viewer | None, now: datetime
) -> VideoForYouView:
    video = await social.fetch_watchable(unit, id, viewer.id if viewer else None, now.date())
    clip = (await videos.fetch_clips(unit, [id]))[id]
    regard = social.Regard()
    if viewer:
        regard = (await social.fetch_regards(accounts.own_eyes(unit, viewer), {id: video.author}))[id]
    language = choose_language(request.headers.get("accept-language"))
    return VideoForYouView(
        **VideoView.of(clip, cell.settings.realm, language).model_dump(),
        you=YouView.of(regard, is_author=viewer is not None and viewer.id == video.author),
    )


@router.post(
    "/videos",
    status_code=201,
    responses=problems(
        *_SIGNED_OUT,
        media.UploadNotFound,
        media.UploadNotComplete,
        media.UploadAlreadyUsed,
        media.UploadEmpty,
        videos.CaptionTooLong,
        videos.VisibilityUnknown,
        videos.AgeLimitUnknown,
    ),
)
async def post_video(form: NewVideo, viewer: SignedIn, unit: Write, now: Now) -> PostedVideo:
    """Make a clip of a complete upload. Ask for it until its state is `published` or `failed`."""
    video = await videos.post_video(
        unit,
        author=viewer.id,
        upload=UploadId(form.upload_id),
        caption=form.caption,
        visibility=form.visibility,
        allow_comments=form.allow_comments,
        age_limit=form.age_limit,
        cover_at_ms=form.cover_at_ms,
        at=now,
    )
    return PostedVideo(id=video.id, state=video.state)


@router.get(
    "/videos/{video}",
    responses=problems(
        accounts.SessionEnded,
        *videos.UNWATCHABLE,
        moving.MovedToRealm,
        gateway.RealmNotAnswering,
        gateway.GatewayNotRunning,
    ),
)
async def get_video(
    video: UUID,
    request: Request,
    viewer: MaybeViewer,
    cell: InCell,
    now: Now,
    home: Annotated[str | None, Query()] = None,
) -> VideoForYouView:
    """A clip. `home` is the realm of a clip of another realm, as its link tells it: it is asked for there."""
    id = VideoId(video)
    if home is not None and home != cell.settings.realm:
        await social.visit_clip(cell.database, cell.abroad, id, RealmCode(home))
    async with clip_may_have_moved(cell, video), cell.database.read() as unit:
        return await _show(unit, cell, request, id, viewer, now)


@router.patch(
    "/videos/{video}",
    responses=problems(
        *_SIGNED_OUT,
        videos.VideoNotVisible,
        videos.CaptionTooLong,
        videos.VisibilityUnknown,
        videos.AgeLimitUnknown,
    ),
)
async def patch_video(
    video: UUID, form: VideoEdit, request: Request, viewer: SignedIn, unit: Write, cell: InCell, now: Now
) -> VideoForYouView:
    """Change one's own clip."""
    await videos.edit_video(
        unit,
        VideoId(video),
        viewer=viewer.id,
        caption=form.caption,
        visibility=form.visibility,
        allow_comments=form.allow_comments,
        age_limit=form.age_limit,
        at=now,
    )
    return await _show(unit, cell, request, VideoId(video), viewer, now)


@router.delete("/videos/{video}", status_code=204, responses=problems(*_SIGNED_OUT, videos.VideoNotVisible))
async def delete_video(video: UUID, viewer: SignedIn, unit: Write, now: Now) -> None:
    """Remove one's own clip. It is gone at once; its files follow within seconds."""
    await videos.remove_video(unit, VideoId(video), viewer=viewer.id, at=now)
