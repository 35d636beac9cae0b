"""Until when may an entry come? The log is read again and again until it holds what is expected, for 30 seconds."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from reelm import ledger
from reelm.kernel.errors import Problem

# Entries are published every 100 ms, unless the operator says otherwise.
WITHIN_S, LOOK_EVERY_S = 30.0, 0.5
_log = logging.getLogger(__name__)


async def find_in_time(look: Callable[[], Awaitable[Counter[str]]], expected: Counter[str]) -> Counter[str]:
    """What `look` has found when it is just what is expected, or else when time is over.

    In a log that does not hold together nothing is found: what is wrong with it is said.
    """
    loop = asyncio.get_running_loop()
    until, found = loop.time() + WITHIN_S, Counter[str]()
    while True:
        try:
            found = await look()
        except (Problem, ledger.Split) as wrong:
            found = Counter[str]()
            problem = wrong.problem if isinstance(wrong, ledger.Split) else wrong
            facts = {"problem": problem.slug(), **problem.facts()}
            _log.warning("a probe could not read a log as it is served", extra={"facts": facts})
        if found == expected or loop.time() >= until:
            return found
        await asyncio.sleep(LOOK_EVERY_S)
