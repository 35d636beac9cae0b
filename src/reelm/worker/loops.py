"""What do the processes behind the web role do all day?"""

import asyncio
import logging

from reelm import devices, ledger, media
from reelm.bootstrap import LogOffice, open_sequencer, open_signer, open_workshop, store_events
from reelm.infra.jobs import run_jobs
from reelm.infra.settings import Settings
from reelm.worker.stopping import until_asked_to_stop

STREAM_PAUSE_S = 2.0

_log = logging.getLogger(__name__)


async def work_on_jobs(settings: Settings) -> None:
    """Run ordinary jobs until stopped, and the periodic ones when they are due."""
    async with open_workshop(settings) as workshop:
        await workshop.note_maps()
        await workshop.make_canaries()
        storing = asyncio.create_task(_store_events_forever(settings))
        try:
            await run_jobs(
                settings.database_url,
                queue="default",
                handlers=workshop.jobs,
                concurrency=4,
                periodic=workshop.periodic,
            )
        finally:
            storing.cancel()


async def _store_events_forever(settings: Settings) -> None:
    """What comes through the stream of events; where that breaks, again after a moment."""
    while settings.events_url:
        try:
            await store_events(settings)
        except OSError:
            _log.warning("the stream of events does not answer", exc_info=True)
        await asyncio.sleep(STREAM_PAUSE_S)


async def work_outside(settings: Settings) -> None:
    """Do what needs a network: look for organisations' proofs, and hear and send signals about their devices."""
    async with open_workshop(settings) as workshop:
        await run_jobs(
            settings.database_url,
            queue=devices.organisations.OUTSIDE,
            handlers=workshop.outside_jobs,
            concurrency=4,
            periodic=workshop.outside_periodic,
        )


async def work_on_media(settings: Settings) -> None:
    """Transcode clips until stopped."""
    async with open_workshop(settings) as workshop:
        await run_jobs(
            settings.database_url,
            queue=media.QUEUE,
            handlers=workshop.media_jobs,
            concurrency=settings.media_jobs,
        )


async def work_on_ledger(settings: Settings) -> None:
    """Write the realm's log, and have it cosigned, until stopped."""
    async with open_sequencer(settings) as office:
        await until_asked_to_stop(_write_log(office, settings.ledger_interval_ms / 1000))


async def _write_log(office: LogOffice, interval_s: float) -> None:
    """Witnesses are asked and old files deleted beside the writing, which never waits for either."""
    beside = [asyncio.create_task(office.pruner.run())]
    if office.cosigning is not None:
        beside.append(asyncio.create_task(office.cosigning.run()))
    try:
        await office.sequencer.run(interval_s=interval_s)
    finally:
        for task in beside:
            task.cancel()


async def sign_checkpoints(settings: Settings) -> None:
    """Hold the log's keys until stopped."""
    ledger.hide_memory()
    await until_asked_to_stop(ledger.serve_signer(open_signer(settings), settings.signer_path))
