"""What `reelm up --realms` promises: a cell a realm, nothing shared, nothing left behind, more of them any time."""

import json
import os
import signal
import socket
import stat
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.integration.runtime import cells, fleets

Start = Callable[..., fleets.Fleet]

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives realms users and networks of their own")


@pytest.fixture
def room() -> Generator[Path]:
    with fleets.room() as folder:
        yield folder


@pytest.fixture
def start() -> Generator[Start]:
    """Start fleets that are stopped when the test ends."""
    started: list[fleets.Fleet] = []

    def start_one(data: Path, realms: str, **how: Any) -> fleets.Fleet:
        started.append(fleets.start(data, realms, **how))
        return started[-1]

    yield start_one
    for fleet in started:
        fleet.stop()


def test_each_realm_has_a_cell_of_its_own_and_its_address_is_told(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu,ca-qc")
    first, second = (f"http://127.0.0.1:{fleet.port + n}" for n in (0, 1))
    assert fleet.wait_for("eu is ready") == f"eu is ready at {first}"
    assert fleet.wait_for("ca-qc is ready") == f"ca-qc is ready at {second}"
    assert fleet.wait_for("Reelm is ready") == f"Reelm is ready at {first} (eu), {second} (ca-qc)"
    for code in ("eu", "ca-qc"):
        assert fleet.get_from(code, "/api/v1/health").json() == {"status": "ok", "realm": code}
        assert (room / "var" / code / "postgres" / "PG_VERSION").exists()
    told = [fleet.roles(code)["web"].environ() for code in ("eu", "ca-qc")]
    assert [env["REELM_PUBLIC_URL"] for env in told] == [first, second]
    for shared in ("REELM_DEPLOYMENT_FILE", "REELM_PEERS_DIR"):
        assert told[0][shared] == told[1][shared]
    for own in ("REELM_DATABASE_URL", "REELM_DATA", "REELM_SIGNER_SOCKET", "REELM_GATEWAY_LISTEN"):
        assert told[0][own] != told[1][own]
    assert "gateway" in fleet.roles("eu")
    assert Path(told[0]["REELM_GATEWAY_SOCKET"]).parent == Path(
        fleet.roles("eu")["gateway"].environ()["REELM_DATA"], "run", "roles"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_ends_every_process_of_every_realm(start: Start, room: Path, number: signal.Signals) -> None:
    fleet = start(room / "var", "eu,ca-qc")
    fleet.wait_for("Reelm is ready")
    running = fleet.processes()
    assert fleet.stop(number) == 0
    assert fleet.lines[-1] == "Reelm has stopped."
    assert all(cells.is_gone(process) for process in running)


def test_a_killed_fleet_leaves_no_process_and_starts_again(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu,ca-qc")
    fleet.wait_for("Reelm is ready")
    running = fleet.processes()
    assert len(running) > 14
    fleet.stop(signal.SIGKILL)
    assert cells.eventually(lambda: all(cells.is_gone(process) for process in running), 30)
    again = start(room / "var", "eu,ca-qc", port=fleet.port)
    again.wait_for("Reelm is ready")


def test_a_cell_that_is_killed_comes_back_and_the_others_go_on(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu,ca-qc")
    fleet.wait_for("Reelm is ready")
    other = {name: one.pid for name, one in fleet.roles("ca-qc").items()}
    fleet.cell("eu").kill()
    assert "eu was ended by SIGKILL; starting it again" in fleet.wait_for("SIGKILL")
    fleet.wait_for("eu is ready")
    assert {name: one.pid for name, one in fleet.roles("ca-qc").items()} == other


def test_a_restart_keeps_ports_and_users_whatever_the_order(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu,ca-qc")
    fleet.wait_for("Reelm is ready")
    kept = (room / "var" / "fleet.json").read_text()
    assert fleet.stop() == 0
    again = start(room / "var", "ca-qc,eu", port=fleet.port)
    assert f"http://127.0.0.1:{fleet.port} (eu)" in again.wait_for("Reelm is ready")
    assert (room / "var" / "fleet.json").read_text() == kept


def test_other_realms_than_those_decided_on_are_refused_at_a_restart(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu")
    fleet.wait_for("Reelm is ready")
    assert fleet.stop() == 0
    decided = (room / "var" / "deployment.toml").read_text()
    again = start(room / "var", "eu,us")
    assert again.wait_for("reelm: ").endswith("give these to --realms, or decide otherwise with reelm realm add.")
    assert again.end() == 1
    assert (room / "var" / "deployment.toml").read_text() == decided


@pytest.mark.parametrize(
    ("realms", "env", "said"),
    [
        ("eu,atlantis", {}, "There is no realm atlantis. There are: "),
        ("eu,us", {"REELM_DATABASE_URL": "postgresql:///shared"}, "REELM_DATABASE_URL is one cell's own"),
        ("eu,us", {"REELM_PUBLIC_URL": "https://clips.example"}, "REELM_PUBLIC_URL needs {realm} in it"),
    ],
)
def test_what_realms_can_not_share_is_refused_before_anything_starts(
    start: Start, room: Path, realms: str, env: dict[str, str], said: str
) -> None:
    fleet = start(room / "var", realms, env=env)
    assert said in fleet.wait_for("reelm: ")
    assert fleet.end() == 1
    assert not (room / "var").exists()


def test_a_second_fleet_and_a_single_cell_are_kept_out_of_its_folder(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu")
    fleet.wait_for("Reelm is ready")
    second = start(room / "var", "eu")
    assert "already runs in" in second.wait_for("reelm: ")
    assert second.end() == 1
    single = cells.start(room / "var")
    assert "holds several realms" in single.wait_for("reelm: ")
    assert single.end() == 1


def test_a_taken_port_is_said_before_anything_starts(start: Start, room: Path) -> None:
    port = fleets.free_ports(2)
    with socket.create_server(("127.0.0.1", port + 1)):
        fleet = start(room / "var", "eu,us", port=port)
        assert f"Port {port + 1} is taken" in fleet.wait_for("reelm: ")
        assert fleet.end() == 1


def test_a_realm_joins_without_a_process_of_the_others_being_restarted(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu,ca-qc")
    fleet.wait_for("Reelm is ready")
    before = {one.pid for code in ("eu", "ca-qc") for one in (fleet.cell(code), *fleet.roles(code).values())}
    added = fleets.run("realm", "add", "gb", "--data", str(room / "var"), "--reason", "people there asked", "--json")
    assert json.loads(added.stdout)["realms"] == ["eu", "ca-qc", "gb"]
    assert fleet.wait_for("gb is ready") == f"gb is ready at http://127.0.0.1:{fleet.port + 2}"
    assert fleet.get_from("gb", "/api/v1/health").json() == {"status": "ok", "realm": "gb"}
    after = {one.pid for code in ("eu", "ca-qc") for one in (fleet.cell(code), *fleet.roles(code).values())}
    assert after == before
    rows = json.loads(fleets.run("realm", "list", "--data", str(room / "var"), "--json").stdout)["realms"]
    assert [row["realm"] for row in rows if row["running"]] == ["eu", "ca-qc", "gb"]
    assert rows[2]["address"] == f"http://127.0.0.1:{fleet.port + 2}"
    assert [row["residents"] for row in rows] == [None, None, None]
    assert fleet.stop() == 0
    again = start(room / "var", "eu,ca-qc,gb", port=fleet.port)
    again.wait_for("Reelm is ready")


def test_a_file_of_decisions_that_is_not_understood_is_said_and_stops_nothing(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu")
    fleet.wait_for("Reelm is ready")
    file = room / "var" / "deployment.toml"
    good = file.read_text()
    _put(file, good + "[[decision")
    assert "is no TOML" in fleet.wait_for("decision of before stays in force")
    assert fleet.get_from("eu", "/").status == 200
    refused = fleets.run("realm", "add", "gb", "--data", str(room / "var"), "--reason", "x")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    _put(file, good + '[[decision]]\nat = 2026-01-02T03:04:05Z\nrealms = ["eu"]\nby = "me"\nreason = "late"\n')
    assert "is not later than" in fleet.wait_for("2026-01-02")


def _put(file: Path, text: str) -> None:
    """The whole text at once: who watches the file never sees half of it."""
    written = file.with_suffix(".new")
    written.write_text(text)
    written.replace(file)


def test_nobody_else_can_read_a_realms_data(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu")
    fleet.wait_for("Reelm is ready")
    assert stat.S_IMODE((room / "var" / "eu").stat().st_mode) & 0o007 == 0
    assert stat.S_IMODE((room / "var" / "deployment.toml").stat().st_mode) == 0o644


ROLES = ("web", "worker", "media-worker", "sequencer", "gateway", "postgres", "nginx")


@root_only
def test_a_realms_cell_is_not_started_alone_as_another_user(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu")
    fleet.wait_for("Reelm is ready")
    uid = fleet.roles("eu")["web"].uids().real
    assert fleet.stop() == 0
    alone = cells.start(room / "var" / "eu")
    assert alone.wait_for("reelm: ").endswith(f"add --user {uid}.")
    assert alone.end() == 1


@root_only
def test_an_ordinary_user_can_run_several_realms_with_demo_content(start: Start, room: Path) -> None:
    python = cells.python_for_anyone()
    home = room / "home"
    home.mkdir(mode=0o700)
    os.chown(home, 65534, 65534)
    who: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/", "python": python}
    fleet = start(home / "var", "eu,us", demo=True, **who)
    fleet.wait_for("Reelm is ready")
    users: set[int] = set()
    for one in fleet.processes():
        with suppress(psutil.NoSuchProcess):  # a clip has been made meanwhile
            users.add(one.uids().real)
    assert users == {65534}
    assert fleet.get_from("us", "/media/1/480.mp4").status == 200


@root_only
def test_a_realm_with_a_user_makes_its_demo_content_in_a_folder_with_a_long_and_odd_name(
    start: Start, room: Path
) -> None:
    fleet = start(room / "two words, $one; dollar" / ("deep" * 40), "eu", demo=True)
    fleet.wait_for("eu: Demo clip 2 of 2")
    fleet.wait_for("Reelm is ready")
    assert fleet.get_from("eu", "/media/1/480.mp4").status == 200
    assert fleets.capabilities_of(fleet.roles("eu")["nginx"]) == 0


@root_only
def test_a_realm_runs_as_users_of_its_own_that_can_not_read_another_realms_files(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu,ca-qc")
    fleet.wait_for("Reelm is ready")
    users = {code: {fleet.roles(code)[name].uids().real for name in ROLES} for code in ("eu", "ca-qc")}
    signers = {code: fleet.roles(code)["signer"].uids().real for code in ("eu", "ca-qc")}
    (eu,), (ca_qc,) = users["eu"], users["ca-qc"]
    assert len({0, eu, ca_qc, *signers.values()}) == 5
    for process in [one for code in users for name, one in fleet.roles(code).items() if "guard" not in name]:
        assert fleets.capabilities_of(process) in {0, fleets.way_in(process.uids().real)}, process
    secret = room / "var" / "eu" / "blobs" / "secret"
    secret.write_text("of the eu")
    secret.chmod(0o644)
    sockets = [room / "var" / "eu" / "run" / name for name in ("pg", "roles", "signer")]
    for uid in (ca_qc, signers["ca-qc"], 65534):
        for path in (secret, room / "var" / "eu", *sockets, Path(f"/proc/{fleet.roles('eu')['web'].pid}/environ")):
            assert fleets.do_as(uid, uid, ("head", "-c1", str(path))) != 0, (uid, path)
            assert fleets.do_as(uid, uid, ("ls", str(path))) != 0 or path.name == "environ", (uid, path)
    assert fleets.do_as(eu, eu, ("head", "-c1", str(secret))) == 0
    assert fleets.do_as(eu, eu, ("ls", str(room / "var" / "eu" / "signer"))) != 0


@root_only
def test_a_realms_user_can_not_turn_roots_writing_elsewhere_nor_take_anothers_card(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu,ca-qc")
    fleet.wait_for("Reelm is ready")
    eu = fleet.roles("eu")["web"].uids().real
    for name in ("logs", "run", "blobs", "postgres"):
        assert fleets.do_as(eu, eu, ("mv", str(room / "var" / "eu" / name), str(room / "var" / "eu" / "gone"))) != 0
    for card, status in (("eu.json", 0), ("ca-qc.json", 1)):
        path = room / "var" / "peers" / card
        made = room / "var" / "peers" / f".{card}.eu"
        assert fleets.do_as(eu, eu, ("touch", str(made))) == 0
        assert (fleets.do_as(eu, eu, ("mv", "-f", str(made), str(path))) != 0) == bool(status)


@root_only
def test_only_those_that_need_it_have_a_network(start: Start, room: Path) -> None:
    fleet = start(room / "var", "eu,ca-qc", env={"REELM_OUTSIDE": "yes"})
    fleet.wait_for("Reelm is ready")
    machine = fleets.network_of("self")
    roles = fleet.roles("eu")
    port = fleet.port_of("ca-qc")
    for name in ("web", "worker", "media-worker", "sequencer", "signer", "postgres"):
        assert fleets.network_of(roles[name].pid) != machine, name
        assert not fleets.reaches_from_inside(roles[name], port), name
    for name in ("nginx", "gateway", "outside-worker"):
        assert fleets.network_of(roles[name].pid) == machine, name
        assert fleets.reaches_from_inside(roles[name], port), name


@root_only
def test_a_sequencer_that_asks_witnesses_keeps_the_network(start: Start, room: Path) -> None:
    policy = room / "policy"
    policy.write_text("")
    fleet = start(room / "var", "eu", env={"REELM_LEDGER_POLICY": str(policy)})
    fleet.wait_for("Reelm is ready")
    machine = fleets.network_of("self")
    assert fleets.network_of(fleet.roles("eu")["sequencer"].pid) == machine
    assert fleets.network_of(fleet.roles("eu")["worker"].pid) != machine
