"""The log of a running cell: served as it should be, written by one, whole after kills, in the way of staff only."""

import hashlib
import json
import os
import signal
import subprocess
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import footage
from tests.integration.runtime.cells import ROOT, free_port
from tests.integration.runtime.whole import REELM, Whole, kinds, up, wait_until

from reelm.ledger import VerifierKey
from reelm.ledger.checkpoint import open_checkpoint

TUS = {"Tus-Resumable": "1.0.0"}
TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"
ASKED = {"reason": "abuse-report", "classes": ["user.location"], "minutes": 30}

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root's signer changes its user")


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Generator[Whole]:
    with up(tmp_path_factory.mktemp("ledger") / "var", free_port()) as running:
        yield running


@pytest.fixture(scope="module")
def staff(cell: Whole) -> tuple[httpx.Client, httpx.Client]:
    """Two operators. The handles are of this cell only."""
    cell.sign_up("ana")
    return cell.hire("olga", "operator"), cell.hire("otto", "operator")


def ask(who: httpx.Client, **more: Any) -> str:
    return who.post("/access/requests", json={"handle": "ana"} | ASKED | more).raise_for_status().json()["id"]


def open_access(first: httpx.Client, second: httpx.Client) -> str:
    id = ask(first)
    second.post(f"/access/requests/{id}/approve").raise_for_status()
    first.post(f"/access/requests/{id}/open").raise_for_status()
    return id


def test_the_log_is_served_by_nginx_and_its_root_is_that_of_its_entries(cell: Whole) -> None:
    cell.wait_for_log()
    checkpoint, entries = cell.read_log()
    assert checkpoint.origin == f"127.0.0.1:{cell.port}/ledger"
    assert [entry.kind for entry in entries[:3]] == ["log-opened", "running-digest", "counts"]
    assert cell.get("/ledger/checkpoint").headers["server"] == "nginx"


def test_each_file_is_served_with_its_type_and_caching_and_open_to_other_sites(cell: Whole) -> None:
    size = cell.wait_for_log()
    for name in ("checkpoint", "vkey", "witness-vkey"):
        told = cell.get(f"/ledger/{name}").headers
        assert (told["content-type"], told["cache-control"]) == (TEXT, "no-cache")
        assert (told["access-control-allow-origin"], told.get("etag"), told.get("last-modified")) == ("*", None, None)
    assert cell.get("/ledger/hand-overs").headers["content-type"] == "application/json"
    for path in (f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"):
        told = cell.get(f"/ledger/{path}").headers
        assert (told["content-type"], told["access-control-allow-origin"]) == (BYTES, "*")
        assert told["cache-control"] == "public, max-age=31536000, immutable"
    assert cell.get("/ledger/schema/entry-1.json").headers["content-type"] == "application/schema+json"


def test_entries_are_compressed_and_hashes_are_not(cell: Whole, staff: tuple[httpx.Client, httpx.Client]) -> None:
    for _ in range(33):  # the smallest answer that is compressed has 1,024 bytes
        ask(staff[0])
    size = cell.wait_for_log()
    for kind, encoding in (("entries", "gzip"), ("0", None)):
        answer = cell.get(f"/ledger/tile/{kind}/000.p/{size}", **{"Accept-Encoding": "gzip"})
        assert answer.headers.get("content-encoding") == encoding, kind
    cell.read_log()


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000.p/255",
        "tile/0/",
        "tile/",
        "tile/0/..%2f..%2f..%2fsigner/keys.json",
        ".checkpoint",
        "witnesses.json",
    ],
)
def test_what_is_no_file_of_the_log_is_a_problem_that_other_sites_may_read(cell: Whole, path: str) -> None:
    answer = cell.get(f"/ledger/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["detail"]


def test_a_second_sequencer_ends_with_one_clear_line_and_the_first_goes_on(
    cell: Whole, staff: tuple[httpx.Client, httpx.Client]
) -> None:
    settings = {"REELM_DATABASE_URL": str(cell.state()["database_url"]), "REELM_DATA": str(cell.data)}
    second = subprocess.run(
        (*REELM, "serve", "sequencer"),
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=ROOT,
    )
    said = [line for line in second.stderr.splitlines() if line.startswith("reelm: ")]
    assert (second.returncode, len(said)) == (1, 1)
    assert said[0].startswith("reelm: A sequencer already runs.")
    before = cell.wait_for_log()
    ask(staff[0])
    assert cell.wait_for_log() == before + 1


def test_with_the_ledger_stopped_people_go_on_and_staff_see_nothing(
    cell: Whole, staff: tuple[httpx.Client, httpx.Client], tmp_path: Path
) -> None:
    olga, otto = staff
    opened = open_access(olga, otto)
    before = cell.wait_for_log()
    sequencer = cell.role("sequencer")
    sequencer.send_signal(signal.SIGSTOP)
    try:
        newcomer = cell.sign_up("newcomer")
        video = post(newcomer, footage.small(tmp_path / "clip.mp4", size="180x320", fps="15", seconds=1))
        wait_until(lambda: newcomer.get(f"/videos/{video}").json()["state"] == "published", 60)
        address = newcomer.get(f"/videos/{video}").json()["renditions"][0]["url"]
        assert cell.get(address, Range="bytes=0-9").status_code == 206
        refused = olga.get(f"/access/requests/{opened}/data/profile")
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/ledger-not-answering")
        assert refused.json().keys() == {"type", "title", "status", "detail"}
        asked = [ask(olga, reason=reason) for reason in ("abuse-report", "security-incident", "fault-diagnosis")]
        assert cell.log_state()[0] == before
    finally:
        sequencer.send_signal(signal.SIGCONT)
    cell.wait_for_log()
    _, entries = cell.read_log()
    late = entries[before:]
    assert kinds(late) == ["access-read", *["access-requested"] * len(asked)]
    assert [one.fact["reason"] for one in late[1:]] == ["abuse-report", "security-incident", "fault-diagnosis"]
    assert olga.get(f"/access/requests/{opened}/data/profile").status_code == 200


LEDGER = ("signer", "witnessed logs", "sequencer", "log", "log's name", "government requests")


def ask_the_doctor(cell: Whole) -> dict[str, str]:
    """What `reelm doctor` finds to mend in the log, by name; fails when it has not looked at one of these things."""
    told = json.loads(cell.run("doctor", "--json").stdout)["findings"]
    assert set(LEDGER) <= {finding["name"] for finding in told}
    return {finding["name"]: finding["what"] for finding in told if finding["name"] in LEDGER and not finding["ok"]}


def test_the_doctor_says_when_the_log_stands_still(cell: Whole, staff: tuple[httpx.Client, httpx.Client]) -> None:
    cell.wait_for_log()
    assert ask_the_doctor(cell) == {}
    held = {name: cell.role(name) for name in ("sequencer", "signer")}
    try:
        held["sequencer"].send_signal(signal.SIGSTOP)
        ask(staff[0])
        assert "1 entries wait" in ask_the_doctor(cell)["sequencer"]
        held["signer"].send_signal(signal.SIGSTOP)
        assert ask_the_doctor(cell).keys() == {"sequencer", "signer"}
    finally:
        for process in held.values():
            process.send_signal(signal.SIGCONT)
    cell.wait_for_log()
    assert ask_the_doctor(cell) == {}


def test_the_evidence_against_witnessed_logs_is_listed(cell: Whole, tmp_path: Path) -> None:
    out = str(tmp_path / "evidence")
    assert json.loads(cell.run("ledger", "evidence", "--json", "--out", out).stdout) == {"evidence": []}
    assert cell.run("ledger", "evidence").stdout == "No log that is witnessed here has contradicted itself.\n"


def test_a_key_is_handed_over_and_retired_while_the_cell_runs(cell: Whole) -> None:
    old = cell.get("/ledger/vkey").text
    before = cell.wait_for_log()
    rotated = json.loads(cell.run("ledger", "rotate-key", "--json").stdout)
    assert rotated["vkeys"][1] == old.strip()
    wait_until(lambda: cell.get("/ledger/vkey").text.split() == rotated["vkeys"])
    wait_until(lambda: cell.log_state()[0] > before)
    assert cell.get("/ledger/hand-overs").json() == [rotated["hand_over"]]
    both = open_checkpoint(cell.get("/ledger/checkpoint").content, [VerifierKey.parse(old.strip())])[1]
    assert len(both.signatures) == 2
    _, entries = cell.read_log()
    told = [entry.fact["note"] for entry in entries if entry.kind == "key-handover"]
    assert told == [hashlib.sha256(rotated["hand_over"].encode()).hexdigest()]
    assert cell.run("ledger", "rotate-key").returncode == 1
    assert cell.run("ledger", "retire-key").returncode == 0
    wait_until(lambda: cell.get("/ledger/vkey").text.split() == rotated["vkeys"][:1])
    cell.read_log()
    assert cell.fsck() == ""


@pytest.mark.parametrize("role", ["sequencer", "signer"])
def test_a_killed_part_of_the_ledger_comes_back_and_the_books_agree(
    cell: Whole, staff: tuple[httpx.Client, httpx.Client], role: str
) -> None:
    before = cell.wait_for_log()
    for _ in range(3):
        killed = cell.role(role)
        for _ in range(5):
            ask(staff[0])
        killed.kill()
        wait_until(lambda gone=killed.pid: cell.role(role).pid != gone)
    assert cell.wait_for_log() >= before + 15
    assert cell.fsck() == ""


def test_everything_killed_in_the_middle_of_its_work_loses_nothing_and_forks_nothing(tmp_path: Path) -> None:
    data, port = tmp_path / "var", free_port()
    done: list[str] = []
    with up(data, port) as cell:
        cell.sign_up("ana")
        olga = cell.hire("olga", "operator")
        cell.wait_for_log()
        old = cell.get("/ledger/checkpoint").text
        working = threading.Thread(target=keep_asking, args=(olga, done))
        working.start()
        wait_until(lambda: len(done) > 20)
        cell.kill_everything()
        working.join()
    with up(data, port) as cell:
        cell.wait_for_log()
        checkpoint, entries = cell.read_log()
        assert kinds(entries).count("access-requested") >= len(done)
        listed = cell.sign_in("olga").get("/access/requests", params={"limit": 50}).json()["items"]
        assert set(done[-20:]) <= {one["id"] for one in listed}
        assert checkpoint.size > int(old.split("\n")[1])
        assert cell.fsck() == ""


@root_only
def test_the_keys_are_closed_to_everybody_but_the_signer_and_root(cell: Whole) -> None:
    signer = cell.role("signer")
    account = signer.uids().real
    key = cell.data / "signer" / "keys.json"
    for folder in (cell.data, *list(cell.data.parents)[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    assert account != 0
    for uid, path, status in (
        (65534, key, 1),
        (account, key, 0),
        (account, Path(f"/proc/{signer.pid}/mem"), 1),
        (account, Path(f"/proc/{signer.pid}/environ"), 1),
    ):
        assert read_as(uid, path) == status, (uid, path)


def read_as(uid: int, path: Path) -> int:
    """The exit status of `head`, run by a user without any other right."""
    command = ("head", "-c1", str(path))
    env = {"PATH": os.defpath}
    return subprocess.run(
        command, user=uid, group=uid, extra_groups=[], cwd="/", capture_output=True, check=False, env=env
    ).returncode


def keep_asking(who: httpx.Client, done: list[str]) -> None:
    """Ask until the cell is gone; `done` gets what was answered."""
    try:
        while True:
            done.append(ask(who))
    except httpx.HTTPError:
        return


def post(client: httpx.Client, clip: Path) -> str:
    size = {"Upload-Length": str(clip.stat().st_size)}
    upload = client.post("/uploads", headers=TUS | size).headers["Location"].rpartition("/")[2]
    chunk = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    client.patch(f"/uploads/{upload}", content=clip.read_bytes(), headers=chunk).raise_for_status()
    return client.post("/videos", json={"upload_id": upload, "caption": "now"}).raise_for_status().json()["id"]
