"""Where do profile pictures go? Below a key that nobody can guess, once they are a clean square."""

import asyncio
import secrets
import shutil
from pathlib import Path

from reelm.infra.blobs import FileBlobs
from reelm.kernel.ids import AccountId, new_uuid
from reelm.media.avatar import make_avatar


async def store_avatar(blobs: FileBlobs, work_dir: Path, owner: AccountId, picture: bytes) -> str:
    """Make and store the avatar of `picture`; returns its key. Raises `ImageNotTaken`."""
    folder = work_dir / f"avatar-{new_uuid()}"
    await asyncio.to_thread(folder.mkdir, parents=True)
    source, made = folder / "source", folder / "made.webp"
    try:
        await asyncio.to_thread(source.write_bytes, picture)
        await make_avatar(source, made)
        key = f"avatars/{owner}/{secrets.token_hex(16)}.webp"
        await asyncio.to_thread(blobs.put_file, key, made)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return key
