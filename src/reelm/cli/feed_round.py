"""`reelm feed train`: one round of learning from what was watched in this cell, here and now."""

import argparse
import asyncio
import json
import os
import resource
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from reelm.bootstrap import open_atlas
from reelm.cli.cell import find_settings
from reelm.cli.files import FileNotUsable
from reelm.feed import training
from reelm.infra.db import Database
from reelm.infra.embedded.processes import stop_with_parent
from reelm.infra.settings import Settings

NICENESS = 10


def run_train(arguments: argparse.Namespace) -> int:
    """Run the round that was asked for, or with `--due` the one that is due; print what it came to.

    Raises `RoundAtWork`, but with `--due`, `RoundTooLarge`, `FileNotUsable`, `CellNotRunning`.
    """
    settings = find_settings(arguments.data)
    if arguments.due:
        stop_with_parent()
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_DATA, (training.MOST_BYTES, training.MOST_BYTES))
    asked = None if arguments.due else training.Round(arguments.round or training.Round.ALL)
    try:
        with training.hold(settings.training_dir):
            found = asyncio.run(_run(settings, asked))
    except training.RoundAtWork:
        if not arguments.due:
            raise
        found = training.Outcome(None, "another round is at work")
    except MemoryError:
        raise training.RoundTooLarge(limit_mb=training.MOST_BYTES // 2**20) from None
    except OSError as error:
        raise FileNotUsable(path=str(error.filename or settings.training_dir)) from None
    print(json.dumps(asdict(found)) if arguments.json else _say(found))
    return 0


async def _run(settings: Settings, asked: training.Round | None) -> training.Outcome:
    rooms = training.Rooms(settings.training_dir, settings.models_dir)
    async with Database(settings.database_url, pool_size=1) as database:
        pool = await database.open_hot_pool(1)
        try:
            return await training.run_round(
                pool,
                open_atlas(settings),
                rooms,
                now=datetime.now(UTC),
                asked=asked,
                tell=lambda words: print(words, file=sys.stderr, flush=True),
                may_learn=asked is not None or settings.feed_training,
            )
        finally:
            await pool.close()


def _say(found: training.Outcome) -> str:
    if found.model is None:
        return f"No round: {found.reason}."
    serves = "serves" if found.served else "does not serve"
    return f"The model {found.model} {serves}: {found.reason}. {found.took_s} s, {found.peak_mb} MB."
