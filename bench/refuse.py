"""What does it cost to ask of every request whether a suspension binds it? On the media route, against none asked.

Two web roles over one database, the second without the layer that asks, driven in turn: the route of a clip's bytes
as nginx calls it, which answers an X-Accel-Redirect. In force is a decision about this service with 10,000 networks
and 50,000 enrolled devices, none of which is the caller's. CPU time is that of the web role and PostgreSQL together.
"""

import hashlib
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from joserfc.jwk import ECKey

from bench._cell import free_port
from bench._load import drive_all, get
from bench._servers import running
from bench.table import Cell, Report, at_most
from reelm import devices
from reelm.infra.db.schema import migrate
from reelm.infra.embedded import postgres
from reelm.infra.secrets import load_secret

# Many short turns: a machine that is slower for some seconds is so for both of a pair.
NETWORKS, DEVICES, REQUESTS, CONNECTIONS, PAIRS = 10_000, 50_000, 600, 8, 100
HOST, GOAL = "reelm.example", 1.02
EXAMPLE = Path(__file__).parents[1] / "contracts" / "vectors" / "decision-example.json"

_FILL = """
INSERT INTO accounts (id, handle, password_hash, display_name, bio, birth_date, country, locale, role, created_at)
VALUES (%(account)s, 'ana', '', 'Ana', '', '1990-01-01', 'FR', 'en', 'viewer', now());
INSERT INTO people (id, account_id) VALUES (%(account)s, %(account)s);
INSERT INTO assets (id, account_id, upload_id, state, attempts, duration_ms, width, height, poster_key, placeholder,
    created_at, finished_at)
VALUES (%(asset)s, %(account)s, gen_random_uuid(), 'published', 1, 15000, 1080, 1920, 'clips/1/poster.webp',
    '\\x0102030405060708', now(), now());
INSERT INTO clips (id, account_id) VALUES (%(video)s, %(account)s);
INSERT INTO videos (id, author_id, asset_id, state, caption, visibility, allow_comments, created_at, published_at)
VALUES (%(video)s, %(account)s, %(asset)s, 'published', 'A caption', 'public', true, now(), now());
INSERT INTO video_counts (video_id) VALUES (%(video)s);
INSERT INTO organisations (id, code, name, domain, registered_at)
VALUES (%(organisation)s, 'institution', 'Institution', 'institution.example', now());
INSERT INTO organisation_proofs (id, organisation_id, of, value, token, asked_at, proven_at)
VALUES (gen_random_uuid(), %(organisation)s, 'network', '10.0.0.0/8', '', now(), now());
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
    """Fill a database, start both, and drive them in turn, `PAIRS` times."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = postgres.open_cluster(folder / "postgres", folder / "socket")
        server = postgres.start(cluster, folder / "postgres.log")
        try:
            migrate(cluster.url())
            asset = uuid4()
            with psycopg.connect(cluster.url()) as connection:
                for statement in filter(str.strip, _FILL.split(";\n")):
                    facts = _facts(asset)
                    connection.execute(
                        statement.encode(), {k: v for k, v in facts.items() if f"%({k})s" in statement}
                    )
            return _compare(folder, cluster, server.pid, f"/media/clips/{asset}/480.mp4")
        finally:
            server.stop()


_IDS = {name: uuid4() for name in ("account", "video", "organisation", "decision")}


def _facts(asset: UUID) -> Mapping[str, Any]:
    signed = devices.read_decision(_make_decision())
    filed = signed.decision.stages.notice_at
    told = {"digest": signed.digest, "document": signed.encode(), "filed": filed, "devices": DEVICES}
    return {**_IDS, "asset": asset, **told}


def _make_decision() -> bytes:
    """In force since a day."""
    told: dict[str, Any] = json.loads(EXAMPLE.read_bytes())
    now = datetime.now(UTC).replace(microsecond=0)
    days = {"issued_at": -5, "notice_at": -5, "deadline_at": -1, "review_at": 90}
    told["stages"] = {name: as_text(now + timedelta(days=day)) for name, day in days.items()}
    told["reply"]["until"] = as_text(now - timedelta(days=2))
    told["id"] = f"urn:uuid:{_IDS['decision']}"
    told["app"]["domains"] = [HOST]
    told["scope"]["networks"] = [f"10.{n // 250}.{n % 250}.0/24" for n in range(NETWORKS)]
    return devices.sign_decision(json.dumps(told).encode(), ECKey.generate_key("P-256"))


def as_text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _compare(folder: Path, cluster: postgres.Cluster, postgres_pid: int, path: str) -> Report:
    env = os.environ | {
        "REELM_DATABASE_URL": cluster.url(), "REELM_DATA": str(folder), "REELM_ACCEL": "true",
        "REELM_PUBLIC_URL": f"https://{HOST}",
    }  # fmt: skip
    stranger = devices.make_pass(
        load_secret(folder), hashlib.sha256(b"a stranger").digest(), datetime.now(UTC) + timedelta(hours=1)
    )
    asks = {
        "anybody": get(path),
        "a device of nobody's": get(path).replace(b"\r\n\r\n", f"\r\nReelm-Device: {stranger}\r\n\r\n".encode(), 1),
    }
    with ExitStack() as stack:
        ports: list[int] = []
        pids: list[int] = []
        for module in (("-m", "reelm.cli", "serve", "web"), ("-m", "bench._without")):
            port = free_port()
            its = env | {"REELM_LISTEN": f"127.0.0.1:{port}"}
            pids.append(stack.enter_context(running((sys.executable, *module), port, "/api/v1/health", its)))
            ports.append(port)
        rows: list[Mapping[str, Cell]] = []
        for who, ask in asks.items():
            ratios: list[float] = []
            costs: list[tuple[float, float]] = []
            for number in range(PAIRS + 1):
                turns = (0, 1) if number % 2 else (1, 0)
                cost = {n: _cost_us(ports[n], ask, [pids[n], postgres_pid]) for n in turns}
                if number:  # the first one warms up
                    ratios.append(cost[0] / cost[1])
                    costs.append((cost[0], cost[1]))
            rows.append(_row(who, ratios, costs))
    worst = max(float(row["ratio"] or 0) for row in rows)
    return Report("refuse", rows, [at_most("with the check ÷ without, CPU of a clip's request", worst, GOAL)])


def _cost_us(port: int, request: bytes, pids: list[int]) -> float:
    return 1e6 / drive_all(port, [request] * REQUESTS, pids, connections=CONNECTIONS).per_cpu_s


def _row(who: str, ratios: list[float], costs: list[tuple[float, float]]) -> dict[str, Cell]:
    asked, bare = (statistics.median(one) for one in zip(*costs, strict=True))
    low, *_, high = sorted(ratios)
    return {
        "who": who,
        "networks": NETWORKS,
        "devices": DEVICES,
        "with_us": round(asked, 1),
        "without_us": round(bare, 1),
        "ratio": round(statistics.median(ratios), 3),
        "lowest": round(low, 3),
        "highest": round(high, 3),
    }
