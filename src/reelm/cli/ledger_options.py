"""Which words does `reelm ledger` take? The command line of `ledger.py`, imported only to run one of them."""

import argparse
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

INSTRUMENTS = (
    "warrant",
    "production-order",
    "subpoena",
    "emergency-request",
    "preservation-request",
    "removal-order",
)
OUTCOMES = ("complied", "complied-in-part", "refused", "withdrawn")

_DASHED_ID = re.compile("-[A-Za-z0-9_-]{21}")

AddData = Callable[[argparse.ArgumentParser], None]


class _TakesIds(argparse.ArgumentParser):
    """One in 64 ids of entries begins with a dash, and is no option for that."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        words: list[str] = list(args or ())
        ids = [word for word in words if _DASHED_ID.fullmatch(word)]
        words = [word for word in words if word not in ids]
        return super().parse_known_args([*words, "--", *ids] if ids else words, namespace)


def add_ledger(parser: argparse.ArgumentParser, add_data: AddData) -> None:
    """The commands below `reelm ledger`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_verify(actions, add_data)
    _add_prove(actions, add_data)
    check = actions.add_parser("check-proof", help="check a .tlog-proof without the log")
    check.add_argument("file", type=Path, help="the .tlog-proof")
    check.add_argument("--entry-file", type=Path, metavar="F", help="the entry, where the proof does not hold it")
    _add_trust(check)
    _add_json(check)
    _add_register(actions, add_data)
    mirror = actions.add_parser("mirror", help="keep a copy of a log, each file of it checked")
    mirror.add_argument("where", metavar="URL|DIR", help="the log's prefix")
    mirror.add_argument("folder", type=Path, metavar="COPY", help="the copy's folder")
    _add_trust(mirror)
    _add_json(mirror)
    fsck = actions.add_parser("fsck", help="compare this cell's log with its database and its acts")
    add_data(fsck)
    fsck.add_argument("--repair", action="store_true", help="write damaged public files again from the database")
    _add_json(fsck)
    for name, told in (
        ("rotate-key", "make a new key and hand over to it; both sign until retire-key"),
        ("retire-key", "forget the older of two keys, for good"),
    ):
        key = actions.add_parser(name, help=told)
        add_data(key)
        _add_json(key)
    evidence = actions.add_parser("evidence", help="list contradictions that witnessed logs have signed")
    evidence.add_argument("--out", type=Path, metavar="DIR", help="write both notes of each there")
    add_data(evidence)
    _add_json(evidence)
    _add_requests(actions.add_parser("government-request", help="requests that may not be told of yet"), add_data)


def _add_verify(actions: Any, add_data: AddData) -> None:
    verify = actions.add_parser("verify", help="check every file, signature and entry of a log")
    verify.add_argument("where", nargs="?", metavar="URL|DIR", help="the log's prefix (default: DATA/ledger)")
    add_data(verify)
    verify.add_argument("--against", type=Path, metavar="F", help="a checkpoint saved before, which must still hold")
    verify.add_argument("--save", type=Path, metavar="F", help="save the checkpoint that held")
    verify.add_argument("--evidence", type=Path, metavar="DIR", help="keep both notes of a fork or rollback there")
    verify.add_argument(
        "--max-age", type=float, metavar="S", help="seconds that cosignatures may be old; with --policy"
    )
    verify.add_argument("--any-entries", action="store_true", help="check the tree only: a log of another program")
    _add_trust(verify)
    _add_json(verify)


def _add_prove(actions: Any, add_data: AddData) -> None:
    prove = actions.add_parser("prove", help="take out the .tlog-proof of one entry")
    prove.add_argument("--entry", type=int, required=True, metavar="N", help="its index, from 0")
    prove.add_argument("where", nargs="?", metavar="URL|DIR", help="the log's prefix (default: DATA/ledger)")
    add_data(prove)
    prove.add_argument("--out", type=Path, metavar="F", help="write it there instead of printing it")
    _add_trust(prove)
    _add_json(prove)


def _add_register(actions: Any, add_data: AddData) -> None:
    register = actions.add_parser("register", help="make a day's transfer register from a log, checking all of it")
    register.add_argument("where", nargs="?", metavar="URL|DIR", help="the log's prefix (default: DATA/ledger)")
    add_data(register)
    register.add_argument("--day", required=True, type=_day, metavar="YYYY-MM-DD", help="the day, UTC")
    register.add_argument(
        "--compare", metavar="URL", help="realm that must publish the same (default: URL, where the log has one)"
    )
    register.add_argument("--csv", action="store_true", help="print it as CSV, as the realm serves it")
    _add_trust(register)
    _add_json(register)


def _add_requests(parser: argparse.ArgumentParser, add_data: AddData) -> None:
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED", parser_class=_TakesIds)
    seal = deeds.add_parser("seal", help="log that there was one, without telling what")
    seal.add_argument("--country", required=True, help="ISO 3166-1 code of who asked, such as FR")
    seal.add_argument("--instrument", required=True, choices=INSTRUMENTS, help="by what right")
    seal.add_argument("--accounts", required=True, type=int, metavar="N", help="how many accounts it is about")
    seal.add_argument("--outcome", required=True, choices=OUTCOMES, help="what was done")
    seal.add_argument(
        "--opens-by", required=True, type=_day, metavar="YYYY-MM-DD", help="the last day to stay sealed"
    )
    seal.add_argument("--received", type=_day, metavar="YYYY-MM-DD", help="the day it came (default: today)")
    open_ = deeds.add_parser("open", help="log what it was")
    open_.add_argument("id", help="the id that seal printed")
    list_ = deeds.add_parser("list", help="list those that are still sealed")
    for one in (seal, open_, list_):
        add_data(one)
        _add_json(one)


def _add_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--vkey", action="append", default=[], metavar="K", help="key the log must be signed with")
    parser.add_argument(
        "--policy", type=Path, metavar="F", help="file of logs, witnesses and quorum (C2SP tlog-policy)"
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def run_ledger(arguments: argparse.Namespace) -> int:
    """Run one of them."""
    from reelm.cli import ledger, ledger_keys

    return {
        "verify": ledger.run_verify,
        "prove": ledger.run_prove,
        "register": ledger.run_register,
        "check-proof": ledger.run_check_proof,
        "mirror": ledger.run_mirror,
        "fsck": ledger.run_fsck,
        "rotate-key": ledger_keys.run_rotate,
        "retire-key": ledger_keys.run_retire,
        "evidence": ledger_keys.run_evidence,
        "government-request": ledger.run_government_request,
    }[arguments.action](arguments)
