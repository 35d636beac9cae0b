"""Is somebody's request about to be late? What `reelm doctor` says of people's rights."""

from datetime import datetime

from reelm.cli.finding import Finding
from reelm.infra.db import ReadUnit
from reelm.law import Standing
from reelm.privacy import rights

NAME = "people's rights"


async def look_at_rights(unit: ReadUnit, now: datetime) -> Finding:
    """Requests that have to be done by tomorrow, or should have been; by their ids, and nobody's name."""
    found = await rights.list_alarms(unit, now)
    if not found:
        return Finding(NAME, ok=True, what="no request is due by tomorrow")
    told = "; ".join(_tell(one, standing) for one, standing in found)
    return Finding(NAME, ok=False, what=f"{told}. See worker.log for what they wait for")


def _tell(request: rights.Request, standing: Standing) -> str:
    late = "overdue since" if standing is Standing.OVERDUE else "due by"
    why = f", waits for {request.problem}" if request.problem else ""
    return f"{request.right} ({request.law}) {request.id}: {late} {request.due_at:%Y-%m-%d %H:%M} UTC{why}"
