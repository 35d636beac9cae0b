"""`reelm doctor`: what is missing, misconfigured, orphaned or stuck, in words."""

import asyncio
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

from reelm import access, media
from reelm.bootstrap import open_workshop
from reelm.cli.cell import CellNotRunning, find_settings
from reelm.cli.event_health import look_at_events
from reelm.cli.finding import Finding
from reelm.cli.gateway_health import look_at_gateway
from reelm.cli.incident_health import look_at_incidents
from reelm.cli.ledger_health import look_at_ledger
from reelm.cli.probe_health import look_at_probes
from reelm.cli.realm_health import look_at_realms
from reelm.cli.resettling import look_at_residents
from reelm.cli.retention_health import look_at_retention
from reelm.cli.rights_health import look_at_rights
from reelm.infra.db.schema import find_version, is_current
from reelm.infra.jobs import count_failed
from reelm.infra.settings import Settings

MIN_FREE_BYTES = 2 * 1024**3
MIN_POSTGRES = 15
# Without one of these an upload is not opened at all (`media/sandbox.py`).
NETWORK_BARRIERS = frozenset({"network-namespace", "seccomp"})


def run_doctor(data: Path, as_json: bool) -> int:
    """Look at everything; status 1 when anything is not well."""
    findings = [_look_at_sandbox(), _look_at_disk(data)]
    try:
        settings = find_settings(data)
    except CellNotRunning:
        findings.append(Finding("cell", ok=False, what=f"No cell runs in {data}. Start one: reelm up --data {data}"))
    else:
        findings += [_look_at_database(settings), _look_at_client(settings), *asyncio.run(look_at_cell(settings))]
    if as_json:
        print(json.dumps({"ok": all(f.ok for f in findings), "findings": [asdict(f) for f in findings]}))
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.ok else 'MEND'}  {finding.name}: {finding.what}")
    return 0 if all(f.ok for f in findings) else 1


def _look_at_sandbox() -> Finding:
    barriers = media.describe_sandbox()
    held = [barrier.name for barrier in barriers if barrier.in_force]
    missing = [barrier.name for barrier in barriers if not barrier.in_force]
    what = f"in force: {', '.join(held) or 'nothing'}" + (f"; not here: {', '.join(missing)}" if missing else "")
    if NETWORK_BARRIERS.isdisjoint(held):
        return Finding("sandbox", ok=False, what=f"{what}. Allow seccomp or user namespaces: else no clip is opened")
    return Finding("sandbox", ok=True, what=what)


def _look_at_disk(data: Path) -> Finding:
    folder = data if data.exists() else Path()
    free = shutil.disk_usage(folder).free
    room = f"{free / 1024**3:.1f} GiB free"
    if free < MIN_FREE_BYTES:
        return Finding("disk", ok=False, what=f"{room} in {folder}; make room for at least 2 GiB")
    if not os.access(folder, os.W_OK):
        return Finding("disk", ok=False, what=f"{folder} is not writable; give this user the right to write there")
    return Finding("disk", ok=True, what=room)


def _look_at_database(settings: Settings) -> Finding:
    version = find_version(settings.database_url)
    if version is None:
        return Finding("database", ok=False, what="does not answer; start the cell again or check REELM_DATABASE_URL")
    if version < MIN_POSTGRES:
        return Finding("database", ok=False, what=f"PostgreSQL {version}; use {MIN_POSTGRES} or newer")
    if not is_current(settings.database_url):
        return Finding("database", ok=False, what="the schema is behind the code; run reelm migrate")
    return Finding("database", ok=True, what=f"PostgreSQL {version}, schema up to date")


def _look_at_client(settings: Settings) -> Finding:
    if (settings.client_dist / "index.html").is_file():
        return Finding("client", ok=True, what="built")
    return Finding("client", ok=False, what="not built; run make setup, or point REELM_CLIENT_DIST at it")


def _show(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def _look_at_files(faults: media.Findings) -> list[Finding]:
    """Where rows and files disagree."""
    orphans = [path.as_posix() for path in faults.orphan_files]
    return [
        Finding("orphan files", not orphans, f"{len(orphans)}: {_show(orphans)}" if orphans else "none"),
        Finding(
            "lost blobs",
            not faults.lost_blobs,
            f"{len(faults.lost_blobs)}: {_show(list(faults.lost_blobs))}; restore them from a backup"
            if faults.lost_blobs
            else "none",
        ),
        Finding(
            "stuck clips",
            not faults.stuck_assets,
            f"{len(faults.stuck_assets)} without a job: {_show([str(a) for a in faults.stuck_assets])}"
            if faults.stuck_assets
            else "none",
        ),
    ]


async def look_at_cell(settings: Settings) -> list[Finding]:
    """What the database and the disk say of themselves and each other."""
    async with open_workshop(settings) as workshop:
        faults = await workshop.find_faults()
        async with workshop.database.read() as unit:
            failed = await count_failed(unit)
            alarms = await access.count_alarms(unit, workshop.clock.now())
            unbalanced = await access.find_faults(unit)
            probes = await look_at_probes(settings, unit, workshop.clock)
            duties = [
                await look_at_incidents(settings, unit, workshop.clock),
                await look_at_retention(unit),
                await look_at_rights(unit, workshop.clock.now()),
            ]
        clock = workshop.clock
        log = await look_at_ledger(settings, workshop.database, clock)
        log += await look_at_gateway(settings, clock.now())
        residents = await look_at_residents(settings, workshop.database, clock)
    return [
        *_look_at_files(faults),
        Finding("failed jobs", not failed, f"{failed}; see the workers' logs" if failed else "none"),
        Finding(
            "break-glass reviews",
            not alarms.overdue,
            f"{alarms.overdue} overdue; an operator or auditor other than who broke the glass must review them"
            if alarms.overdue
            else f"{alarms.open} waiting, none overdue",
        ),
        Finding(
            "staff access",
            not unbalanced,
            f"{len(unbalanced)}: {_show(unbalanced)}; run reelm ledger fsck"
            if unbalanced
            else "acts and entries agree",
        ),
        probes,
        *duties,
        look_at_realms(settings, clock),
        residents,
        *await look_at_events(settings),
        *log,
    ]


def run_settings(as_json: bool) -> int:
    """List every setting with its default and meaning."""
    rows = [
        {"name": f"REELM_{name.upper()}", "default": str(field.default), "meaning": field.description or ""}
        for name, field in Settings.model_fields.items()
    ]
    if as_json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print(f"{row['name']}={row['default']}\n    {row['meaning']}")
    return 0
