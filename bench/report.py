"""50,000 devices report within five minutes on one web process: is anything lost, and how does the console feel?

Each device sends one report with its pass, at the rate that five minutes leave: 167 a second, at times drawn by
chance. Meanwhile somebody asks for the console's figures and a page of devices, one after the other. Afterwards every
report is looked for in the database, and every change of state among the queued entries of the log. Then 5,000 report
again as fast as they are taken, which says how much of the process that rate was.
"""

import json
import os
import statistics
import sys
import tempfile
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from joserfc.jwk import ECKey

from bench._cell import free_port
from bench._load import Load, drive_all, drive_at, get, post
from bench._servers import running
from bench.refuse import EXAMPLE, as_text
from bench.table import Cell, Report, at_least, at_most
from reelm import devices
from reelm.infra.db.schema import migrate
from reelm.infra.embedded import postgres
from reelm.infra.secrets import load_secret

DEVICES, SECONDS, CONNECTIONS, ASK_EVERY_S = 50_000, 300.0, 32, 0.5
LIMIT_MS = 200
TOKEN = "bench-token"
_IDS = {name: uuid4() for name in ("account", "organisation", "decision", "session", "staff")}

_FILL = """
INSERT INTO accounts (id, handle, password_hash, display_name, bio, birth_date, country, locale, role, created_at)
VALUES (%(account)s, 'dina', '', 'Dina', '', '1990-01-01', 'FR', 'en', 'viewer', now());
INSERT INTO people (id, account_id) VALUES (%(account)s, %(account)s);
INSERT INTO sessions (id, account_id, token_hash, created_at, expires_at)
VALUES (%(session)s, %(account)s, sha256(%(token)s::bytea), now(), now() + interval '1 day');
INSERT INTO organisations (id, code, name, domain, registered_at)
VALUES (%(organisation)s, 'institution', 'Institution', 'institution.example', now());
INSERT INTO organisation_staff (id, organisation_id, account_id, roles, since)
VALUES (%(staff)s, %(organisation)s, %(account)s, '{auditor}', now());
INSERT INTO managed_devices (id, organisation_id, code, platform, enrolment, ownership, thumbprint, assurance,
    ledger_key, created_at, changed_at)
SELECT gen_random_uuid(), %(organisation)s, 'device-' || n, 'ios', 'supervised', 'corporate',
    sha256(n::text::bytea), 'certificate', sha256(n::text::bytea), now(), now()
FROM generate_series(1, %(devices)s) n;
INSERT INTO suspension_decisions (id, version, organisation_id, digest, document, filed_at, asked_at, published_at)
VALUES (%(decision)s, 1, %(organisation)s, %(digest)s, %(document)s, %(filed)s, %(filed)s, %(filed)s);
ANALYZE;
"""


def measure() -> Report:
    """Fill a database, start one web role, and let all devices report."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = postgres.open_cluster(folder / "postgres", folder / "socket")
        server = postgres.start(cluster, folder / "postgres.log")
        try:
            migrate(cluster.url())
            _fill(cluster.url())
            return _drive(folder, cluster, server.pid)
        finally:
            server.stop()


def _fill(url: str) -> None:
    signed = devices.read_decision(_make_decision())
    filed = signed.decision.stages.notice_at
    facts: dict[str, Any] = {**_IDS, "digest": signed.digest, "document": signed.encode(), "filed": filed}
    facts |= {"devices": DEVICES, "token": TOKEN}
    with psycopg.connect(url) as connection:
        for statement in filter(str.strip, _FILL.split(";\n")):
            used = {name: value for name, value in facts.items() if f"%({name})s" in statement}
            connection.execute(statement.encode(), used)


def _make_decision() -> bytes:
    """About another app, in force since a day, that binds every device of the organisation."""
    told: dict[str, Any] = json.loads(EXAMPLE.read_bytes())
    now = datetime.now(UTC).replace(microsecond=0)
    days = {"issued_at": -5, "notice_at": -5, "deadline_at": -1, "review_at": 90}
    told["stages"] = {name: as_text(now + timedelta(days=day)) for name, day in days.items()}
    told["reply"]["until"] = as_text(now - timedelta(days=2))
    told["id"] = f"urn:uuid:{_IDS['decision']}"
    return devices.sign_decision(json.dumps(told).encode(), ECKey.generate_key("P-256"))


def _drive(folder: Path, cluster: postgres.Cluster, postgres_pid: int) -> Report:
    port, secret = free_port(), load_secret(folder)
    env = os.environ | {
        "REELM_DATABASE_URL": cluster.url(), "REELM_DATA": str(folder), "REELM_LISTEN": f"127.0.0.1:{port}",
    }  # fmt: skip
    reports = [_report(secret, number) for number in range(1, DEVICES + 1)]
    waiting = iter(reports)
    with running((sys.executable, "-m", "reelm.cli", "serve", "web"), port, "/api/v1/health", env) as web:
        asked = _Console(port)
        asked.start()
        load = drive_at(
            port, lambda _: next(waiting, reports[0]), [web, postgres_pid], rate=DEVICES / SECONDS, seconds=SECONDS,
            connections=CONNECTIONS,
        )  # fmt: skip
        drive_all(port, waiting, [web, postgres_pid], connections=CONNECTIONS)  # chance may draw fewer times
        asked.stop()
        found = _count(cluster.url())
        burst = drive_all(port, reports[:5000], [web, postgres_pid], connections=CONNECTIONS)
    return _conclude(load, burst, asked.latencies_ms, found)


def _report(secret: bytes, number: int) -> bytes:
    """One in ten has the app."""
    token = devices.make_pass(secret, sha256(str(number).encode()).digest(), datetime.now(UTC) + timedelta(hours=2))
    apps = ["example.shortvideo.app"] if number % 10 == 0 else []
    body = json.dumps({"apps": apps, "at": datetime.now(UTC).isoformat()}).encode()
    head = f"\r\nContent-Type: application/json\r\nReelm-Device: {token}\r\n"
    return post("/api/v1/device/reports", body).replace(b"\r\n", head.encode(), 1)


class _Console(threading.Thread):
    """Somebody looks at the figures and at a page of devices, again and again."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        base = f"/api/v1/organisations/institution/decisions/{_IDS['decision']}"
        self._asks = [get(f"{base}/states", TOKEN), get(f"{base}/devices?limit=100&state=not-compliant", TOKEN)]
        self._port, self._over = port, threading.Event()
        self.latencies_ms: list[float] = []

    def run(self) -> None:
        while not self._over.wait(ASK_EVERY_S):
            for ask in self._asks:
                self.latencies_ms += drive_all(self._port, [ask], [], connections=1).latencies_ms

    def stop(self) -> None:
        self._over.set()
        self.join(30)


def _count(url: str) -> dict[str, int]:
    """What is kept of the reports, and the entries that tell of them."""
    counted = {
        "kept": "SELECT count(*) FROM device_states WHERE reported_at IS NOT NULL",
        "not_compliant": "SELECT count(*) FROM device_states WHERE state = 'not-compliant'",
        "entries": "SELECT count(*) FROM ledger_entries WHERE kind = 'device-state'",
    }
    with psycopg.connect(url) as connection:
        rows = {name: connection.execute(query.encode()).fetchone() for name, query in counted.items()}
    return {name: int(row[0]) for name, row in rows.items() if row}


def _conclude(load: Load, burst: Load, console_ms: Sequence[float], found: dict[str, int]) -> Report:
    console = sorted(console_ms)
    p95 = console[int(len(console) * 0.95)]
    row: dict[str, Cell] = {
        "devices": DEVICES,
        "minutes": round(load.wall_s / 60, 2),
        "report_p50_ms": round(load.percentile(0.5), 1),
        "report_p99_ms": round(load.percentile(0.99), 1),
        "cpu_ms_each": round(1000 * load.cpu_s / load.requests, 2),
        "console_p50_ms": round(statistics.median(console), 1),
        "console_p95_ms": round(p95, 1),
        "burst_per_cpu_s": round(burst.per_cpu_s),
        **found,
    }
    lost = DEVICES - min(found["kept"], found["entries"]) + abs(DEVICES // 10 - found["not_compliant"])
    return Report(
        "report",
        [row],
        [
            at_most("50,000 devices reported within", round(load.wall_s / 60, 2), 5.05, "min"),
            at_most("reports lost, in the database or the log", lost, 0),
            at_most("p95 of the console meanwhile", round(p95, 1), LIMIT_MS, "ms"),
            at_least("reports a CPU-second that all come at once", round(burst.per_cpu_s), DEVICES / SECONDS),
        ],
    )
