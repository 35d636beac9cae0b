"""How do clips cross? What is public here is told to realms that ask; what they show is kept here as a copy."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from reelm import accounts, gateway, media
from reelm.gateway import Found, Kind, MediaFile, Message
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import RealmCode, VideoId
from reelm.videos.clips import fetch_clips
from reelm.videos.model import ADULTS_ONLY, CAPTION_MAX, Clip
from reelm.videos.policy import is_old_enough, is_public
from reelm.videos.store import (
    add_counts,
    add_foreign_counts,
    add_told_counts,
    delete_foreign_clips,
    find_video,
    list_listed,
    upsert_foreign_clip,
)

CATALOGUE_MOST = 200
_MOST_MS = 24 * 3600 * 1000
_MOST_COUNT = 10**12


def age_kept_by(about: Mapping[str, Any]) -> int | None:
    """Up to which age the asking realm keeps clips from those who are younger, as its question says.

    A realm of a version before age limits does not say: it would show them to everybody.
    """
    return ADULTS_ONLY if gateway.KNOWS_AGES.items() <= about.items() else None


async def answer_catalogue(unit: ReadUnit, to: RealmCode, about: Mapping[str, Any], today: date) -> Found | None:
    """The newest public clips, by their ids; `None` where these are `known`. Clips of minors of ours stay home."""
    del to
    listed = await list_listed(unit, CATALOGUE_MOST, age=age_kept_by(about))
    minors = await accounts.find_minors(unit, listed.values(), today)
    told = [id for id, author in listed.items() if author not in minors]
    if gateway.digest_catalogue(told) == about.get("known"):
        return None
    return Found(Message(Kind.CATALOGUE, {"clips": [str(id) for id in told]}))


async def answer_clip(
    unit: ReadUnit, to: RealmCode, about: Mapping[str, Any], naming: gateway.Naming, now: datetime
) -> Found | None:
    """A public clip as `to` gets it: what its page shows, but for its numbers, which cross noised only."""
    id = VideoId(UUID(str(about["clip"])))
    clip = (await fetch_clips(unit, [id])).get(id)
    if clip is None or clip.video.realm is not None or not is_public(clip.video):
        return None
    if not is_old_enough(clip.video.age_limit, age_kept_by(about)):
        return None
    person = clip.author
    author = accounts.card_of(person, naming.towards(to, accounts.Via.PROFILE).name(person.id))
    fields = {
        "id": str(id),
        "author": author,
        "caption": clip.video.caption,
        "allow_comments": clip.video.allow_comments,
        "age_limit": clip.video.age_limit,
        "created_at": clip.video.created_at.isoformat(),
        "published_at": clip.video.published_at.isoformat() if clip.video.published_at else None,
        "media": _media_of(clip),
        "as_of": now.isoformat(),
    }
    minor = await accounts.is_minor(unit, person.id, now.date())
    return Found(Message(Kind.CLIP, fields, person=person.id, minor=minor), copies=(id, UUID(author["id"])))


def _media_of(clip: Clip) -> dict[str, Any]:
    asset = clip.asset
    return {
        "duration_ms": asset.duration_ms,
        "width": asset.width,
        "height": asset.height,
        "poster": asset.poster_key.rpartition("/")[2] if asset.poster_key else None,
        "placeholder": base64.b64encode(asset.placeholder).decode() if asset.placeholder else None,
        "renditions": [
            {
                "name": made.blob_key.rpartition("/")[2],
                "short_side": made.short_side,
                "width": made.width,
                "height": made.height,
                "codec": made.codec,
                "bitrate": made.bitrate,
                "bytes": made.size_bytes,
            }
            for made in asset.renditions
        ],
    }


async def answer_media(
    unit: ReadUnit,
    to: RealmCode,
    about: Mapping[str, Any],
    *,
    blobs: FileBlobs,
    naming: gateway.Naming,
    today: date,
) -> Found | None:
    """A file of a public clip, or the picture of somebody, with its SHA-256."""
    object_id, name = UUID(str(about["object"])), str(about["name"])
    clip = (await fetch_clips(unit, [VideoId(object_id)])).get(VideoId(object_id))
    if clip is not None and clip.video.realm is None and is_public(clip.video):
        key, person = media.clip_key(clip.asset.id, name), clip.author
    else:
        whose = await accounts.find_own(unit, naming.towards(to, accounts.Via.PROFILE).person(object_id))
        if whose is None or whose.avatar_key is None or whose.avatar_key.rpartition("/")[2] != name:
            return None
        key, person = whose.avatar_key, whose
    path = blobs.path(key)
    if not path.is_file():
        return None
    file = _describe_file(path, path.stat().st_mtime_ns)
    fields = {"object": str(object_id), "name": name, "bytes": file.size_bytes}
    minor = await accounts.is_minor(unit, person.id, today)
    return Found(Message(Kind.MEDIA, fields, person=person.id, minor=minor), file=file)


@lru_cache(maxsize=4096)
def _describe_file(path: Path, changed_ns: int) -> MediaFile:
    del changed_ns  # part of the key: a file that changed is read again
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return MediaFile(path, path.stat().st_size, digest)


async def keep_clip(unit: WriteUnit, realm: RealmCode, told: Mapping[str, Any], *, at: datetime) -> VideoId:
    """Keep a copy of a clip as its realm told it. Raises `MessageNotTaken` for what can't be a clip."""
    try:
        id = VideoId(UUID(str(told["id"])))
        if await gateway.is_taken_back(unit, realm, id, _moment(told["as_of"])):
            raise gateway.MessageNotTaken
        author = await accounts.keep_person(unit, realm, told["author"], at=at)
        values = {
            "author_id": author,
            "caption": accounts.clean_text(str(told["caption"]), CAPTION_MAX),
            "allow_comments": told["allow_comments"] is True,
            "age_limit": _read_age_limit(told.get("age_limit")),
            "created_at": _moment(told["created_at"]),
            "published_at": _moment(told["published_at"]),
            "media": _read_media(told["media"]),
            "duration_ms": _count(told["media"]["duration_ms"], _MOST_MS),
            "told_at": at,
        }
    except (KeyError, ValueError, TypeError, media.FileNotServed, accounts.TextTooLong):
        raise gateway.MessageNotTaken from None
    if not await upsert_foreign_clip(unit, id, realm, values):
        raise gateway.MessageNotTaken
    return id


def _read_media(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a realm told of a clip's bytes, with names that a clip can have only."""
    for name in (told["poster"], *(one["name"] for one in told["renditions"])):
        if name is not None:
            media.clip_key(UUID(int=0), str(name))
    return {
        "width": _count(told["width"], 100_000),
        "height": _count(told["height"], 100_000),
        "poster": told["poster"],
        "placeholder": str(told["placeholder"])[:200] if told["placeholder"] else None,
        "renditions": [
            {"name": str(one["name"]), "codec": str(one["codec"])[:80]}
            | {n: _count(one[n]) for n in ("short_side", "width", "height", "bitrate", "bytes")}
            for one in told["renditions"]
        ],
    }


def _read_age_limit(told: Any) -> int | None:
    """Whatever limit another realm has, its clip is for adults here; one that can't be read is none of a clip's."""
    if told is None:
        return None
    return ADULTS_ONLY if _count(told, 150) else None


def _count(value: Any, most: int = _MOST_COUNT) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(value)
    return value


def _moment(value: Any) -> datetime:
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError(value)
    return at


async def take_revocations(
    unit: WriteUnit, realm: RealmCode, told: Sequence[Mapping[str, Any]], blobs: FileBlobs
) -> None:
    """A realm says that clips, or people, of its own are no longer public: the copies go, with their bytes.

    What people here did to them stays theirs, and is seen again if they are public again.
    """
    taken_back: dict[UUID, datetime] = {}
    for one in told:
        object_id, at = UUID(str(one["object"])), _moment(one["at"])
        taken_back[object_id] = max(at, taken_back.get(object_id, at))
    clips = {UUID(str(one["object"])) for one in told if one["what"] == "clip"}
    await gateway.note_revocations(unit, realm, taken_back)
    await delete_foreign_clips(unit, clips, realm)
    for object_id in taken_back.keys() - clips:
        await accounts.delete_foreign(unit, object_id, realm)
    for object_id in taken_back:
        blobs.delete_below(f"abroad/{realm}/{object_id}")


async def take_counts(unit: WriteUnit, realm: RealmCode, told: Mapping[str, Any]) -> None:
    """Add what another realm tells of the views and likes of its people: noised, over many people.

    Of a clip of ours they go into its numbers; of one of theirs into those that are kept with the copy.
    """
    for one in told["clips"]:
        id, views, likes = VideoId(UUID(str(one["id"]))), _count(one["views"]), _count(one["likes"])
        if await find_video(unit, id) is not None:
            await add_told_counts(unit, id, realm, views, likes)
            await add_counts(unit, id, views=views, likes=likes)
        else:
            await add_foreign_counts(unit, id, realm, views, likes)
