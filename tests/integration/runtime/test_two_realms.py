"""Two whole realms of the real roles side by side: people, clips and a log in each, and one that joins later."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from tests import footage
from tests.integration.runtime import cells, fleets
from tests.integration.runtime.test_ledger_cell import post
from tests.integration.runtime.whole import PASSWORD, REELM, Whole, wait_until

LOOKED_AT = {"sandbox", "database", "orphan files", "lost blobs", "stuck clips", "failed jobs", "sequencer", "signer"}
BARRIERS = "from reelm import media; print(*sorted(one.name for one in media.describe_sandbox() if one.in_force))"


@pytest.fixture(scope="module")
def fleet() -> Generator[fleets.Fleet]:
    with fleets.room() as room:
        data, port = room / "var", fleets.free_ports(3)
        words = ("up", "--port", str(port), "--data", str(data), "--realms", "eu", "--no-demo")
        process = subprocess.Popen((*REELM, *words), stdout=subprocess.PIPE, text=True, cwd=cells.ROOT)
        running = fleets.Fleet(process, port, data)
        try:
            running.wait_for("Reelm is ready")
            yield running
        finally:
            assert running.stop() == 0


@contextmanager
def whole(fleet: fleets.Fleet, code: str) -> Generator[Whole]:
    """One realm of it, as a cell with people."""
    cell = Whole(fleet.process, fleet.port_of(code), fleet.data / code)
    try:
        yield cell
    finally:
        for client in cell.clients:
            client.close()


def sign_up(cell: Whole, handle: str, country: str) -> httpx.Client:
    form = {"handle": handle, "password": PASSWORD, "birth_date": "1990-01-31", "country": country, "locale": "en"}
    cell.client().post("/accounts", json=form).raise_for_status()
    return cell.sign_in(handle)


def test_a_whole_realm_joins_one_that_works_and_each_does_the_main_job_apart(
    fleet: fleets.Fleet, tmp_path: Path
) -> None:
    with ExitStack() as open_:
        eu = open_.enter_context(whole(fleet, "eu"))
        ana = sign_up(eu, "ana", "FR")
        before = {name: one.pid for name, one in fleet.roles("eu").items() if name != "gateway"}
        video = post(ana, footage.small(tmp_path / "clip.mp4", size="180x320", fps="15", seconds=1))
        added = fleets.run("realm", "add", "us", "--data", str(fleet.data), "--reason", "asked for")
        assert added.returncode == 0, added.stderr
        fleet.wait_for("us is ready")
        us = open_.enter_context(whole(fleet, "us"))
        bob = sign_up(us, "bob", "US")
        wait_until(lambda: ana.get(f"/videos/{video}").json()["state"] == "published", 60)
        assert {name: one.pid for name, one in fleet.roles("eu").items() if name != "gateway"} == before
        assert us.client().post("/session", json={"handle": "ana", "password": PASSWORD}).status_code == 401
        other = post(bob, footage.small(tmp_path / "other.mp4", size="180x320", fps="15", seconds=1))
        wait_until(lambda: bob.get(f"/videos/{other}").json()["state"] == "published", 60)
        for cell in (eu, us):
            look_at(cell)


def look_at(cell: Whole) -> None:
    """Its log holds, its books agree, and the doctor finds nothing to mend."""
    cell.wait_for_log()
    assert cell.read_log()[0].origin == f"127.0.0.1:{cell.port}/ledger"
    findings = json.loads(cell.run("doctor", "--json").stdout)["findings"]
    assert {one["name"] for one in findings if one["ok"]} >= LOOKED_AT, findings
    assert cell.fsck() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives realms users of their own")
def test_a_realms_user_has_every_barrier_of_the_sandbox_that_root_has(fleet: fleets.Fleet) -> None:
    worker = fleet.roles("eu")["media-worker"]
    if fleets.way_in(worker.uids().real):
        pytest.skip(
            "Python lies below a folder that is closed to others: a realm's user gets there by a right of root's"
        )
    assert barriers_as(worker.uids().real, worker.gids().real) == barriers_as(0, 0)


def barriers_as(uid: int, gid: int) -> str:
    """The barriers that hold for somebody, by name."""
    return subprocess.run(
        (sys.executable, "-P", "-c", BARRIERS),
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "HOME": "/"},
        cwd="/",
        user=uid,
        group=gid,
        extra_groups=(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
