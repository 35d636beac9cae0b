"""The whole story on programs nobody here wrote: BIND with our zone, Chromium with our policy, and Reelm itself.

A decision about this very service is published; whom it binds is told; its deadline comes; BIND answers NXDOMAIN,
Chromium blocks the page, and Reelm refuses, each but for somebody who is excepted; nobody reviews it in time; and
everything is as it was before, byte for byte. The clock is moved by hand; everything else is real.
"""

import asyncio
import os
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.async_api import Browser, async_playwright
from tests.browser.conftest import CHROMIUM_FLAGS, find_chromium
from tests.conformance.devices.browsing import managed_by, open_page
from tests.conformance.devices.resolving import EXCEPTED, STAFF, ask, bind, free_port, installed
from tests.integration.devices.gadget import Gadget
from tests.integration.devices.institution import CODE, HOST, Institution, found_institution
from tests.integration.devices.zones import zones_running
from tests.integration.world import Stage, open_realm

from reelm.devices import TARGETS
from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock
from reelm.web.guard import Guard

ROOT = Path(__file__).parents[3]
# The network of the organisation is the one that Chromium on this machine comes from; elsewhere is another.
NETWORK, ELSEWHERE = "127.0.0.0/24", "127.0.9.9"
SERIAL = re.compile(rb"(SOA \S+ \S+ )\d+")
BLOCKED, NOTICE = "ERR_BLOCKED_BY_ADMINISTRATOR", "Example Institution has suspended Reelm here"

pytestmark = [
    installed("named"),
    pytest.mark.skipif(find_chromium() is None, reason="Chromium is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may write Chromium's policies"),
    pytest.mark.skipif(not (ROOT / "client/dist/index.html").is_file(), reason="the client is not built: make setup"),
]


@dataclass
class Town:
    """The institution, the address of the realm, and two laptops: one bound, one excepted."""

    institution: Institution
    base: str
    folder: Path

    async def artefacts(self) -> dict[str, bytes]:
        """Every file of every target as it would be fetched now, zones but for their serial."""
        client = self.institution.client("auditor")
        files: dict[str, bytes] = {}
        for target in TARGETS:
            listed = await self.institution.do("auditor", "GET", f"/artefacts/{target}")
            for one in listed:
                answer = await client.get(f"/organisations/{CODE}/artefacts/{target}/{one['path']}")
                files[f"{target}/{one['path']}"] = SERIAL.sub(rb"\1", answer.content)
        return files

    async def file(self, target: str, path: str) -> bytes:
        answer = await self.institution.client("auditor").get(f"/organisations/{CODE}/artefacts/{target}/{path}")
        assert answer.status_code == 200, answer.text
        return answer.content

    async def ask_bind(self, decision: str) -> dict[str, str]:
        """What a resolver with the zone of this moment says to each."""
        zone = await self.file("rpz", f"{decision}/everybody.zone")
        return await asyncio.to_thread(_ask_bind, self.folder / "named", zone)


def _ask_bind(folder: Path, zone: bytes) -> dict[str, str]:
    with bind(folder, zone) as port:
        return {who: ask(port, HOST, who) for who in (STAFF, EXCEPTED)}


@asynccontextmanager
async def _serving(app: Any, port: int) -> AsyncGenerator[None]:
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, lifespan="off", log_level="warning"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


@pytest.fixture
async def town(settings: Settings, clock: HandClock, stage: Stage, tmp_path: Path) -> AsyncGenerator[Town]:
    port = free_port()
    base = f"http://{HOST}:{port}"
    async with zones_running() as zones:
        known = {"public_url": base, "name_server": zones.server, "client_dist": ROOT / "client" / "dist"}
        async with open_realm(settings.model_copy(update=known), clock, stage.cast) as realm:
            institution = await found_institution(realm, zones, NETWORK)
            async with _serving(Guard(realm.app), port):
                yield Town(institution, base, tmp_path)


async def _status(town: Town, address: str, gadget: Gadget | None = None) -> int:
    """Of the feed, asked for over real HTTP from an address."""
    headers = {"Reelm-Device": gadget.token} if gadget else {}
    transport = httpx.AsyncHTTPTransport(local_address=address)
    async with httpx.AsyncClient(transport=transport, headers=headers) as client:
        port = town.base.rpartition(":")[2]
        return (await client.get(f"http://127.0.0.1:{port}/api/v1/feed")).status_code


async def test_a_suspension_from_its_publication_to_its_end(town: Town) -> None:
    institution, clock = town.institution, town.institution.realm.clock
    directory = await institution.open_directory()
    person = await directory.person("eve", preferredLanguage="fr")
    told = {"platform": "linux", "enrolment": "agent"}
    bound = (await directory.device("laptop-1", **told, person={"value": person["id"]}))["id"]
    excepted = (await directory.device("laptop-2", **told, addresses=[EXCEPTED]))["id"]
    laptop, exempt = await institution.enrol(bound), await institution.enrol(excepted)

    id = await institution.publish(measures=["remove", "block-installing", "block-traffic", "refuse-service"])
    before = await town.artefacts()
    await institution.except_device(id, excepted, days=60)
    assert await town.ask_bind(id) == {STAFF: "NOERROR", EXCEPTED: "NOERROR"}
    assert await _status(town, STAFF) == 200
    await _told_and_acknowledged(town, id, laptop)

    clock.advance(timedelta(days=2))
    await laptop.show_key()
    await exempt.show_key()
    assert await town.ask_bind(id) == {STAFF: "NXDOMAIN", EXCEPTED: "NOERROR"}
    assert (await _status(town, STAFF), await _status(town, ELSEWHERE)) == (403, 200)
    assert (await _status(town, ELSEWHERE, laptop), await _status(town, STAFF, exempt)) == (403, 200)
    await _blocked_noticed_and_served(town, exempt)

    clock.advance(timedelta(days=88))
    await institution.pass_days(0)
    await institution.realm.workshop.note_lapsed()
    assert await institution.state(id) == "lapsed"
    assert await town.artefacts() == before
    assert await town.ask_bind(id) == {STAFF: "NOERROR", EXCEPTED: "NOERROR"}
    await laptop.show_key()
    assert (await _status(town, STAFF), await _status(town, ELSEWHERE, laptop)) == (200, 200)


async def _told_and_acknowledged(town: Town, id: str, laptop: Gadget) -> None:
    """Its person reads it in their language, and says so."""
    shown = (await laptop.call("GET", "/api/v1/device")).json()["decisions"][0]
    assert (shown["state"], shown["language"]) == ("published", "fr-CA")
    assert (await laptop.call("POST", f"/api/v1/device/decisions/{id}/acknowledge")).status_code == 204
    reached = await town.institution.do("decider", "GET", f"/decisions/{id}/told")
    assert (reached["people"], reached["acknowledged"]) == (1, 1)


async def _blocked_noticed_and_served(town: Town, exempt: Gadget) -> None:
    """Chromium with the policy blocks the page; without it Reelm's notice is there; who is excepted is served."""
    rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1"
    async with async_playwright() as playwright:

        async def launch() -> Browser:
            return await playwright.chromium.launch(executable_path=find_chromium(), args=[*CHROMIUM_FLAGS, rules])

        with managed_by(await town.file("chromium", "suspensions.json")):
            browser = await launch()
            assert await open_page(await browser.new_page(), town.base + "/") == BLOCKED
            await browser.close()
        browser = await launch()
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        assert await open_page(page, town.base + "/") == NOTICE
        await page.screenshot(path=town.folder / "notice.png", full_page=True)
        await page.context.add_cookies([{"name": "reelm_device", "value": exempt.token, "url": town.base}])
        opened = await page.goto(town.base + "/")
        assert opened is not None
        assert opened.status == 200
        await page.locator("#app > *").first.wait_for()
        await browser.close()
