"""The queries of what people do to each other's clips."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    union_all,
    update,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.access import Collection, Eyes, OwnEyes, Part, Sight
from reelm.infra.db import ReadUnit, Record, WriteUnit, is_among
from reelm.kernel.ids import AccountId, CommentId, NotificationId, RealmCode, VideoId, new_uuid
from reelm.social.block_store import list_unseen
from reelm.social.model import Comment, Notification, NotificationKind, Regard
from reelm.social.tables import blocks, comments, follows, likes, mutes, notifications

# Everybody who is known here: `accounts` owns the table.
_people = table("people", named("id", Uuid), named("realm", Text))

# How many of a person's newest likes, and of their newest follows, are looked at together.
_NEWEST = 200

LIKES_AND_FOLLOWS = Collection(
    "likes-and-follows",
    (
        Part(
            select(likes.c.video_id.label("liked_video_id"), likes.c.at.label("liked_at"))
            .order_by(likes.c.at.desc())
            .limit(_NEWEST),
            of=likes.c.account_id,
        ),
        Part(
            select(follows.c.followed_id.label("followed_account_id"), follows.c.at.label("followed_at"))
            .order_by(follows.c.at.desc())
            .limit(_NEWEST),
            of=follows.c.follower_id,
        ),
    ),
)


async def list_likes_and_follows(eyes: Eyes) -> Sight:
    """What a person liked and whom they follow, the newest first, as far as these eyes may look."""
    return await eyes.look(LIKES_AND_FOLLOWS)


async def insert_like(unit: WriteUnit, viewer: AccountId, video: VideoId, at: datetime) -> bool:
    """False where it stood already."""
    values = {"account_id": viewer, "video_id": video, "at": at}
    return await unit.write(upsert(likes).values(values).on_conflict_do_nothing()) == 1


async def delete_like(unit: WriteUnit, viewer: AccountId, video: VideoId) -> bool:
    return await unit.write(delete(likes).where(likes.c.account_id == viewer, likes.c.video_id == video)) == 1


async def insert_follow(unit: WriteUnit, follower: AccountId, followed: AccountId, at: datetime) -> bool:
    """False where it stood already."""
    values = {"follower_id": follower, "followed_id": followed, "at": at}
    return await unit.write(upsert(follows).values(values).on_conflict_do_nothing()) == 1


async def delete_follow(unit: WriteUnit, follower: AccountId, followed: AccountId) -> bool:
    statement = delete(follows).where(follows.c.follower_id == follower, follows.c.followed_id == followed)
    return await unit.write(statement) == 1


async def count_follows(unit: ReadUnit, account: AccountId) -> tuple[int, int]:
    """How many follow this account, and how many it follows."""
    followers = select(func.count()).where(follows.c.followed_id == account).scalar_subquery()
    following = select(func.count()).where(follows.c.follower_id == account).scalar_subquery()
    row = await unit.first(select(followers, following))
    assert row is not None
    return row[0], row[1]


async def is_following(unit: ReadUnit, follower: AccountId, followed: AccountId) -> bool:
    """Whether one follows the other."""
    statement = select(literal(True)).where(follows.c.follower_id == follower, follows.c.followed_id == followed)
    return bool(await unit.scalar(statement))


async def fetch_regards(eyes: OwnEyes, authors: Mapping[VideoId, AccountId]) -> dict[VideoId, Regard]:
    """How the caller stands to each of these videos, given with their authors."""
    liked = await eyes.all(
        select(likes.c.video_id).where(is_among(likes.c.video_id, authors.keys())), likes.c.account_id
    )
    follow = select(follows.c.followed_id).where(is_among(follows.c.followed_id, set(authors.values())))
    followed = await eyes.all(follow, follows.c.follower_id)
    videos, people = {row.video_id for row in liked}, {row.followed_id for row in followed}
    return {video: Regard(video in videos, author in people) for video, author in authors.items()}


async def insert_comments(unit: WriteUnit, said: Sequence[Comment]) -> None:
    rows = [
        {"id": one.id, "video_id": one.video, "author_id": one.author, "text": one.text, "created_at": one.created_at}
        for one in said
    ]
    await unit.write(insert(comments), rows)


def _comment(row: Record) -> Comment:
    return Comment(CommentId(row.id), VideoId(row.video_id), AccountId(row.author_id), row.text, row.created_at)


async def find_comment(unit: ReadUnit, id: CommentId) -> Comment | None:
    row = await unit.first(select(comments).where(comments.c.id == id))
    return _comment(row) if row else None


async def is_any_known(unit: ReadUnit, ids: Iterable[CommentId]) -> bool:
    """Whether there is a comment with one of these ids already."""
    return bool(await unit.scalar(select(literal(True)).where(is_among(comments.c.id, ids)).limit(1)))


async def list_comment_rows(
    unit: ReadUnit, video: VideoId, *, before: UUID | None, limit: int, viewer: AccountId | None = None
) -> list[Comment]:
    """Newest first; without those that `viewer` does not see."""
    statement = select(comments).where(comments.c.video_id == video, _seen_by(viewer, comments.c.author_id))
    if before is not None:
        statement = statement.where(comments.c.id < before)
    return [_comment(row) for row in await unit.all(statement.order_by(comments.c.id.desc()).limit(limit))]


async def count_comments(unit: ReadUnit, video: VideoId, viewer: AccountId | None = None) -> int:
    """How many comments stand under a video, without those that `viewer` does not see."""
    counted = select(func.count()).where(comments.c.video_id == video, _seen_by(viewer, comments.c.author_id))
    return await unit.scalar(counted)


def _seen_by(viewer: AccountId | None, who: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether it is of somebody whom `viewer` has not muted and is not apart from by a block."""
    return literal(True) if viewer is None else who.not_in(list_unseen(viewer))


async def delete_comment(unit: WriteUnit, id: CommentId) -> bool:
    """False where it was gone already."""
    return await unit.write(delete(comments).where(comments.c.id == id)) == 1


async def insert_notification(
    unit: WriteUnit,
    kind: NotificationKind,
    *,
    to: AccountId,
    actor: AccountId,
    at: datetime,
    video: VideoId | None = None,
    comment: CommentId | None = None,
) -> None:
    """Nobody is told of what they did themselves."""
    await insert_notifications(unit, kind, at, [(to, actor, video, comment)])


async def insert_notifications(
    unit: WriteUnit,
    kind: NotificationKind,
    at: datetime,
    told: Iterable[tuple[AccountId, AccountId, VideoId | None, CommentId | None]],
) -> None:
    """Tell each (whom) what (somebody) did, about which clip and comment; nobody what they did themselves."""
    rows = [
        {"id": new_uuid(), "account_id": to, "actor_id": actor, "video_id": video, "comment_id": comment}
        for to, actor, video, comment in told
        if to != actor
    ]
    if rows:
        await unit.write(insert(notifications).values(kind=kind, at=at), rows)


async def tell_of_move(unit: WriteUnit, people: Iterable[AccountId], *, at: datetime) -> None:
    """Word from the realm itself to each of these people, that they will move to another one."""
    told = {"kind": NotificationKind.MOVE, "at": at}
    rows = [{"id": new_uuid(), "account_id": person, "actor_id": person, **told} for person in people]
    if rows:
        await unit.write(insert(notifications).values(rows))


async def delete_notification(
    unit: WriteUnit, kind: NotificationKind, *, to: AccountId, actor: AccountId, video: VideoId | None = None
) -> None:
    await unit.write(
        delete(notifications).where(
            notifications.c.kind == kind,
            notifications.c.account_id == to,
            notifications.c.actor_id == actor,
            notifications.c.video_id.is_not_distinct_from(video),
        )
    )


async def list_notifications(eyes: OwnEyes, *, before: UUID | None, limit: int) -> list[Notification]:
    """What the caller was told of, newest first, of those whom they see."""
    statement = (
        select(notifications, comments.c.text)
        .outerjoin(comments, comments.c.id == notifications.c.comment_id)
        .where(_seen_by(eyes.subject, notifications.c.actor_id))
    )
    if before is not None:
        statement = statement.where(notifications.c.id < before)
    newest = statement.order_by(notifications.c.id.desc()).limit(limit)
    return [
        Notification(
            NotificationId(row.id),
            NotificationKind(row.kind),
            AccountId(row.actor_id),
            VideoId(row.video_id) if row.video_id else None,
            row.text,
            row.at,
            row.read_at is not None,
        )
        for row in await eyes.all(newest, notifications.c.account_id)
    ]


async def count_unread(unit: ReadUnit, account: AccountId) -> int:
    """How much a person has been told of and not read, of those whom they see."""
    statement = select(func.count()).where(notifications.c.account_id == account, notifications.c.read_at.is_(None))
    return await unit.scalar(statement.where(_seen_by(account, notifications.c.actor_id)))


async def mark_read(unit: WriteUnit, account: AccountId, *, at: datetime) -> None:
    """Everything this person has been told of so far counts as read."""
    statement = update(notifications).where(notifications.c.account_id == account, notifications.c.read_at.is_(None))
    await unit.write(statement.values(read_at=at))


async def end_follows_across_blocks(unit: WriteUnit, person: UUID) -> None:
    """Somebody has come whom somebody here has blocked, or the other way round: they follow each other no more."""
    apart = union_all(
        select(blocks.c.blocked_id).where(blocks.c.account_id == person),
        select(blocks.c.account_id).where(blocks.c.blocked_id == person),
    )
    for one, other in (
        (follows.c.follower_id, follows.c.followed_id),
        (follows.c.followed_id, follows.c.follower_id),
    ):
        await unit.write(delete(follows).where(one == person, other.in_(apart)))


async def forget_follows_abroad(unit: WriteUnit, person: UUID) -> None:
    """Who of other realms follows somebody, and whom they follow there: their new realm knows that."""
    abroad = select(_people.c.id).where(_people.c.realm.is_not(None))
    await unit.write(delete(follows).where(follows.c.follower_id == person, follows.c.followed_id.in_(abroad)))
    await unit.write(delete(follows).where(follows.c.followed_id == person, follows.c.follower_id.in_(abroad)))


async def rename_followed(unit: WriteUnit, old: UUID, new: UUID) -> None:
    """Whoever follows one follows the other from here on."""
    already = select(follows.c.follower_id).where(follows.c.followed_id == new)
    await unit.write(delete(follows).where(follows.c.followed_id == old, follows.c.follower_id.in_(already)))
    await unit.write(update(follows).where(follows.c.followed_id == old).values(followed_id=new))


async def rename_follower(unit: WriteUnit, old: UUID, new: UUID) -> None:
    """Whomever one follows the other follows from here on; those who were told of it see that."""
    already = select(follows.c.followed_id).where(follows.c.follower_id == new)
    await unit.write(delete(follows).where(follows.c.follower_id == old, follows.c.followed_id.in_(already)))
    await unit.write(update(follows).where(follows.c.follower_id == old).values(follower_id=new))
    told = notifications.c.actor_id == old, notifications.c.kind == NotificationKind.FOLLOW
    await unit.write(update(notifications).where(*told).values(actor_id=new))


async def rename_writer(unit: WriteUnit, old: UUID, new: UUID, under: Iterable[UUID] | None = None) -> None:
    """What one said the other has said from here on; with `under`, below these clips only."""
    said = and_(comments.c.author_id == old, _under(under))
    written = select(comments.c.id).where(said)
    told = notifications.c.actor_id == old, notifications.c.comment_id.in_(written)
    await unit.write(update(notifications).where(*told).values(actor_id=new))
    await unit.write(update(comments).where(said).values(author_id=new))


def _under(clips: Iterable[UUID] | None) -> ColumnElement[bool]:
    return literal(True) if clips is None else is_among(comments.c.video_id, clips)


async def list_liked(unit: ReadUnit, person: AccountId) -> list[VideoId]:
    """What somebody likes: they are about to go, and the clips count one like less."""
    return [VideoId(id) for id in await unit.scalars(select(likes.c.video_id).where(likes.c.account_id == person))]


async def list_remarked(unit: ReadUnit, person: AccountId) -> list[VideoId]:
    """The clip of each of somebody's remarks."""
    statement = select(comments.c.video_id).where(comments.c.author_id == person)
    return [VideoId(id) for id in await unit.scalars(statement)]


async def list_comments_of(unit: ReadUnit, person: AccountId) -> list[Comment]:
    """Every remark of somebody who is about to go: other realms are told which."""
    mine = select(comments.c.id, comments.c.video_id, comments.c.created_at)
    rows = await unit.all(mine.where(comments.c.author_id == person).order_by(comments.c.id))
    return [Comment(CommentId(row.id), VideoId(row.video_id), person, "", row.created_at) for row in rows]


async def list_follows_abroad(unit: ReadUnit, person: AccountId) -> list[tuple[AccountId, RealmCode]]:
    """Whom of other realms somebody follows, and where these are at home."""
    joined = select(follows.c.followed_id, _people.c.realm).join(_people, _people.c.id == follows.c.followed_id)
    rows = await unit.all(joined.where(follows.c.follower_id == person, _people.c.realm.is_not(None)))
    return [(AccountId(row.followed_id), RealmCode(row.realm)) for row in rows]


async def is_named(unit: ReadUnit, person: UUID) -> bool:
    """Whether anything here still names somebody: a remark, a follow, or whom somebody blocks or mutes."""
    named = or_(
        exists().where(comments.c.author_id == person),
        exists().where(or_(follows.c.follower_id == person, follows.c.followed_id == person)),
        exists().where(blocks.c.blocked_id == person),
        exists().where(mutes.c.muted_id == person),
    )
    return bool(await unit.scalar(select(literal(True)).where(named)))


async def find_comments(unit: ReadUnit, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these remarks that stand here."""
    return set(await unit.scalars(select(comments.c.id).where(is_among(comments.c.id, ids))))


async def count_regard(unit: ReadUnit, video: VideoId) -> tuple[int, int]:
    """How many likes and remarks a clip has from those who are known here."""
    liked = select(func.count()).where(likes.c.video_id == video).scalar_subquery()
    said = select(func.count()).where(comments.c.video_id == video).scalar_subquery()
    row = await unit.first(select(liked, said))
    assert row is not None
    return row[0], row[1]
