"""Where do the things of a cell lie, what are its roles told, as whom do they run, and which may use the network?"""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import reelm
from reelm.infra.embedded.credentials import Credentials, running_python
from reelm.infra.embedded.folders import SOCKETS
from reelm.infra.embedded.processes import Command

REELM = (sys.executable, "-P", "-m", "reelm.cli")
PACKAGE = Path(reelm.__file__).resolve().parent
# Settings that name a file or folder, which the roles are told whole: they may run elsewhere.
PATHS = (
    "REELM_LEDGER_POLICY",
    "REELM_WITNESS_LOGS",
    "REELM_REALMS_FILE",
    "REELM_DEPLOYMENT_FILE",
    "REELM_POLICIES_DIR",
    "REELM_LAW_DIR",
    "REELM_PEERS_DIR",
)


@dataclass(frozen=True)
class Cell:
    """One realm's processes on this machine: what was asked for, and where its things lie.

    `account` is whom everything but the signer runs as, where root gave the cell one. With `may_close`, what needs no
    network gets none.
    """

    port: int
    data: Path
    realm: str
    sockets: Path
    reelm: tuple[str, ...]
    account: Credentials | None = None
    may_close: bool = False

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def web_socket(self) -> Path:
        return self.sockets / SOCKETS / "web.sock"

    @property
    def gateway_socket(self) -> Path:
        asked = os.environ.get("REELM_GATEWAY_SOCKET")
        return Path(asked).resolve() if asked else self.sockets / SOCKETS / "gateway.sock"

    @property
    def signer_socket(self) -> Path:
        asked = os.environ.get("REELM_SIGNER_SOCKET")
        return Path(asked).resolve() if asked else self.sockets / "signer" / "signer.sock"

    @property
    def client(self) -> Path:
        asked = os.environ.get("REELM_CLIENT_DIST")
        return Path(asked).resolve() if asked else PACKAGE.parents[1] / "client" / "dist"

    @property
    def blobs(self) -> Path:
        asked = os.environ.get("REELM_BLOBS_URL", "")
        return Path(asked.removeprefix("file://")).resolve() if asked.startswith("file://") else self.data / "blobs"

    def log(self, name: str) -> Path:
        return self.data / "logs" / f"{name}.log"


def find_realms_file() -> Path:
    """The file of realms: the operator's, else the one that comes with this code."""
    asked = os.environ.get("REELM_REALMS_FILE")
    return Path(asked).resolve() if asked else PACKAGE.parents[1] / "deploy" / "realms.toml"


def plan_environment(
    inherited: Mapping[str, str], cell: Cell, database_url: str, *, in_front: bool
) -> Mapping[str, str]:
    """The environment of the roles: the operator's, with what this cell decides on top."""
    env = dict(inherited)
    env.setdefault("REELM_PUBLIC_URL", f"http://127.0.0.1:{cell.port}")
    env.setdefault("REELM_BLOBS_URL", f"file://{cell.blobs}")
    env.setdefault("REELM_REALMS_FILE", str(find_realms_file()))
    env.setdefault("REELM_POLICIES_DIR", str(PACKAGE.parents[1] / "deploy" / "policies"))
    env.setdefault("REELM_LAW_DIR", str(PACKAGE.parents[1] / "deploy" / "law"))
    env |= {name: str(Path(env[name]).resolve()) for name in PATHS if env.get(name)}
    env |= {
        "REELM_DATABASE_URL": database_url,
        "REELM_DATA": str(cell.data),
        "REELM_REALM": cell.realm,
        "REELM_CLIENT_DIST": str(cell.client),
        "REELM_SIGNER_SOCKET": str(cell.signer_socket),
        "REELM_GATEWAY_SOCKET": str(cell.gateway_socket),
        "REELM_LISTEN": f"unix:{cell.web_socket}" if in_front else f"127.0.0.1:{cell.port}",
        "REELM_ACCEL": "1" if in_front else "0",
        "PYTHONUNBUFFERED": "1",
    }
    return env if cell.account is None else env | {"HOME": "/"}


def plan_role(cell: Cell, name: str, env: Mapping[str, str]) -> Command:
    """How to run one role. Raises `CannotStart` where the cell's account can't run it from where it is."""
    return plan_command(cell, name.capitalize(), ("serve", name), env, network=needs_network(name, env))


def plan_command(
    cell: Cell,
    name: str,
    words: tuple[str, ...],
    env: Mapping[str, str],
    *,
    network: bool,
    shows_output: bool = False,
) -> Command:
    """How to run one of our own commands as the cell's account. Raises `CannotStart` as `plan_role` does."""
    account = cell.account
    return Command(
        name=name,
        argv=(*cell.reelm, *words),
        env=env,
        log=cell.log(words[-1] if words[0] == "serve" else words[0]),
        stop_signal=signal.SIGTERM,
        grace_s=15.0,
        credentials=None if account is None else running_python(account, PACKAGE, cell.data),
        shows_output=shows_output,
        folder=None if account is None else Path("/"),  # the caller's may be closed to the account
        network=network or not cell.may_close,
    )


def needs_network(role: str, env: Mapping[str, str]) -> bool:
    """Whether a role has anything to do on the network, given what it is told.

    >>> told = {"REELM_DATABASE_URL": "postgresql:///reelm?host=/run/pg", "REELM_LISTEN": "unix:/run/web.sock"}
    >>> [needs_network(role, told) for role in ("web", "worker", "sequencer", "gateway", "outside-worker")]
    [False, False, False, True, True]
    >>> needs_network("sequencer", told | {"REELM_LEDGER_POLICY": "/etc/witnesses"})
    True
    >>> needs_network("worker", told | {"REELM_EVENTS_URL": "nats://127.0.0.1:4222"})
    True
    """
    if role == "signer":  # is asked over its socket, and has no database
        return False
    if role in {"gateway", "zones", "outside-worker"} or not is_on_this_machine(env["REELM_DATABASE_URL"]):
        return True
    if role in {"web", "worker"} and env.get("REELM_EVENTS_URL"):
        return True
    if role == "web":
        return not env["REELM_LISTEN"].startswith("unix:")
    return role == "sequencer" and bool(env.get("REELM_LEDGER_POLICY"))


def is_on_this_machine(database_url: str) -> bool:
    """Whether a database is reached over a Unix socket.

    >>> is_on_this_machine("postgresql:///reelm?host=/run/postgresql&user=reelm")
    True
    >>> is_on_this_machine("postgresql://db.example/reelm"), is_on_this_machine("postgresql:///reelm")
    (False, False)
    """
    parts = urlsplit(database_url)
    hosts = parse_qs(parts.query).get("host", [])
    return not parts.netloc and bool(hosts) and all(host.startswith("/") for host in hosts)
