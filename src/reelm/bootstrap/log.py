"""What do the sequencer and the signer of one realm hold?"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from reelm import ledger
from reelm.infra.db import Database
from reelm.infra.settings import Settings
from reelm.kernel.time import Clock, SystemClock


@asynccontextmanager
async def open_sequencer(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[ledger.Sequencer]:
    """The one writer of the realm's log."""
    async with Database(settings.database_url, pool_size=2) as database:
        signer = ledger.SignerClient(settings.signer_path)
        folder = ledger.LogFolder(settings.ledger_dir)
        yield ledger.Sequencer(database, folder, signer, realm=settings.realm, clock=clock or SystemClock())
        await signer.close()


def open_signer(settings: Settings, clock: Clock | None = None) -> ledger.Signer:
    """The keeper of the realm's keys. Which logs it is a witness for is read anew each time."""

    def trusted() -> Sequence[ledger.VerifierKey]:
        if settings.witness_logs is None:
            return ()
        return [log.key for log in ledger.Policy.parse(settings.witness_logs.read_bytes()).logs]

    return ledger.Signer(
        settings.signer_dir,
        origin=settings.origin,
        witness_name=settings.witness,
        clock=clock or SystemClock(),
        trusted=trusted,
    )
