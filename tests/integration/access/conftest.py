"""The office, and the log at work behind it."""

from collections.abc import AsyncGenerator

import pytest
from tests.integration.access.journeys import Office
from tests.integration.ledger.running import Ledger
from tests.integration.world import Realm


@pytest.fixture
def office(realm: Realm) -> Office:
    """Staff at work in the realm."""
    return Office(realm)


@pytest.fixture
async def running(realm: Realm) -> AsyncGenerator[Ledger]:
    """The log at work."""
    async with realm.ledger_running() as ledger:
        yield ledger
