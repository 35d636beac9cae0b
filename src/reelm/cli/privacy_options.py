"""The options of `reelm privacy`."""

import argparse
from collections.abc import Callable
from pathlib import Path


def add_privacy(parser: argparse.ArgumentParser, add_data: Callable[[argparse.ArgumentParser], None]) -> None:
    """`export` and `erase`, for the operator of a running cell."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    export = actions.add_parser("export", help="write everything that is held of a person into one archive")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.zip", help="the archive to write")
    erase = actions.add_parser("erase", help="erase a person: rows, files, key, and copies in other realms")
    erase.add_argument("--yes", action="store_true", help="do it; without, it only says what would be erased")
    for one in (export, erase):
        one.add_argument("--handle", required=True, help="whose")
        one.add_argument("--json", action="store_true", help="print the result as JSON")
        add_data(one)
