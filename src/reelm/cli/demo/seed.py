"""`reelm demo`: fills a new cell with demo content through the use cases, once; killed half-way, it goes on."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reelm import accounts, media, realms, social, videos
from reelm.bootstrap import open_atlas
from reelm.cli.cell import find_settings
from reelm.cli.demo.render import render_avatar, render_clip
from reelm.cli.demo.script import CLIPS, PEOPLE, DemoClip, DemoPerson
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Database
from reelm.infra.settings import Settings
from reelm.kernel.ids import AccountId, VideoId

_CHUNK_BYTES = 1 << 20
_LONGEST_WAIT_S = 300


@dataclass(frozen=True)
class _Seeding:
    """What seeding works with."""

    settings: Settings
    database: Database
    inbox: media.Inbox
    blobs: FileBlobs
    atlas: realms.Atlas
    scratch: Path


def run_demo(data: Path) -> int:
    """Seed the cell in `data` unless that was done before; prints a line a clip."""
    settings = find_settings(data)
    done = settings.data / "demo" / "is-made"
    if done.exists():
        return 0
    asyncio.run(_seed(settings))
    done.touch()
    return 0


async def _seed(settings: Settings) -> None:
    scratch = settings.data / "demo" / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    async with Database(settings.database_url, pool_size=2) as database:
        inbox = media.Inbox(database, settings.uploads_dir, settings.max_upload_bytes, timedelta(hours=1))
        seeding = _Seeding(settings, database, inbox, FileBlobs(settings.blobs_dir), open_atlas(settings), scratch)
        people = {person.handle: await _ensure_person(seeding, person) for person in PEOPLE}
        posted = await _list_posted(seeding, people)
        answering: list[asyncio.Task[None]] = []
        for number, clip in enumerate(CLIPS, start=1):
            id = posted.get(clip.caption) or await _post(seeding, people, clip)
            print(f"  demo clip {number:>2}/{len(CLIPS)}  {clip.slug}", flush=True)
            answering.append(asyncio.create_task(_answer(seeding, people, clip, id)))
        await asyncio.gather(*answering)
    shutil.rmtree(scratch, ignore_errors=True)


async def _ensure_person(seeding: _Seeding, person: DemoPerson) -> AccountId:
    """The account of a demo person. Nobody knows its password: it was random and is forgotten."""
    country, region = _home_of(person, seeding.atlas)
    password = secrets.token_urlsafe(32)
    new = accounts.NewAccount(person.handle, password, person.birth_date, country, region, person.locale)
    try:
        id = (await accounts.sign_up(seeding.database, new, atlas=seeding.atlas, at=datetime.now(UTC))).id
    except accounts.HandleTaken:
        async with seeding.database.read() as unit:
            id = (await accounts.fetch_by_handle(unit, person.handle)).person.id
    async with seeding.database.write() as unit:
        account = await accounts.edit_profile(unit, id, display_name=person.display_name, bio=person.bio)
    if account.person.avatar_key is None:
        picture = seeding.scratch / "avatar.png"
        await asyncio.to_thread(render_avatar, person, picture)
        content = await asyncio.to_thread(picture.read_bytes)
        key = await media.store_avatar(seeding.blobs, seeding.settings.work_dir, id, content)
        async with seeding.database.write() as unit:
            await accounts.set_avatar(unit, id, key)
    return id


def _home_of(person: DemoPerson, atlas: realms.Atlas) -> tuple[str, str | None]:
    """Where they live; in a realm that does not serve that place, the first place that it serves."""
    try:
        home = atlas.admit(person.country, person.region)
    except realms.RealmIsAnother:
        claim = atlas.world.realms[atlas.realm]
        country, _, region = (*claim.regions, *claim.countries)[0].partition("-")
        home = atlas.admit(country, region or None)
    return home.country, home.region


async def _list_posted(seeding: _Seeding, people: Mapping[str, AccountId]) -> dict[str, VideoId]:
    """What an earlier run posted, by caption."""
    async with seeding.database.read() as unit:
        ids = [
            id
            for person in people.values()
            for id in await videos.list_by_author(unit, person, own=True, age=None, before=None, limit=50)
        ]
        clips = await videos.fetch_clips(unit, ids)
    return {clip.video.caption: id for id, clip in clips.items()}


async def _post(seeding: _Seeding, people: Mapping[str, AccountId], clip: DemoClip) -> VideoId:
    source = seeding.scratch / f"{clip.slug}.mp4"
    await asyncio.to_thread(render_clip, clip, source)
    author = people[clip.author_handle]
    at = datetime.now(UTC)
    size = (await asyncio.to_thread(source.stat)).st_size
    upload = await media.create_upload(seeding.inbox, owner=author, size_bytes=size, at=at)
    await media.append(seeding.inbox, upload, _read(source), offset=0, checksum=None, at=at)
    async with seeding.database.write() as unit:
        video = await videos.post_video(unit, author=author, upload=upload.id, caption=clip.caption, at=at)
    await asyncio.to_thread(source.unlink)
    return video.id


async def _read(source: Path) -> AsyncIterator[bytes]:
    with source.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk


async def _answer(seeding: _Seeding, people: Mapping[str, AccountId], clip: DemoClip, id: VideoId) -> None:
    """Once the clip plays, the others like it and comment."""
    for _ in range(_LONGEST_WAIT_S):
        async with seeding.database.read() as unit:
            shown = (await videos.fetch_clips(unit, [id])).get(id)
        if shown is None or shown.video.state is not videos.VideoState.PROCESSING:
            break
        await asyncio.sleep(1)
    else:
        return
    if shown is None or shown.video.state is not videos.VideoState.PUBLISHED or shown.video.counts.comments:
        return
    for handle in clip.likes:
        async with seeding.database.write() as unit:
            await social.like(unit, viewer=people[handle], video=id, at=datetime.now(UTC))
    async with seeding.database.write() as unit:
        for handle, text in clip.comments:
            await social.add_comment(unit, viewer=people[handle], video=id, text=text, at=datetime.now(UTC))
