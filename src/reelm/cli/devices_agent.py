"""`reelm devices agent`: a desktop enrols, and from then on fetches what binds it, puts it in place, and reports.

The device's key is made here, for its owner only to read, and never leaves the machine. What the organisation sees is
told before a personal device enrols, and asked about.
"""

import argparse
import os
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey

from reelm import devices
from reelm.cli.devices_desktop import find_apps, place
from reelm.cli.files import FileNotUsable, read_file, write_file
from reelm.infra.asking import Heard, Line
from reelm.kernel.errors import Problem
from reelm.kernel.words import say

KEY, CERTIFICATE, AUTHORITY, SERVER = "key.pem", "certificate.pem", "authority.pem", "server"
CLOCKS_DIFFER = timedelta(minutes=5)
_NO_CONTENT, _REFUSED, _NOT_RECOGNISED, _NOT_THERE = 204, 400, 401, 404


@dataclass(eq=False)
class ServerRefuses(Problem):
    """The server has answered, and said no: in its own words."""

    status: ClassVar[int] = 502
    code: int
    said: str


@dataclass(eq=False)
class ClockWrong(Problem):
    """This machine's clock is too far from the server's for anything that it signs to be taken."""

    status: ClassVar[int] = 409
    minutes: int


@dataclass(eq=False)
class CodeNeeded(Problem):
    """A device that is not enrolled here, and no code to enrol it with."""

    status: ClassVar[int] = 422
    state: str


@dataclass(eq=False)
class ServerOther(Problem):
    """The folder is that of a device enrolled elsewhere."""

    status: ClassVar[int] = 409
    server: str


@dataclass(eq=False)
class NotAgreed(Problem):
    """Whoever has the device did not agree, so that it is not enrolled."""

    status: ClassVar[int] = 409


@dataclass
class Agent:
    """One device, its key, and the line to its server."""

    line: Line
    state: Path
    key: ec.EllipticCurvePrivateKey
    shown: str = ""

    def ask(self, method: str, path: str, told: Any = None) -> Any:
        """What is answered to this device. Raises `ServerRefuses`, `ClockWrong`, `AddressNotAnswering`."""
        headers = {"Reelm-Device": self.shown} if self.shown else {}
        return _take(self.line.ask(method, f"/device{path}", told, **headers))

    def get_pass(self) -> None:
        """Show the key, and be known by it for some hours."""
        key = ECKey(self.key, self.key)
        proof = devices.make_proof(key, audience=self.line.url, jti=secrets.token_urlsafe(18), now=datetime.now(UTC))
        self.shown = self.ask("POST", "/pass", {"proof": proof})["token"]


def run_agent(arguments: argparse.Namespace) -> int:
    """Enrol if need be, then do a round, or one after the other until it is stopped."""
    with Line(arguments.server) as line:
        agent = _open(arguments, line)
        if not (agent.state / CERTIFICATE).exists() and not _is_enrolled(agent):
            _enrol(agent, arguments)
        if arguments.once:
            _go_round(agent, arguments)
        else:
            with suppress(KeyboardInterrupt):
                _go_on(agent, arguments)
    return 0


def _open(arguments: argparse.Namespace, line: Line) -> Agent:
    state: Path = arguments.state
    known = state / SERVER
    if known.exists() and (server := read_file(known).decode("utf-8", "replace").strip()) != line.url:
        raise ServerOther(server=server)
    if not (state / KEY).exists():
        if arguments.code is None:
            raise CodeNeeded(state=str(state))
        _make_key(state / KEY)
        write_file(known, f"{line.url}\n".encode())
    try:
        key = load_pem_private_key(read_file(state / KEY), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise FileNotUsable(path=str(state / KEY))
    return Agent(line, state, key)


def _make_key(path: Path) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    except OSError:
        raise FileNotUsable(path=str(path)) from None


def _enrol(agent: Agent, arguments: argparse.Namespace) -> None:
    if arguments.code is None:
        raise CodeNeeded(state=str(agent.state))
    device = agent.ask("POST", "/code", {"code": arguments.code})
    _say_what_is_seen(device)
    is_own = device["ownership"] == "enrolled-personal"
    if is_own and not arguments.yes and not _agrees():
        raise NotAgreed
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device["code"])])
    request = x509.CertificateSigningRequestBuilder(name).sign(agent.key, SHA256()).public_bytes(Encoding.PEM)
    told = {"code": arguments.code, "request": request.decode(), "consents": is_own}
    enrolled = agent.ask("POST", "/enrol", told)
    write_file(agent.state / AUTHORITY, enrolled["authority"].encode())
    write_file(agent.state / CERTIFICATE, enrolled["certificate"].encode())
    print(f"enrolled: {device['code']} of {device['organisation_name']}")


def _is_enrolled(agent: Agent) -> bool:
    """Whether the server knows the key: also where its answer to that was lost."""
    try:
        agent.get_pass()
    except ServerRefuses:
        return False
    return True


def _say_what_is_seen(device: dict[str, Any]) -> None:
    print(f"{device['organisation_name']} manages this device, {device['code']}.")
    for key, words in (("seen", "it sees"), ("done", "it may have done"), ("not_seen", "it does not see")):
        print(f"  {words}: {', '.join(device['visible'][key]) or 'nothing'}")


def _agrees() -> bool:
    if not sys.stdin.isatty():
        return False
    return input("It is a device of your own. Do you agree? [y/N] ").strip().lower() in {"y", "yes"}


def _go_on(agent: Agent, arguments: argparse.Namespace) -> None:
    """Round after round. What goes wrong in one is told, and left to the next."""
    while True:
        try:
            _go_round(agent, arguments)
        except Problem as problem:
            words = say(problem.slug(), problem.facts(), "en")
            print(f"reelm: {words.title}. {words.detail}", file=sys.stderr, flush=True)
        time.sleep(arguments.every)


def _go_round(agent: Agent, arguments: argparse.Namespace) -> None:
    agent.get_pass()
    here = agent.ask("GET", "")
    _show(agent, here["decisions"], acknowledge=arguments.acknowledge)
    policies = agent.ask("GET", "/policies")
    done = place(policies["files"], arguments.policies, agent.state) if arguments.policies else []
    found = find_apps(policies["asked"])
    if policies["asked"]:
        report = {"apps": sorted(found), "asked": policies["asked"], "at": datetime.now(UTC).isoformat()}
        agent.ask("POST", "/reports", report)
    for line in (*done, *(f"found: {one}" for one in sorted(found))):
        print(line)
    print(f"reported: {len(found)} of {len(policies['asked'])} suspended apps found here", flush=True)


def _show(agent: Agent, decisions: Sequence[dict[str, Any]], *, acknowledge: bool) -> None:
    for one in decisions:
        print(f"{one['organisation']} suspends {one['app']} ({one['state']}), in force from {one['deadline_at']}")
        print(f"  until it is reviewed, by {one['review_by']}; ask {one['contact']}")
        print(f"  {one['reason']}")
        if acknowledge and one["acknowledged_at"] is None:
            print(f"  {_acknowledge(agent, one['id'])}")


def _acknowledge(agent: Agent, decision: str) -> str:
    try:
        agent.ask("POST", f"/decisions/{decision}/acknowledge")
    except ServerRefuses as refused:
        if refused.code != _NOT_THERE:
            raise
        return "not acknowledged: the device is nobody's in particular"
    return "acknowledged"


def _take(heard: Heard) -> Any:
    if heard.status == _NO_CONTENT or (heard.status < _REFUSED and heard.told is not None):
        return heard.told
    differs = abs(datetime.now(UTC) - heard.at) if heard.at else timedelta(0)
    if heard.status == _NOT_RECOGNISED and differs > CLOCKS_DIFFER:
        raise ClockWrong(minutes=int(differs.total_seconds() // 60))
    told = heard.told or {}
    said = f"{told.get('title', 'nothing that is understood')}. {told.get('detail', '')}".strip().rstrip(".")
    raise ServerRefuses(code=heard.status, said=said)
