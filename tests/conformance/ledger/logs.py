"""Logs for others to check, written by our own writer and signed by our own signer."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.integration.ledger.running import signer_running

from reelm.ledger import LogFolder
from reelm.ledger.writer import LogWriter

SIZES = (1, 255, 256, 257, 1_000, 70_000)


def make_entry(number: int, note: str = "an entry") -> bytes:
    return b'{"%s":%d}' % (note.encode(), number)


@dataclass(frozen=True)
class Logs:
    """One log as it was at each size, in a folder of its own; `fork` went another way after 257 entries."""

    root: Path
    vkey: str

    def at(self, size: int) -> Path:
        return self.root / str(size)

    def checkpoint(self, size: int) -> Path:
        return self.at(size) / "checkpoint"

    @property
    def fork(self) -> Path:
        return self.root / "fork" / "ledger"


async def make_logs(root: Path, sizes: Sequence[int] = SIZES) -> Logs:
    """The log as it was at each of `sizes`, of which 257 is one, below `root`."""
    whole = root / "whole"
    async with signer_running(whole / "signer") as signer:
        writer = await LogWriter.open(LogFolder(whole / "ledger"), signer.client)
        for size in sizes:
            await writer.publish([make_entry(number) for number in range(writer.size, size)])
            _keep(whole / "ledger", root / str(size))
            if size == 257:
                shutil.copytree(whole, root / "fork")
    async with signer_running(root / "fork" / "signer") as signer:
        writer = await LogWriter.open(LogFolder(root / "fork" / "ledger"), signer.client)
        await writer.publish([make_entry(number, "another") for number in range(257, 1_000)])
    return Logs(root, (whole / "ledger" / "vkey").read_text().strip())


def _keep(log: Path, folder: Path) -> None:
    """The log as it is now: its checkpoint is copied, its tiles only linked, since they don't change."""
    folder.mkdir()
    shutil.copy(log / "checkpoint", folder)
    (folder / "tile").symlink_to(log / "tile")
