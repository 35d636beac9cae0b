"""What can be said behind `reelm realm move` and `reelm realm residents`?"""

import argparse
from collections.abc import Callable
from typing import Any

AddData = Callable[[argparse.ArgumentParser], None]


def add_moving(actions: Any, add_data: AddData) -> None:
    """The two commands below `reelm realm`."""
    move = actions.add_parser("move", help="move one person to another realm, once they were told; waits for it")
    move.add_argument("--handle", required=True, help="whom")
    move.add_argument("--new-handle", help="their handle there, if theirs is taken")
    move.add_argument("--country", help="where they live now, if that has changed: CH, or CA-QC with its region")
    residents = actions.add_parser("residents", help="move everybody whose realm is another one; waits for it")
    told = "of these only: CH, or CA-QC with its region; again for more (default: wherever they live)"
    residents.add_argument("--country", action="append", default=[], help=told)
    for command in (move, residents):
        command.add_argument("--to", required=True, metavar="CODE", help="code of the realm they move to")
        command.add_argument("--json", action="store_true", help="print the result as JSON")
        add_data(command)
