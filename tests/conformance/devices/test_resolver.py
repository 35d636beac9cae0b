"""BIND loads our zone: the app's names are gone, others are not, and an excepted client gets all of them."""

import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import pytest
from tests.conformance.devices.compiling import DOMAIN, compile_example, fleet_with_one_excepted

from reelm.devices import EVERYBODY

STAFF, EXCEPTED = "127.0.0.1", "127.0.0.2"
NAMES = {DOMAIN, f"www.{DOMAIN}", "a.b.shortvideo-cdn.example"}
CONF = """
options {{
    directory "{folder}"; pid-file none; session-keyfile "{folder}/session.key"; managed-keys-directory "{folder}";
    listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion yes; dnssec-validation no;
    allow-query {{ 127.0.0.0/8; }}; allow-recursion {{ 127.0.0.0/8; }};
    response-policy {{ zone "policy.reelm.example"; }};
}};
controls {{ }};
zone "example" {{ type primary; file "{folder}/example.zone"; }};
zone "policy.reelm.example" {{ type primary; file "{folder}/policy.zone"; }};
"""
WORLD = """$TTL 60
@ IN SOA localhost. hostmaster.localhost. 1 60 60 604800 60
@ IN NS localhost.
* IN A 192.0.2.80
*.shortvideo IN A 192.0.2.80
"""

pytestmark = pytest.mark.skipif(
    shutil.which("named") is None, reason="BIND is not installed: run make test as root once, or install bind9"
)


@contextmanager
def _bind_running(folder: Path, zone: bytes) -> Generator[int]:
    folder.mkdir(exist_ok=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    (folder / "policy.zone").write_bytes(zone)
    (folder / "example.zone").write_text(WORLD)
    (folder / "named.conf").write_text(CONF.format(folder=folder, port=port))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["named", "-g", "-n", "1", "-c", folder / "named.conf"], stderr=log)
    try:
        for _ in range(100):
            if b"running" in (folder / "log").read_bytes() or process.poll() is not None:
                break
            time.sleep(0.1)
        assert process.poll() is None, (folder / "log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _ask(port: int, name: str, client: str = STAFF) -> str:
    query = dns.message.make_query(name, "A")
    answer = dns.query.udp(query, "127.0.0.1", port=port, source=client, timeout=10)
    return dns.rcode.to_text(answer.rcode())


def _ask_all(port: int, client: str = STAFF) -> set[str]:
    return {_ask(port, name, client) for name in NAMES}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "bind"


def test_names_of_a_suspended_app_are_gone_and_come_back_when_it_is_lifted(folder: Path) -> None:
    zone = f"{EVERYBODY}.zone"
    lifted, suspended = (compile_example("rpz", lifted=one)[zone] for one in (True, False))
    for content, said in ((lifted, "NOERROR"), (suspended, "NXDOMAIN"), (lifted, "NOERROR")):
        with _bind_running(folder, content) as port:
            assert (_ask_all(port), _ask(port, "control.example")) == ({said}, "NOERROR")


def test_an_excepted_client_gets_the_names_that_others_do_not(folder: Path) -> None:
    zone = compile_example("rpz", fleet_with_one_excepted(EXCEPTED))[f"{EVERYBODY}.zone"]
    with _bind_running(folder, zone) as port:
        assert (_ask_all(port, STAFF), _ask_all(port, EXCEPTED)) == ({"NXDOMAIN"}, {"NOERROR"})
