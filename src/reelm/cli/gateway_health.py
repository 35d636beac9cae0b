"""Is the way to other realms well? What `reelm doctor` asks the gateway, over its socket."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from reelm.cli.finding import Finding
from reelm.infra.line import LineBroken, LocalLine
from reelm.infra.settings import Settings

WARN_DAYS = 30
WAITS_TOO_LONG = timedelta(hours=1)
_FAULTS: dict[str, str] = {
    "entry-missing": "sent what its log does not tell of",
    "entry-differs": "sent what its log tells otherwise",
    "log-forked": "showed two logs that can't both be true; both notes are in DATA/evidence",
    "log-not-signed": "shows a log that the key on its card has not signed",
    "key-changed": "has a card with another key, which is not taken: ask them for its key by another way",
    "numbers-differ": "or this one was restored from an old backup; nothing goes there until you say so",
    "egress-unexplained": "was sent more than the log tells of; find out what by comparing egress-meter entries",
}


async def look_at_gateway(settings: Settings, now: datetime) -> list[Finding]:
    """One finding each: gateway, policies, clock; and one for each other realm. None where no gateway is to run."""
    if not settings.gateway_listen:
        return []
    line = LocalLine(settings.gateway_path)
    try:
        told: dict[str, Any] = json.loads((await line.get("/standing")).body)
    except (LineBroken, ValueError):
        what = "does not answer, so nothing crosses; see gateway.log, start reelm serve gateway"
        return [Finding("gateway", ok=False, what=what)]
    finally:
        await line.close()
    return [
        Finding("gateway", ok=True, what=f"answers; {len(told['realms'])} other realms"),
        _look_at_rules(told["rules"], now.date()),
        _look_at_clock(datetime.fromisoformat(told["now"]), now),
        *(_look_at_realm(one, now) for one in told["realms"]),
    ]


def _look_at_rules(rules: dict[str, Any] | None, today: date) -> Finding:
    if rules is None:
        return Finding("policies", ok=False, what="none is understood, so nothing crosses; see gateway.log")
    force = f"{rules['digest'][:16]}… in force, {rules['routes']} routes"
    if rules["fault"] is not None:
        return Finding("policies", ok=False, what=f"{rules['fault']}. Mend it; until then {force}")
    if rules["expires"] is None:
        return Finding("policies", ok=False, what=f"{force}: no transfer is assessed, so nothing crosses")
    days = (date.fromisoformat(rules["expires"]) - today).days
    left = f"the first assessment runs out in {days} days" if days >= 0 else "an assessment has run out"
    what = f"{force}; {left}" + ("; have it made anew in transfers.toml" if days < WARN_DAYS else "")
    return Finding("policies", ok=days >= WARN_DAYS, what=what)


def _look_at_clock(theirs: datetime, now: datetime) -> Finding:
    apart_s = abs((theirs - now).total_seconds())
    if apart_s > 60:
        return Finding("clock", ok=False, what=f"the gateway's is {apart_s:.0f} s from this one; set the machine's")
    return Finding("clock", ok=True, what=f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")


def _look_at_realm(one: dict[str, Any], now: datetime) -> Finding:
    name = f"realm {one['realm']}"
    if one["faults"]:
        wrong = "; ".join(_FAULTS.get(fault, fault) for fault in dict.fromkeys(map(str, one["faults"])))
        mend = f"once it is cleared up: reelm trust {one['realm']}"
        return Finding(name, ok=False, what=f"{len(one['faults'])} faults: {wrong}; {mend}")
    proven = f"{one['proven']} arrivals found in its log"
    if one["waiting_since"] is None:
        return Finding(name, ok=True, what=f"nothing waits; {proven}")
    since = datetime.fromisoformat(one["waiting_since"])
    waits = f"{one['waiting']} wait since {since:%Y-%m-%d %H:%M} UTC"
    if now - since > WAITS_TOO_LONG:
        return Finding(name, ok=False, what=f"{waits}; it does not answer, or does not take them: ask who runs it")
    return Finding(name, ok=True, what=f"{waits}; {proven}")
