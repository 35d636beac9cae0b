"""How does a worker have the feed learn? In a process of its own, which it waits for and never for too long.

So the worker goes on with its other jobs, what a round takes goes back when it ends, and neither the worker nor the
web role loads what training needs.
"""

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from typing import Any

from reelm.infra.settings import Settings

LONGEST_S = 3600.0
COMMAND = ("-P", "-m", "reelm.cli", "feed", "train", "--due", "--json")

_log = logging.getLogger(__name__)


async def have_feed_learn(settings: Settings) -> None:
    """Run what is due; one line in the log tells what came of it. A round that fails leaves what serves."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *COMMAND,
        env=os.environ | _as_environment(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(LONGEST_S):
            said, _ = await process.communicate()
    except TimeoutError:
        said = b""
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    facts = _read_last(said) | {"exit": process.returncode}
    if process.returncode:
        _log.warning("a round of learning failed; what served goes on", extra={"facts": facts})
    else:
        _log.info("the feed has learned" if facts.get("model") else "no round of learning", extra={"facts": facts})


def _as_environment(settings: Settings) -> dict[str, str]:
    """What differs from the default, as the variables it was or could have been read from."""
    told = settings.model_dump(exclude_defaults=True)
    return {f"REELM_{name.upper()}": str(value) for name, value in told.items() if value is not None}


def _read_last(said: bytes) -> dict[str, Any]:
    with suppress(ValueError, IndexError):
        return json.loads(said.splitlines()[-1])
    return {}
