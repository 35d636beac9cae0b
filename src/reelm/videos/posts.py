"""How does a clip come, change and go?"""

from datetime import date, datetime

from reelm import accounts, gateway, media
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, AssetId, UploadId, VideoId, new_uuid
from reelm.videos.errors import (
    AgeLimitUnknown,
    AgeNotKnown,
    CaptionTooLong,
    NotOldEnough,
    VideoNotVisible,
    VisibilityUnknown,
)
from reelm.videos.model import ADULTS_ONLY, CAPTION_MAX, Video, VideoState, Visibility
from reelm.videos.policy import is_public, may_edit, may_watch
from reelm.videos.store import find_foreign_clip, find_video, insert_video, update_state, update_video


def _clean_caption(text: str) -> str:
    try:
        return accounts.clean_text(text, CAPTION_MAX)
    except accounts.TextTooLong as problem:
        raise CaptionTooLong(limit_chars=problem.limit_chars, was_chars=problem.was_chars) from None


def _visibility(word: str) -> Visibility:
    try:
        return Visibility(word)
    except ValueError:
        raise VisibilityUnknown from None


def _age_limit(years: int | None) -> int | None:
    """As it is kept: 0 is for everybody, as `None` is."""
    if years not in (None, 0, ADULTS_ONLY):
        raise AgeLimitUnknown(adults_only=ADULTS_ONLY)
    return years or None


async def post_video(
    unit: WriteUnit,
    *,
    author: AccountId,
    upload: UploadId,
    caption: str,
    visibility: str = Visibility.PUBLIC,
    allow_comments: bool = True,
    age_limit: int | None = None,
    cover_at_ms: int | None = None,
    at: datetime,
) -> Video:
    """Make a video of a complete upload; the media workers take it from here.

    Raises `CaptionTooLong`, `VisibilityUnknown`, `AgeLimitUnknown` and the refusals of `media.accept_upload`.
    """
    video = Video(
        id=VideoId(new_uuid()),
        author=author,
        asset=await media.accept_upload(unit, owner=author, upload=upload, cover_at_ms=cover_at_ms, at=at),
        state=VideoState.PROCESSING,
        caption=_clean_caption(caption),
        visibility=_visibility(visibility),
        allow_comments=allow_comments,
        created_at=at,
        published_at=None,
        age_limit=_age_limit(age_limit),
    )
    await insert_video(unit, video)
    return video


async def fetch_visible(unit: ReadUnit, id: VideoId, viewer: AccountId | None, today: date) -> Video:
    """A clip that `viewer` may watch. Raises as `check_watchable`."""
    video = await find_video(unit, id) or await find_foreign_clip(unit, id)
    await check_watchable(unit, video, viewer, today)
    assert video is not None
    return video


async def check_watchable(unit: ReadUnit, video: Video | None, viewer: AccountId | None, today: date) -> None:
    """Raises `VideoNotVisible`; of a public clip with an age limit `AgeNotKnown` where nobody is signed in, and
    `NotOldEnough` where somebody is who is not that old today.
    """
    if video is not None and may_watch(video, viewer, None):
        return
    if video is None or video.age_limit is None or not is_public(video):
        raise VideoNotVisible
    if viewer is None:
        raise AgeNotKnown(age_limit=video.age_limit)
    if not may_watch(video, viewer, await accounts.find_age(unit, viewer, today)):
        raise NotOldEnough(age_limit=video.age_limit)


async def fetch_public(unit: ReadUnit, id: VideoId) -> Video:
    """A clip that is public, whatever age it is for: to tell of it, not to show it. Raises `VideoNotVisible`."""
    video = await find_video(unit, id) or await find_foreign_clip(unit, id)
    if video is None or not is_public(video):
        raise VideoNotVisible
    return video


async def _fetch_editable(unit: ReadUnit, id: VideoId, viewer: AccountId) -> Video:
    video = await find_video(unit, id)
    if video is None or not may_edit(video, viewer):
        raise VideoNotVisible
    return video


async def edit_video(
    unit: WriteUnit,
    id: VideoId,
    *,
    viewer: AccountId,
    caption: str | None = None,
    visibility: str | None = None,
    allow_comments: bool | None = None,
    age_limit: int | None = None,
    at: datetime,
) -> None:
    """Change one's own video; copies in other realms go, and are asked for again. An `age_limit` of 0 takes it away.

    Raises `VideoNotVisible`, also for somebody else's; `CaptionTooLong`, `VisibilityUnknown`, `AgeLimitUnknown`.
    """
    await _fetch_editable(unit, id, viewer)
    changes: dict[str, object] = {}
    if caption is not None:
        changes["caption"] = _clean_caption(caption)
    if visibility is not None:
        changes["visibility"] = _visibility(visibility)
    if allow_comments is not None:
        changes["allow_comments"] = allow_comments
    if age_limit is not None:
        changes["age_limit"] = _age_limit(age_limit)
    if changes:
        await update_video(unit, id, **changes)
        await gateway.revoke(unit, id, "clip", at=at)


async def remove_video(unit: WriteUnit, id: VideoId, *, viewer: AccountId, at: datetime) -> None:
    """Take one's own video away at once; its bytes go in a job of the same commit, and other realms are told.

    Raises `VideoNotVisible`.
    """
    video = await _fetch_editable(unit, id, viewer)
    await update_video(unit, id, state=VideoState.REMOVED, caption="")
    await gateway.revoke(unit, id, "clip", at=at)
    await media.discard_asset(unit, video.asset)


async def mark_playable(unit: WriteUnit, asset: AssetId, at: datetime) -> None:
    """News from media: the first rendition can be played. Publishing twice changes nothing."""
    await update_state(unit, asset, VideoState.PUBLISHED, published_at=at)


async def mark_failed(unit: WriteUnit, asset: AssetId, at: datetime) -> None:
    """News from media: no rendition will ever be."""
    del at
    await update_state(unit, asset, VideoState.FAILED)
