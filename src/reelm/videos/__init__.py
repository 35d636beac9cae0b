"""Posts: a caption and an asset, by somebody, for somebody. Owns `videos` and `video_counts`.

Promises: a video is published once, when its first rendition can be played; who may watch it is decided here only.
"""

from reelm.videos.abroad import (
    age_kept_by,
    answer_catalogue,
    answer_clip,
    answer_media,
    keep_clip,
    take_counts,
    take_revocations,
)
from reelm.videos.clips import fetch_clips
from reelm.videos.errors import (
    UNWATCHABLE,
    AgeLimitUnknown,
    AgeNotKnown,
    CaptionTooLong,
    NotOldEnough,
    VideoNotVisible,
    VisibilityUnknown,
)
from reelm.videos.model import ADULTS_ONLY, CAPTION_MAX, Clip, Counts, Video, VideoState, Visibility
from reelm.videos.policy import is_old_enough, is_public, may_edit, may_watch
from reelm.videos.posts import (
    check_watchable,
    edit_video,
    fetch_public,
    fetch_visible,
    mark_failed,
    mark_playable,
    post_video,
    remove_video,
)
from reelm.videos.public_clips import fetch_public_clips
from reelm.videos.store import (
    PRIVATE_CLIPS,
    add_counts,
    adopt_clips,
    count_published,
    fetch_by_asset,
    find_foreign_clip,
    find_homes,
    give_away,
    is_kept,
    list_by_author,
    list_by_foreign_author,
    list_foreign_ids,
    list_ids_of,
    list_private_clips,
    note_clip,
)
from reelm.videos.tables import BELONGINGS

__all__ = [
    "ADULTS_ONLY",
    "BELONGINGS",
    "CAPTION_MAX",
    "PRIVATE_CLIPS",
    "UNWATCHABLE",
    "AgeLimitUnknown",
    "AgeNotKnown",
    "CaptionTooLong",
    "Clip",
    "Counts",
    "NotOldEnough",
    "Video",
    "VideoNotVisible",
    "VideoState",
    "Visibility",
    "VisibilityUnknown",
    "add_counts",
    "adopt_clips",
    "age_kept_by",
    "answer_catalogue",
    "answer_clip",
    "answer_media",
    "check_watchable",
    "count_published",
    "edit_video",
    "fetch_by_asset",
    "fetch_clips",
    "fetch_public",
    "fetch_public_clips",
    "fetch_visible",
    "find_foreign_clip",
    "find_homes",
    "give_away",
    "is_kept",
    "is_old_enough",
    "is_public",
    "keep_clip",
    "list_by_author",
    "list_by_foreign_author",
    "list_foreign_ids",
    "list_ids_of",
    "list_private_clips",
    "mark_failed",
    "mark_playable",
    "may_edit",
    "may_watch",
    "note_clip",
    "post_video",
    "remove_video",
    "take_counts",
    "take_revocations",
]
