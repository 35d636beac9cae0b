"""Is anybody still to be told of an incident? What `reelm doctor` says of the register."""

from reelm import privacy
from reelm.bootstrap import open_laws
from reelm.cli.finding import Finding
from reelm.infra.db import ReadUnit
from reelm.infra.settings import Settings
from reelm.kernel.time import Clock
from reelm.law import Standing
from reelm.privacy.incidents import Duty, Incident

NAME = "incidents"


async def look_at_incidents(settings: Settings, unit: ReadUnit, clock: Clock) -> Finding:
    """Which authorities have to be told by tomorrow, or should have been."""
    laws = open_laws(settings, clock)
    alarms = await privacy.incidents.list_alarms(unit, laws.of_place, clock.now())
    if alarms:
        told = "; ".join(_tell(*alarm) for alarm in alarms)
        return Finding(NAME, ok=False, what=f"{told}. Drafts: /api/v1/incidents; note there when it was told")
    return Finding(NAME, ok=True, what="nobody is to be told by tomorrow")


def _tell(incident: Incident, duty: Duty, standing: Standing) -> str:
    late = "overdue since" if standing is Standing.OVERDUE else "due by"
    return f"{incident.code}: {duty.law.authority['en']}, {late} {duty.due_at:%Y-%m-%d %H:%M} UTC"
