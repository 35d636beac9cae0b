"""How does one cell come up on one machine, in which order, and what does it say meanwhile?

PostgreSQL and nginx start together; the schema is brought up to date; the web role starts, then the workers,
so that the first page does not wait for them; then the demo content, if asked for.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import reelm
from reelm.infra.embedded import nginx, postgres, probes
from reelm.infra.embedded.credentials import CannotStart
from reelm.infra.embedded.processes import Command, stop_with_parent
from reelm.infra.embedded.signer import signer_command
from reelm.infra.embedded.supervisor import Stopped, Supervisor, describe_end, tail
from reelm.infra.settings import load_settings

REELM = (sys.executable, "-P", "-m", "reelm.cli")
WORKERS = ("worker", "media-worker")
FILES = ("REELM_LEDGER_POLICY", "REELM_WITNESS_LOGS", "REELM_REALMS_FILE", "REELM_DEPLOYMENT_FILE", "REELM_PEERS_DIR")
FOLDERS = ("blobs", "uploads", "work", "keys", "logs", "ledger")
LONGEST_SOCKET_FOLDER = 85  # of the 107 bytes a Unix socket's path may have, leaving room for PostgreSQL's name
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")
PACKAGE = Path(reelm.__file__).resolve().parent
SCHEMA_QUERY = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True)
class Cell:
    """One realm's processes on this machine: what was asked for, and where its things lie."""

    port: int
    data: Path
    realm: str
    sockets: Path
    reelm: tuple[str, ...]

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def web_socket(self) -> Path:
        return self.sockets / "web.sock"

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


def run_up(port: int, data: Path, realm: str, demo: bool, *, reelm_command: tuple[str, ...] = REELM) -> int:
    """Run one cell in the foreground until SIGINT, SIGTERM or SIGHUP; returns the exit status.

    Prints `Reelm is ready at http://127.0.0.1:PORT` once a page and, with `demo`, a clip are served.
    `reelm_command` is how the roles are run; tests put something lighter there.
    """
    load_settings()  # what is wrong there is said once, before anything starts
    os.umask(0o077)
    if _parent_is_make():
        stop_with_parent()
    try:
        with _holding(data.resolve(), port), _socket_folder(data.resolve() / "run") as sockets:
            _check_port(port)
            return _run(Cell(port, data.resolve(), realm, sockets, reelm_command), demo)
    except CannotStart as problem:
        return _refuse(problem)
    except KeyboardInterrupt:
        return 0


def _run(cell: Cell, demo: bool) -> int:
    supervisor = Supervisor(_say)
    status = 0
    try:
        _bring_up(cell, supervisor, demo)
        supervisor.run()
    except Stopped:
        _say("Stopping.")
    except CannotStart as problem:
        status = _refuse(problem)
    finally:
        (cell.run / "cell.json").unlink(missing_ok=True)
        supervisor.stop()
    if status == 0:
        _say("Reelm has stopped.")
    return status


def _bring_up(cell: Cell, supervisor: Supervisor, demo: bool) -> None:
    """Start everything in order and say so. Raises `CannotStart` or `Stopped`."""
    _say(f"Reelm {reelm.__version__} starts in {cell.data} (realm {cell.realm}).")
    began = time.monotonic()
    cluster = _start_postgres(cell, supervisor)
    database_url = os.environ.get("REELM_DATABASE_URL") or (cluster.url() if cluster else "")
    in_front = _start_nginx(cell, supervisor)
    if cluster is not None:
        _wait_for_postgres(cluster, cell, supervisor, began)
    env = plan_environment(os.environ, cell, database_url, in_front=in_front)
    _migrate(cell, supervisor, cluster, env)
    _start_web(cell, supervisor, env)
    for name in WORKERS:
        supervisor.add(_role(cell, name, env))
    _start_ledger(cell, supervisor, env)
    state = {
        "pid": os.getpid(),
        "port": cell.port,
        "database_url": database_url,
        "public_url": env["REELM_PUBLIC_URL"],
        "realm": cell.realm,
        "signer_socket": str(cell.signer_socket),
        "ledger_origin": env.get("REELM_LEDGER_ORIGIN", ""),
        "realms_file": env["REELM_REALMS_FILE"],
        "deployment_file": env.get("REELM_DEPLOYMENT_FILE") or None,
        "peers_dir": env.get("REELM_PEERS_DIR") or None,
    }
    (cell.run / "cell.json").write_text(json.dumps(state))
    if demo:
        _seed(cell, supervisor, env)
    _wait_for_log(cell, supervisor)
    _say(f"Reelm is ready at http://127.0.0.1:{cell.port}")


def plan_environment(
    inherited: Mapping[str, str], cell: Cell, database_url: str, *, in_front: bool
) -> Mapping[str, str]:
    """The environment of the roles: the operator's, with what this cell decides on top."""
    env = dict(inherited)
    env.setdefault("REELM_PUBLIC_URL", f"http://127.0.0.1:{cell.port}")
    env.setdefault("REELM_BLOBS_URL", f"file://{cell.blobs}")
    env.setdefault("REELM_REALMS_FILE", str(PACKAGE.parents[1] / "deploy" / "realms.toml"))
    env |= {name: str(Path(env[name]).resolve()) for name in FILES if env.get(name)}
    env |= {
        "REELM_DATABASE_URL": database_url,
        "REELM_DATA": str(cell.data),
        "REELM_REALM": cell.realm,
        "REELM_CLIENT_DIST": str(cell.client),
        "REELM_SIGNER_SOCKET": str(cell.signer_socket),
        "REELM_LISTEN": f"unix:{cell.web_socket}" if in_front else f"127.0.0.1:{cell.port}",
        "REELM_ACCEL": "1" if in_front else "0",
        "PYTHONUNBUFFERED": "1",
    }
    return env


def _start_postgres(cell: Cell, supervisor: Supervisor) -> postgres.Cluster | None:
    if os.environ.get("REELM_DATABASE_URL"):
        return None
    cluster = postgres.open_cluster(cell.data / "postgres", cell.sockets / "pg")
    supervisor.add(postgres.server_command(cluster, cell.log("postgres")))
    return cluster


def _wait_for_postgres(cluster: postgres.Cluster, cell: Cell, supervisor: Supervisor, began: float) -> None:
    with _timed(cluster.name, began):
        watched = supervisor.watched[0]
        supervisor.until(
            lambda: watched.child is not None and postgres.is_ready(cluster, watched.child.pid),
            60,
            f"PostgreSQL did not start within a minute; the reason is at the end of {cell.log('postgres')}.",
        )


def _start_nginx(cell: Cell, supervisor: Supervisor) -> bool:
    """Whether nginx is in front; where there is none, the web role takes the port itself."""
    program = nginx.find_nginx()
    if program is None:
        _say("  nginx            not available here: the web role serves everything itself")
        return False
    front = nginx.Front(cell.port, cell.web_socket, cell.run / "nginx", cell.blobs, cell.client, cell.data / "ledger")
    supervisor.add(nginx.prepare(front, program, cell.log("nginx")))
    return True


def _migrate(cell: Cell, supervisor: Supervisor, cluster: postgres.Cluster | None, env: Mapping[str, str]) -> None:
    """Bring the schema up to date, unless this very code is known to have done so in this very database."""
    known = cell.run / "schema.json"
    wanted = _schema_fingerprint()
    if cluster is not None and wanted and known.exists():
        version = postgres.ask(cluster, SCHEMA_QUERY)
        if version and json.loads(known.read_text()) == {"fingerprint": wanted, "version": version}:
            return
    with _timed("Schema"):
        command = Command("Schema", (*cell.reelm, "migrate"), env, cell.log("migrate"))
        status = supervisor.run_to_end(command, 600)
    if status != 0:
        reason = (tail(command.log, 1) or ["no reason given"])[-1]
        raise CannotStart(f"The schema could not be brought up to date ({describe_end(status)}): {reason}")
    if cluster is not None and wanted:
        version = postgres.ask(cluster, SCHEMA_QUERY)
        known.write_text(json.dumps({"fingerprint": wanted, "version": version}))


def _schema_fingerprint() -> str:
    """A digest of every migration of this code; empty when there are none."""
    folders = PACKAGE.rglob("migrations")
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".sql"})
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest() if files else ""


def _start_web(cell: Cell, supervisor: Supervisor, env: Mapping[str, str]) -> None:
    cell.web_socket.unlink(missing_ok=True)
    with _timed("Web"):
        supervisor.add(_role(cell, "web", env))
        supervisor.until(
            lambda: probes.is_healthy(cell.port),
            120,
            f"The web role does not answer; the reason is at the end of {cell.log('web')}.",
            every_s=0.05,
        )


def _start_ledger(cell: Cell, supervisor: Supervisor, env: Mapping[str, str]) -> None:
    """The signer, unless the operator runs one, and the sequencer. Without them staff see nothing private."""
    if not os.environ.get("REELM_SIGNER_SOCKET"):
        argv, keys = (*cell.reelm, "serve", "signer"), cell.data / "signer"
        command = signer_command(argv, env, cell.log("signer"), keys=keys, socket=cell.signer_socket, package=PACKAGE)
        supervisor.add(command, vital=False)
    supervisor.add(_role(cell, "sequencer", env), vital=False)


def _wait_for_log(cell: Cell, supervisor: Supervisor) -> None:
    """Give a new log the time for its first checkpoint. A log that does not come is said, and stops nothing."""
    checkpoint, deadline = cell.data / "ledger" / "checkpoint", time.monotonic() + 15
    supervisor.until(lambda: checkpoint.exists() or time.monotonic() > deadline, 20, "")
    if not checkpoint.exists():
        _say(f"The log has no checkpoint yet: staff see nothing private until it has; see {cell.log('sequencer')}.")


def _seed(cell: Cell, supervisor: Supervisor, env: Mapping[str, str]) -> None:
    """Make the demo content, and wait until one clip plays. Its failure is said, and changes nothing else."""
    arguments = (*cell.reelm, "demo", "--data", str(cell.data))
    seeding = supervisor.add(Command("Demo", arguments, env, cell.log("demo"), shows_output=True), once=True)
    deadline = time.monotonic() + 900
    while not probes.is_clip_playable(cell.port):
        if seeding.exit_status:
            _say(f"Demo content could not be made ({describe_end(seeding.exit_status)}); see {cell.log('demo')}.")
            return
        if time.monotonic() > deadline:
            _say(f"No demo clip plays yet; see {cell.log('media-worker')} for what transcoding is doing.")
            return
        wait_until = time.monotonic() + 0.25
        supervisor.until(lambda until=wait_until: time.monotonic() > until, 5, "")


def _role(cell: Cell, name: str, env: Mapping[str, str]) -> Command:
    return Command(name.capitalize(), (*cell.reelm, "serve", name), env, cell.log(name), signal.SIGTERM, 15.0)


@contextmanager
def _holding(data: Path, port: int) -> Generator[None]:
    """Hold the folder, so that no second cell starts in it. Raises `CannotStart` when one runs there.

    Processes of a run that was killed may still be ending: their guard holds the lock, and we wait for it.
    """
    try:
        data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        for name in FOLDERS:
            (data / name).mkdir(exist_ok=True)
        (data / "run").mkdir(exist_ok=True)
        (data / "run").chmod(0o711)  # root's PostgreSQL goes through it to its socket, and sees nothing else
        lock = (data / "run" / "lock").open("a+")
    except OSError as error:
        raise CannotStart(f"{data} can't be used: {error.strerror}. Give another folder with DATA=.") from error
    with lock:
        deadline = time.monotonic() + 15
        while not _locked(lock.fileno()):
            lock.seek(0)
            holder = lock.read().strip()
            if _is_alive(holder) or time.monotonic() > deadline:
                raise CannotStart(
                    f"Reelm already runs in {data} (process {holder}). "
                    f"For another beside it: make up PORT={_free_port_after(port)} DATA={data.name}2"
                )
            time.sleep(0.1)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _locked(lock: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _is_alive(pid: str) -> bool:
    return pid.isdigit() and Path(f"/proc/{pid}").exists()


@contextmanager
def _socket_folder(run: Path) -> Generator[Path]:
    """A folder for Unix sockets: `run` itself, or a private temporary one where its path is too long or odd."""
    link = run / "sockets"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)  # of a run that was killed
        link.unlink()
    if len(os.fsencode(run)) <= LONGEST_SOCKET_FOLDER and PLAIN.issuperset(str(run)):
        yield run
        return
    folder = Path(tempfile.mkdtemp(prefix="reelm-", dir="/tmp"))
    folder.chmod(0o711)
    link.symlink_to(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        link.unlink(missing_ok=True)


def _check_port(port: int) -> None:
    try:
        if probes.is_free(port):
            return
    except PermissionError as error:
        raise CannotStart(f"Port {port} is kept for root. Try make up PORT=8000.") from error
    raise CannotStart(f"Port {port} is taken. Try make up PORT={_free_port_after(port)}.")


def _free_port_after(port: int) -> int:
    return next((p for p in range(port + 1, min(port + 100, 65536)) if probes.is_free(p)), 8000)


def _parent_is_make() -> bool:
    with suppress(OSError):
        return Path(f"/proc/{os.getppid()}/comm").read_text().strip() in {"make", "gmake"}
    return False


@contextmanager
def _timed(what: str, began: float | None = None) -> Generator[None]:
    """Say how long something took, counted from `began` or from now."""
    began = began or time.monotonic()
    yield
    _say(f"  {what:<16} {time.monotonic() - began:.1f} s")


def _say(line: str) -> None:
    with suppress(OSError):  # whoever read our output may be gone
        print(line, flush=True)


def _refuse(problem: CannotStart) -> int:
    print(f"reelm: {problem}", file=sys.stderr, flush=True)
    return 1
