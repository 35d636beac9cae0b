"""What do the workers of one realm hold, and which jobs do they know?"""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from reelm import access, accounts, devices, feed, gateway, ledger, media, moving, privacy, probing, realms, videos
from reelm.bootstrap.about_people import make_engine
from reelm.bootstrap.atlas import open_atlas
from reelm.bootstrap.issuing import open_teller
from reelm.bootstrap.learner import have_feed_learn
from reelm.bootstrap.movers import make_abroad, make_mover
from reelm.bootstrap.probers import find_home, open_prober
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Database
from reelm.infra.jobs import JobHandler, list_queued
from reelm.infra.line import LocalLine
from reelm.infra.names import Names
from reelm.infra.settings import Settings
from reelm.kernel.errors import Problem
from reelm.kernel.ids import AssetId, RealmCode
from reelm.kernel.time import Clock, SystemClock

SWEEP = "cell.sweep"
PROBE = "cell.probe"
LAPSED = "cell.lapsed"
LOOK_AGAIN = "outside.look-again"
SIGNALS_IN, SIGNALS_OUT = "outside.signals-in", "outside.signals-out"
DESCRIBE = "feed.describe"
LEARN = "feed.learn"
RETAIN = "privacy.retain"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Workshop:
    """One realm as its workers see it."""

    settings: Settings
    database: Database
    studio: media.Studio
    mover: moving.Mover
    residents: moving.Residents
    clock: Clock
    names: Names
    teller: devices.signalling.Signer
    engine: privacy.rights.Engine

    @property
    def media_jobs(self) -> Mapping[str, JobHandler]:
        """What a media worker does."""
        return {
            media.TRANSCODE: partial(media.run_transcode, self.studio),
            media.DISCARD: partial(media.run_discard, self.studio),
        }

    @property
    def jobs(self) -> Mapping[str, JobHandler]:
        """What an ordinary worker does."""
        return {
            SWEEP: self._sweep,
            PROBE: self._probe,
            LAPSED: self._note_lapsed,
            DESCRIBE: partial(feed.run_describe, self.database),
            LEARN: self._learn,
            RETAIN: self._retain,
            privacy.rights.RIGHTS: partial(privacy.rights.run_rights, self.engine),
            privacy.rights.WAKE: partial(privacy.rights.run_wake, self.engine),
            moving.ADVANCE: partial(moving.run_advance, self.mover),
            moving.WAKE: partial(moving.run_wake, self.mover),
            moving.RESIDENTS: partial(moving.run_residents, self.residents),
        }

    @property
    def outside_jobs(self) -> Mapping[str, JobHandler]:
        """What a worker does that has a network: look for organisations' proofs, and talk to their systems."""
        return {
            devices.organisations.LOOK: self._look_for_proof,
            LOOK_AGAIN: self._look_again,
            SIGNALS_IN: self._hear_signals,
            SIGNALS_OUT: self._send_signals,
        }

    @property
    def outside_periodic(self) -> Mapping[str, str]:
        """Which of those come by themselves, and when."""
        return dict.fromkeys((LOOK_AGAIN, SIGNALS_IN, SIGNALS_OUT), "* * * * *")

    @property
    def periodic(self) -> Mapping[str, str]:
        """Which jobs come by themselves, and when."""
        return {
            SWEEP: "*/5 * * * *",
            PROBE: "3-53/10 * * * *",
            LAPSED: "* * * * *",
            DESCRIBE: "* * * * *",
            LEARN: "7-57/10 * * * *",
            RETAIN: "17 3 * * *",
            privacy.rights.WAKE: "*/10 * * * *",
            moving.WAKE: "* * * * *",
            moving.RESIDENTS: "* * * * *",
        }

    async def _retain(self, args: Mapping[str, str]) -> None:
        """Delete what is over its time; what is left over is said once a night, by table."""
        del args
        for night in await privacy.retention.enforce(self.database, realm=self.settings.realm, at=self.clock.now()):
            if night.left_over:
                _log.error("rows over their time", extra={"table": night.table, "rows": night.left_over})

    async def _sweep(self, args: Mapping[str, str]) -> None:
        """Clear away what has ended or belongs to nobody."""
        del args
        now = self.clock.now()
        await accounts.sweep(self.database, at=now)
        await access.sweep(self.database, realm=self.settings.realm, at=now)
        await privacy.incidents.sweep(self.database, at=now)
        for card in gateway.Cards(self.settings.peers_path, RealmCode(self.settings.realm)).others():
            await feed.release(self.database, card.realm, now=now)
        await feed.make_days_ahead(self.database, now)
        await feed.forget_old_showings(self.database, now)
        await media.expire(self.studio.inbox, at=now)
        media.clear_orphans(await self.find_faults())
        await self.note_maps()
        await devices.enrolling.sweep(self.database, now)
        async with self.database.write() as unit:
            await devices.sweep_tokens(unit, at=now)
        await self.look_over_devices()

    async def _probe(self, args: Mapping[str, str]) -> None:
        """Once a day look at a canary, and whether the logs tell of it."""
        del args
        try:
            async with open_prober(self.settings, self.database, self.clock) as prober:
                await probing.probe_what_is_due(prober)
        except Problem as problem:
            facts = {"problem": problem.slug(), **problem.facts()}
            _log.warning("nothing could be probed", extra={"facts": facts})

    async def _note_lapsed(self, args: Mapping[str, str]) -> None:
        del args
        await self.note_lapsed()

    async def note_lapsed(self) -> None:
        """Tell in the log of decisions that have lapsed."""
        await devices.register.note_lapsed(self.database, realm=self.settings.realm, at=self.clock.now())

    async def _look_for_proof(self, args: Mapping[str, str]) -> None:
        look, realm = partial(devices.organisations.look, self.names), self.settings.realm
        await devices.organisations.run_look(self.database, look, args, realm=realm, at=self.clock.now())

    async def _look_again(self, args: Mapping[str, str]) -> None:
        del args
        await self.look_again()

    async def look_again(self) -> int:
        """Look for organisations' proofs that were not looked for in a day; returns how many there were."""
        look, realm = partial(devices.organisations.look, self.names), self.settings.realm
        return await devices.organisations.look_again(self.database, look, realm=realm, at=self.clock.now())

    async def look_over_devices(self) -> None:
        """Judge anew how each managed device stands."""
        await devices.reporting.look_over(self.database, realm=self.settings.realm, at=self.clock.now())

    async def _hear_signals(self, args: Mapping[str, str]) -> None:
        del args
        await self.hear_signals()

    async def hear_signals(self) -> int:
        """Ask for signals about organisations' devices, where they are not pushed; returns how many were taken."""
        settings = self.settings
        poller = devices.listening.Poller(self.database, self.names, settings.realm, settings.public_url, self.clock)
        return await poller.poll_what_is_due()

    async def _send_signals(self, args: Mapping[str, str]) -> None:
        del args
        await self.send_signals()

    async def send_signals(self) -> int:
        """Push what waits to whoever is to be told of organisations' devices; returns how many signals were taken."""
        return await devices.signalling.push_what_is_due(self.database, self.names, self.teller, self.clock)

    async def _learn(self, args: Mapping[str, str]) -> None:
        """Let the feed learn what is due, in a process of its own."""
        del args
        await have_feed_learn(self.settings)

    async def make_canaries(self) -> None:
        """Make whom probes will look at, where they are missing."""
        home = find_home(open_atlas(self.settings, self.clock))
        await accounts.make_canaries(self.database, home, at=self.clock.now())

    async def note_maps(self) -> None:
        """Log which map of realms has come into force, unless the log tells already. What hinders that is said."""
        try:
            await realms.note_maps(self.database, open_atlas(self.settings, self.clock), at=self.clock.now())
        except Problem as problem:
            facts = {"problem": problem.slug(), **problem.facts()}
            _log.error("the map of realms in force could not be noted in the log", extra={"facts": facts})

    async def find_faults(self) -> media.Findings:
        """Where files and rows disagree."""
        async with self.database.read() as unit:
            queued = {AssetId(id) for id in await list_queued(unit, argument="asset")}
            avatars = await accounts.list_avatar_keys(unit)
            copies = await videos.list_foreign_ids(unit) | await accounts.list_foreign_ids(unit)
            return await media.find_faults(unit, self.studio, avatar_keys=avatars, queued=queued, copies=copies)


@asynccontextmanager
async def open_workshop(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[Workshop]:
    """Open the database and the rest."""
    clock = clock or SystemClock()
    async with Database(settings.database_url, pool_size=2) as database:
        studio = media.Studio(
            database=database,
            blobs=FileBlobs(settings.blobs_dir),
            inbox=media.Inbox(
                database, settings.uploads_dir, settings.max_upload_bytes, timedelta(hours=settings.upload_ttl_h)
            ),
            work_dir=settings.work_dir,
            limits=media.Limits(max_duration_s=settings.max_clip_s),
            clock=clock,
            listeners=media.Listeners(on_playable=videos.mark_playable, on_failed=videos.mark_failed),
            keep_originals=settings.keep_originals,
        )
        durability = ledger.Durability(database, wait_s=settings.ledger_wait_s)
        line = LocalLine(settings.gateway_path)
        residents = moving.Residents(database, make_abroad(settings, line, clock), open_atlas(settings, clock))
        mover = make_mover(settings, database, durability, clock)
        engine = make_engine(settings, database, durability, line, clock)
        try:
            names = Names(settings.name_server)
            yield Workshop(settings, database, studio, mover, residents, clock, names, open_teller(settings), engine)
        finally:
            await line.close()
            await durability.close()
