"""Resolvers of others, with our zone as their response policy: BIND, and Unbound before a BIND that has none."""

import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import pytest

STAFF, EXCEPTED = "127.0.0.1", "127.0.0.2"
POLICY = 'response-policy { zone "policy.reelm.example"; };'
NAMED = """
options {{
    directory "{folder}"; pid-file none; session-keyfile "{folder}/session.key"; managed-keys-directory "{folder}";
    listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion yes; dnssec-validation no;
    allow-query {{ 127.0.0.0/8; }}; allow-recursion {{ 127.0.0.0/8; }}; {policy}
}};
controls {{ }};
zone "example" {{ type primary; file "{folder}/example.zone"; }};
zone "policy.reelm.example" {{ type primary; file "{folder}/policy.zone"; }};
"""
UNBOUND = """
server:
    directory: "{folder}"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    interface: 127.0.0.1@{port}
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: no
    module-config: "respip iterator"
    local-zone: "example." nodefault
remote-control:
    control-enable: no
stub-zone:
    name: "example"
    stub-addr: 127.0.0.1@{upstream}
rpz:
    name: "policy.reelm.example"
    zonefile: "{folder}/policy.zone"
"""
WORLD = """$TTL 60
@ IN SOA localhost. hostmaster.localhost. 1 60 60 604800 60
@ IN NS localhost.
* IN A 192.0.2.80
*.shortvideo IN A 192.0.2.80
"""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _running(folder: Path, port: int, *command: str | Path) -> Generator[int]:
    """A resolver, once it answers on `port`."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        for _ in range(100):
            if process.poll() is not None or _answers(port):
                break
            time.sleep(0.1)
        assert process.poll() is None, (folder / "log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        return ask(port, "control.example", timeout_s=0.5) == "NOERROR"
    except (OSError, dns.exception.Timeout):
        return False


@contextmanager
def bind(
    folder: Path, zone: bytes, policy: str = POLICY, *, more: str = "", port: int | None = None
) -> Generator[int]:
    """`more` is added to its configuration."""
    folder.mkdir(exist_ok=True)
    port = port or free_port()
    (folder / "policy.zone").write_bytes(zone)
    (folder / "example.zone").write_text(WORLD)
    (folder / "named.conf").write_text(NAMED.format(folder=folder, port=port, policy=policy) + more)
    with _running(folder, port, "named", "-g", "-n", "1", "-c", folder / "named.conf") as answering:
        yield answering


@contextmanager
def unbound(folder: Path, zone: bytes) -> Generator[int]:
    """Its names come from a BIND that knows of no policy."""
    folder.mkdir(exist_ok=True)
    with bind(folder / "upstream", zone, policy="") as upstream:
        port = free_port()
        (folder / "policy.zone").write_bytes(zone)
        (folder / "unbound.conf").write_text(UNBOUND.format(folder=folder, port=port, upstream=upstream))
        with _running(folder, port, "unbound", "-d", "-c", folder / "unbound.conf") as answering:
            yield answering


def ask(port: int, name: str, client: str = STAFF, timeout_s: float = 10) -> str:
    query = dns.message.make_query(name, "A")
    answer = dns.query.udp(query, "127.0.0.1", port=port, source=client, timeout=timeout_s)
    return dns.rcode.to_text(answer.rcode())


def installed(program: str) -> pytest.MarkDecorator:
    why = f"{program} is not installed: run make test as root once"
    return pytest.mark.skipif(shutil.which("named") is None or shutil.which(program) is None, reason=why)
