"""How does one cell come up on one machine, in which order, and what does it say meanwhile?

PostgreSQL and nginx start together; the schema is brought up to date; the web role starts, then the workers,
so that the first page does not wait for them; then the demo content, if asked for.
"""

import hashlib
import json
import os
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import reelm
from reelm.cli.cell_plan import (
    PACKAGE,
    REELM,
    Cell,
    is_on_this_machine,
    needs_network,
    plan_command,
    plan_environment,
    plan_role,
)
from reelm.cli.foreground import refuse, run_supervised, say, stop_with_make
from reelm.cli.holding import check_port, holding_cell, socket_folder
from reelm.cli.seats import FILE as SEATS
from reelm.infra.embedded import nginx, postgres, probes
from reelm.infra.embedded.credentials import CannotStart, given_account, running_python
from reelm.infra.embedded.folders import find_user, make_socket_folder
from reelm.infra.embedded.network import may_leave_network
from reelm.infra.embedded.signer import signer_command
from reelm.infra.embedded.supervisor import Supervisor, describe_end, tail
from reelm.infra.settings import load_settings

WORKERS = ("worker", "media-worker")
SCHEMA_QUERY = "SELECT version_num FROM alembic_version"


def run_up(
    port: int,
    data: Path,
    realm: str,
    demo: bool,
    *,
    user: str | None = None,
    reelm_command: tuple[str, ...] = REELM,
) -> int:
    """Run one cell in the foreground until SIGINT, SIGTERM or SIGHUP; returns the exit status.

    Prints `Reelm is ready at http://127.0.0.1:PORT` once a page and, with `demo`, a clip are served. Root may name
    the `user` that all of it but the signer runs as. `reelm_command` is how the roles are run; tests put something
    lighter there.
    """
    load_settings()  # what is wrong there is said once, before anything starts
    os.umask(0o077)
    stop_with_make()
    data = data.resolve()
    try:
        _check_kind(data, user)
        account = given_account(user) if user else None
        with holding_cell(data, port, account), socket_folder(data / "run") as sockets:
            check_port(port)
            cell = Cell(port, data, realm, sockets, reelm_command, account, may_leave_network())
            _say_what_is_open(cell, user)
            try:
                return run_supervised(lambda supervisor: _bring_up(cell, supervisor, demo))
            finally:
                (cell.run / "cell.json").unlink(missing_ok=True)
    except CannotStart as problem:
        return refuse(problem)
    except KeyboardInterrupt:
        return 0


def _check_kind(data: Path, user: str | None) -> None:
    """Raises `CannotStart` for a folder of several realms, and for root's cell of a user who is not named."""
    if (data / SEATS).exists():
        raise CannotStart(f"{data} holds several realms: start them with --realms.")
    owner = find_user(data)
    if owner and not user:
        raise CannotStart(f"What {data} holds is of the user {owner}: add --user {owner}.")


def _say_what_is_open(cell: Cell, user: str | None) -> None:
    """Say which of the walls that root's cells have are missing on this machine."""
    if os.geteuid() != 0:
        return
    if not cell.may_close:
        say("  network          the kernel gives out no empty ones: every process keeps the machine's")
    if user and cell.account is None:
        say("  user             can't be changed here: every process but the signer runs as root")
    elif cell.account and running_python(cell.account, PACKAGE, cell.data).capabilities:
        say(f"  user             {PACKAGE} or {cell.data} is closed to others (chmod o+x opens folders): the")
        say("                   cell's processes may read every file of this machine to get there")


def _bring_up(cell: Cell, supervisor: Supervisor, demo: bool) -> None:
    """Start everything in order and say so. Raises `CannotStart` or `Stopped`."""
    say(f"Reelm {reelm.__version__} starts in {cell.data} (realm {cell.realm}).")
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
        supervisor.add(plan_role(cell, name, env))
    _start_ledger(cell, supervisor, env)
    if env.get("REELM_GATEWAY_LISTEN"):
        supervisor.add(plan_role(cell, "gateway", env), vital=False)
    if load_settings().outside:
        supervisor.add(plan_role(cell, "outside-worker", env), vital=False)
    if env.get("REELM_ZONES_LISTEN"):
        supervisor.add(plan_role(cell, "zones", env), vital=False)
    _write_state(cell, env)
    if demo:
        _seed(cell, supervisor, env)
    _wait_for_log(cell, supervisor)
    say(f"Reelm is ready at http://127.0.0.1:{cell.port}")


def _write_state(cell: Cell, env: Mapping[str, str]) -> None:
    """Tell commands about this cell where it is (`cli/cell.py` reads it); root's account may read it too."""
    state = {
        "pid": os.getpid(),
        "port": cell.port,
        "database_url": env["REELM_DATABASE_URL"],
        "public_url": env["REELM_PUBLIC_URL"],
        "realm": cell.realm,
        "signer_socket": str(cell.signer_socket),
        "gateway_socket": str(cell.gateway_socket),
        "gateway_listen": env.get("REELM_GATEWAY_LISTEN", ""),
        "policies_dir": env["REELM_POLICIES_DIR"],
        "law_dir": env["REELM_LAW_DIR"],
        "ledger_origin": env.get("REELM_LEDGER_ORIGIN", ""),
        "realms_file": env["REELM_REALMS_FILE"],
        "deployment_file": env.get("REELM_DEPLOYMENT_FILE") or None,
        "peers_dir": env.get("REELM_PEERS_DIR") or None,
    }
    path = cell.run / "cell.json"
    path.write_text(json.dumps(state))
    if cell.account is not None:
        os.chown(path, 0, cell.account.gid)
        path.chmod(0o640)


def _start_postgres(cell: Cell, supervisor: Supervisor) -> postgres.Cluster | None:
    if os.environ.get("REELM_DATABASE_URL"):
        return None
    cluster = postgres.open_cluster(cell.data / "postgres", cell.sockets / "pg", owner=cell.account)
    supervisor.add(replace(postgres.server_command(cluster, cell.log("postgres")), network=not cell.may_close))
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
        say("  nginx            not available here: the web role serves everything itself")
        return False
    front = nginx.Front(cell.port, cell.web_socket, cell.run / "nginx", cell.blobs, cell.client, cell.data / "ledger")
    supervisor.add(nginx.prepare(front, program, cell.log("nginx"), cell.account))
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
        far = not is_on_this_machine(env["REELM_DATABASE_URL"])
        command = plan_command(cell, "Schema", ("migrate",), env, network=far)
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
    make_socket_folder(cell.sockets, cell.account)
    cell.web_socket.unlink(missing_ok=True)
    with _timed("Web"):
        supervisor.add(plan_role(cell, "web", env))
        supervisor.until(
            lambda: probes.is_healthy(cell.port),
            120,
            f"The web role does not answer; the reason is at the end of {cell.log('web')}.",
            every_s=0.05,
        )


def _start_ledger(cell: Cell, supervisor: Supervisor, env: Mapping[str, str]) -> None:
    """The signer, unless the operator runs one, and the sequencer. Without them staff see nothing private."""
    if not os.environ.get("REELM_SIGNER_SOCKET"):
        command = signer_command(
            (*cell.reelm, "serve", "signer"),
            env,
            cell.log("signer"),
            keys=cell.data / "signer",
            socket=cell.signer_socket,
            package=PACKAGE,
            asked_by=cell.account,
            network=needs_network("signer", env) or not cell.may_close,
        )
        supervisor.add(command, vital=False)
    supervisor.add(plan_role(cell, "sequencer", env), vital=False)


def _wait_for_log(cell: Cell, supervisor: Supervisor) -> None:
    """Give a new log the time for its first checkpoint. A log that does not come is said, and stops nothing."""
    checkpoint, deadline = cell.data / "ledger" / "checkpoint", time.monotonic() + 15
    supervisor.until(lambda: checkpoint.exists() or time.monotonic() > deadline, 20, "")
    if not checkpoint.exists():
        say(f"The log has no checkpoint yet: staff see nothing private until it has; see {cell.log('sequencer')}.")


def _seed(cell: Cell, supervisor: Supervisor, env: Mapping[str, str]) -> None:
    """Make the demo content, and wait until one clip plays. Its failure is said, and changes nothing else."""
    words, far = ("demo", "--data", str(cell.data)), not is_on_this_machine(env["REELM_DATABASE_URL"])
    seeding = supervisor.add(plan_command(cell, "Demo", words, env, network=far, shows_output=True), once=True)
    deadline = time.monotonic() + 900
    while not probes.is_clip_playable(cell.port):
        if seeding.exit_status:
            say(f"Demo content could not be made ({describe_end(seeding.exit_status)}); see {cell.log('demo')}.")
            return
        if time.monotonic() > deadline:
            say(f"No demo clip plays yet; see {cell.log('media-worker')} for what transcoding is doing.")
            return
        wait_until = time.monotonic() + 0.25
        supervisor.until(lambda until=wait_until: time.monotonic() > until, 5, "")


@contextmanager
def _timed(what: str, began: float | None = None) -> Generator[None]:
    """Say how long something took, counted from `began` or from now."""
    began = began or time.monotonic()
    yield
    say(f"  {what:<16} {time.monotonic() - began:.1f} s")
