"""`reelm feed …`: how good is what the feed has learned, and which model serves?"""

import argparse
import json
from pathlib import Path

from reelm.cli.feed_round import run_train
from reelm.cli.files import FileNotUsable
from reelm.feed import training

MODELS = "models"  # in the cell's folder


def run_feed(arguments: argparse.Namespace) -> int:
    """Run one command below `reelm feed`; its exit status.

    Raises the refusals of `feed.training`, `FileNotUsable`, `CellNotRunning`.
    """
    if arguments.action == "train":
        return run_train(arguments)
    if arguments.action == "rollback":
        return _roll_back(arguments.data / MODELS, as_json=arguments.json)
    try:
        found = training.evaluate(
            arguments.history, arguments.test, events=arguments.events, items=arguments.items, out=arguments.out
        )
    except OSError as error:
        raise FileNotUsable(path=str(error.filename or arguments.out)) from None
    print(json.dumps(found))
    return 0


def _roll_back(models: Path, *, as_json: bool) -> int:
    try:
        id = training.roll_back(models)
    except OSError as error:
        raise FileNotUsable(path=str(error.filename or models)) from None
    print(json.dumps({"serves": id}) if as_json else f"The model {id} serves.")
    return 0
