"""Debian's scepclient and certmonger enrol devices with us: by a right challenge once, and by no other.

`scepclient` goes over TLS, where its SHA-1 and its DES are taken (`scep.py`). Certmonger goes over plain HTTP, as a
daemon that a test starts for itself, on a socket in its own folder, and as the bare `scep-submit`.
"""

import base64
import os
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.unit.devices.enrolling.device import Message, name, request, rsa_key, seal

from reelm.devices import EnrolmentCodeMalformed
from reelm.devices.enrolling import (
    SCEP_CAPABILITIES,
    SCEP_CAPABILITIES_TYPE,
    SCEP_CERTIFICATES_TYPE,
    SCEP_MESSAGE_TYPE,
    Asked,
    Authority,
    FailInfo,
    answer_operation,
    digest_code,
    issue_certificate,
    list_scep_certificates,
    make_authority,
    make_code,
    read_certificate,
    read_operation,
)

SUBMIT, DAEMON = Path("/usr/lib/certmonger/scep-submit"), "/usr/sbin/certmonger"
ORGANISATION, DEVICE, URI = "parliament", "laptop-7", "urn:reelm:device:parliament:laptop-7"
WHY = "is not installed: run make test as root once"
with_scepclient = pytest.mark.skipif(shutil.which("scepclient") is None, reason=f"scepclient {WHY}")
with_certmonger = pytest.mark.skipif(not SUBMIT.exists(), reason=f"certmonger {WHY}")


@cache
def authority() -> Authority:
    """One by this machine's clock, as the programs have no other."""
    return make_authority("eu", datetime.now(UTC))


@dataclass
class Desk:
    """Who decides about requests: each code is for one device, and good once."""

    url: str = ""
    over_tls: bool = False
    codes: dict[bytes, str] = field(default_factory=dict[bytes, str])
    asked: list[Asked] = field(default_factory=list[Asked])

    def hand_out(self, device: str = DEVICE) -> str:
        code = make_code()
        self.codes[digest_code(code)] = device
        return code

    def answer(self, message: bytes) -> bytes:
        return answer_operation(authority(), message, self.decide, datetime.now(UTC), over_tls=self.over_tls)

    def decide(self, asked: Asked) -> x509.Certificate | FailInfo:
        self.asked.append(asked)
        if asked.renews is not None:
            return self._issue(asked, asked.renews.device)
        digest = self._find(asked.challenge or "")
        (common_name,) = asked.request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if digest is None or self.codes[digest] != common_name.value:
            return FailInfo.BAD_REQUEST
        return self._issue(asked, self.codes.pop(digest))

    def _find(self, challenge: str) -> bytes | None:
        try:
            digest = digest_code(challenge)
        except EnrolmentCodeMalformed:
            return None
        return digest if digest in self.codes else None

    def _issue(self, asked: Asked, device: str) -> x509.Certificate:
        now = datetime.now(UTC)
        return issue_certificate(authority(), asked.request, device=device, organisation=ORGANISATION, now=now)


@contextmanager
def _serving(desk: Desk, tls: ssl.SSLContext | None = None) -> Generator[Desk]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            match asked["operation"]:
                case ["GetCACaps"]:
                    self._say(SCEP_CAPABILITIES.encode(), SCEP_CAPABILITIES_TYPE)
                case ["GetCACert"]:
                    self._say(list_scep_certificates(authority()), SCEP_CERTIFICATES_TYPE)
                case _:
                    self._say(desk.answer(base64.b64decode(asked["message"][0])), SCEP_MESSAGE_TYPE)

        def do_POST(self) -> None:
            self._say(desk.answer(self.rfile.read(int(self.headers["Content-Length"]))), SCEP_MESSAGE_TYPE)

        def log_message(self, format: str, *args: object) -> None: ...

        def _say(self, body: bytes, type_: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", type_)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    desk.over_tls = tls is not None
    desk.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}/scep"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def plain() -> Generator[Desk]:
    with _serving(Desk()) as desk:
        yield desk


@pytest.fixture
def encrypted(tmp_path: Path) -> Generator[Desk]:
    """The site's own certificate, which has nothing to do with those of devices, is in `site.pem`."""
    key, now = rsa_key(), datetime.now(UTC)
    builder = x509.CertificateBuilder(name("site"), name("site"), key.public_key(), 1)
    builder = builder.not_valid_before(now.replace(year=now.year - 1, day=1))
    builder = builder.not_valid_after(now.replace(year=now.year + 1, day=1))
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    site = builder.add_extension(here, critical=False).sign(key, SHA256())
    (tmp_path / "site.pem").write_bytes(site.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "site-key.pem").write_bytes(secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "site.pem", tmp_path / "site-key.pem")
    with _serving(Desk(), context) as desk:
        yield desk


def _run(*command: str | Path, **environment: str) -> tuple[int, str]:
    """What a program ends with, and all that it says."""
    ended = subprocess.run(
        command,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        env=os.environ | environment,
    )
    return ended.returncode, ended.stdout


def _look_at(certificate: Path) -> x509.Certificate:
    """A certificate that a client was given, by our means and by OpenSSL's."""
    root = certificate.parent / "root.pem"
    root.write_bytes(authority().certificate.public_bytes(Encoding.PEM))
    verify = ("openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", root, certificate)
    assert _run(*verify) == (0, f"{certificate}: OK\n")
    content = certificate.read_bytes()
    certified = read_certificate(content, authority().certificate, datetime.now(UTC), device=DEVICE)
    assert certified.organisation == ORGANISATION
    read = x509.load_pem_x509_certificate(content)
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert read.subject.rfc4514_string() == f"CN={DEVICE},O={ORGANISATION}"
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [URI]
    return read


def _scepclient(folder: Path, desk: Desk, challenge: str, device: str = DEVICE) -> tuple[int, str]:
    """What `scepclient` ends with, and what it says; what it gets is in client.pem in `folder`."""
    folder.mkdir(exist_ok=True)
    command = ("scepclient", "-server-url", desk.url, "-private-key", folder / "key.pem", "-challenge", challenge)
    trusted = str(folder.parent / "site.pem")
    return _run(*command, "-cn", device, "-organization", "whatever it says", SSL_CERT_FILE=trusted)


@with_scepclient
def test_scepclient_gets_a_certificate_once_and_then_renews_it(encrypted: Desk, tmp_path: Path) -> None:
    code = encrypted.hand_out()
    assert _scepclient(tmp_path / "laptop", encrypted, code.lower())[0] == 0
    first = _look_at(tmp_path / "laptop" / "client.pem")
    ended, told = _scepclient(tmp_path / "other", encrypted, code)
    assert (ended, "badRequest" in told) == (1, True)
    # It signs with the certificate that it has, and asks for the next one.
    assert _scepclient(tmp_path / "laptop", encrypted, "")[0] == 0
    assert _look_at(tmp_path / "laptop" / "client.pem").serial_number != first.serial_number
    assert [one.renews is not None for one in encrypted.asked] == [False, False, True]


@with_scepclient
@pytest.mark.parametrize("device", [DEVICE, "laptop-8"])
def test_scepclient_is_refused_by_a_wrong_challenge_and_for_another_device(
    encrypted: Desk, tmp_path: Path, device: str
) -> None:
    code = encrypted.hand_out()
    challenge = make_code() if device == DEVICE else code
    ended, told = _scepclient(tmp_path / "laptop", encrypted, challenge, device)
    assert (ended, "request failed, failInfo: badRequest" in told) == (1, True), told
    assert not (tmp_path / "laptop" / "client.pem").exists()
    # The code was not used up by it.
    assert _scepclient(tmp_path / "again", encrypted, code)[0] == 0


@with_scepclient
def test_scepclient_is_refused_without_tls(plain: Desk, tmp_path: Path) -> None:
    ended, told = _scepclient(tmp_path / "laptop", plain, plain.hand_out())
    assert (ended, "badAlg" in told) == (1, True), told
    assert not plain.asked


def _submit(folder: Path, desk: Desk, *arguments: str | Path) -> tuple[int, str]:
    for which in ("certificate", "registration"):
        (folder / f"{which}.pem").write_bytes(getattr(authority(), which).public_bytes(Encoding.PEM))
    known = ["-N", folder / "certificate.pem", "-r", folder / "registration.pem"]
    return _run(SUBMIT, "-u", desk.url, *known, *arguments)


@with_certmonger
def test_scep_submit_understands_what_we_say_of_ourselves(plain: Desk, tmp_path: Path) -> None:
    assert _submit(tmp_path, plain, "-c") == (0, f"{SCEP_CAPABILITIES}\n")
    ended, told = _submit(tmp_path, plain, "-C")
    assert ended == 0
    # First whom to encrypt to, then whom to trust.
    assert x509.load_pem_x509_certificates(told.encode()) == [authority().registration, authority().certificate]


@with_certmonger
def test_scep_submit_takes_our_answers_and_tells_why_there_is_no_certificate(plain: Desk, tmp_path: Path) -> None:
    def submit(content: bytes) -> tuple[int, str]:
        message = Message(content=seal(content, authority().registration), at=datetime.now(UTC)).dump()
        text = base64.encodebytes(message).decode()
        (tmp_path / "message.pem").write_text(f"-----BEGIN PKCS7-----\n{text}-----END PKCS7-----\n")
        return _submit(tmp_path, plain, "-p", tmp_path / "message.pem")

    content = request(rsa_key(), plain.hand_out(), DEVICE).public_bytes(Encoding.DER)
    ended, told = submit(content)
    assert (ended, told.startswith("-----BEGIN PKCS7-----")) == (0, True)
    refused = (2, "Transaction either is not permitted or is not supported by server.\n")
    assert submit(content) == refused
    assert submit(b"no request") == (2, "Integrity check of client request failed at server.\n")


def test_a_request_that_openssl_has_sealed_in_pieces_is_read(tmp_path: Path) -> None:
    """Streams are written with their lengths left open, as BER allows."""
    (tmp_path / "request.der").write_bytes(request().public_bytes(Encoding.DER))
    (tmp_path / "registration.pem").write_bytes(authority().registration.public_bytes(Encoding.PEM))
    seal_it = ("openssl", "cms", "-encrypt", "-stream", "-binary", "-aes256", "-outform", "DER")
    files = ("-in", tmp_path / "request.der", "-out", tmp_path / "sealed.der", tmp_path / "registration.pem")
    assert _run(*seal_it, *files) == (0, "")
    content = (tmp_path / "sealed.der").read_bytes()
    assert content.startswith(b"\x30\x80")
    now = datetime.now(UTC)
    asked = read_operation(authority(), Message(content=content, at=now).dump(), now)
    assert isinstance(asked, Asked)
    assert asked.request == request()


Getcert = Callable[..., str]


@pytest.fixture
def getcert(plain: Desk, tmp_path: Path) -> Generator[Getcert]:
    """certmonger's commands, to a daemon that has all it keeps in the test's folder, and knows us as `reelm`."""
    names = ("CONFIG_DIR", "REQUESTS_DIR", "CAS_DIR", "LOCAL_CA_DIR", "TMPDIR")
    environment = {f"CERTMONGER_{one}": str(tmp_path / one.lower()) for one in names} | {
        "CERTMONGER_SYSTEM_LOCK_FILE": str(tmp_path / "lock"),
        "CERTMONGER_PVT_ADDRESS": f"unix:path={tmp_path}/socket",
    }
    for one in names:
        (tmp_path / one.lower()).mkdir()

    def run(*arguments: str | Path) -> str:
        return _run("getcert", *arguments, **environment)[1]

    with (tmp_path / "log").open("wb") as log:
        command = [DAEMON, "-n", "-L", "-P", tmp_path / "socket", "-d", "2"]
        daemon = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | environment)
    try:
        _wait(lambda: "SelfSign" in run("list-cas"))
        run("add-scep-ca", "-c", "reelm", "-u", plain.url)
        _wait(lambda: "thumbprint" in run("list-cas", "-c", "reelm"))
        yield run
    finally:
        daemon.terminate()
        daemon.wait(20)


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until, "certmonger does not come to it"
        time.sleep(0.1)


def _request(getcert: Getcert, folder: Path, id_: str, challenge: str, device: str = DEVICE) -> str:
    """What certmonger says of a request in the end; what it gets is in a file named after it."""
    files = ("-k", folder / f"{id_}.key", "-f", folder / f"{id_}.pem")
    getcert("request", "-c", "reelm", "-I", id_, *files, "-N", f"CN={device}", "-L", challenge, "-w")
    return getcert("list", "-i", id_)


@with_certmonger
def test_certmonger_gets_a_certificate_once_and_then_renews_it(plain: Desk, getcert: Getcert, tmp_path: Path) -> None:
    code = plain.hand_out()
    assert "status: MONITORING" in _request(getcert, tmp_path, "laptop", code)
    first = _look_at(tmp_path / "laptop.pem")
    assert "status: CA_REJECTED" in _request(getcert, tmp_path, "other", code)
    getcert("resubmit", "-i", "laptop", "-w")
    second = _look_at(tmp_path / "laptop.pem")
    assert (second.serial_number != first.serial_number, second.public_key() == first.public_key()) == (True, True)
    getcert("rekey", "-i", "laptop", "-w")
    assert _look_at(tmp_path / "laptop.pem").public_key() != first.public_key()
    assert [one.renews is not None for one in plain.asked] == [False, False, True, True]


@with_certmonger
def test_certmonger_is_refused_by_a_wrong_challenge_and_for_another_device(
    plain: Desk, getcert: Getcert, tmp_path: Path
) -> None:
    code = plain.hand_out()
    for id_, challenge, device in (("one", make_code(), DEVICE), ("two", code, "laptop-8")):
        told = _request(getcert, tmp_path, id_, challenge, device)
        assert "status: CA_REJECTED" in told
        assert "Transaction either is not permitted or is not supported by server." in told
        assert not (tmp_path / f"{id_}.pem").exists()
