"""How do the cells of several realms run on one machine, and how does one more join them while they run?

Each realm is a whole `reelm up` of its own, below DATA/CODE, started one after the other so that a small machine is
not asked for everything at once. They share what is public: the dated decisions and the folder of cards. Which realms
run is decided in DATA/deployment.toml; a realm that is added there is started beside the others, which go on.
"""

import os
import pwd
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reelm.cli.cell_plan import REELM, find_realms_file
from reelm.cli.decisions import (
    DECISIONS,
    append_decision,
    find_in_force,
    read_decisions,
    read_world,
)
from reelm.cli.foreground import refuse, run_supervised, say, stop_with_make
from reelm.cli.holding import check_port, holding
from reelm.cli.seats import Seat, plan_seat, read_seats, write_seats
from reelm.infra.embedded import probes
from reelm.infra.embedded.credentials import CannotStart, Credentials, given_account
from reelm.infra.embedded.folders import make_folders
from reelm.infra.embedded.processes import Command
from reelm.infra.embedded.supervisor import Supervisor, Watched
from reelm.infra.settings import load_settings
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.words import say as say_problem
from reelm.realms import Decision

PEERS = "peers"
LONGEST_START_S = 1500  # demo content may take most of it
STOPPING_S = 60.0  # a cell stops by turns
READY = "Reelm is ready at "
# What is one cell's own, and so can't be told to all of them.
ONE_CELLS = (
    *("REELM_DATA", "REELM_REALM", "REELM_DATABASE_URL", "REELM_BLOBS_URL", "REELM_SECRET", "REELM_LISTEN"),
    *("REELM_SIGNER_SOCKET", "REELM_LEDGER_ORIGIN", "REELM_WITNESS_NAME", "REELM_DEPLOYMENT_FILE"),
    *("REELM_PEERS_DIR", "REELM_GATEWAY_LISTEN", "REELM_GATEWAY_ADDRESS", "REELM_GATEWAY_SOCKET"),
    *("REELM_ZONES_LISTEN", "REELM_ZONES_NOTIFY"),
)


@dataclass(frozen=True)
class Plan:
    """What was asked for. `cell_command` is how a cell is run; tests put something lighter there."""

    port: int
    data: Path
    realms: tuple[RealmCode, ...]
    demo: bool
    cell_command: tuple[str, ...] = REELM

    @property
    def decisions(self) -> Path:
        return self.data / DECISIONS

    @property
    def peers(self) -> Path:
        return self.data / PEERS


def run_fleet(plan: Plan) -> int:
    """Run one cell a realm in the foreground until SIGINT, SIGTERM or SIGHUP; returns the exit status."""
    load_settings()  # what is wrong there is said once, before anything starts
    os.umask(0o077)
    stop_with_make()
    try:
        _check_environment(os.environ)
        list_known(plan.realms)
        _make_folder(plan)
        with holding(plan.data, "Add a realm to it with reelm realm add."):
            fleet = open_fleet(plan)
            return run_supervised(fleet.bring_up, fleet.look)
    except CannotStart as problem:
        return refuse(problem)
    except KeyboardInterrupt:
        return 0


def open_fleet(plan: Plan) -> "Fleet":
    """Decide which realms run, at the first start, and check that it was so decided, at later ones.

    Raises `CannotStart`, and what reading the decisions does.
    """
    now = datetime.now(UTC)
    if not plan.decisions.exists():
        for offset in range(len(plan.realms)):
            check_port(plan.port + offset)
        append_decision(plan.decisions, Decision(now, plan.realms, "operator", "first start with these realms"))
    decided = find_in_force(read_decisions(plan.decisions, read_world(find_realms_file())), now)
    if decided is None:
        raise CannotStart(f"No decision in {plan.decisions} is in force yet.")
    if set(decided.realms) != set(plan.realms):
        raise CannotStart(
            f"Since {decided.at:%Y-%m-%d %H:%M} UTC {','.join(decided.realms)} run in {plan.data}: give these to "
            "--realms, or decide otherwise with reelm realm add."
        )
    return Fleet(plan, decided.realms, read_seats(plan.data))


def list_known(wanted: Iterable[RealmCode]) -> tuple[RealmCode, ...]:
    """The realms there can be, in their file's order. Raises `CannotStart` unless `wanted` are among them."""
    world = tuple(read_world(find_realms_file()).realms)
    unknown = [code for code in wanted if code not in world]
    if unknown:
        raise CannotStart(f"There is no realm {', '.join(unknown)}. There are: {', '.join(world)}.")
    return world


@dataclass
class Fleet:
    """The cells that run. A cell that ends is started again, and none brings another one down."""

    plan: Plan
    decided: Sequence[RealmCode]
    seats: dict[RealmCode, Seat]
    cells: dict[RealmCode, Watched] = field(default_factory=dict[RealmCode, Watched])
    ready: set[RealmCode] = field(default_factory=set[RealmCode])
    _supervisor: Supervisor | None = None
    _seen: tuple[int, int] | None = None
    _decisions: tuple[Decision, ...] = ()
    _said: set[str] = field(default_factory=set[str])

    def bring_up(self, supervisor: Supervisor) -> None:
        """Start the cells one after the other and say where they are. Raises `CannotStart` when none comes up."""
        self._supervisor = supervisor
        for code in self.decided:
            cell = self.start(code)
            supervisor.until(
                lambda code=code, cell=cell: code in self.ready or cell.ends > 0,
                LONGEST_START_S,
                f"{code} is not ready after {LONGEST_START_S / 60:.0f} minutes.",
            )
            if code not in self.ready:
                say(f"{code} did not start. The others go on, and it is tried again.")
        if not self.ready:
            raise CannotStart("No realm could be started; the reasons are above.")
        there = [f"{self.address(code)} ({code})" for code in self.decided if code in self.ready]
        say(f"{READY}{', '.join(there)}")

    def start(self, code: RealmCode) -> Watched:
        """Give a realm its seat and folders, and start its cell. Raises `CannotStart`."""
        assert self._supervisor is not None
        plan, has_users = self.plan, os.geteuid() == 0
        seat = self.seats.get(code)
        if seat is None:
            place = list_known([code]).index(code)
            seat = plan_seat(code, place, self.seats, plan.port, is_free=probes.is_free, has_users=has_users)
        self.seats[code] = seat
        try:
            write_seats(plan.data, plan.port, self.seats)
            _prepare(plan, code, seat)
        except OSError as error:
            raise CannotStart(f"{plan.data / code} can't be made: {error.strerror}.") from error
        command = plan_cell(plan, code, seat, os.environ)
        cell = self._supervisor.add(command, vital=False, hear=lambda line: self.hear(code, line))
        self.cells[code] = cell
        return cell

    def hear(self, code: RealmCode, line: str) -> None:
        """Pass on what a cell says, and take note when it is ready."""
        if line.startswith(READY):
            self.ready.add(code)
            say(f"{code} is ready at {self.address(code)}")
        else:
            say(f"{code}: {line}")

    def address(self, code: RealmCode) -> str:
        return f"http://127.0.0.1:{self.plan.port + self.seats[code].offset}"

    def look(self) -> None:
        """Start the realms that have been decided since. A file that is not understood changes nothing, loudly."""
        self._read_again()
        decision = find_in_force(self._decisions, datetime.now(UTC))
        if decision is None:
            return
        for code in decision.realms:
            if code not in self.cells:
                self._join(code, decision)
        for code in set(self.cells).difference(decision.realms):
            self._say_once(f"{code} is not among the realms decided on any more: it runs until the next start.")

    def _read_again(self) -> None:
        try:
            found = self.plan.decisions.stat()
            if (found.st_mtime_ns, found.st_ino) == self._seen:
                return
            self._seen = (found.st_mtime_ns, found.st_ino)
            self._said.clear()
            self._decisions = read_decisions(self.plan.decisions, read_world(find_realms_file()))
        except OSError as error:
            self._say_once(f"{error.filename}: {error.strerror}. The decision of before stays in force.")
        except Problem as problem:
            words = say_problem(problem.slug(), problem.facts(), "en")
            self._say_once(f"{words.detail} The decision of before stays in force.")

    def _join(self, code: RealmCode, decision: Decision) -> None:
        try:
            self.start(code)
            say(f"{code} joins by the decision of {decision.at:%Y-%m-%d %H:%M:%S} UTC.")
        except CannotStart as problem:
            self._say_once(f"{code} can't join. {problem}")
        except Problem as problem:
            words = say_problem(problem.slug(), problem.facts(), "en")
            self._say_once(f"{code} can't join. {words.detail}")

    def _say_once(self, line: str) -> None:
        """Until the file changes again."""
        if line not in self._said:
            self._said.add(line)
            say(line)


def plan_cell(plan: Plan, code: RealmCode, seat: Seat, inherited: Mapping[str, str]) -> Command:
    """How to run one realm's cell: where, as whom, and what it is told."""
    port = plan.port + seat.offset
    public_url = inherited.get("REELM_PUBLIC_URL", "http://127.0.0.1:{port}")
    words = ["up", "--realm", code, "--port", str(port), "--data", str(plan.data / code)]
    words += [] if plan.demo else ["--no-demo"]
    words += ["--user", seat.user] if seat.user else []
    told = {
        "REELM_PUBLIC_URL": public_url.replace("{realm}", code).replace("{port}", str(port)),
        "REELM_REALMS_FILE": str(find_realms_file()),
        "REELM_DEPLOYMENT_FILE": str(plan.decisions),
        "REELM_PEERS_DIR": str(plan.peers),
        "REELM_GATEWAY_LISTEN": f"127.0.0.1:{seat.gateway}",
        "PYTHONUNBUFFERED": "1",
    }
    return Command(
        name=code,
        argv=(*plan.cell_command, *words),
        env={**inherited, **told},
        log=Path(os.devnull),  # what a cell says is passed on; its roles have logs of their own
        grace_s=STOPPING_S,
        shows_output=True,
        shows_errors=True,
    )


def _check_environment(env: Mapping[str, str]) -> None:
    """Realms share no database, keys, folders or names. Raises `CannotStart`."""
    for name in ONE_CELLS:
        if env.get(name):
            raise CannotStart(f"{name} is one cell's own: leave it out with --realms.")
    if env.get("REELM_PUBLIC_URL") and "{realm}" not in env["REELM_PUBLIC_URL"]:
        raise CannotStart("Each realm has an address of its own: REELM_PUBLIC_URL needs {realm} in it.")


def _make_folder(plan: Plan) -> None:
    """The fleet's folder, which the realms' users go through, and the folder of cards, in which each puts its own."""
    is_root = os.geteuid() == 0
    if (plan.data / "postgres").exists():
        raise CannotStart(f"{plan.data} holds a single cell: give another folder with --data.")
    try:
        for folder in reversed([one for one in (plan.data, *plan.data.parents) if not one.exists()]):
            folder.mkdir()
            folder.chmod(0o711 if is_root else 0o700)
        if is_root:
            plan.data.chmod(plan.data.stat().st_mode & 0o777 | 0o011)
        for folder in (plan.data / "run", plan.peers):
            folder.mkdir(exist_ok=True)
        plan.peers.chmod(0o1777 if is_root else 0o755)  # sticky: nobody replaces the card of another
    except OSError as error:
        raise CannotStart(f"{plan.data} can't be used: {error.strerror}. Give another with --data.") from error


def _prepare(plan: Plan, code: RealmCode, seat: Seat) -> None:
    """A cell's folder, its signer's within, and the place of its card, each its user's. Raises `OSError`."""
    account = given_account(seat.user) if seat.user else None
    make_folders(plan.data / code, account)
    if account is None:
        return
    keys = plan.data / code / "signer"
    if not keys.exists():
        keys.mkdir(mode=0o700)
        os.chown(keys, _number_of(seat.signer), account.gid)
    _keep_card_free(plan.peers / f"{code}.json", account)


def _keep_card_free(card: Path, account: Credentials) -> None:
    """An empty card of the realm's own, so that no other realm can put one of that name there first."""
    found = card.lstat().st_uid if card.is_symlink() or card.exists() else None
    if found == account.uid:
        return
    card.unlink(missing_ok=True)
    opened = os.open(card, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        os.fchmod(opened, 0o644)
        os.fchown(opened, account.uid, account.gid)
    finally:
        os.close(opened)


def _number_of(user: str) -> int:
    return int(user) if user.isdigit() else pwd.getpwnam(user).pw_uid
