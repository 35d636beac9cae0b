"""`scim2-tester`, which nobody here wrote, finds no fault with the directory of an organisation."""

import asyncio
import random
from collections import defaultdict
from typing import Any, cast

import httpx
import pytest
from scim2_client import BaseSyncSCIMClient
from scim2_models import Path
from scim2_tester import CheckResult, Status, check_server, filling
from tests.integration.devices.directories import MANAGEMENT, open_directory
from tests.integration.world import Realm

GOOD = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
# Checks that pass over something, and why.
SKIPPED = {
    "search_with_attributes": "POST /.search, of all kinds at once, is optional (RFC 7644, 3.4.3) and not here",
}


class Client(BaseSyncSCIMClient):
    """Calls the realm of this process from another thread."""

    def __init__(self, client: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._client, self._loop = client, loop

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return not endpoint.startswith("http") or endpoint.startswith(str(self._client.base_url))

    def _parse_json(self, response: Any) -> Any:
        return cast("httpx.Response", response).json()

    def request(self, method: str, url: str, **kwargs: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(self._client.request(method, url, **kwargs), self._loop).result()


async def test_the_tester_of_scim_finds_no_fault(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes values up from the schemas, which can't say that a text is an address: that it is told here."""
    guess = filling.get_random_example_value

    def guess_addresses(path: Path[Any]) -> Any:
        if str(path) == f"{MANAGEMENT}:addresses":
            return random.choice(["192.0.2.10", "2001:db8::10"])
        return guess(path)

    monkeypatch.setattr(filling, "get_random_example_value", guess_addresses)
    provider = await open_directory(realm)
    client = realm.client(provider.token)
    client.base_url = httpx.URL(provider.url)
    results = await asyncio.to_thread(check_server, Client(client, asyncio.get_running_loop()))
    by_status = defaultdict[Status, list[CheckResult]](list)
    for result in results:
        by_status[result.status].append(result)
    faults = [one for status, many in by_status.items() if status not in GOOD | {Status.SKIPPED} for one in many]
    assert not faults, "\n".join(f"{one.resource_type} {one.title}: {one.reason} {one.data}" for one in faults)
    assert {one.title for one in by_status[Status.SKIPPED]} == SKIPPED.keys()
    assert {one.resource_type for one in by_status[Status.SUCCESS]} >= {"User", "Group", "Device"}
