"""`reelm devices probe` tells what is open, what was closed and what it could not measure, on real programs.

Two BINDs, one with our zone and one without; a resolver over HTTPS and the app's own site, by TLS; and Chromium with
our policy and without. What goes around a decision is told as open.
"""

import json
import os
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.browser.conftest import CHROMIUM_FLAGS, find_chromium
from tests.conformance.devices.browsing import managed_by
from tests.conformance.devices.compiling import DECISION, DOMAIN, EXAMPLE, compile_example
from tests.conformance.devices.resolving import bind, free_port, installed

from reelm.cli.__main__ import main
from reelm.devices.probing import Probes, Way, read_probes, summarise

EMBEDDED = f"https://www.{DOMAIN}/embed"


@contextmanager
def serving(folder: Path, upstream: int) -> Generator[int]:
    """Over TLS: the app's site, and at `/dns-query` a resolver that asks `upstream`; its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send("text/html", b"<h1>The app is here</h1>")

        do_HEAD = do_GET  # noqa: N815 - the server's own name

        def do_POST(self) -> None:
            asked = dns.message.from_wire(self.rfile.read(int(self.headers["Content-Length"])))
            told = dns.query.udp(asked, "127.0.0.1", port=upstream, timeout=5)
            self._send("application/dns-message", told.to_wire())

        def _send(self, kind: str, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A browser that goes away, or does not like the certificate."""

    with Quiet(("127.0.0.1", 0), Answer) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certify(folder))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def certify(folder: Path) -> Path:
    """A certificate of the app's, with its key; one of its names the decision does not list."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DOMAIN)])
    names: list[x509.GeneralName] = [x509.DNSName(one) for one in (DOMAIN, f"*.{DOMAIN}", "other-name.example")]
    names.append(x509.IPAddress(ip_address("127.0.0.1")))
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    )
    made = builder.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(key, SHA256())
    file = folder / "site.pem"
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + written)
    return file


def probe(folder: Path, *words: str) -> Probes:
    """What the command writes."""
    out = folder / "probes.json"
    assert main(["devices", "probe", str(EXAMPLE), "--control", "control.example", "--out", str(out), *words]) == 0
    now, decision = datetime.now(UTC), DECISION.decision.id
    return read_probes(out.read_bytes(), decision=decision, sha256=DECISION.digest, now=now)


def by_way(told: Probes) -> dict[str, str]:
    return {str(way): str(summarise(told.list_by(way))) for way in Way}


@installed("named")
def test_what_goes_around_a_zone_is_told_as_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = compile_example("rpz")["everybody.zone"]
    with (
        bind(tmp_path / "ours", zone) as ours,
        bind(tmp_path / "another", zone, policy="") as another,
        serving(tmp_path, another) as site,
    ):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "site.pem"))
        words = [
            *("--resolver", f"127.0.0.1:{ours}", "--other-resolver", f"127.0.0.1:{another}"),
            *("--doh", f"https://127.0.0.1:{site}/dns-query", "--address", f"127.0.0.1:{site}"),
            *("--certificate", str(tmp_path / "site.pem"), "--candidate", f"www.{DOMAIN}"),
        ]
        told = probe(tmp_path, *words)
    assert by_way(told) == {
        "resolver": "closed",
        "other-resolver": "open",
        "dns-over-https": "open",
        "address": "open",
        "alternate-domain": "open",
        "browser": "not-measured",
        "embed": "not-measured",
    }
    assert [one.target for one in told.list_by(Way.ALTERNATE)] == [f"other-name.example by 127.0.0.1:{ours}"]


@installed("named")
def test_a_resolver_without_the_zone_is_open_and_one_that_says_nothing_is_not_measured(tmp_path: Path) -> None:
    zone = compile_example("rpz", lifted=True)["everybody.zone"]
    with bind(tmp_path / "lifted", zone) as lifted:
        told = probe(tmp_path, "--resolver", f"127.0.0.1:{lifted}")
        assert by_way(told)["resolver"] == "open"
        nobody = f"127.0.0.1:{free_port()}"
        told = probe(
            tmp_path, "--resolver", nobody, "--other-resolver", f"127.0.0.1:{lifted}", "--candidate", "x.example"
        )
    assert by_way(told)["resolver"] == by_way(told)["alternate-domain"] == "not-measured"
    assert by_way(told)["other-resolver"] == "open"


@installed("named")
def test_a_name_that_exists_nowhere_was_not_blocked(tmp_path: Path) -> None:
    zone = compile_example("rpz")["everybody.zone"]
    with bind(tmp_path / "ours", zone) as ours:
        told = probe(tmp_path, "--resolver", f"127.0.0.1:{ours}", "--address", f"127.0.0.1:{free_port()}")
    assert by_way(told)["resolver"] == "not-measured"
    assert by_way(told)["address"] == "closed"


@pytest.mark.skipif(find_chromium() is None, reason="Chromium is not installed")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may write Chromium's policies")
def test_a_managed_browser_closes_page_and_frame_and_another_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = free_port()
    with serving(tmp_path, nobody) as site:
        flags = [
            *CHROMIUM_FLAGS,
            f"--host-resolver-rules=MAP *.example 127.0.0.1:{site}",
            "--ignore-certificate-errors",
        ]
        words = ["--resolver", f"127.0.0.1:{nobody}", "--chromium", str(find_chromium()), "--embed", EMBEDDED]
        words += [f"--chromium-flag={flag}" for flag in flags]
        unmanaged = by_way(probe(tmp_path, *words))
        with managed_by(compile_example("chromium")["suspensions.json"]):
            managed = by_way(probe(tmp_path, *words))
    assert (unmanaged["browser"], unmanaged["embed"]) == ("open", "open")
    assert (managed["browser"], managed["embed"]) == ("closed", "closed")
    assert "BLOCKED_BY_ADMINISTRATOR" in capsys.readouterr().out


def test_a_browser_that_is_none_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["devices", "probe", str(EXAMPLE), "--resolver", f"127.0.0.1:{free_port()}", "--chromium", "/bin/true"]
    assert main(words) == 1
    assert "does not answer as Chromium does" in capsys.readouterr().err


def test_a_changed_decision_is_not_probed(tmp_path: Path) -> None:
    changed = json.loads(EXAMPLE.read_bytes())
    changed["app"]["domains"] = ["another.example"]
    (tmp_path / "decision.json").write_text(json.dumps(changed))
    keys = EXAMPLE.with_name("decision-example.keys.json")
    assert main(["devices", "probe", str(tmp_path / "decision.json"), "--keys", str(keys)]) == 1
