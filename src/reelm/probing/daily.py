"""Which probe is due, and what becomes of its result? One a day and realm: kept, logged, and loud if not well."""

import logging
from datetime import date

from reelm import ledger
from reelm.infra.db import ReadUnit
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.probing.crossing import probe_crossing
from reelm.probing.looking import probe_looking
from reelm.probing.model import ALARM, Standing, compare, stand
from reelm.probing.prober import Prober
from reelm.probing.store import insert_probe, list_probes

_log = logging.getLogger(__name__)


async def probe_what_is_due(prober: Prober) -> None:
    """Probe this realm and each other one that has not been today. What can't be done now is tried the next time."""
    today = prober.clock.now().date()
    async with prober.database.read() as unit:
        done = {probe.realm for probe in await list_probes(unit, today) if probe.day == today}
    others = [card.realm for card in prober.abroad.cards.others() if card.vkey]
    for realm in (prober.realm, *others):
        if realm not in done:
            try:
                await _probe(prober, realm, today)
            except Problem as problem:
                facts = {"realm": realm, "problem": problem.slug(), **problem.facts()}
                _log.warning("a probe waits", extra={"facts": facts})


async def _probe(prober: Prober, realm: RealmCode, day: date) -> None:
    request = None
    if realm == prober.realm:
        request, expected, found = await probe_looking(prober)
    else:
        expected, found = await probe_crossing(prober, realm)
    probe = compare(expected, found, day=day, realm=realm, at=prober.clock.now())
    if not probe.is_well:
        facts = {"realm": realm, "expected": probe.expected, "found": probe.found, "missing": probe.missing}
        _log.error("a log does not tell of all that was done to a canary", extra={"facts": facts})
    fact = ledger.CanaryProbe(
        realm=realm,
        day=day.isoformat(),
        request=request,
        expected=probe.expected,
        found=probe.found,
        missing=len(probe.missing),
    )
    async with prober.database.write() as unit:
        if await insert_probe(unit, probe):
            await ledger.append(unit, fact, realm=prober.realm, at=probe.at)


async def find_standing(unit: ReadUnit, realm: RealmCode, today: date) -> Standing:
    """How the probes of this realm stand today."""
    opened = min((day for day, _, _ in await ledger.list_counts(unit)), default=None)
    return stand(await list_probes(unit, today - ALARM), realm, opened=opened, today=today)
