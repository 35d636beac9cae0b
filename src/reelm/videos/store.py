"""The queries of posts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, insert, select, update

from reelm.access import Collection, Eyes, Part, Sight
from reelm.infra.db import ReadUnit, Record, WriteUnit
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId, AssetId, VideoId
from reelm.videos.model import Counts, Video, VideoState, Visibility
from reelm.videos.tables import video_counts, videos

_COUNTS = (
    video_counts.c.views,
    video_counts.c.likes,
    video_counts.c.comments,
    video_counts.c.shares,
    video_counts.c.watched_ms,
    video_counts.c.completions,
)

# How many of a person's newest private clips are looked at together.
_NEWEST = 200

PRIVATE_CLIPS = Collection(
    "private-clips",
    (
        Part(
            select(videos.c.id.label("video_id"), videos.c.caption, videos.c.created_at)
            .where(videos.c.visibility == Visibility.PRIVATE, videos.c.state != VideoState.REMOVED)
            .order_by(videos.c.id.desc())
            .limit(_NEWEST),
            of=videos.c.author_id,
            held_as={
                "video_id": DataClass.PRIVATE_CONTENT,
                "caption": DataClass.PRIVATE_CONTENT,
                "created_at": DataClass.PRIVATE_CONTENT,
            },
        ),
    ),
)


def _select() -> Select[Any]:
    return select(videos, *_COUNTS).join(video_counts, video_counts.c.video_id == videos.c.id)


def _video(row: Record) -> Video:
    return Video(
        id=VideoId(row.id),
        author=AccountId(row.author_id),
        asset=AssetId(row.asset_id),
        state=VideoState(row.state),
        caption=row.caption,
        visibility=Visibility(row.visibility),
        allow_comments=row.allow_comments,
        created_at=row.created_at,
        published_at=row.published_at,
        counts=Counts(row.views, row.likes, row.comments, row.shares, row.watched_ms, row.completions),
    )


async def insert_video(unit: WriteUnit, video: Video) -> None:
    await unit.write(
        insert(videos).values(
            id=video.id,
            author_id=video.author,
            asset_id=video.asset,
            state=video.state,
            caption=video.caption,
            visibility=video.visibility,
            allow_comments=video.allow_comments,
            created_at=video.created_at,
        )
    )
    await unit.write(insert(video_counts).values(video_id=video.id))


async def find_video(unit: ReadUnit, id: VideoId) -> Video | None:
    row = await unit.first(_select().where(videos.c.id == id))
    return _video(row) if row else None


async def fetch_videos(unit: ReadUnit, ids: Iterable[VideoId]) -> dict[VideoId, Video]:
    """These videos; an unknown id is left out."""
    rows = await unit.all(_select().where(videos.c.id.in_(set(ids))))
    return {VideoId(row.id): _video(row) for row in rows}


async def fetch_by_asset(unit: ReadUnit, asset: AssetId) -> Video | None:
    """The post that shows this asset, in whatever state."""
    row = await unit.first(_select().where(videos.c.asset_id == asset))
    return _video(row) if row else None


async def list_by_author(
    unit: ReadUnit, author: AccountId, *, own: bool, before: UUID | None, limit: int
) -> list[VideoId]:
    """Somebody's videos, newest first: to others the public ones, to themselves all that aren't removed."""
    statement = select(videos.c.id).where(videos.c.author_id == author, videos.c.state != VideoState.REMOVED)
    if not own:
        statement = statement.where(videos.c.state == VideoState.PUBLISHED, videos.c.visibility == Visibility.PUBLIC)
    if before is not None:
        statement = statement.where(videos.c.id < before)
    return [VideoId(id) for id in await unit.scalars(statement.order_by(videos.c.id.desc()).limit(limit))]


async def list_private_clips(eyes: Eyes) -> Sight:
    """What a person wrote on the newest clips that nobody else may watch, as far as these eyes may look."""
    return await eyes.look(PRIVATE_CLIPS)


async def count_published(unit: ReadUnit, author: AccountId) -> tuple[int, int]:
    """How many public videos somebody has, and how many likes these have together."""
    row = await unit.first(
        select(func.count(), func.coalesce(func.sum(video_counts.c.likes), 0))
        .select_from(videos)
        .join(video_counts, video_counts.c.video_id == videos.c.id)
        .where(
            videos.c.author_id == author,
            videos.c.state == VideoState.PUBLISHED,
            videos.c.visibility == Visibility.PUBLIC,
        )
    )
    assert row is not None
    return row[0], int(row[1])


async def update_video(unit: WriteUnit, id: VideoId, **values: Any) -> None:
    await unit.write(update(videos).where(videos.c.id == id).values(**values))


async def update_state(
    unit: WriteUnit, asset: AssetId, state: VideoState, *, published_at: datetime | None = None
) -> bool:
    """Move a video out of processing; false where it has left it before."""
    statement = update(videos).where(videos.c.asset_id == asset, videos.c.state == VideoState.PROCESSING)
    return await unit.write(statement.values(state=state, published_at=published_at)) == 1


async def add_counts(unit: WriteUnit, id: VideoId, **by: int) -> int:
    """Add to a video's counts, such as `likes=1`; returns its likes."""
    changes = {name: video_counts.c[name] + amount for name, amount in by.items()}
    statement = update(video_counts).where(video_counts.c.video_id == id).values(**changes)
    return await unit.scalar(statement.returning(video_counts.c.likes)) or 0
