"""The queries of posts."""

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.access import Collection, Eyes, Part, Sight
from reelm.infra.db import ReadUnit, Record, Values, WriteUnit, is_among
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId, AssetId, RealmCode, UploadId, VideoId
from reelm.media import Asset, AssetState, StoredRendition
from reelm.videos.model import Counts, Video, VideoState, Visibility
from reelm.videos.tables import clips, counts_abroad, foreign_clips, video_counts, videos

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
        age_limit=row.age_limit,
        created_at=row.created_at,
        published_at=row.published_at,
        counts=Counts(row.views, row.likes, row.comments, row.shares, row.watched_ms, row.completions),
    )


async def is_kept(unit: ReadUnit, id: VideoId) -> bool:
    """Whether a copy of this clip of another realm is kept."""
    return bool(await unit.scalar(select(literal(True)).where(foreign_clips.c.id == id)))


async def find_foreign_clip(unit: ReadUnit, id: VideoId) -> Video | None:
    """A clip of another realm that a copy is kept of."""
    return (await fetch_foreign(unit, [id])).get(id, (None, None))[0]


async def fetch_foreign(unit: ReadUnit, ids: Iterable[VideoId]) -> dict[VideoId, tuple[Video, Asset]]:
    """The clips of other realms among these, with what their realm told of their bytes."""
    statement = _foreign().where(is_among(foreign_clips.c.id, ids))
    return {VideoId(row.id): (_foreign_video(row), foreign_asset(row)) for row in await unit.all(statement)}


async def list_by_foreign_author(
    unit: ReadUnit, author: AccountId, *, age: int | None, before: UUID | None, limit: int
) -> list[VideoId]:
    """What is kept of somebody's clips of another realm, newest first, for somebody of `age`."""
    open_to = _is_open_to(age, foreign_clips.c.age_limit)
    statement = select(foreign_clips.c.id).where(foreign_clips.c.author_id == author, open_to)
    if before is not None:
        statement = statement.where(foreign_clips.c.id < before)
    return [VideoId(id) for id in await unit.scalars(statement.order_by(foreign_clips.c.id.desc()).limit(limit))]


def _foreign() -> Select[Any]:
    """Numbers of their home and ours together."""
    ours = video_counts.c
    home = foreign_clips.c
    return select(
        foreign_clips,
        (home.views + ours.views).label("all_views"),
        (home.likes + ours.likes).label("all_likes"),
        ours.comments.label("all_comments"),
        ours.shares.label("all_shares"),
    ).join(video_counts, video_counts.c.video_id == foreign_clips.c.id)


def _foreign_video(row: Record) -> Video:
    return Video(
        id=VideoId(row.id),
        author=AccountId(row.author_id),
        asset=AssetId(row.id),
        state=VideoState.PUBLISHED,
        caption=row.caption,
        visibility=Visibility.PUBLIC,
        allow_comments=row.allow_comments,
        age_limit=row.age_limit,
        created_at=row.created_at,
        published_at=row.published_at,
        counts=Counts(row.all_views, row.all_likes, row.all_comments, row.all_shares),
        realm=RealmCode(row.realm),
    )


def foreign_asset(row: Record) -> Asset:
    """The bytes of a clip of another realm, as they are served here."""
    told, folder = row.media, f"abroad/{row.realm}/{row.id}"
    return Asset(
        id=AssetId(row.id),
        owner=AccountId(row.author_id),
        upload=UploadId(row.id),
        state=AssetState.PUBLISHED,
        attempts=0,
        cover_at_ms=None,
        duration_ms=row.duration_ms,
        width=told["width"],
        height=told["height"],
        poster_key=f"{folder}/{told['poster']}" if told["poster"] else None,
        placeholder=base64.b64decode(told["placeholder"]) if told["placeholder"] else None,
        renditions=tuple(
            StoredRendition(
                one["short_side"],
                f"{folder}/{one['name']}",
                one["width"],
                one["height"],
                one["codec"],
                one["bitrate"],
                one["bytes"],
            )
            for one in told["renditions"]
        ),
    )


async def upsert_foreign_clip(unit: WriteUnit, id: VideoId, realm: RealmCode, values: Values) -> bool:
    """Keep a copy of another realm's clip; false where the id is that of a clip of ours or of a third realm."""
    await unit.write(upsert(clips).values(id=id, realm=realm).on_conflict_do_nothing())
    if await unit.scalar(select(clips.c.realm).where(clips.c.id == id)) != realm:
        return False
    await unit.write(upsert(video_counts).values(video_id=id).on_conflict_do_nothing())
    statement = upsert(foreign_clips).values(id=id, realm=realm, **values)
    await unit.write(statement.on_conflict_do_update(index_elements=[foreign_clips.c.id], set_=values))
    return True


async def delete_foreign_clips(unit: WriteUnit, ids: Iterable[UUID], realm: RealmCode) -> None:
    """Forget what another realm told of these clips of its own."""
    await unit.write(delete(foreign_clips).where(is_among(foreign_clips.c.id, ids), foreign_clips.c.realm == realm))


async def list_foreign_ids(unit: ReadUnit, *, told_after: datetime | None = None) -> set[UUID]:
    """Every clip of another realm that a copy is kept of; with `told_after`, those told of since."""
    statement = select(foreign_clips.c.id)
    if told_after is not None:
        statement = statement.where(foreign_clips.c.told_at > told_after)
    return set(await unit.scalars(statement))


async def list_listed(unit: ReadUnit, limit: int, *, age: int | None) -> dict[VideoId, AccountId]:
    """The newest public clips of ours for people of `age`, each with its author."""
    statement = (
        select(videos.c.id, videos.c.author_id)
        .where(videos.c.state == VideoState.PUBLISHED, videos.c.visibility == Visibility.PUBLIC)
        .where(_is_open_to(age, videos.c.age_limit))
        .order_by(videos.c.published_at.desc(), videos.c.id.desc())
        .limit(limit)
    )
    return {VideoId(row.id): AccountId(row.author_id) for row in await unit.all(statement)}


async def add_told_counts(unit: WriteUnit, video: VideoId, realm: RealmCode, views: int, likes: int) -> None:
    """Remember what another realm has told of a clip of ours."""
    statement = upsert(counts_abroad).values(video_id=video, realm=realm, views=views, likes=likes)
    keys = [counts_abroad.c.video_id, counts_abroad.c.realm]
    more = {"views": counts_abroad.c.views + views, "likes": counts_abroad.c.likes + likes}
    await unit.write(statement.on_conflict_do_update(index_elements=keys, set_=more))


async def add_foreign_counts(unit: WriteUnit, video: VideoId, realm: RealmCode, views: int, likes: int) -> None:
    """Add to what another realm has told of a clip of its own, where a copy is kept."""
    c = foreign_clips.c
    statement = update(foreign_clips).where(c.id == video, c.realm == realm)
    await unit.write(statement.values(views=c.views + views, likes=c.likes + likes))


async def insert_video(unit: WriteUnit, video: Video) -> None:
    await unit.write(insert(clips).values(id=video.id, account_id=video.author))
    await unit.write(
        insert(videos).values(
            id=video.id,
            author_id=video.author,
            asset_id=video.asset,
            state=video.state,
            caption=video.caption,
            visibility=video.visibility,
            allow_comments=video.allow_comments,
            age_limit=video.age_limit,
            created_at=video.created_at,
        )
    )
    await unit.write(insert(video_counts).values(video_id=video.id))


async def find_video(unit: ReadUnit, id: VideoId) -> Video | None:
    row = await unit.first(_select().where(videos.c.id == id))
    return _video(row) if row else None


async def fetch_videos(unit: ReadUnit, ids: Iterable[VideoId]) -> dict[VideoId, Video]:
    """These videos; an unknown id is left out."""
    rows = await unit.all(_select().where(is_among(videos.c.id, ids)))
    return {VideoId(row.id): _video(row) for row in rows}


async def fetch_by_asset(unit: ReadUnit, asset: AssetId) -> Video | None:
    """The post that shows this asset, in whatever state."""
    row = await unit.first(_select().where(videos.c.asset_id == asset))
    return _video(row) if row else None


async def list_by_author(
    unit: ReadUnit, author: AccountId, *, own: bool, age: int | None, before: UUID | None, limit: int
) -> list[VideoId]:
    """Somebody's videos, newest first: to others of `age` the public ones, to themselves all that aren't removed."""
    statement = select(videos.c.id).where(videos.c.author_id == author, videos.c.state != VideoState.REMOVED)
    if not own:
        statement = statement.where(videos.c.state == VideoState.PUBLISHED, videos.c.visibility == Visibility.PUBLIC)
        statement = statement.where(_is_open_to(age, videos.c.age_limit))
    if before is not None:
        statement = statement.where(videos.c.id < before)
    return [VideoId(id) for id in await unit.scalars(statement.order_by(videos.c.id.desc()).limit(limit))]


def _is_open_to(age: int | None, age_limit: ColumnElement[int | None]) -> ColumnElement[bool]:
    """As `policy.is_old_enough`, over a column."""
    return age_limit.is_(None) if age is None else or_(age_limit.is_(None), age_limit <= age)


async def list_private_clips(eyes: Eyes) -> Sight:
    """What a person wrote on the newest clips that nobody else may watch, as far as these eyes may look."""
    return await eyes.look(PRIVATE_CLIPS)


async def count_published(unit: ReadUnit, author: AccountId, *, age: int | None) -> tuple[int, int]:
    """How many public videos somebody has for people of `age`, and how many likes these have together."""
    row = await unit.first(
        select(func.count(), func.coalesce(func.sum(video_counts.c.likes), 0))
        .select_from(videos)
        .join(video_counts, video_counts.c.video_id == videos.c.id)
        .where(
            videos.c.author_id == author,
            videos.c.state == VideoState.PUBLISHED,
            videos.c.visibility == Visibility.PUBLIC,
            _is_open_to(age, videos.c.age_limit),
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


async def find_homes(unit: ReadUnit, ids: Iterable[UUID]) -> dict[UUID, RealmCode | None]:
    """The realm of each of these clips, `None` for ours; an unknown id is left out."""
    rows = await unit.all(select(clips.c.id, clips.c.realm).where(is_among(clips.c.id, ids)))
    return {row.id: RealmCode(row.realm) if row.realm else None for row in rows}


async def note_clip(unit: WriteUnit, id: UUID, realm: RealmCode) -> None:
    """Know a clip of another realm, of which no copy may be kept yet: somebody here has done something to it."""
    await unit.write(upsert(clips).values(id=id, realm=realm).on_conflict_do_nothing())
    await unit.write(upsert(video_counts).values(video_id=id).on_conflict_do_nothing())


async def adopt_clips(unit: WriteUnit, ids: Iterable[UUID], author: AccountId, from_: RealmCode) -> None:
    """What was known as clips of another realm is somebody's of ours from here on; copies of it go."""
    known = is_among(clips.c.id, ids), clips.c.realm == from_
    await unit.write(delete(foreign_clips).where(foreign_clips.c.id.in_(select(clips.c.id).where(*known))))
    await unit.write(update(clips).where(*known).values(account_id=author, realm=None))


async def list_ids_of(unit: ReadUnit, author: AccountId) -> list[VideoId]:
    """Every clip of somebody, in whatever state."""
    return [VideoId(id) for id in await unit.scalars(select(videos.c.id).where(videos.c.author_id == author))]


async def give_away(unit: WriteUnit, author: AccountId, to: RealmCode) -> list[VideoId]:
    """Somebody's clips belong to another realm from here on: their public ones, returned, stay known by their ids.

    Of these the numbers start anew, since it is their new home that counts; of the others nothing stays.
    """
    public = videos.c.state == VideoState.PUBLISHED, videos.c.visibility == Visibility.PUBLIC
    ids = await unit.scalars(select(videos.c.id).where(videos.c.author_id == author, *public))
    await unit.write(update(clips).where(is_among(clips.c.id, ids)).values(account_id=None, realm=to))
    await unit.write(delete(videos).where(videos.c.author_id == author))
    await unit.write(delete(video_counts).where(is_among(video_counts.c.video_id, ids)))
    await unit.write(delete(clips).where(clips.c.account_id == author))
    for id in ids:
        await unit.write(insert(video_counts).values(video_id=id))
    return [VideoId(id) for id in ids]
