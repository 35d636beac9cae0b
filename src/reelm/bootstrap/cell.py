"""What does the web role of one realm hold? Everything it was configured with, opened once."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from reelm import access, accounts, devices, gateway, law, ledger, realms
from reelm.bootstrap.atlas import open_atlas
from reelm.bootstrap.intake import open_intake
from reelm.bootstrap.issuing import Issuer, open_teller
from reelm.bootstrap.movers import MOVED_NAMES, make_abroad
from reelm.feed import Feed, Intake, Learning, Present, ShowingKey, Stockroom
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Database, HotPool, ReadUnit
from reelm.infra.line import LocalLine
from reelm.infra.secrets import load_kept, load_secret
from reelm.infra.settings import Settings
from reelm.kernel.cursors import CursorKey
from reelm.kernel.ids import AccountId, RealmCode
from reelm.kernel.time import Clock, SystemClock
from reelm.media import Inbox


@dataclass(frozen=True)
class Cell:
    """One realm as its web role sees it."""

    settings: Settings
    database: Database
    pool: HotPool
    blobs: FileBlobs
    inbox: Inbox
    cursors: CursorKey
    secret: bytes
    feed: Feed
    intake: Intake
    clock: Clock
    atlas: realms.Atlas
    desk: access.Desk
    log: ledger.LogFolder
    abroad: gateway.Abroad
    moved_secret: bytes
    signer: ledger.SignerClient
    watch: devices.register.Watch
    issuer: Issuer
    reports: devices.reporting.Intake
    teller: devices.signalling.Signer
    laws: law.LawBook


@asynccontextmanager
async def _open_feed(
    settings: Settings, database: Database, pool: HotPool, *, present: Present, atlas: realms.Atlas, clock: Clock
) -> AsyncGenerator[tuple[Feed, Intake]]:
    """What makes pages, and what takes in how they were watched."""
    secret, stockroom = load_secret(settings.data, settings.secret), Stockroom(pool, settings.models_dir)
    pages = Feed(
        database=database,
        pool=pool,
        cursors=CursorKey(secret),
        showings=ShowingKey(secret),
        atlas=atlas,
        present=present,
        stockroom=stockroom,
    )
    learning = Learning(clock, pool, stockroom)
    async with aclosing(pages), open_intake(settings, database, pool, atlas, learning) as intake:
        yield pages, intake


@asynccontextmanager
async def open_cell(settings: Settings, present: Present, clock: Clock | None = None) -> AsyncGenerator[Cell]:
    """Open the database and the rest; `present` makes the JSON of a clip.

    Raises what `open_atlas` does: a realm that does not know whom it serves does not start.
    """
    secret = load_secret(settings.data, settings.secret)
    cursors, clock = CursorKey(secret), clock or SystemClock()
    atlas = open_atlas(settings, clock)
    async with Database(settings.database_url) as database:
        pool = await database.open_hot_pool()
        durability = ledger.Durability(database, wait_s=settings.ledger_wait_s)
        signer = ledger.SignerClient(settings.signer_path)
        line = LocalLine(settings.gateway_path)
        try:
            watching = _open_feed(settings, database, pool, present=present, atlas=atlas, clock=clock)
            async with watching as (pages, intake):
                yield Cell(
                    settings=settings,
                    database=database,
                    pool=pool,
                    blobs=FileBlobs(settings.blobs_dir),
                    inbox=Inbox(
                        database,
                        settings.uploads_dir,
                        settings.max_upload_bytes,
                        timedelta(hours=settings.upload_ttl_h),
                    ),
                    cursors=cursors,
                    secret=secret,
                    feed=pages,
                    intake=intake,
                    clock=clock,
                    atlas=atlas,
                    desk=_make_desk(settings, database, durability, clock, atlas),
                    log=ledger.LogFolder(settings.ledger_dir),
                    abroad=make_abroad(settings, line, clock),
                    moved_secret=load_kept(settings.data, MOVED_NAMES),
                    signer=signer,
                    watch=devices.register.Watch(database, urlsplit(settings.public_url).hostname or ""),
                    issuer=Issuer(settings.data, settings.realm, clock),
                    reports=devices.reporting.Intake(database, settings.realm, clock),
                    teller=open_teller(settings),
                    laws=law.LawBook(law.load_laws(settings.law_dir), atlas),
                )
        finally:
            await line.close()
            await signer.close()
            await durability.close()
            await pool.close()


def _make_desk(
    settings: Settings, database: Database, durability: ledger.Durability, clock: Clock, atlas: realms.Atlas
) -> access.Desk:
    """Where staff ask to see private data."""
    rulebook = gateway.Rulebook(settings.policies_dir)
    return access.Desk(
        database,
        durability,
        clock,
        settings.realm,
        accounts.fetch_position,
        frozenset(filter(None, settings.staff_countries.split(","))),
        access.Border(RealmCode(settings.realm), rulebook, atlas.realm_of, _is_minor),
    )


async def _is_minor(unit: ReadUnit, person: AccountId, at: datetime) -> bool:
    return await accounts.is_minor(unit, person, at.date())
