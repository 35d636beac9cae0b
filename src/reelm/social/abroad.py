"""How do remarks and follows cross? As acts of a person, with exactly the fields that the policies list."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from reelm import accounts, gateway, videos
from reelm.gateway import Abroad, Found, Kind, Message
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, CommentId, RealmCode, VideoId
from reelm.social.model import Comment, NotificationKind
from reelm.social.store import (
    delete_comment,
    delete_follow,
    delete_notification,
    find_comment,
    insert_comments,
    insert_follow,
    insert_notification,
    insert_notifications,
    is_any_known,
    is_named,
    list_comment_rows,
)

COMMENTS_MOST = 50
COMMENT_MAX = 500


async def send_comment(unit: WriteUnit, abroad: Abroad, comment: Comment, to: RealmCode, told: str | None) -> None:
    """Send a remark of somebody of ours to the realm of the clip, once they were told so."""
    person = (await accounts.fetch_profile(unit, comment.author)).person
    fields = {
        "comment": str(comment.id),
        "clip": str(comment.video),
        "pseudonym": str(abroad.naming.towards(to, accounts.Via.COMMENT).name(comment.author)),
        "handle": person.handle,
        "display_name": person.display_name,
        "text": comment.text,
        "at": comment.created_at.isoformat(),
    }
    await _act(unit, abroad, Kind.COMMENT, fields, to=to, person=comment.author, told=told, at=comment.created_at)


async def send_comment_removal(
    unit: WriteUnit, abroad: Abroad, comment: Comment, to: RealmCode, at: datetime
) -> None:
    """Take a remark back there too."""
    pseudonym = abroad.naming.towards(to, accounts.Via.COMMENT).name(comment.author)
    fields = {"comment": str(comment.id), "pseudonym": str(pseudonym), "at": at.isoformat()}
    await abroad.take_back(unit, to, Message(Kind.COMMENT_REMOVAL, fields, person=comment.author))


async def send_follow(
    unit: WriteUnit, abroad: Abroad, *, follower: AccountId, followed: AccountId, to: RealmCode, told: str | None,
    at: datetime,
) -> None:  # fmt: skip
    """Tell the realm of whom somebody of ours follows that somebody does, and not who."""
    fields = _follow_fields(abroad, follower, followed, to, at)
    await _act(unit, abroad, Kind.FOLLOW, fields, to=to, person=follower, told=told, at=at)


async def send_unfollow(
    unit: WriteUnit, abroad: Abroad, *, follower: AccountId, followed: AccountId, to: RealmCode, at: datetime
) -> None:
    """Take that back."""
    fields = _follow_fields(abroad, follower, followed, to, at)
    await abroad.take_back(unit, to, Message(Kind.UNFOLLOW, fields, person=follower))


def _follow_fields(
    abroad: Abroad, follower: AccountId, followed: AccountId, to: RealmCode, at: datetime
) -> dict[str, str]:
    pseudonym = abroad.naming.towards(to, accounts.Via.FOLLOW).name(follower)
    return {"account": str(followed), "pseudonym": str(pseudonym), "at": at.isoformat()}


async def _act(
    unit: WriteUnit,
    abroad: Abroad,
    kind: Kind,
    fields: Mapping[str, Any],
    *,
    to: RealmCode,
    person: AccountId,
    told: str | None,
    at: datetime,
) -> None:
    minor = await accounts.is_minor(unit, person, at.date())
    await abroad.act(unit, to, Message(kind, fields, person=person, minor=minor, told=told == to))


async def take_comments(unit: WriteUnit, from_: RealmCode, told: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """People of another realm remark on clips of ours. Raises `MessageNotTaken` where one of it can't be."""
    said = [_read_comment(one, at) for one in told]
    ids = {id for id, *_ in said}
    under = {video: await _fetch_commentable(unit, video) for video in {video for _, video, *_ in said}}
    if len(ids) < len(said) or await is_any_known(unit, ids):
        raise gateway.MessageNotTaken
    authors = await accounts.keep_people(unit, from_, [card for *_, card in said], via=accounts.Via.COMMENT)
    comments = [
        Comment(id, video, author, text, said_at)
        for (id, video, text, said_at, _), author in zip(said, authors, strict=True)
    ]
    await insert_comments(unit, comments)
    for video, count in sorted(Counter(one.video for one in comments).items()):
        await videos.add_counts(unit, video, comments=count)
    await gateway.note_copies(unit, from_, ids, at)
    await insert_notifications(
        unit,
        NotificationKind.COMMENT,
        at,
        [(under[one.video].author, one.author, one.video, one.id) for one in comments],
    )


def _read_comment(
    told: Mapping[str, Any], at: datetime
) -> tuple[CommentId, VideoId, str, datetime, Mapping[str, Any]]:
    """Its id, the clip, its text, when it was said, and the card of whoever said it."""
    try:
        text = accounts.clean_text(str(told["text"]), COMMENT_MAX)
        card = {"id": told["pseudonym"], "handle": told["handle"], "display_name": told["display_name"]}
        said_at = min(datetime.fromisoformat(str(told["at"])), at)
        read = CommentId(UUID(str(told["comment"]))), VideoId(UUID(str(told["clip"]))), text, said_at, card
    except (KeyError, ValueError, TypeError, accounts.TextTooLong):
        raise gateway.MessageNotTaken from None
    if not text:
        raise gateway.MessageNotTaken
    return read


async def _fetch_commentable(unit: ReadUnit, video: VideoId) -> videos.Video:
    """A clip of ours that people may remark on. Raises `MessageNotTaken`."""
    try:
        found = await videos.fetch_public(unit, video)
    except videos.VideoNotVisible:
        raise gateway.MessageNotTaken from None
    if found.realm is not None or not found.allow_comments:
        raise gateway.MessageNotTaken
    return found


async def take_comment_removal(unit: WriteUnit, from_: RealmCode, told: Mapping[str, Any]) -> None:
    """Whoever said it takes it back."""
    found = await find_comment(unit, CommentId(UUID(str(told["comment"]))))
    if found is None or str(found.author) != told["pseudonym"]:
        return
    people = await accounts.fetch_people(unit, [found.author])
    if people[found.author].realm == from_ and await delete_comment(unit, found.id):
        await videos.add_counts(unit, found.video, comments=-1)
        await gateway.forget_copies(unit, found.id)
        await _forget_unnamed(unit, found.author, from_)


async def _forget_unnamed(unit: WriteUnit, person: AccountId, realm: RealmCode) -> None:
    """Whoever is named by nothing here any more is known here no longer, not by handle and not by name."""
    if not await is_named(unit, person):
        await accounts.forget_abroad(unit, person, realm)


async def take_comment_revocation(unit: WriteUnit, from_: RealmCode, told: Mapping[str, Any]) -> None:
    """The realm of a clip says that a remark of somebody of ours no longer stands under it."""
    found = await find_comment(unit, CommentId(UUID(str(told["object"]))))
    if found is None:
        return
    try:
        under = await videos.fetch_public(unit, found.video)
    except videos.VideoNotVisible:
        return
    if under.realm == from_ and await delete_comment(unit, found.id):
        await videos.add_counts(unit, found.video, comments=-1)


async def take_follow(
    unit: WriteUnit, from_: RealmCode, told: Mapping[str, Any], naming: gateway.Naming, at: datetime
) -> None:
    """Somebody of another realm follows somebody of ours. Raises `MessageNotTaken` where there is nobody such."""
    followed = await _followed(unit, from_, told, naming)
    card = {"id": told["pseudonym"], "handle": "", "display_name": ""}
    follower = await accounts.keep_person(unit, from_, card, via=accounts.Via.FOLLOW, at=at)
    if await insert_follow(unit, follower, followed, at):
        await insert_notification(unit, NotificationKind.FOLLOW, to=followed, actor=follower, at=at)


async def take_unfollow(unit: WriteUnit, from_: RealmCode, told: Mapping[str, Any], naming: gateway.Naming) -> None:
    """And no longer does."""
    followed, follower = await _followed(unit, from_, told, naming), AccountId(UUID(str(told["pseudonym"])))
    people = await accounts.fetch_people(unit, [follower])
    if follower in people and people[follower].realm == from_ and await delete_follow(unit, follower, followed):
        await delete_notification(unit, NotificationKind.FOLLOW, to=followed, actor=follower)
        await _forget_unnamed(unit, follower, from_)


async def _followed(unit: ReadUnit, from_: RealmCode, told: Mapping[str, Any], naming: gateway.Naming) -> AccountId:
    try:
        asked = UUID(str(told["account"]))
    except ValueError:
        raise gateway.MessageNotTaken from None
    found = await accounts.find_own(unit, naming.towards(from_, accounts.Via.PROFILE).person(asked))
    if found is None:
        raise gateway.MessageNotTaken
    return found.id


async def answer_comments(
    unit: ReadUnit, to: RealmCode, about: Mapping[str, Any], naming: gateway.Naming, today: date
) -> Found | None:
    """Remarks under a public clip of ours, newest first, without those of the asking realm's own people.

    Those of minors of ours stay home.
    """
    video = VideoId(UUID(str(about["clip"])))
    before = UUID(str(about["before"])) if about.get("before") else None
    try:
        under = await videos.fetch_public(unit, video)
    except videos.VideoNotVisible:
        return None
    if under.realm is not None:
        return None
    rows = await list_comment_rows(unit, video, before=before, limit=COMMENTS_MOST)
    people = await accounts.fetch_people(unit, (row.author for row in rows))
    told: list[dict[str, Any]] = []
    for row in rows:
        author = people[row.author]
        if author.realm == to or (author.realm is None and await accounts.is_minor(unit, author.id, today)):
            continue
        pseudonym = naming.towards(to, accounts.Via.COMMENT).name(author.id)
        card = accounts.card_of(author, pseudonym) | {"realm": author.realm, "avatar": None}
        told.append({"id": str(row.id), "author": card, "text": row.text, "at": row.created_at.isoformat()})
    fields = {
        "clip": str(video),
        "comments": told,
        "next": str(rows[-1].id) if len(rows) == COMMENTS_MOST else None,
        "total": under.counts.comments,
    }
    return Found(Message(Kind.COMMENTS, fields))
