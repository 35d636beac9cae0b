"""Three realms in three networks live through what people do, while somebody listens in between."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from bench import _drive as drive
from bench import _journeys as journeys
from bench._canaries import Canaries, Whole
from bench._fleet import Realm
from tests.integration.runtime import cells, fleets
from tests.integration.wire import villages as nets
from tests.integration.wire.frames import Traffic, read_traffic
from tests.integration.wire.letters import Letter, read_letters
from tests.integration.wire.tls import Secrets, open_connection

from reelm import ledger

CODES = ("eu", "ca-qc", "us")
GATEWAY, INSIDE = 9400, 8000


@dataclass(frozen=True)
class Entry:
    """One entry of a log about something that was to leave."""

    realm: str
    index: int
    at: datetime
    fact: Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """All that was overheard and all that was written down."""

    villages: dict[str, nets.Village]
    traffic: Traffic
    dropped: int
    letters: list[Letter]
    said_bytes: dict[tuple[str, str], int]
    entries: list[Entry]
    whole: Whole
    listening: dict[str, dict[int, set[str]]]
    reached: dict[tuple[str, str, int], bool]
    control: Traffic


@pytest.fixture(scope="module")
def evidence() -> Generator[Evidence]:
    if reason := nets.why_not():
        pytest.skip(reason)
    with fleets.room() as room, nets.villages(CODES) as (villages, between), ExitStack() as running:
        canaries = {code: Canaries(code) for code in CODES}
        with nets.overhearing(between) as heard:
            realms = _start(room, villages, running)
            towns = _live(room, realms, canaries)
        until = datetime.now(UTC)
        for town in towns:
            drive.note_beside(town, towns, canaries[town.realm.code])
        entries = [one for realm in realms for one in _read_entries(realm, until)]
        listening = {realm.code: nets.listening_ports(realm.supervisor.pid) for realm in realms}
        with nets.overhearing(between) as control:
            reached = {
                (asking.code, code, port): asking.reaches(villages[code].address, port)
                for asking in villages.values()
                for code in CODES
                for port in listening[code]
                if asking.code != code
            }
        secrets = Secrets.read("".join(path.read_text() for path in room.glob("*.secrets")))
        traffic = read_traffic(heard.frames)
        letters, said = _read(traffic, villages, secrets)
        yield Evidence(
            villages, traffic, heard.dropped, letters, said, entries, Whole(tuple(canaries.values())),
            listening, reached, read_traffic(control.frames),
        )  # fmt: skip


def _start(room: Path, villages: dict[str, nets.Village], running: ExitStack) -> tuple[Realm, ...]:
    """A whole cell in each network, at one address of the bridge; the cards lie in a folder that all share."""
    (room / "peers").mkdir()
    listed = ", ".join(f'"{code}"' for code in villages)
    (room / "deployment.toml").write_text(
        f'[[decision]]\nat = 2026-01-01T00:00:00Z\nrealms = [{listed}]\nby = "operator"\nreason = "a test"\n'
    )
    started = {code: _start_one(room, village, running) for code, village in villages.items()}
    realms: list[Realm] = []
    for code, process in started.items():
        cell = cells.Cell(process, INSIDE, room / code)
        cell.wait_for("Reelm is ready")
        port = running.enter_context(_led_through(villages[code], INSIDE))
        realms.append(Realm(code, port, room / code, psutil.Process(process.pid)))
        running.callback(_leave, realms[-1])
    return tuple(realms)


def _leave(realm: Realm) -> None:
    for client in realm.clients:
        client.close()


def _start_one(room: Path, village: nets.Village, running: ExitStack) -> "subprocess.Popen[str]":
    words = ("up", "--realm", village.code, "--port", str(INSIDE), "--data", str(room / village.code), "--no-demo")
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "REELM_DEPLOYMENT_FILE": str(room / "deployment.toml"),
        "REELM_PEERS_DIR": str(room / "peers"),
        "REELM_GATEWAY_LISTEN": f"{village.address}:{GATEWAY}",
        "REELM_PUBLIC_URL": f"http://{village.code}.example",
        "SSLKEYLOGFILE": str(room / f"{village.code}.secrets"),
    }
    process = subprocess.Popen(
        village.words(sys.executable, "-P", "-m", "reelm.cli", *words),
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running.callback(lambda: (process.terminate(), process.communicate(timeout=60)))
    return process


@contextmanager
def _led_through(village: nets.Village, port: int) -> Generator[int]:
    """A port of this machine that leads to one inside: people are not on the bridge."""
    door = socket.create_server(("127.0.0.1", 0))

    def lead(person: socket.socket) -> None:
        with person, village.inside(), socket.create_connection(("127.0.0.1", port)) as cell:
            back = threading.Thread(target=_pass_on, args=(cell, person), daemon=True)
            back.start()
            _pass_on(person, cell)
            back.join()

    def open_door() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=lead, args=(door.accept()[0],), daemon=True).start()

    keeper = threading.Thread(target=open_door, daemon=True)
    keeper.start()
    try:
        yield door.getsockname()[1]
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        keeper.join(5)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def _live(room: Path, realms: Iterable[Realm], canaries: dict[str, Canaries]) -> tuple[journeys.Town, ...]:
    """People come, make clips, and visit what is of other realms."""
    work = room / "work"
    work.mkdir()
    towns = tuple(journeys.settle(realm, work) for realm in realms)
    for town in towns:
        journeys.post_clips(town, work)
    journeys.wait_for_clips(towns)
    drive.note_rows(towns, canaries)
    for town, other in journeys.pairs(towns):
        journeys.visit(town, other)
    home, *others = towns
    home.author.session.delete(f"/videos/{home.public}").raise_for_status()
    for town in others:
        cells.eventually(lambda town=town: not journeys.is_shown(town, home.public))
    drive.note_rows(towns, canaries)
    shutil.rmtree(work)
    return towns


def _read_entries(realm: Realm, until: datetime) -> list[Entry]:
    """The crossings in a realm's log from before `until`."""
    query = "SELECT log_index, at, body FROM ledger_entries WHERE kind = 'crossing' AND at <= %s AND log_index >= 0"
    with realm.database() as database:
        rows = database.execute(query, (until,)).fetchall()
    return [Entry(realm.code, index, at, ledger.decode(bytes(body)).fact) for index, at, body in rows]


def _read(
    traffic: Traffic, villages: dict[str, nets.Village], secrets: Secrets
) -> tuple[list[Letter], dict[tuple[str, str], int]]:
    """What the gateways said, whole letters; and how many bytes each said to each."""
    names = {village.address: code for code, village in villages.items()}
    letters: list[Letter] = []
    said: dict[tuple[str, str], int] = {}
    for (asking, answering), (client, server) in traffic.connections.items():
        one, other = names[asking[0]], names[answering[0]]
        both = open_connection(client.content, server.content, secrets)
        for from_, to, plain in ((one, other, both[0]), (other, one, both[1])):
            said[from_, to] = said.get((from_, to), 0) + len(plain)
            letters += read_letters(plain, from_, to)
    return letters, said
