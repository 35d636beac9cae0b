"""What does the doctor say of the stream in which reports wait? Only where the operator has one."""

from importlib.util import find_spec

from reelm.bootstrap import open_events
from reelm.cli.finding import Finding
from reelm.infra.settings import Settings
from reelm.infra.stream import StreamUnreachable

MANY = 10_000


async def look_at_events(settings: Settings) -> list[Finding]:
    """Whether the stream answers, and how much waits there."""
    if not settings.events_url:
        return []
    if find_spec("nats") is None:
        return [
            Finding("events", ok=False, what="REELM_EVENTS_URL is set and nats-py is not here: install reelm[nats]")
        ]
    try:
        async with open_events(settings) as stream:
            waiting = await stream.count_waiting()
    except StreamUnreachable:
        return [Finding("events", ok=False, what="NATS does not answer; start it, or check REELM_EVENTS_URL")]
    if waiting > MANY:
        return [Finding("events", ok=False, what=f"{waiting} batches wait; does `reelm serve worker` run?")]
    return [Finding("events", ok=True, what=f"{waiting} batches wait")]
