"""What is needed to show many public clips of ours, in one statement: `clips.py` sends five for the same."""

from collections.abc import Sequence

from reelm.accounts import Person
from reelm.infra.db import HotPool, Record
from reelm.kernel.ids import AccountId, AssetId, UploadId, VideoId
from reelm.media import Asset, AssetState, StoredRendition
from reelm.videos.model import Clip, Counts, Video, VideoState, Visibility

_CLIPS = """
    SELECT v.id, v.author_id, v.asset_id, v.state, v.caption, v.visibility, v.allow_comments, v.age_limit,
        v.created_at, v.published_at,
        c.views, c.likes, c.comments, c.shares, c.watched_ms, c.completions,
        p.handle, p.display_name, p.avatar_key,
        a.account_id AS owner_id, a.upload_id, a.state AS stage, a.attempts, a.cover_at_ms, a.duration_ms, a.width,
        a.height, a.poster_key, a.placeholder, a.finished_at,
        ARRAY(
            SELECT (r.short_side, r.blob_key, r.width, r.height, r.codec, r.bitrate, r.size_bytes)
            FROM renditions r WHERE r.asset_id = a.id ORDER BY r.short_side
        ) AS renditions
    FROM videos v JOIN video_counts c ON c.video_id = v.id JOIN accounts p ON p.id = v.author_id
    JOIN assets a ON a.id = v.asset_id
    WHERE v.id = ANY($1::uuid[]) AND v.state = 'published' AND v.visibility = 'public'
"""


async def fetch_public_clips(pool: HotPool, ids: Sequence[VideoId]) -> dict[VideoId, Clip]:
    """Those of these that are ours and public now, ready to be shown."""
    return {VideoId(row["id"]): _clip(row) for row in await pool.fetch(_CLIPS, ids)}


def _clip(row: Record) -> Clip:
    author = AccountId(row["author_id"])
    video = Video(
        id=VideoId(row["id"]),
        author=author,
        asset=AssetId(row["asset_id"]),
        state=VideoState(row["state"]),
        caption=row["caption"],
        visibility=Visibility(row["visibility"]),
        allow_comments=row["allow_comments"],
        age_limit=row["age_limit"],
        created_at=row["created_at"],
        published_at=row["published_at"],
        counts=Counts(*(row[name] for name in ("views", "likes", "comments", "shares", "watched_ms", "completions"))),
    )
    return Clip(video, Person(author, row["handle"], row["display_name"], row["avatar_key"]), _asset(row))


def _asset(row: Record) -> Asset:
    return Asset(
        id=AssetId(row["asset_id"]),
        owner=AccountId(row["owner_id"]),
        upload=UploadId(row["upload_id"]),
        state=AssetState(row["stage"]),
        attempts=row["attempts"],
        cover_at_ms=row["cover_at_ms"],
        duration_ms=row["duration_ms"],
        width=row["width"],
        height=row["height"],
        poster_key=row["poster_key"],
        placeholder=row["placeholder"],
        finished_at=row["finished_at"],
        renditions=tuple(StoredRendition(*one) for one in row["renditions"]),
    )
