"""Do the files and the rows agree? Finds files nobody points to, blobs that are lost, and clips nobody works on."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from reelm.infra.db import ReadUnit
from reelm.kernel.ids import AssetId
from reelm.media.asset import Asset, AssetState
from reelm.media.store import list_assets_at_work, list_blob_keys, list_upload_ids
from reelm.media.transcodes import Studio

# A file younger than this may belong to a row that is about to be written.
SETTLED_S = 600.0


@dataclass(frozen=True)
class Findings:
    """What does not agree; all empty when all is well."""

    orphan_files: tuple[Path, ...]
    lost_blobs: tuple[str, ...]
    stuck_assets: tuple[AssetId, ...]

    @property
    def is_clean(self) -> bool:
        return not (self.orphan_files or self.lost_blobs or self.stuck_assets)


async def find_faults(
    unit: ReadUnit, studio: Studio, *, avatar_keys: set[str], queued: set[AssetId], copies: set[UUID]
) -> Findings:
    """Compare the disk with the rows.

    `avatar_keys` are those that accounts point to; `queued` the assets that have a job waiting or running;
    `copies` the clips and people of other realms that are kept. Files of assets still at work don't count as orphans.
    """
    at_work = await list_assets_at_work(unit)
    known = await list_blob_keys(unit) | avatar_keys
    stored = set(studio.blobs.keys())
    orphans = [studio.blobs.path(key) for key in stored - known if not _is_at_work(key, at_work, copies)]
    uploads = {str(id) for id in await list_upload_ids(unit)}
    orphans += [path for path in _files(studio.inbox.folder) if path.name not in uploads]
    orphans += [path for path in _files(studio.work_dir) if _asset_of(path.name) not in at_work]
    stuck = [id for id, asset in at_work.items() if asset.state is not AssetState.REMOVED and id not in queued]
    return Findings(tuple(sorted(orphans)), tuple(sorted(known - stored)), tuple(stuck))


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _asset_of(name: str) -> AssetId | None:
    """The asset a scratch folder is for, from its name `<asset>-<attempt>`."""
    try:
        return AssetId(UUID(name.rpartition("-")[0]))
    except ValueError:
        return None


def _is_at_work(key: str, at_work: dict[AssetId, Asset], copies: set[UUID]) -> bool:
    parts = key.split("/")
    if parts[0] == "originals":
        return True
    try:
        if parts[0] == "abroad":
            return UUID(parts[2]) in copies
        return parts[0] == "clips" and AssetId(UUID(parts[1])) in at_work
    except ValueError:
        return False


def clear_orphans(findings: Findings) -> int:
    """Remove orphans that have lain for `SETTLED_S`; returns how many."""
    cleared = 0
    for path in findings.orphan_files:
        try:
            settled = time.time() - path.stat().st_mtime > SETTLED_S
        except FileNotFoundError:
            continue
        if settled:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            cleared += 1
    return cleared
