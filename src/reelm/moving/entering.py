"""How does somebody enter a realm? Their files first, and then every row, their key and their entry together."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from reelm import accounts, feed, ledger, social, videos
from reelm.infra.db import Belongings, RowMalformed, WriteUnit, insert_rows, read_row
from reelm.kernel.ids import AccountId, VideoId, public_id
from reelm.moving.model import Move, Step, Then
from reelm.moving.mover import Mover
from reelm.moving.names import hash_clip, hash_handle
from reelm.moving.parts import FILES
from reelm.moving.references import Row, as_they_stand, import_rows
from reelm.moving.staging import path_of
from reelm.moving.store import delete_names, hold_move, list_parts, update_move

Staged = defaultdict[str, list[Row]]


async def enter(mover: Mover, move: Move) -> Then:
    """Make them one of ours. Raises `RowMalformed` for rows that can't be somebody's."""
    async with mover.database.read() as unit:
        staged = stage(await list_parts(unit, move.id))
    person = check_staged(mover, staged)
    await asyncio.to_thread(_publish_files, mover, move, staged)
    async with mover.database.write() as unit:
        held = await hold_move(unit, move.id)
        if held is None or held.step is not Step.VERIFIED:
            return Then.MORE
        now = mover.clock.now()
        await _recognise(mover, unit, move, staged, person)
        await videos.adopt_clips(unit, [UUID(row["id"]) for row in staged["clips"]], person, move.realm)
        for what in mover.collections:
            if what.name == "accounts":
                continue
            rows = await import_rows(unit, mover, what, staged[what.name], move.realm)
            await _let_in(unit, what, rows, person)
        await social.end_follows_across_blocks(unit, person)
        await _count(mover, unit, staged)
        await accounts.stop_awaiting(unit, move.handle)
        await _found_again(mover, unit, move, staged)
        await ledger.make_key(unit, person, at=now)
        told: Row = {"from": move.realm, "move": public_id(move.id), "parts": move.own_parts, "digest": move.digest}
        fact = ledger.PersonArrived.model_validate(told | {"entry": move.left_index})
        entry = await ledger.append(unit, fact, realm=mover.realm, at=now, subject=person)
        await update_move(unit, move.id, step=Step.SWITCHED, step_at=now, account_id=person, arrived_entry=entry)
    return Then.MORE


def stage(parts: Iterable[tuple[int, str, Any]]) -> Staged:
    """What has come, by collection, pieces of files among it."""
    staged: Staged = defaultdict(list)
    for _, collection, content in parts:
        staged[collection] += [content] if collection == FILES else content
    return staged


def check_staged(mover: Mover, staged: Staged) -> AccountId:
    """Who it is. Raises `RowMalformed` unless all of it is one person's and has the form of its tables."""
    try:
        (account,) = staged["accounts"]
        person = AccountId(UUID(account["id"]))
        for what in mover.collections:
            for row in staged[what.name]:
                if any(row[name] != str(person) for name in what.owners):
                    raise RowMalformed(what.name)
                read_row(what, as_they_stand(what, row))
        assets = {row["id"] for row in staged["assets"]}
        if any(row["asset_id"] not in assets for row in staged["renditions"]):
            raise RowMalformed("renditions")
        keys = [account["avatar_key"], *(row["poster_key"] for row in staged["assets"])]
        keys += [row["blob_key"] for row in staged["renditions"]] + [file["key"] for file in staged[FILES]]
        if not all(_is_theirs(str(key), str(person), assets) for key in keys if key is not None):
            raise RowMalformed(FILES)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RowMalformed("accounts") from None
    return person


def _is_theirs(key: str, person: str, assets: set[str]) -> bool:
    """Whether a blob with this key can be theirs: their picture, or a file of one of their clips."""
    folder, _, rest = key.partition("/")
    owner = rest.partition("/")[0]
    return (folder == "avatars" and owner == person) or (folder in ("clips", "originals") and owner in assets)


def _publish_files(mover: Mover, move: Move, staged: Staged) -> None:
    """Put each file among the blobs, unless an earlier try has."""
    for key in dict.fromkeys(str(file["key"]) for file in staged[FILES]):
        made = path_of(mover.folder_of(move.id), key)
        if made.exists():
            os.utime(made)  # it belongs to a row that is about to be written
            mover.blobs.put_file(key, made)


async def _recognise(mover: Mover, unit: WriteUnit, move: Move, staged: Staged, person: AccountId) -> None:
    """Who was known here by names of the other realm is one of ours."""
    (account,) = staged["accounts"]
    here = {"handle": move.handle, "country": move.country, "region": move.region}
    (own,) = (what for what in mover.own if what.name == "accounts")
    if not await insert_rows(unit, own, [account | here]):
        raise RowMalformed(own.name)
    await accounts.note_own(unit, person)
    names: dict[str, str] = move.told["names"]
    renames = (
        (accounts.Via.PROFILE, social.rename_followed),
        (accounts.Via.PROFILE, social.rename_shunned),
        (accounts.Via.PROFILE, feed.rename_creator),
        (accounts.Via.FOLLOW, social.rename_follower),
        (accounts.Via.COMMENT, social.rename_writer),
    )
    for via, rename in renames:
        old = UUID(names[via])
        if (await accounts.find_homes(unit, [old])).get(old) == move.realm:
            await rename(unit, old, person)


async def _let_in(unit: WriteUnit, what: Belongings, rows: list[Row], person: AccountId) -> None:
    if what.name == "word-of-comments":
        standing = {str(id) for id in await social.find_comments(unit, [UUID(row["comment_id"]) for row in rows])}
        rows = [row for row in rows if row["comment_id"] in standing]
    rows = [row for row in rows if str(person) not in [row[name] for name in what.people]]
    await insert_rows(unit, what, rows)


async def _count(mover: Mover, unit: WriteUnit, staged: Staged) -> None:
    """What they like and say under clips of others counts here now; under their own, what stands there does."""
    own = {row["id"] for row in staged["clips"]}
    for id, clip in (await videos.fetch_clips(unit, [VideoId(UUID(id)) for id in own])).items():
        _, said = await social.count_regard(unit, id)
        await videos.add_counts(unit, id, comments=said - clip.video.counts.comments)
    for row in staged["likes"]:
        if row["video_id"]["id"] not in own:
            await videos.add_counts(unit, VideoId(UUID(row["video_id"]["id"])), likes=1)
    for row in staged["comments"]:
        if row["video_id"]["id"] not in own and row["video_id"]["realm"] != mover.realm:
            await videos.add_counts(unit, VideoId(UUID(row["video_id"]["id"])), comments=1)


async def _found_again(mover: Mover, unit: WriteUnit, move: Move, staged: Staged) -> None:
    """Whoever has been away is here again, and what was known of them abroad goes."""
    clips = [hash_clip(mover.secret, row["id"]) for row in staged["clips"]]
    await delete_names(unit, [*clips, hash_handle(mover.secret, move.handle)])
    names: dict[str, Any] = move.told["names"]
    for name in names.values():
        await accounts.forget_abroad(unit, UUID(name), move.realm)
