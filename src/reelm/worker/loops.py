"""What does a worker do all day?"""

from reelm import media
from reelm.bootstrap import open_workshop
from reelm.infra.jobs import run_jobs
from reelm.infra.settings import Settings


async def work_on_jobs(settings: Settings) -> None:
    """Run ordinary jobs until stopped, and the periodic ones when they are due."""
    async with open_workshop(settings) as workshop:
        await run_jobs(
            settings.database_url,
            queue="default",
            handlers=workshop.jobs,
            concurrency=4,
            periodic=workshop.periodic,
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
