"""Which words does `reelm feed` take? The command line of `feed.py`, imported only to run one of them."""

import argparse
from collections.abc import Callable
from pathlib import Path

ROUNDS = ("factors", "lists", "all")
AddData = Callable[[argparse.ArgumentParser], None]


def add_feed(parser: argparse.ArgumentParser, add_data: AddData) -> None:
    """The commands below `reelm feed`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    evaluate = actions.add_parser("evaluate", help="train on what was watched and measure on what was liked later")
    files = {
        "history": "Parquet: what was watched first, rows user, item or a row a person with lists",
        "test": "Parquet: what each person liked later; all items are ranked for them, less those already watched",
        "events": "Parquet: what was watched after the history, rows user, item[, at_ms][, watched_ms, duration_ms]",
        "items": "Parquet: all items there are, where some were never watched",
    }
    for name, told in files.items():
        evaluate.add_argument(f"--{name}", type=Path, required=name in ("history", "test"), metavar="FILE", help=told)
    evaluate.add_argument(
        "--out", type=Path, metavar="FILE", help="write 50 items for each person there: user, rank, item, score"
    )
    evaluate.add_argument("--json", action="store_true", help="print the result as JSON, which it is anyway")
    train = actions.add_parser("train", help="learn from what was watched, as a worker does every ten minutes")
    train.add_argument(
        "--round", choices=ROUNDS, help="factors, neighbour lists and factors, or all with the ranker (default: all)"
    )
    train.add_argument("--due", action="store_true", help="only what is due, if anything is; as a worker does it")
    train.add_argument("--json", action="store_true", help="print the result as JSON")
    add_data(train)
    back = actions.add_parser("rollback", help="let the model serve that served before; again to undo it")
    back.add_argument("--json", action="store_true", help="print the result as JSON")
    add_data(back)
