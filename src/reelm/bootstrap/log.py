"""What do the sequencer and the signer of one realm hold?"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from reelm import ledger
from reelm.infra.db import Database
from reelm.infra.settings import Settings
from reelm.kernel.time import Clock, SystemClock


@dataclass(frozen=True)
class LogOffice:
    """Who writes the log, clears up after it and has it cosigned, over one folder.

    `cosigning` where the operator names witnesses.
    """

    sequencer: ledger.Sequencer
    pruner: ledger.Pruner
    cosigning: ledger.Cosigning | None


@asynccontextmanager
async def open_sequencer(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[LogOffice]:
    """The one writer of the realm's log. Raises `PolicyMalformed` for a file of witnesses that can't be read."""
    clock = clock or SystemClock()
    async with Database(settings.database_url, pool_size=2) as database:
        signer, folder = ledger.SignerClient(settings.signer_path), ledger.LogFolder(settings.ledger_dir)
        cosigning = None
        if settings.ledger_policy is not None:
            text = settings.ledger_policy.read_text("utf-8")
            cosigning = ledger.Cosigning(folder, ledger.Policy.parse(text), text, clock=clock)
        sequencer = ledger.Sequencer(database, folder, signer, realm=settings.realm, clock=clock)
        yield LogOffice(sequencer, ledger.Pruner(folder), cosigning)
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
