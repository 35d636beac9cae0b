"""Did the last probes find what should be in the logs? What `reelm doctor` says of canaries."""

from reelm import probing
from reelm.cli.finding import Finding
from reelm.infra.db import ReadUnit
from reelm.infra.settings import Settings
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.probing import Probe

NAME = "canaries"


async def look_at_probes(settings: Settings, unit: ReadUnit, clock: Clock) -> Finding:
    """When each realm was probed last and what was found; whatever was missing in a week is told."""
    standing = await probing.find_standing(unit, RealmCode(settings.realm), clock.now().date())
    if standing.failed:
        what = "; ".join(map(_tell_failed, standing.failed))
        mend = "find out who or what kept them out of the log: reelm ledger fsck, and who was at work then"
        return Finding(NAME, ok=False, what=f"{what}; {mend}")
    last = "; ".join(map(_tell, standing.newest)) or "none was probed yet"
    if standing.late:
        return Finding(NAME, ok=False, what=f"{last}; none for two days: see worker.log for what it waits for")
    return Finding(NAME, ok=True, what=last)


def _tell(probe: Probe) -> str:
    if not probe.expected:
        return f"{probe.realm} lets nothing cross, {probe.day}"
    return f"{probe.realm} {probe.found} of {probe.expected} entries found, {probe.day}"


def _tell_failed(probe: Probe) -> str:
    what = f"missing {', '.join(probe.missing)}" if probe.missing else f"{probe.found} entries"
    return f"{probe.day}, log of {probe.realm}: {what}, expected {probe.expected}"
