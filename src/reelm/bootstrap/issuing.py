"""Which authority certifies this realm's devices, and by which key are signals about them signed? Each is its own,
made once beside the data, for its owner only to read.
"""

import asyncio
import os
from pathlib import Path

from reelm.devices import make_signal_key
from reelm.devices.enrolling import Authority, dump_authority, load_authority, make_authority
from reelm.devices.signalling import Signer
from reelm.infra.secrets import load_kept
from reelm.infra.settings import Settings
from reelm.kernel.time import Clock

NAME, SIGNALS = "devices.pem", "signals"


def open_teller(settings: Settings) -> Signer:
    """As whom this realm tells how devices stand: by its public address, and a key of its own."""
    return Signer(settings.public_url, make_signal_key(load_kept(settings.data, SIGNALS)))


class Issuer:
    """The authority, looked up when it is first asked for: making one takes a second."""

    def __init__(self, data: Path, realm: str, clock: Clock) -> None:
        self._path, self._realm, self._clock = data / "keys" / NAME, realm, clock
        self._authority: Authority | None = None
        self._lock = asyncio.Lock()

    async def authority(self) -> Authority:
        """Raises `ValueError` for a file that it did not write."""
        async with self._lock:
            if self._authority is None:
                self._authority = await asyncio.to_thread(self._load)
        return self._authority

    def _load(self) -> Authority:
        if not self._path.exists():
            self._make()
        return load_authority(self._path.read_bytes())

    def _make(self) -> None:
        """Of two processes that do this at the same time, the first one's stays."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = self._path.with_name(f"{NAME}.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_bytes(dump_authority(make_authority(self._realm, self._clock.now())))
        try:
            self._path.hardlink_to(made)
        except FileExistsError:
            pass
        finally:
            made.unlink()
