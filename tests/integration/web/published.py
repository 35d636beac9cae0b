"""When has the log of a realm in this process caught up? While `Realm.ledger_running`, soon."""

import asyncio
import time

from tests.integration.world import Realm

from reelm import ledger


async def wait_for_log(realm: Realm) -> int:
    """Wait until a checkpoint covers everything that was queued; how many entries that is."""
    deadline = time.monotonic() + 10
    while True:
        async with realm.cell.database.read() as unit:
            state = await ledger.find_state(unit)
        if state is not None and state.published_size and not state.waiting:
            return state.published_size
        assert time.monotonic() < deadline, state
        await asyncio.sleep(0.01)
