"""`reelm serve ROLE` and `reelm migrate`: one process of a cell, configured by its environment."""

import sys

import uvloop

from reelm.infra.settings import load_settings
from reelm.infra.telemetry import configure_logging


def run_role(role: str) -> int:
    """Run one role until SIGINT or SIGTERM."""
    configure_logging()
    settings = load_settings()
    if role == "signer":  # has no use for a database, and no business with one
        from reelm.worker import sign_checkpoints

        uvloop.run(sign_checkpoints(settings))
        return 0
    if not settings.database_url:
        print("reelm: REELM_DATABASE_URL is not set; reelm up runs a cell with its own database", file=sys.stderr)
        return 1
    if role == "web":
        from reelm.bootstrap import open_atlas
        from reelm.web.server import serve_web

        open_atlas(settings)  # what is wrong in its files is one line here, and a stack trace inside the server
        uvloop.run(serve_web(settings))
    elif role == "worker":
        from reelm.worker import work_on_jobs

        uvloop.run(work_on_jobs(settings))
    elif role == "sequencer":
        from reelm.worker import work_on_ledger

        uvloop.run(work_on_ledger(settings))
    elif role == "zones":
        from reelm.worker import work_on_zones

        uvloop.run(work_on_zones(settings))
    elif role == "outside-worker":
        from reelm.worker import work_outside

        uvloop.run(work_outside(settings))
    elif role == "gateway":
        from reelm.web.gateway import serve_gateway

        uvloop.run(serve_gateway(settings))
    else:
        from reelm.worker import work_on_media

        uvloop.run(work_on_media(settings))
    return 0


def run_migrate() -> int:
    """Bring the schema up to date."""
    from reelm.infra.db.schema import migrate

    changed = migrate(load_settings().database_url)
    print("The schema is up to date now." if changed else "The schema was up to date.")
    return 0
