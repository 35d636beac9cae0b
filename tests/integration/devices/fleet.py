"""An institution with its devices, and the realm that they reach over TLS."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.integration.devices.apple import AppleDevice
from tests.integration.devices.institution import HOST, Institution, found_institution
from tests.integration.devices.roster import PERSONAL, Listed, invite, list_device
from tests.integration.devices.site import Site, listen, serving
from tests.integration.devices.zones import Zones
from tests.integration.world import Stage, open_realm

from reelm.devices import reporting
from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock

APP = "example.reelm.app"


@dataclass
class Fleet:
    """The institution and its site."""

    institution: Institution
    site: Site

    @property
    def clock(self) -> HandClock:
        return self.institution.realm.clock

    async def apple(self, code: str, enrolment: str, platform: str = "ios", **more: Any) -> AppleDevice:
        """One that is enrolled, with the app on it; a user-enrolled one is its person's own."""
        is_own = enrolment == "user"
        listed = await list_device(self.institution, code, platform, enrolment, PERSONAL if is_own else "corporate")
        device = AppleDevice(
            listed,
            self.site,
            self.clock,
            system="iOS" if platform == "ios" else "macOS",
            is_supervised=enrolment == "supervised",
            is_user_enrolled=is_own,
            apps={APP, "org.private.diary"},
            **more,
        )
        enrolling = await invite(self.institution, listed)
        if is_own:
            agreed = await device.http.post("/api/v1/device/consent", json={"code": enrolling})
            assert agreed.status_code == 200, agreed.text
        await device.enrol(enrolling)
        return device

    async def states(self, decision: str) -> dict[UUID, str]:
        """How each device stands, as the console tells it."""
        page = await self.institution.do("auditor", "GET", f"/decisions/{decision}/devices")
        return {UUID(one["device"]): one["state"] for one in page["items"]}

    async def state(self, decision: str, device: AppleDevice | Listed) -> str | None:
        listed = device if isinstance(device, Listed) else device.listed
        return (await self.states(decision)).get(listed.id)

    async def except_(self, decision: str, device: Listed) -> None:
        """Have it excepted: one asks, another grants."""
        wish = {
            "device": str(device.id),
            "purpose": "supervision",
            "mitigations": [0],
            "until": (self.clock.now() + timedelta(days=5)).isoformat(timespec="seconds"),
        }
        asked = await self.institution.do("decider", "POST", f"/decisions/{decision}/exceptions", wish)
        await self.institution.do("approver", "POST", f"/exceptions/{asked['id']}/grant")

    async def look_over(self) -> None:
        """What the worker does every five minutes."""
        realm = self.institution.realm
        await reporting.look_over(realm.cell.database, realm=realm.settings.realm, at=self.clock.now())


@asynccontextmanager
async def open_fleet(
    settings: Settings, clock: HandClock, stage: Stage, zones: Zones, folder: Path, *, host: str = HOST
) -> AsyncGenerator[Fleet]:
    """Until the block ends. `host` is where people find the realm."""
    listening = listen()
    url = f"https://{host}:{listening.getsockname()[1]}"
    named = settings.model_copy(update={"public_url": url, "name_server": zones.server})
    async with open_realm(named, clock, stage.cast) as realm:
        institution = await found_institution(realm, zones)
        async with serving(realm, listening, folder) as site:
            yield Fleet(institution, site)
