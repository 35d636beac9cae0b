"""What can an operator tell Reelm to do? Each command imports what it needs when it runs, to start quickly."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import reelm
from reelm.cli.devices_options import add_devices, run_devices
from reelm.cli.feed_options import add_feed
from reelm.cli.ledger_options import add_ledger, run_ledger
from reelm.cli.moving_options import add_moving
from reelm.cli.privacy_options import add_privacy
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.words import say

ROLES = ("viewer", "moderator", "operator", "auditor", "device-admin")


def build_parser() -> argparse.ArgumentParser:
    """The command line, as docs/reference/cli.md shows it."""
    parser = argparse.ArgumentParser(prog="reelm", description="Short video whose data claims anyone can check.")
    parser.add_argument("--version", action="version", version=f"reelm {reelm.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="run a whole cell in the foreground, everything embedded")
    up.add_argument("--port", type=int, default=8000, help="where to listen on 127.0.0.1 (default: 8000)")
    _add_data(up)
    which = up.add_mutually_exclusive_group()
    which.add_argument("--realm", default="eu", help="code of the realm this cell is (default: eu)")
    which.add_argument(
        "--realms", type=_realms, metavar="CODE,CODE", help="run a cell for each of these, on ports from --port on"
    )
    up.add_argument("--no-demo", action="store_true", help="start without demo content")
    up.add_argument("--user", help="root: the user, by name or number, that the cell's processes run as")

    serve = commands.add_parser("serve", help="run one role, configured by REELM_* variables")
    serve.add_argument(
        "role",
        choices=("web", "worker", "media-worker", "outside-worker", "sequencer", "signer", "gateway", "zones"),
        help="what this process does",
    )

    commands.add_parser("migrate", help="bring the database's schema up to date")
    doctor = commands.add_parser("doctor", help="say what is missing, misconfigured, orphaned or stuck")
    _add_data(doctor)
    doctor.add_argument("--settings", action="store_true", help="list every setting instead")
    doctor.add_argument("--json", action="store_true", help="print the result as JSON")

    account = commands.add_parser("account", help="work with accounts").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    _add_account_create(account.add_parser("create", help="create an account"))

    add_feed(commands.add_parser("feed", help="measure what the feed has learned; choose the model"), _add_data)

    add_ledger(commands.add_parser("ledger", help="check, copy, prove and mend the log"), _add_data)

    add_privacy(commands.add_parser("privacy", help="everything that is held of a person: export, erase"), _add_data)
    add_devices(commands.add_parser("devices", help="decisions to suspend an app on an organisation's devices"))

    _add_realm(commands.add_parser("realm", help="which realms run in a folder of several"))
    trust = commands.add_parser("trust", help="take another realm's word again, and the key on its card")
    trust.add_argument("realm", help="code of the realm, such as ca-qc")
    _add_data(trust)

    demo = commands.add_parser("demo", help="fill a running cell with demo content")
    _add_data(demo)
    return parser


def _realms(text: str) -> tuple[RealmCode, ...]:
    codes = tuple(RealmCode(code.strip()) for code in text.split(","))
    if "" in codes or len(set(codes)) < len(codes):
        raise argparse.ArgumentTypeError("codes of realms with commas between them, each once")
    return codes


def _add_realm(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="decide that one more realm runs; a running fleet starts it")
    add.add_argument("realm", metavar="CODE", help="code of the realm in the file of realms")
    add.add_argument("--reason", required=True, help="why, in one line; it stays in the file of decisions")
    add.add_argument("--at", metavar="ISO", help="from when on, such as 2026-12-01T08:00:00Z (default: now)")
    moving = "from when on who lives in places that change hands moves there (default: nobody does by themselves)"
    add.add_argument("--move-residents-at", metavar="ISO", help=moving)
    for one in (add, actions.add_parser("list", help="list the realms, their addresses and since when they run")):
        one.add_argument("--data", type=Path, default=Path("var"), help="the folder of all realms (default: var)")
        one.add_argument("--json", action="store_true", help="print the result as JSON")
    add_moving(actions, _add_data)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("var"), help="the cell's folder (default: var)")


def _add_account_create(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--handle", required=True, help="2 to 30 of a–z, 0–9, dot and underscore")
    parser.add_argument("--birth-date", required=True, metavar="YYYY-MM-DD", help="decides who may sign up")
    parser.add_argument("--country", required=True, help="ISO 3166-1 code, such as FR")
    parser.add_argument("--region", help="ISO 3166-2 part after the dash, needed for Canada")
    parser.add_argument("--locale", default="en", help="language: en or fr-CA (default: en)")
    parser.add_argument("--role", choices=ROLES, default="viewer", help="what they may do (default: viewer)")
    parser.add_argument("--password-stdin", action="store_true", required=True, help="read the password from stdin")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    _add_data(parser)


def run(arguments: argparse.Namespace) -> int:  # noqa: C901, PLR0911, PLR0912 - one a command
    """Run one parsed command; its exit status."""
    match arguments.command:
        case "up":
            return _run_up(arguments)
        case "serve":
            from reelm.cli.serve import run_role

            return run_role(arguments.role)
        case "migrate":
            from reelm.cli.serve import run_migrate

            return run_migrate()
        case "doctor":
            from reelm.cli.doctor import run_doctor, run_settings

            return run_settings(arguments.json) if arguments.settings else run_doctor(arguments.data, arguments.json)
        case "account":
            from reelm.cli.account import run_create

            return run_create(arguments)
        case "feed":
            os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # others reserve a gigabyte
            from reelm.cli.feed import run_feed

            return run_feed(arguments)
        case "ledger":
            return run_ledger(arguments)
        case "devices":
            return run_devices(arguments)
        case "privacy":
            from reelm.cli.privacy import run_privacy

            return run_privacy(arguments)
        case "realm":
            from reelm.cli.realm import run_realm

            return run_realm(arguments)
        case "trust":
            from reelm.cli.trust import run_trust

            return run_trust(arguments.realm, arguments.data)
        case "demo":
            from reelm.cli.demo.seed import run_demo

            return run_demo(arguments.data)
        case unknown:
            raise AssertionError(unknown)


def _run_up(arguments: argparse.Namespace) -> int:
    demo = not arguments.no_demo
    if arguments.realms and arguments.user:
        print("reelm: --user is for one realm: with --realms each has a user of its own.", file=sys.stderr)
        return 1
    if arguments.realms:
        from reelm.cli.fleet import Plan, run_fleet

        return run_fleet(Plan(arguments.port, arguments.data.resolve(), arguments.realms, demo))
    from reelm.cli.up import run_up

    return run_up(arguments.port, arguments.data, arguments.realm, demo, user=arguments.user)


# Read when NumPy and faiss load. Their arrays are small here: two threads wait for each other four times as long as
# one works.
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def main(argv: Sequence[str] | None = None) -> int:
    """Parse and run; a refusal is one clear line on standard error and status 1."""
    arguments = build_parser().parse_args(argv)
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    try:
        return run(arguments)
    except Problem as problem:
        words = say(problem.slug(), problem.facts(), "en")
        if getattr(arguments, "json", False):
            print(json.dumps({"type": f"/problems/{problem.slug()}", "detail": words.detail, **problem.facts()}))
        print(f"reelm: {words.title}. {words.detail}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
